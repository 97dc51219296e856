"""Migrations: one line of history, readable names, in step with the models."""

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect

from marketplace import create_app
from marketplace.extensions import db
from tests.support.postgres import create_database
from tests.support.tree import ROOT

NAME = re.compile(r"(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*\.py")


def scripts() -> ScriptDirectory:
    """The project's migrations."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config)


def test_history_has_one_head() -> None:
    """Two heads would stop every upgrade."""
    assert len(scripts().get_heads()) == 1


def test_files_are_numbered_in_order() -> None:
    """0001_…, 0002_…: the folder reads as the history of the schema."""
    names = [one.name for one in sorted((ROOT / "migrations" / "versions").glob("*.py"))]
    numbers = [int(found.group(1)) for name in names if (found := NAME.fullmatch(name))]
    assert names
    assert numbers == list(range(1, len(names) + 1)), names


def test_migrations_go_down_and_up_again(database_url: str, tmp_path: Path) -> None:
    """A release can be taken back, on this engine."""
    if database_url.startswith("sqlite"):
        scratch = f"sqlite:///{tmp_path / 'scratch.db'}"
    else:
        address, _, name = database_url.rpartition("/")
        scratch = create_database(address, f"{name}_scratch")
    app = create_app("testing", SQLALCHEMY_DATABASE_URI=scratch, INSTANCE=tmp_path)
    runner = app.test_cli_runner()
    with app.app_context():
        for command in (["upgrade"], ["downgrade", "base"], ["upgrade"]):
            runner.invoke(args=["db", *command], catch_exceptions=False)
            present = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
            assert present == (set() if "base" in command else set(db.metadata.tables)), command
        db.engine.dispose()


def test_models_and_migrations_agree(app: Flask) -> None:
    """What the models say is what the migrations build, on this engine."""
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
