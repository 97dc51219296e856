"""A site in use takes a release, and gives it back, without losing what is written in it."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace import create_app
from marketplace.extensions import db

QUESTIONS = (
    "SELECT body FROM inquiry_messages WHERE request_key IN (SELECT request_key FROM inquiries) ORDER BY body"
)
OLD_QUESTIONS = "SELECT message FROM inquiries ORDER BY message"
ASKED_BACK = "SELECT id, case_id, amount_fen FROM recoveries ORDER BY id"


def rows(sql: str) -> list[tuple[object, ...]]:
    """What the database holds."""
    return [tuple(row) for row in db.session.execute(text(sql))]


def test_a_filled_site_goes_back_two_releases_and_forward_again(demonstration: Flask, tmp_path: Path) -> None:
    """Questions stay word for word; what is referred to is never dropped. PostgreSQL alters tables in place."""
    address = demonstration.config["SQLALCHEMY_DATABASE_URI"]
    if not address.startswith("sqlite"):
        pytest.skip("only SQLite alters a table by dropping it, rows that others refer to included")
    with demonstration.app_context():
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        asked, owed = rows(QUESTIONS), rows(ASKED_BACK)
        db.session.rollback()
    copy = shutil.copy(address.removeprefix("sqlite:///"), tmp_path / "copy.db")
    site = create_app("testing", SQLALCHEMY_DATABASE_URI=f"sqlite:///{copy}", INSTANCE=tmp_path)
    migrate = site.test_cli_runner().invoke
    with site.app_context():
        migrate(args=["db", "downgrade", "0003_subsidy"], catch_exceptions=False)
        assert rows(OLD_QUESTIONS) == asked
        assert rows(ASKED_BACK) == owed
        db.session.rollback()
        migrate(args=["db", "upgrade"], catch_exceptions=False)
        assert rows(QUESTIONS) == asked
        assert rows(ASKED_BACK) == owed
        assert rows("PRAGMA foreign_key_check") == []
        assert rows("PRAGMA foreign_keys") == [(1,)]
        db.session.rollback()
        db.engine.dispose()
    assert asked
    assert owed
