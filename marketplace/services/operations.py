"""How the site itself is doing: the worker's heartbeat, promises not kept, mails, the index, what is tidied away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, AuditSeal, Heartbeat, Job, MailMessage, OutboxMessage
from marketplace.services.outside import outside
from marketplace.services.platform import audit, outbox
from marketplace.services.unit import unit_of_work

WORKER = "worker"
WORKER_SILENT_AFTER = timedelta(minutes=3)
OVERDUE_AFTER = timedelta(seconds=60)
KEPT_FOR = timedelta(days=30)
"""How long promises that were kept and mails that were sent stay: mails hold names and one-time links."""


def beat() -> None:
    """Say that the worker is alive; called by its clock every minute."""
    with unit_of_work():
        db.session.merge(Heartbeat(name=WORKER, at=clock.now()))


def worker_seen() -> datetime | None:
    """Return when the worker was last alive, or None before its first minute."""
    return db.session.scalar(select(Heartbeat.at).where(Heartbeat.name == WORKER))


def worker_is_alive() -> bool:
    """Return whether the worker was seen within the last three minutes."""
    seen = worker_seen()
    return seen is not None and clock.now() - seen < WORKER_SILENT_AFTER


@dataclass(frozen=True)
class OutboxHealth:
    """Promises that wait, those that should have been kept a minute ago, and those given up."""

    waiting: int
    overdue: int
    failed: int


def outbox_health() -> OutboxHealth:
    """Count what the outbox still owes."""
    late = clock.now() - OVERDUE_AFTER
    waiting = OutboxMessage.state == "waiting"
    query = select(
        func.count().filter(waiting),
        func.count().filter(waiting, OutboxMessage.available_at < late),
        func.count().filter(OutboxMessage.state == "failed"),
    ).where(OutboxMessage.state != "done")
    return OutboxHealth(*db.session.execute(query).one())


@dataclass(frozen=True)
class AuditHealth:
    """The newest link of the chain and how many events are not sealed yet."""

    head: AuditSeal | None
    unsealed: int


def audit_health() -> AuditHealth:
    """Return the chain's head and the unsealed tail."""
    query = (
        select(func.count())
        .select_from(AuditEvent)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditSeal.sequence.is_(None))
    )
    return AuditHealth(audit.head(), db.session.scalar(query) or 0)


def mails() -> Select[MailMessage]:
    """Return the query of mails, newest first."""
    return select(MailMessage).order_by(MailMessage.id.desc())


def last_reindex() -> Job | None:
    """Return the last rebuild of the search index that was started from the pages and came to its end."""
    query = select(Job).where(Job.kind == "reindex", Job.state == "done").order_by(Job.id.desc()).limit(1)
    return db.session.scalar(query)


def retry_message(actor: Actor, message_id: int) -> None:
    """Put a failed promise back in the queue; Conflict when it is not failed any more."""
    require(actor, Permission.RUN_JOBS)
    message = db.session.get_one(OutboxMessage, message_id)
    if message.state != "failed":
        raise Conflict()
    outbox.retry(message_id)
    audit.record(actor, "outbox.retry", "outbox_message", message_id, topic=message.topic)


def tidy() -> None:
    """Remove kept promises and sent mails after their time."""
    limit = clock.now() - KEPT_FOR
    with unit_of_work():
        db.session.execute(
            delete(OutboxMessage).where(OutboxMessage.state == "done", OutboxMessage.done_at < limit)
        )
        db.session.execute(delete(MailMessage).where(MailMessage.sent_at < limit))


@dataclass(frozen=True)
class Health:
    """What administrators look at first. ``index_outdated``: the search index is missing or of another version."""

    worker_seen: datetime | None
    worker_alive: bool
    outbox: OutboxHealth
    audit: AuditHealth
    index_outdated: bool
    last_reindex: Job | None


def overview() -> Health:
    """Return the state of the machinery as of now."""
    return Health(
        worker_seen=worker_seen(),
        worker_alive=worker_is_alive(),
        outbox=outbox_health(),
        audit=audit_health(),
        index_outdated=outside().index.needs_rebuild(),
        last_reindex=last_reindex(),
    )
