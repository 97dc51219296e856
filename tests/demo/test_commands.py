"""The commands outside demonstration mode: nothing is loaded, nothing is told."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from marketplace.demo.commands import REFUSAL
from marketplace.demo.people import PASSWORD
from marketplace.extensions import db
from marketplace.models.people import Organisation, Person


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
