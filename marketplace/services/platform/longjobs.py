"""Long jobs: started in a transaction, performed by the worker's second thread, watched by people.

The row is the promise: a job that waits, or whose worker died, is found by its state and its heartbeat.
What a kind of job does is given by the caller (services/dispatch.py), so that this module knows no area.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.platform.jobs import JOB_KINDS, MAX_ATTEMPTS
from marketplace.domain.states import JOB
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import Job
from marketplace.services import workflow
from marketplace.services.outside import outside
from marketplace.services.platform import notices, outbox
from marketplace.services.unit import in_unit, unit_of_work

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=3)
SAVE_EVERY_SECONDS = 0.5
PAUSE_SECONDS = 0.12
"""SQLite keeps no queue of writers: who waits looks again every tenth of a second."""
TOLD_AFTER = timedelta(seconds=30)
"""Whoever waited less has the page with the progress still before them."""
_SUBJECT = Subject("job")

# Jobs that threads of this process perform now: their hearts beat with the worker's clock.
_performing: set[int] = set()
_lock = Lock()


class Progress:
    """Tells how far a job is: ``progress(done, total)``. Saved at most every half second, by a transaction of its own.

    Inside a unit of work nothing is saved (the two would wait for each other); the next call makes up for it.
    """

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self.total = 0
        self._saved_at = 0.0

    def __call__(self, done: int, total: int | None = None) -> None:
        """Remember that ``done`` of ``total`` steps are done."""
        self.total = self.total if total is None else total
        moment = time.monotonic()
        if in_unit() or (moment - self._saved_at < SAVE_EVERY_SECONDS and done < self.total):
            return
        self._saved_at = moment
        values = {"done": min(done, self.total) if self.total else done, "total": self.total}
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(
                update(Job)
                .where(Job.id == self.job_id, Job.state == "running")
                .values(**values, heartbeat_at=clock.now())
            )


def give_way() -> None:
    """Let other people's writes in between two chunks of a job: without a pause they would wait for its end."""
    if db.engine.dialect.name == "sqlite":
        time.sleep(PAUSE_SECONDS)


Work = Callable[[Job, Progress], dict[str, Any]]
"""Does the job and returns its result: ids and numbers only. It may be repeated after a fault."""


def start(actor: Actor, kind: str, **params: Any) -> Job:
    """Promise a long job; of a single kind, the one that waits or runs already is given back.

    The site may start any by itself.
    """
    definition = JOB_KINDS[kind]
    if not actor.is_system:
        require(actor, definition.permission)
    if definition.single:
        present = db.session.scalar(
            select(Job).where(Job.kind == kind, Job.state.in_(("queued", "running"))).limit(1)
        )
        if present is not None:
            return present
    job = Job(kind=kind, params=params, started_by=actor.person_id)
    db.session.add(job)
    db.session.flush()
    outbox.enqueue("job", job=job.id)
    return job


def retry(actor: Actor, job_id: int) -> Job:
    """Put a failed job back in the queue."""
    job = get_for(actor, job_id)
    workflow.apply(JOB, job, "retry", actor, _SUBJECT)
    job.attempts, job.error, job.done = 0, "", 0
    outbox.enqueue("job", job=job.id)
    return job


def get_for(actor: Actor, job_id: int) -> Job:
    """Return a job that the actor started or, seeing to operations, may look at; NotFound otherwise."""
    job = db.session.get(Job, job_id)
    if job is None or not (job.started_by == actor.person_id or may(actor, Permission.READ_OPERATIONS)):
        raise NotFound()
    return job


def latest(limit: int = 20, kind: str | None = None, state: str | None = None) -> list[Job]:
    """Return jobs, newest first."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if state is not None:
        query = query.where(Job.state == state)
    return list(db.session.scalars(query))


def run(works: Mapping[str, Work]) -> int:
    """Perform every job that waits or has lost its worker, one after another; return how many."""
    performed = 0
    while (job_id := _claim()) is not None:
        performed += 1
        _perform(job_id, works)
    return performed


def resume_lost() -> None:
    """Keep the hearts of this process's jobs beating; call for hands when a job waits or has lost its worker."""
    with _lock:
        mine = set(_performing)
    if mine:
        with unit_of_work():
            query = update(Job).where(Job.id.in_(mine), Job.state == "running")
            db.session.execute(query.values(heartbeat_at=clock.now()))
    waiting = db.session.scalar(select(Job.id).where(_claimable()).limit(1))
    db.session.rollback()
    call = outside().call_jobs
    if waiting is not None and call is not None:
        call()


def let_go() -> None:
    """Leave what this process performs to the next worker: it is going away."""
    with _lock:
        mine = set(_performing)
    if mine:
        with unit_of_work():
            query = update(Job).where(Job.id.in_(mine), Job.state == "running")
            db.session.execute(query.values(heartbeat_at=clock.now() - 2 * LOST_AFTER))


def _claimable() -> ColumnElement[bool]:
    lost = and_(Job.state == "running", Job.heartbeat_at < clock.now() - LOST_AFTER)
    return or_(Job.state == "queued", lost)


def _claim() -> int | None:
    """Take the oldest job that nobody performs; the version column lets only one process have it."""
    while True:
        job_id = db.session.scalar(select(Job.id).where(_claimable()).order_by(Job.id).limit(1))
        if job_id is None:
            db.session.rollback()
            return None
        try:
            with unit_of_work():
                if _taken(job_id):
                    return job_id
        except Conflict:
            continue


def _taken(job_id: int) -> bool:
    job = db.session.scalar(select(Job).where(Job.id == job_id, _claimable()))
    if job is None:
        return False
    if job.attempts >= MAX_ATTEMPTS:
        workflow.apply(JOB, job, "start", SYSTEM, _SUBJECT)
        _end(job, "fail", error=N_("多次中断，已停止自动重试"))
        return False
    workflow.apply(JOB, job, "start", SYSTEM, _SUBJECT)
    job.attempts += 1
    job.started_at = job.started_at or clock.now()
    job.heartbeat_at, job.finished_at = clock.now(), None
    return True


def _perform(job_id: int, works: Mapping[str, Work]) -> None:
    with _lock:
        _performing.add(job_id)
    progress = Progress(job_id)
    try:
        result = works[_read(job_id).kind](_read(job_id), progress)
    except Exception as fault:
        db.session.rollback()
        said = str(fault)
        if not isinstance(fault, DomainError):
            logger.exception("job failed", extra={"job": job_id})
            said = f"{type(fault).__name__}: {fault}"
        with unit_of_work():
            _end(_read(job_id), "fail", error=said)
    else:
        with unit_of_work():
            job = _read(job_id)
            _end(job, "finish", result=result)
            job.total = job.done = progress.total
    finally:
        with _lock:
            _performing.discard(job_id)
        db.session.rollback()


def _read(job_id: int) -> Job:
    return db.session.get_one(Job, job_id)


def _end(job: Job, action: str, result: dict[str, Any] | None = None, error: str = "") -> None:
    moved = workflow.apply(JOB, job, action, SYSTEM, _SUBJECT)
    # A job that failed keeps what it noted on its way, so that it can go on from there.
    job.result = job.result if result is None else result
    job.error, job.finished_at = error[:2000], clock.now()
    waited = clock.now() - job.created_at >= TOLD_AFTER
    if moved.notice and job.started_by is not None and (waited or action == "fail"):
        kind = JOB_KINDS[job.kind]
        notices.notify([job.started_by], moved.notice, kind.page, job.id, title=kind.label)
