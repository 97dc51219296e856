"""The database of one test process: migrated once, put back after every test that wrote to it."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, inspect, text

from marketplace.extensions import db
from tests.support.postgres import create_database

WRITING = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+\"?(\w+)", re.IGNORECASE)
READING = re.compile(
    r"\s*(?:SELECT|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW)\b", re.IGNORECASE
)
KEEPSAKE = "keepsake"


class Database:
    """Knows which tables a test wrote to, and restores exactly those."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self.engine: Engine = db.engine
        self.written: set[str] = set()
        self.tables: set[str] = set()
        self.filled: set[str] = set()
        self.copy: Path | None = None
        event.listen(Engine, "before_cursor_execute", self._notice)

    def keep(self) -> None:
        """Remember the present contents as the state every test begins with."""
        self.tables = set(inspect(self.engine).get_table_names())
        if self.engine.dialect.name == "sqlite":
            self.copy = Path(f"{self.engine.url.database}.{KEEPSAKE}")
            with closing(self._file()) as live, closing(sqlite3.connect(self.copy)) as copy:
                live.backup(copy)
        else:
            with self.engine.begin() as connection:
                connection.execute(text(f"CREATE SCHEMA {KEEPSAKE}"))
                for table in sorted(self.tables):
                    if connection.scalar(text(f'SELECT EXISTS (SELECT FROM "{table}")')):
                        connection.execute(text(f'CREATE TABLE {KEEPSAKE}."{table}" AS TABLE "{table}"'))
                        self.filled.add(table)
        self.written.clear()

    def restore(self) -> None:
        """Put back what the last test changed; costs nothing when it only read."""
        written, self.written = self.written & self.tables, set()
        if not written:
            return
        if self.copy is not None:
            with closing(sqlite3.connect(self.copy)) as copy, closing(self._file()) as live:
                copy.backup(live)
            return
        # A replica runs neither triggers nor foreign keys: even append-only tables can be emptied.
        orders = ["SET LOCAL session_replication_role = replica"]
        for table in sorted(written):
            orders.append(f'DELETE FROM "{table}"')
            if table in self.filled:
                orders.append(f'INSERT INTO "{table}" SELECT * FROM {KEEPSAKE}."{table}"')
        with self.engine.begin() as connection:
            # All in one message: each would cost a journey of its own.
            connection.exec_driver_sql("; ".join(orders))
        self.written.clear()

    def twin(self, folder: Path) -> str:
        """Return the address of a second database with the kept contents, for an application of its own."""
        self.restore()
        if self.copy is not None:
            return f"sqlite:///{shutil.copy(self.copy, folder / 'twin.db')}"
        # PostgreSQL copies only a database that nobody is connected to.
        self.engine.dispose()
        server, _, name = self.engine.url.render_as_string(hide_password=False).rpartition("/")
        return create_database(server, f"{name}_twin", template=name)

    def touched_outside(self) -> None:
        """Tell that another process wrote to the database, so that everything is put back."""
        self.written |= self.tables

    def _file(self) -> sqlite3.Connection:
        return sqlite3.connect(str(self.engine.url.database), timeout=30)

    def _notice(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not READING.match(statement):
            self.written.update(WRITING.findall(statement))
