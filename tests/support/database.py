"""The database of one test process: migrated once, put back after every test that wrote to it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, inspect, text

from marketplace.extensions import db

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
                    connection.execute(text(f'CREATE TABLE {KEEPSAKE}."{table}" AS TABLE "{table}"'))
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
        with self.engine.begin() as connection:
            # A replica runs neither triggers nor foreign keys: even append-only tables can be emptied.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in sorted(written):
                connection.execute(text(f'DELETE FROM "{table}"'))
                connection.execute(text(f'INSERT INTO "{table}" SELECT * FROM {KEEPSAKE}."{table}"'))
        self.written.clear()

    def touched_outside(self) -> None:
        """Tell that another process wrote to the database, so that everything is put back."""
        self.written |= self.tables

    def _file(self) -> sqlite3.Connection:
        return sqlite3.connect(str(self.engine.url.database), timeout=30)

    def _notice(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not READING.match(statement):
            self.written.update(WRITING.findall(statement))
