"""The audit trail: written in the transaction it tells of, sealed into a hash chain by the worker.

Sealing apart keeps writers from queueing at one row; ``verify`` reports the tail that is not sealed yet.
"""

import hashlib
import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.platform.audit import check_details
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, AuditSeal
from marketplace.services.unit import unit_of_work

GENESIS = "0" * 64

BATCH = 500
"""Events sealed in one transaction, so that other writers never wait long."""


def record(actor: Actor, tag: str, subject_kind: str, subject_id: int | None, **details: Any) -> AuditEvent:
    """Write one event. ``details`` must match the schema of ``tag`` exactly (domain/audit.py)."""
    check_details(tag, details)
    event = AuditEvent(
        at=clock.now(),
        actor_id=actor.person_id,
        organisation_id=actor.organisation_id,
        tag=tag,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=details,
    )
    db.session.add(event)
    return event


def link_digest(previous: str, event: AuditEvent) -> str:
    """Return the digest of a link: SHA-256 over the previous digest and the event in canonical JSON."""
    content = json.dumps(
        {
            "id": event.id,
            "at": event.at.isoformat(timespec="microseconds"),
            "actor": event.actor_id,
            "organisation": event.organisation_id,
            "tag": event.tag,
            "subject": [event.subject_kind, event.subject_id],
            "details": event.details,
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()


def head() -> AuditSeal | None:
    """Return the newest link of the chain, or None before the first."""
    return db.session.scalar(select(AuditSeal).order_by(AuditSeal.sequence.desc()).limit(1))


def seal(limit: int = BATCH) -> int:
    """Seal up to ``limit`` events that are not in the chain yet, oldest first; return how many."""
    events = _unsealed(limit)
    last = head()
    sequence, previous = (last.sequence, last.digest) if last else (0, GENESIS)
    for event in events:
        sequence += 1
        digest = link_digest(previous, event)
        db.session.add(
            AuditSeal(
                sequence=sequence, event_id=event.id, previous=previous, digest=digest, sealed_at=clock.now()
            )
        )
        previous = digest
    db.session.flush()
    return len(events)


def seal_all() -> None:
    """Seal every event written so far, a batch in each transaction; opens units of work of its own."""
    sealed = BATCH
    while sealed == BATCH:
        # A batch that is not full was the last: looking for more would read the whole trail again.
        with unit_of_work():
            sealed = seal()


def _unsealed(limit: int) -> list[AuditEvent]:
    query = (
        select(AuditEvent)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditSeal.sequence.is_(None))
        .order_by(AuditEvent.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def events(
    tag: str = "",
    subject_kind: str = "",
    subject_id: int | None = None,
    actor_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Select[AuditEvent]:
    """Return the query of events that fit every filter given, newest first; days are days in Beijing."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc())
    exact = {
        "tag": tag or None, "subject_kind": subject_kind or None, "subject_id": subject_id, "actor_id": actor_id,
    }  # fmt: skip
    query = query.filter_by(**{name: value for name, value in exact.items() if value is not None})
    if since is not None:
        query = query.where(AuditEvent.at >= datetime.combine(since, time(), clock.BEIJING))
    if until is not None:
        query = query.where(
            AuditEvent.at < datetime.combine(until, time(), clock.BEIJING) + timedelta(days=1)
        )
    return query


@dataclass(frozen=True)
class Verification:
    """Outcome of ``verify``: links checked, head digest, events not yet sealed, and the first fault or ''."""

    links: int
    head: str
    unsealed: int
    fault: str


def verify() -> Verification:
    """Recompute the whole chain from the events; name the first link that does not fit."""
    previous, links = GENESIS, 0
    with closing(_chain()) as chain:
        for seal_row, event in chain:
            links += 1
            if seal_row.sequence != links:
                return Verification(links, previous, 0, f"link {links} is missing")
            if seal_row.previous != previous or seal_row.digest != link_digest(previous, event):
                return Verification(links, previous, 0, f"event {event.id} does not fit its link {links}")
            previous = seal_row.digest
    unsealed = db.session.scalar(
        select(db.func.count())
        .select_from(AuditEvent)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditSeal.sequence.is_(None))
    )
    return Verification(links, previous, unsealed or 0, "")


def _chain() -> Generator[tuple[AuditSeal, AuditEvent]]:
    query = (
        select(AuditSeal, AuditEvent)
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .order_by(AuditSeal.sequence)
        .execution_options(yield_per=500)
    )
    # Whoever stops at a fault leaves no cursor open behind.
    with db.session.execute(query) as found:
        yield from found
