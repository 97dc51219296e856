"""Runs the migrations of the current application's database."""

from typing import Any, Literal

from alembic import context
from flask import current_app

from marketplace import models
from marketplace.extensions import db
from marketplace.models.base import UtcDateTime

assert models.__all__  # noqa: S101  # the tables must be known before anything is compared


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our moment type as what the database sees, so that a migration never imports today's models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Migrate online, in one transaction, in batch mode where SQLite cannot ALTER."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


assert current_app  # noqa: S101  # alembic runs inside the flask command
run()
