"""Who did what with a case, and when, with the words and reasons of each decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, ReviewTask
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.people import actors
from marketplace.services.platform import audit
from marketplace.services.subsidy.applying import evidence

_BESIDES = {
    "subsidy_case.create": N_("建立草稿"),
    "subsidy_case.declare": N_("签署承诺"),
    "subsidy_case.account": N_("确认收款账户"),
}
"""What is told beside the transitions of the table."""

_SAME_ACT = timedelta(seconds=30)
"""What one transaction wrote bears nearly the same time."""


@dataclass(frozen=True)
class Event:
    """A line of the history, oldest first: ``reasons`` are msgids, ``note`` the words beside a decision."""

    at: datetime
    label: str
    who: str
    reasons: Sequence[str] = ()
    note: str = ""


def timeline(case: SubsidyCase) -> list[Event]:
    """Return what happened to a case, oldest first; the caller has looked whether it may be read."""
    labels = {SUBSIDY_CASE.audit_tag(each.action): each.label for each in SUBSIDY_CASE.table.values()}
    labels |= _BESIDES
    query = audit.events(subject_kind="subsidy_case", subject_id=case.id).where(AuditEvent.tag.in_(labels))
    found = sorted(db.session.scalars(query), key=lambda event: event.id)
    people = actors.names_of({each.actor_id for each in found if each.actor_id is not None})
    tasks = _tasks(case)
    told: set[tuple[str, datetime]] = set()
    events = []
    for event in found:
        # Several declarations of one signature are one line.
        key = (event.tag, event.at.replace(microsecond=0))
        if event.tag == "subsidy_case.declare" and (key in told or event.details.get("kind") == "appeal"):
            # 陈述申辩 is signed too, and has a line of its own.
            continue
        told.add(key)
        task = next((each for each in tasks if _same(each, event)), None)
        codes = list(event.details.get("reasons", ())) or (list(task.reasons) if task is not None else [])
        known = REASONS.get(task.kind, {}) if task is not None else {}
        reasons = [known.get(code) or evidence.REASONS.get(code, code) for code in codes]
        who = people.get(event.actor_id or 0, "")
        events.append(Event(event.at, labels[event.tag], who, reasons, task.note if task is not None else ""))
    return events


def _tasks(case: SubsidyCase) -> list[ReviewTask]:
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "subsidy_case",
        ReviewTask.subject_id == case.id,
        ReviewTask.state == "done",
    )
    return list(db.session.scalars(query.order_by(ReviewTask.id)))


def _same(task: ReviewTask, event: AuditEvent) -> bool:
    return (
        task.decided_by == event.actor_id
        and task.decided_at is not None
        and abs(task.decided_at - event.at) < _SAME_ACT
        and "to" in event.details
    )


def last_decision(case: SubsidyCase) -> ReviewTask | None:
    """Return the last decision of a review: its remarks stand beside the fields of a returned case."""
    return next(reversed(_tasks(case)), None)
