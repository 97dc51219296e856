"""进度查询 without login: the way of a case by its 受理编号 and the last four digits of the applicant's phone."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from marketplace.domain import regions
from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError
from marketplace.domain.states import SUBSIDY_CASE, State
from marketplace.domain.text import N_, compact
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, ReviewTask
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import deadlines
from marketplace.services.subsidy.reading import waiting

CITY_OFFICE = N_("市科技局")
APPLICANT = N_("申请单位")
_OFFICES = {
    "submit": APPLICANT, "resubmit_first": APPLICANT, "resubmit": APPLICANT, "withdraw": APPLICANT, "appeal": APPLICANT,
}  # fmt: skip
_WAITS = {
    "returned": APPLICANT, "refused": APPLICANT, "tracking": APPLICANT, "closed": "", "dismissed": "", "withdrawn": "",
}  # fmt: skip
_BY_FIRST_OFFICE = frozenset({"first_review"})
UNKNOWN = N_("没有查到，请核对受理编号和联系电话后四位")
_TAIL = 4
SAYS_WHY = frozenset({"returned", "refused", "dismissed"})
SAME_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True)
class Step:
    """A step that was taken: what it is called, where it led (msgids), when, which office, and the office's words."""

    label: str
    state: str
    at: datetime
    office: str
    remark: str


@dataclass(frozen=True)
class Progress:
    """Where a case stands. ``office``: who must act now, '' when nobody; ``due``: by when, with working days left."""

    case: SubsidyCase
    state: State
    steps: Sequence[Step]
    office: str
    due: date | None
    days_left: int | None


def find(number: str, tail: str) -> Progress:
    """Return the progress of a case. Raises DomainError in the same words whichever of the two is wrong."""
    wanted = compact(number).upper()
    case = db.session.scalar(select(SubsidyCase).where(SubsidyCase.number == wanted)) if wanted else None
    # Compared in any case, so that the time taken does not tell which numbers exist.
    known = case.phone_tail if case is not None else ""
    fits = hmac.compare_digest(known.encode(), compact(tail).encode())
    if case is None or len(known) != _TAIL or not fits:
        raise DomainError("progress_unknown", UNKNOWN)
    step = waiting.steps_of(Actor(), [case]).get(case.id)
    due = step.due if step is not None else None
    left = deadlines.days_left(due) if due is not None else None
    return Progress(case, SUBSIDY_CASE.states[case.state], steps_of(case), waits_for(case), due, left)


def steps_of(case: SubsidyCase) -> list[Step]:
    """Return the steps of a case since its submission, the oldest first, as the trail has them."""
    events = db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == "subsidy_case", AuditEvent.subject_id == case.id)
        .order_by(AuditEvent.id)
    )
    remarks = _remarks(case)
    steps = []
    for event in events:
        _kind, _dot, action = event.tag.partition(".")
        before, after = event.details.get("from", ""), event.details.get("to", "")
        moved = SUBSIDY_CASE.table.get((before, action))
        if moved is not None:
            label = SUBSIDY_CASE.states[after].label
            remark = _remark(remarks, event) if after in SAYS_WHY else ""
            steps.append(Step(moved.label, label, event.at, _office(case, action, before), remark))
    return steps


def _remark(remarks: Sequence[ReviewTask], event: AuditEvent) -> str:
    """Return the words of the decision that moved the case: written by the same person in the same transaction."""
    return next(
        (
            task.note
            for task in remarks
            if task.decided_by == event.actor_id
            and task.decided_at is not None
            and abs(task.decided_at - event.at) < SAME_MOMENT
        ),
        "",
    )


def _remarks(case: SubsidyCase) -> Sequence[ReviewTask]:
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "subsidy_case",
        ReviewTask.subject_id == case.id,
        ReviewTask.state == "done",
    )
    return db.session.scalars(query.order_by(ReviewTask.id.desc())).all()


def _office(case: SubsidyCase, action: str, before: str) -> str:
    if action in _OFFICES:
        return _OFFICES[action]
    return office_name(case) if before in _BY_FIRST_OFFICE else CITY_OFFICE


def office_name(case: SubsidyCase) -> str:
    """Return the office of 初审 by name."""
    return regions.FIRST_REVIEW_OFFICES.get(case.office, CITY_OFFICE)


def waits_for(case: SubsidyCase) -> str:
    """Return the office that must act now; '' when nobody has to."""
    if case.state in _BY_FIRST_OFFICE:
        return office_name(case)
    return _WAITS.get(case.state, CITY_OFFICE)
