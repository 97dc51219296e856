"""The outbox: promises of a committed transaction, kept by the worker, retried, visible to administrators."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, select, update

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.platform import OutboxMessage
from marketplace.services.unit import unit_of_work

MAX_ATTEMPTS = 16
LONGEST_PAUSE = timedelta(hours=1)
"""With pauses that double from two seconds, sixteen attempts outlast five hours without a mail server."""
BATCH = 200
BUSY_PAUSE = timedelta(seconds=2)


@dataclass(frozen=True)
class Handler:
    """Keeps the promises of a topic; ``together`` hands it a whole batch of payloads, else one at a time.

    ``busy``: errors that only mean "not now", such as a lock that somebody holds; they count as no attempt and are
    tried again after ``pause``. ``down``: errors of the way and not of the promise, such as a mail server that is
    silent; the promise has had its attempt, and whatever else of its topic is due waits for ``pause`` unasked, or each
    would hold up the other topics as long as this one did.
    """

    keep: Callable[[Sequence[dict[str, Any]]], None]
    together: bool = False
    busy: tuple[type[Exception], ...] = ()
    down: tuple[type[Exception], ...] = ()
    pause: timedelta = BUSY_PAUSE


def enqueue(topic: str, **payload: Any) -> None:
    """Promise ``topic`` with ``payload`` when the present transaction commits."""
    db.session.add(OutboxMessage(topic=topic, payload=payload))


def drain(handlers: Mapping[str, Handler]) -> int:
    """Keep every promise that is due; return how many were tried. Safe to be killed at any point.

    Of what is due at once, topics follow each other as in ``handlers``: what may have to wait for others stands last.
    A handler may be called again with a payload it has seen, so handlers must be repeatable.
    """
    tried = 0
    places = {topic: place for place, topic in enumerate(handlers)}
    while batch := _due():
        tried += len(batch)
        for topic, messages in groupby(sorted(batch, key=lambda m: (places[m[1]], m[0])), key=lambda m: m[1]):
            if _keep(handlers[topic], [(key, payload) for key, _, payload in messages]):
                _put_off(OutboxMessage.topic == topic, handlers[topic].pause)
    return tried


def _due() -> list[tuple[int, str, dict[str, Any]]]:
    query = (
        select(OutboxMessage.id, OutboxMessage.topic, OutboxMessage.payload)
        .where(OutboxMessage.state == "waiting", OutboxMessage.available_at <= clock.now())
        .order_by(OutboxMessage.id)
        .limit(BATCH)
    )
    rows = [(row.id, row.topic, row.payload) for row in db.session.execute(query)]
    db.session.rollback()
    return rows


def any_due() -> bool:
    """Return whether a promise waits whose time has come."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.state == "waiting", OutboxMessage.available_at <= clock.now()
    )
    return db.session.scalar(query.limit(1)) is not None


def _keep(handler: Handler, messages: list[tuple[int, dict[str, Any]]]) -> bool:
    """Keep promises of one topic; return whether the way was found to be down, and the rest left unasked."""
    groups = [messages] if handler.together else [[message] for message in messages]
    for group in groups:
        try:
            handler.keep([payload for _, payload in group])
        except handler.busy:
            db.session.rollback()
            _put_off(OutboxMessage.id.in_([key for key, _ in group]), handler.pause)
        except handler.down as fault:
            db.session.rollback()
            _postpone([key for key, _ in group], str(fault), handler.pause)
            return True
        except Exception as fault:  # whatever it was, the promise stays and is tried again
            db.session.rollback()
            if len(group) > 1:
                # One bad payload must not hold up the rest of its batch.
                if _keep(replace(handler, together=False), group):
                    return True
            else:
                _postpone([key for key, _ in group], f"{type(fault).__name__}: {fault}")
        else:
            _mark_done([key for key, _ in group])
    return False


def _put_off(which: ColumnElement[bool], pause: timedelta) -> None:
    now = clock.now()
    with unit_of_work():
        db.session.execute(
            update(OutboxMessage)
            .where(which, OutboxMessage.state == "waiting", OutboxMessage.available_at <= now)
            .values(available_at=now + pause)
        )


def _mark_done(keys: list[int]) -> None:
    with unit_of_work():
        db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(keys), OutboxMessage.state == "waiting")
            .values(state="done", done_at=clock.now(), attempts=OutboxMessage.attempts + 1)
        )


def _postpone(keys: list[int], error: str, least: timedelta = timedelta()) -> None:
    with unit_of_work():
        for message in db.session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(keys))):
            message.attempts += 1
            message.last_error = error[:2000]
            pause = min(timedelta(seconds=2**message.attempts), LONGEST_PAUSE)
            message.available_at = clock.now() + max(pause, least)
            if message.attempts >= MAX_ATTEMPTS:
                message.state = "failed"


def retry(message_id: int) -> None:
    """Put a failed message back in the queue."""
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state == "failed")
        .values(state="waiting", attempts=0, available_at=clock.now())
    )


def hasten(topic: str) -> None:
    """Make every postponed promise of ``topic`` due at once: what stood in their way is gone."""
    with unit_of_work():
        db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.topic == topic, OutboxMessage.state == "waiting")
            .values(available_at=clock.now())
        )
