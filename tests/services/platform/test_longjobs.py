"""Long jobs: never lost, never done twice at once, never in the way of the outbox."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.platform.jobs import MAX_ATTEMPTS
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, Job, Notice, OutboxMessage
from marketplace.services.outside import outside
from marketplace.services.platform import longjobs, outbox
from marketplace.services.platform.longjobs import Progress
from marketplace.services.unit import unit_of_work
from tests import factories


@pytest.fixture
def admin(session: object) -> Actor:
    """Somebody who may run jobs."""
    return factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))


def start(actor: Actor, kind: str = "reindex", **params: Any) -> int:
    """Start a job; return its id."""
    with unit_of_work():
        return longjobs.start(actor, kind, **params).id


def read(job_id: int) -> Job:
    """The job as it is in the database now."""
    db.session.rollback()
    return db.session.get_one(Job, job_id)


def ten_steps(job: Job, progress: Progress) -> dict[str, Any]:
    """A job of ten steps."""
    for step in range(1, 11):
        progress(step, 10)
    return {"documents": 10}


def test_a_job_is_promised_performed_and_told_of(admin: Actor) -> None:
    """Queued with its transaction, run to its end, each step in the audit trail."""
    job_id = start(admin)
    (message,) = db.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "job"))
    assert message.payload == {"job": job_id}
    assert longjobs.run({"reindex": ten_steps}) == 1
    job = read(job_id)
    assert (job.state, job.done, job.total, job.result, job.attempts) == (
        "done",
        10,
        10,
        {"documents": 10},
        1,
    )
    assert job.finished_at is not None
    assert not db.session.query(Notice).count(), "who waited a moment only still watches"
    tags = list(
        db.session.scalars(
            select(AuditEvent.tag).where(AuditEvent.subject_kind == "job").order_by(AuditEvent.id)
        )
    )
    assert tags == ["job.start", "job.finish"]
    assert longjobs.run({"reindex": ten_steps}) == 0


def test_a_single_kind_is_not_started_twice(admin: Actor) -> None:
    """Two impatient clicks make one rebuild; exports stand side by side."""
    assert start(admin) == start(admin)
    assert start(admin, "export_ledger", name="a", filters={}) != start(
        admin, "export_ledger", name="a", filters={}
    )


def test_a_fault_is_kept_for_people_and_can_be_tried_again(
    admin: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    """What a rule refused and what broke both end in 失败; a retry begins anew."""

    def breaks(_job: Job, _progress: Progress) -> dict[str, Any]:
        raise ZeroDivisionError("by nothing")

    job_id = start(admin)
    longjobs.run({"reindex": breaks})
    assert (read(job_id).state, read(job_id).error) == ("failed", "ZeroDivisionError: by nothing")
    (told,) = db.session.query(Notice)
    assert (told.kind, told.subject_kind, told.subject_id) == ("job_failed", "job", job_id)
    with unit_of_work():
        longjobs.retry(admin, job_id)
    with pytest.raises(Conflict), unit_of_work():
        longjobs.retry(admin, job_id)
    longjobs.run({"reindex": ten_steps})
    assert (read(job_id).state, read(job_id).error, read(job_id).attempts) == ("done", "", 1)


def test_progress_is_saved_at_most_every_half_second(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand steps in an instant are two writes; the clock of the process decides."""
    now = [100.0]
    monkeypatch.setattr(longjobs.time, "monotonic", lambda: now[0])
    saved: list[int] = []

    def thousand(job: Job, progress: Progress) -> dict[str, Any]:
        job_id = job.id
        for step in range(1, 1001):
            now[0] += 0.001
            progress(step, 1000)
            if step % 100 == 0:
                saved.append(read(job_id).done)
        return {}

    start(admin)
    longjobs.run({"reindex": thousand})
    assert saved == [1, 1, 1, 1, 1, 501, 501, 501, 501, 1000]


def test_progress_inside_a_unit_of_work_does_not_wait_for_itself(admin: Actor) -> None:
    """The two transactions would block each other; the step is made up for by the next call."""

    def careless(job: Job, progress: Progress) -> dict[str, Any]:
        with unit_of_work():
            db.session.get_one(Job, job.id).error = "halfway"
            progress(1, 2)
        progress(2, 2)
        return {}

    job_id = start(admin)
    longjobs.run({"reindex": careless})
    assert (read(job_id).state, read(job_id).done) == ("done", 2)


def test_a_job_whose_worker_died_is_taken_up_again(admin: Actor) -> None:
    """No heartbeat for three minutes: the next worker begins anew; three deaths, and a person must look."""
    job_id = start(admin)

    class Killed(BaseException):
        pass

    def dies(_job: Job, _progress: Progress) -> dict[str, Any]:
        raise Killed

    moment = clock.now()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with clock.frozen(moment), pytest.raises(Killed):
            longjobs.run({"reindex": dies})
        assert (read(job_id).state, read(job_id).attempts) == ("running", attempt)
        with clock.frozen(moment + timedelta(minutes=2)):
            assert longjobs.run({"reindex": ten_steps}) == 0
        moment += timedelta(minutes=4)
    with clock.frozen(moment):
        assert longjobs.run({"reindex": dies}) == 0
    assert read(job_id).state == "failed"


def test_the_clock_keeps_hearts_beating_and_calls_for_hands(
    admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long step without progress is no death; a job that waits is called for every minute."""
    calls: list[str] = []
    monkeypatch.setattr(outside(), "call_jobs", lambda: calls.append("call"))
    longjobs.resume_lost()
    assert calls == []
    job_id = start(admin)
    longjobs.resume_lost()
    assert calls == ["call"]
    later = clock.now() + timedelta(minutes=10)

    def long_step(job: Job, _progress: Progress) -> dict[str, Any]:
        with clock.frozen(later):
            longjobs.resume_lost()
            assert longjobs.run({"reindex": ten_steps}) == 0
        beat = read(job_id).heartbeat_at
        return {"kept": beat is not None and beat == later}

    longjobs.run({"reindex": long_step})
    assert read(job_id).result == {"kept": True}
    assert calls == ["call"]


def test_a_worker_that_goes_away_lets_go(admin: Actor) -> None:
    """What it was performing is free for the next one at once."""

    class Stopped(BaseException):
        pass

    def stops(_job: Job, _progress: Progress) -> dict[str, Any]:
        longjobs.let_go()
        raise Stopped

    job_id = start(admin)
    with pytest.raises(Stopped):
        longjobs.run({"reindex": stops})
    assert longjobs.run({"reindex": ten_steps}) == 1
    assert (read(job_id).state, read(job_id).attempts) == ("done", 2)


def test_two_workers_share_the_jobs(app: Flask, admin: Actor) -> None:
    """Four threads claim twelve jobs: each is performed exactly once."""
    ids = [start(admin, "export_ledger", name="a", filters={}) for _ in range(12)]
    db.session.rollback()
    done: list[int] = []
    faults: list[BaseException] = []

    def count(job: Job, _progress: Progress) -> dict[str, Any]:
        done.append(job.id)
        return {}

    def work() -> None:
        try:
            with app.app_context():
                longjobs.run({"export_ledger": count})
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(done) == ids


@pytest.mark.parametrize(
    ("role", "kind", "allowed"),
    [
        (Role.SYSTEM_ADMIN, "reindex", True),
        (Role.AUDITOR, "reindex", False),
        (Role.AUDITOR, "audit_verify", True),
        (Role.AUDITOR, "export_ledger", True),
        (Role.DEMAND_REVIEWER, "export_ledger", False),
    ],
)
def test_who_may_start_what(session: object, role: Role, kind: str, allowed: bool) -> None:
    """Each kind has its permission."""
    actor = factories.actor(factories.make_staff(role))
    if allowed:
        assert start(actor, kind) > 0
    else:
        with pytest.raises(NotAllowed):
            start(actor, kind)


def test_jobs_are_seen_by_their_starter_and_operators(admin: Actor) -> None:
    """To everybody else there is no such job."""
    exporter = factories.actor(factories.make_staff(Role.AUDITOR))
    other = factories.actor(factories.make_staff(Role.DEMAND_REVIEWER))
    job_id = start(exporter, "audit_verify")
    assert longjobs.get_for(exporter, job_id).id == longjobs.get_for(admin, job_id).id == job_id
    for actor, wanted in [(other, job_id), (admin, job_id + 1000)]:
        with pytest.raises(NotFound):
            longjobs.get_for(actor, wanted)


@pytest.fixture
def call_log(session: object) -> Iterator[list[int]]:
    """Stands for the worker's second thread."""
    log: list[int] = []
    outside().call_jobs = lambda: log.append(1)
    yield log
    outside().call_jobs = None


def test_the_outbox_only_calls_and_goes_on(admin: Actor, call_log: list[int]) -> None:
    """With hands of their own, a drain performs no job: it calls, and other promises follow at once."""
    from marketplace.services import dispatch

    job_id = start(admin, "audit_verify")
    dispatch.drain()
    assert call_log == [1]
    assert read(job_id).state == "queued"
    outside().call_jobs = None
    with unit_of_work():
        outbox.enqueue("job", job=job_id)
    dispatch.drain()
    assert read(job_id).state == "done"
    assert read(job_id).result["fault"] == ""


def test_a_rules_refusal_is_a_failure_without_a_stack_trace(
    admin: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    """What a rule says is for people, not for the log."""

    def refuses(_job: Job, _progress: Progress) -> dict[str, Any]:
        raise DomainError("no", "不行")

    job_id = start(admin)
    longjobs.run({"reindex": refuses})
    assert read(job_id).state == "failed"
    assert read(job_id).error == "不行"
    assert caplog.records == []
