"""How connections behave on each engine: SQLite needs telling to keep its promises."""

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, event


def configure(app: Flask) -> None:
    """Set the engine options for the database in the configuration."""
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        options: dict[str, Any] = {"connect_args": {"timeout": 30}}
    else:
        options = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}
    # What people typed must not reach the log by way of an error message.
    options["hide_parameters"] = True
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)


@event.listens_for(Engine, "do_connect")
def _make_folder(dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    """SQLite makes the file by itself, but not the folder it stands in."""
    if dialect.name == "sqlite" and arguments and arguments[0] not in ("", ":memory:"):
        Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)


@event.listens_for(Engine, "connect")
def _on_connect(dbapi_connection: Any, _record: Any) -> None:
    if not type(dbapi_connection).__module__.startswith("sqlite3"):
        return
    # The driver's own idea of transactions is switched off; BEGIN is ours (see _on_begin).
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    # A writer takes the lock at once: a reader that turns writer later would fail instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
