"""The outbox and the long jobs in numbers: what waits, since when, what was given up and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, update

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict
from marketplace.domain.platform.jobs import JOB_KINDS
from marketplace.domain.states import JOB
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import Job, OutboxMessage
from marketplace.services.platform import audit

TOPICS: Mapping[str, str] = {
    "index": N_("更新索引"),
    "match": N_("更新匹配"),
    "tell": N_("通知新匹配"),
    "news": N_("通知已保存的搜索和收藏"),
    "mail": N_("发邮件"),
    "job": N_("启动后台任务"),
    "contract": N_("合同与付款的后续"),
    "billing": N_("核对在线支付"),
}
"""Topic of the outbox → what is done; a topic without words is shown by its code."""

STATES: Mapping[str, str] = {"failed": N_("失败"), "waiting": N_("等待"), "done": N_("已完成")}

JOB_FILTERS: Mapping[str, Mapping[str, str]] = {
    "kind": {kind: about.label for kind, about in JOB_KINDS.items()},
    "state": {state.code: state.label for state in JOB.states.values()},
}

HOURS = 24


@dataclass(frozen=True)
class TopicLine:
    """What the outbox holds of a topic. ``oldest``: since when its oldest promise waits, ``late``: due before a
    minute or more; ``error``: the last reason of one given up."""

    topic: str
    waiting: int
    late: int
    failed: int
    done: int
    oldest: datetime | None
    error: str


@dataclass(frozen=True)
class Hour:
    """How many promises were kept in the hour that begins at ``at``, and how many were made in it."""

    at: datetime
    made: int
    kept: int


def topics() -> list[TopicLine]:
    """Return every topic that the outbox holds, the troubled ones first; two queries."""
    message = OutboxMessage
    waiting, failed = message.state == "waiting", message.state == "failed"
    late = clock.now() - timedelta(minutes=1)
    query = select(
        message.topic,
        func.count().filter(waiting).label("waiting"),
        func.count().filter(waiting, message.available_at < late).label("late"),
        func.count().filter(failed).label("failed"),
        func.count().filter(message.state == "done").label("done"),
        func.min(message.created_at).filter(waiting).label("oldest"),
        func.max(message.id).filter(failed).label("last_failed"),
    ).group_by(message.topic)
    rows = db.session.execute(query).all()
    last = select(message.id, message.last_error).where(message.id.in_([row.last_failed for row in rows]))
    errors = {row.id: row.last_error for row in db.session.execute(last)}
    found = [
        TopicLine(
            row.topic,
            row.waiting,
            row.late,
            row.failed,
            row.done,
            row.oldest,
            errors.get(row.last_failed, ""),
        )
        for row in rows
    ]
    return sorted(found, key=lambda line: (-line.failed, -line.late, -line.waiting, line.topic))


def hours() -> list[Hour]:
    """Return the last day, hour by hour, the oldest first; one query."""
    begin = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    starts = [begin + timedelta(hours=n) for n in range(HOURS)]
    counted: list[Any] = []
    for start in starts:
        end = start + timedelta(hours=1)
        for moment in (OutboxMessage.created_at, OutboxMessage.done_at):
            counted.append(func.count().filter(moment >= start, moment < end))
    # What was made before and is still unkept stands in the table of topics.
    recent = (OutboxMessage.created_at >= begin) | (OutboxMessage.done_at >= begin)
    numbers = db.session.execute(select(*counted).where(recent)).one()
    return [Hour(start, numbers[2 * n], numbers[2 * n + 1]) for n, start in enumerate(starts)]


def messages(filters: Mapping[str, str]) -> Select[OutboxMessage]:
    """Return the query of messages of a ``state`` and ``topic`` whose error holds the words ``q``, newest first."""
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc())
    for name in ("state", "topic"):
        if filters.get(name):
            query = query.where(getattr(OutboxMessage, name) == filters[name])
    if filters.get("q"):
        query = query.where(OutboxMessage.last_error.contains(filters["q"], autoescape=True))
    return query


def failed_of(topic: str) -> int:
    """Return how many promises of a topic were given up."""
    query = select(func.count()).where(OutboxMessage.topic == topic, OutboxMessage.state == "failed")
    return db.session.scalar(query) or 0


def samples(topic: str, limit: int = 5) -> Sequence[OutboxMessage]:
    """Return the newest promises of a topic that were given up."""
    query = select(OutboxMessage).where(OutboxMessage.topic == topic, OutboxMessage.state == "failed")
    return db.session.scalars(query.order_by(OutboxMessage.id.desc()).limit(limit)).all()


def retry_topic(actor: Actor, topic: str) -> int:
    """Put every promise of a topic that was given up back in the queue; Conflict where there is none (any more)."""
    require(actor, Permission.RUN_JOBS)
    change = (
        update(OutboxMessage)
        .where(OutboxMessage.topic == topic, OutboxMessage.state == "failed")
        .values(state="waiting", attempts=0, available_at=clock.now())
    )
    # What an UPDATE reports is how many rows it met; the type of the result does not say so.
    count: int = db.session.execute(change).rowcount  # type: ignore[attr-defined]
    if not count:
        raise Conflict()
    audit.record(actor, "outbox.retry_topic", "outbox_message", None, topic=topic, count=count)
    return count


def jobs(filters: Mapping[str, str]) -> Select[Job]:
    """Return the query of long jobs of a ``kind`` and ``state``, newest first."""
    query = select(Job).order_by(Job.id.desc())
    for name in ("kind", "state"):
        if filters.get(name):
            query = query.where(getattr(Job, name) == filters[name])
    return query
