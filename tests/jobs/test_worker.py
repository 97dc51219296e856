"""The worker: promises at once, long jobs beside them, and nothing lost when it is killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace import create_app
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.jobs import chores
from marketplace.jobs.hands import JobHands
from marketplace.models.platform import AuditEvent, Job, MailMessage, OutboxMessage
from marketplace.services import dispatch, operations
from marketplace.services.outside import outside
from marketplace.services.platform import audit, longjobs, notices
from marketplace.services.platform.longjobs import Progress
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.database import Database
from tests.support.mailbox import Mailbox
from tests.support.tree import ROOT

PATIENCE = 120.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until the other process or thread has done its part."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        tick.wait(0.05)
    raise AssertionError(f"waited {PATIENCE} seconds for {what}")


@pytest.mark.usefixtures("session")
def test_a_long_job_does_not_stop_the_outbox(
    app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a rebuild is under way in the second thread, a mail promised meanwhile goes out at once."""
    began, release = threading.Event(), threading.Event()

    def endless(_job: Job, progress: Progress) -> dict[str, Any]:
        progress(1, 2)
        began.set()
        assert release.wait(PATIENCE)
        progress(2, 2)
        return {"documents": 2}

    monkeypatch.setitem(dispatch.WORKS, "reindex", endless)  # type: ignore[arg-type]
    admin = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    with JobHands(app) as hands:
        with unit_of_work():
            job_id = longjobs.start(admin, "reindex").id
        dispatch.drain()
        assert began.wait(PATIENCE)
        with unit_of_work():
            notices.send_mail("reader@example.com", "notice", name="甲", kind="listing_approved",
                              params={"title": "新型胶粘剂"}, path="/desk")  # fmt: skip
        dispatch.drain()
        assert "新型胶粘剂" in mailbox.last("reader@example.com").subject
        assert db.session.get_one(Job, job_id).state == "running"
        db.session.rollback()
        release.set()
        wait_for(lambda: state_of(job_id) == "done", "the job's end")
    hands._thread.join(PATIENCE)
    assert not hands._thread.is_alive()
    assert outside().call_jobs is None


def state_of(job_id: int) -> str:
    """The state of a job, read afresh."""
    db.session.rollback()
    return db.session.get_one(Job, job_id).state


@pytest.mark.usefixtures("session")
def test_the_hands_take_up_what_was_waiting(app: Flask) -> None:
    """A job started while no worker ran is performed when one begins, without another ring."""
    auditor = factories.actor(factories.make_staff(Role.AUDITOR))
    with unit_of_work():
        job_id = longjobs.start(auditor, "audit_verify").id
    with JobHands(app):
        wait_for(lambda: state_of(job_id) == "done", "the job that was waiting")


@pytest.mark.usefixtures("session")
def test_a_ring_keeps_promises_and_seals_the_trail() -> None:
    """One wake-up does both; a chore that breaks leaves the others alone."""
    admin = factories.make_staff(Role.SYSTEM_ADMIN)
    with unit_of_work():
        audit.record(factories.actor(admin), "demo.load", "demo", None, what="x")
        longjobs.start(factories.actor(admin), "audit_verify")
    chores.run_due()
    assert audit.verify().unsealed == 0
    assert db.session.scalars(select(OutboxMessage.state)).all() == ["done"]


@pytest.mark.usefixtures("session")
def test_a_broken_chore_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Expiry fails: it is logged, and the heart still beats."""
    monkeypatch.setattr(chores.expiry, "expire_due", lambda: 1 / 0)
    assert operations.worker_seen() is None
    chores.run_by_clock()
    assert operations.worker_is_alive()


def test_every_commit_rings_and_a_bell_out_of_reach_harms_nobody(tmp_path: Path, database_url: str) -> None:
    """The request's work is committed; the next tick finds what was promised."""
    app = create_app(
        "testing",
        SQLALCHEMY_DATABASE_URI=database_url,
        INSTANCE=tmp_path,
        JOBS_URL=f"sqlite:///{tmp_path / 'jobs.db'}",
    )
    bell = app.extensions["marketplace_bell"]
    assert not (tmp_path / "jobs.db").exists()
    with app.app_context():
        with unit_of_work():
            pass
        assert bell.huey.pending_count() == 1
        bell.huey.storage.close()
        bell._wake = lambda: 1 / 0
        with unit_of_work():
            pass
        db.engine.dispose()


@pytest.fixture
def worker(app: Flask, database: Database, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a real worker process on the test's database; ends it in the end."""
    started: list[subprocess.Popen[bytes]] = []
    url = app.config["SQLALCHEMY_DATABASE_URI"]

    def start() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "MARKETPLACE_ENV": "demo",
            "MARKETPLACE_INSTANCE": str(tmp_path),
            "MARKETPLACE_MAIL_DIR": str(app.config["MAIL_DIR"]),
            "MARKETPLACE_SEARCH_DIR": str(tmp_path / "search"),
            "DATABASE_URL": url,
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield start
    database.touched_outside()
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("session")
def test_killed_and_started_again_the_worker_has_lost_nothing(
    worker: Callable[[], subprocess.Popen[bytes]], mailbox: Mailbox
) -> None:
    """A promise kept by a living worker, one made while it lay dead, both once; and an orderly end on request."""

    def send(name: str) -> None:
        with unit_of_work():
            audit.record(factories.actor(person), "demo.load", "demo", None, what=name)
            notices.send_mail(f"{name}@example.com", "notice", name=name, kind="listing_approved",
                              params={"title": name}, path="/desk")  # fmt: skip

    def unsent() -> int:
        db.session.rollback()
        return len(db.session.scalars(select(MailMessage).where(MailMessage.sent_at.is_(None))).all())

    def unsealed() -> int:
        db.session.rollback()
        return audit.verify().unsealed

    person = factories.make_person()
    send("first")
    process = worker()
    wait_for(lambda: unsent() == 0, "the first mail")
    process.kill()
    assert process.wait() == -signal.SIGKILL
    send("second")
    assert unsent() == 1
    process = worker()
    wait_for(lambda: unsent() == 0, "the second mail")
    assert [len(mailbox.to(f"{name}@example.com")) for name in ("first", "second")] == [1, 1]
    wait_for(lambda: unsealed() == 0, "the seal")
    assert audit.verify().links == len(db.session.scalars(select(AuditEvent)).all())
    assert operations.worker_is_alive()
    db.session.rollback()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
