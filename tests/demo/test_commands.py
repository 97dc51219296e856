"""Commands: refused outside demonstration mode, logins told, a release taken and given back by a filled site."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, text

from marketplace import create_app
from marketplace.demo.commands import REFUSAL
from marketplace.demo.people import PASSWORD
from marketplace.extensions import db
from marketplace.models.people import Organisation, Person

QUESTIONS = (
    "SELECT body FROM inquiry_messages WHERE request_key IN (SELECT request_key FROM inquiries) ORDER BY body"
)
OLD_QUESTIONS = "SELECT message FROM inquiries ORDER BY message"
ASKED_BACK = "SELECT id, case_id, amount_fen FROM recoveries ORDER BY id"


@pytest.mark.parametrize("arguments", [["load"], ["load", "--scale", "10"], ["logins"]])
def test_refused_outside_demonstration_mode(app: Flask, runner: FlaskCliRunner, arguments: list[str]) -> None:
    """Exit code 1, a message with the remedy, no row written and no password told."""
    done = runner.invoke(args=["demo", *arguments])
    assert done.exit_code == 1
    assert REFUSAL in done.output
    assert PASSWORD not in done.output
    with app.app_context():
        for table in (Person, Organisation):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_logins_show_every_role_in_chinese_and_the_password_once(demonstration: Flask) -> None:
    """What `make run` prints at its end."""
    done = demonstration.test_cli_runner().invoke(args=["demo", "logins"])
    assert done.exit_code == 0
    assert done.output.count(PASSWORD) == 1
    for words in ("系统管理员", "成果审核", "需求审核", "补助初审", "评审专家", "第三方审计", "技术经理人"):
        assert words in done.output
    assert "admin@kjj.example" in done.output


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
