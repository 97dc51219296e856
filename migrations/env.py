"""Runs the migrations of the current application's database."""

from typing import Any, Literal

from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection

from marketplace import models
from marketplace.extensions import db
from marketplace.models.base import UtcDateTime

assert models.__all__  # noqa: S101  # the tables must be known before anything is compared


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our moment type as what the database sees, so that a migration never imports today's models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def watch_references(connection: Connection, watch: bool) -> None:
    """Have SQLite enforce references, or not: it alters a table by dropping it, which others' references would refuse.

    The setting is deaf inside a transaction, so it goes to the driver before one begins.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute(f"PRAGMA foreign_keys = {'ON' if watch else 'OFF'}")


def check_references(ctx: MigrationContext, **_step: Any) -> None:
    """Raise RuntimeError where a step left a row that refers to nothing, before the step is committed."""
    assert ctx.connection is not None  # noqa: S101
    if ctx.connection.dialect.name == "sqlite":
        lost = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise RuntimeError(f"rows that refer to nothing: {lost[:5]}")


def run() -> None:
    """Migrate online, each step in a transaction of its own, in batch mode where SQLite cannot ALTER."""
    with db.engine.connect() as connection:
        watch_references(connection, False)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
            on_version_apply=check_references,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
        finally:
            connection.rollback()
            watch_references(connection, True)


assert current_app  # noqa: S101  # alembic runs inside the flask command
run()
