"""The bell: a commit wakes the worker, and the worker then comes to rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace import create_app
from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.jobs.bell import Bell
from marketplace.models.platform import AuditEvent, AuditSeal
from marketplace.services.platform import audit
from marketplace.services.unit import unit_of_work


@pytest.fixture
def bell(app: Flask, tmp_path: Path) -> Iterator[Bell]:
    """The bell of a second application on the same database, with a huey queue of its own."""
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    ringing = create_app(
        "testing",
        **{**{key: app.config[key] for key in app.config if key.endswith(("_DIR", "_URI"))}, "JOBS_URL": url},
    )
    with ringing.app_context():
        yield ringing.extensions["marketplace_bell"]
        db.session.remove()
        db.engine.dispose()


def test_a_commit_rings_and_the_answer_leaves_silence(bell: Bell) -> None:
    with unit_of_work():
        audit.record(SYSTEM, "person.login", "person", 1)
    assert bell.huey.pending_count() == 1
    bell.huey.execute(bell.huey.dequeue())
    assert db.session.query(AuditSeal).count() == db.session.query(AuditEvent).count() == 1
    assert bell.huey.pending_count() == 0


def test_a_bell_out_of_reach_does_not_fail_what_is_committed(
    bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("no queue")

    assert bell.huey is not None
    monkeypatch.setattr(bell, "_wake", broken)
    with unit_of_work():
        audit.record(SYSTEM, "person.login", "person", 1)
    assert db.session.query(AuditEvent).count() == 1
