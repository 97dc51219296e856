"""The review desk: which service decides which kind of task, and what the reviewer is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from sqlalchemy import Select, func, or_, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.people import OrganisationProfile, Person
from marketplace.models.platform import ReviewTask
from marketplace.services.catalogue import decisions
from marketplace.services.deals.payments import decisions as vouchers
from marketplace.services.deals.payments import evidences
from marketplace.services.people import verification
from marketplace.services.platform import reviews
from marketplace.services.platform.reviews import Content, subject_of

PAGE_SIZE = 20
REMARK_LENGTH = 1000
"""Characters of a remark beside one field, as the page says too."""

DECIDERS: Mapping[str, ModuleType] = {
    "organisation": verification,
    "achievement": decisions,
    "demand": decisions,
    "payment": vouchers,
    "payment_evidence": evidences,
}
"""Each has ``approve(actor, task, note)``, ``return_(actor, task, reasons, note)`` and ``material(task)``.

Kinds that are missing here are decided on pages of their own (domain/platform/tasks.py)."""


@dataclass(frozen=True)
class Filter:
    """What of the queue is wanted; every value empty means everything."""

    state: str = "open"
    kind: str = ""
    who: str = ""
    late: bool = False
    words: str = ""


@dataclass(frozen=True)
class Page:
    """A page of the queue, with how many stand in each tab."""

    items: list[ReviewTask]
    page: int
    pages: int
    total: int
    open_total: int
    done_total: int
    may_approve: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Material:
    """What lies before the reviewer: fields, files, warnings, and who could take the task."""

    content: Content
    remarks: Mapping[str, str]
    colleagues: Sequence[Person] = field(default_factory=list)
    decided: Sequence[ReviewTask] = field(default_factory=list)
    may_decide: bool = False


def page_of(actor: Actor, wanted: Filter, number: int) -> Page:
    """Return page ``number`` (from 1) of the tasks the actor may read."""
    counts = {
        state: db.session.scalar(_count(_query(actor, wanted, state))) or 0 for state in ("open", "done")
    }
    total = counts[wanted.state]
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(number, pages)
    query = _query(actor, wanted, wanted.state).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    items = list(db.session.scalars(query))
    able = frozenset(
        task.id
        for task in items
        if task.state == "open" and task.kind in DECIDERS and may(actor, Permission.REVIEW, subject_of(task))
    )
    return Page(items, number, pages, total, counts["open"], counts["done"], able)


def _query(actor: Actor, wanted: Filter, state: str) -> Select[ReviewTask]:
    kinds = [wanted.kind] if wanted.kind else list(TASK_KINDS)
    query = reviews.queue(actor, kinds, state)
    if wanted.who == "me":
        column = ReviewTask.assignee_id if state == "open" else ReviewTask.decided_by
        query = query.where(column == actor.person_id)
    if wanted.who == "none":
        query = query.where(ReviewTask.assignee_id.is_(None))
    if wanted.late and state == "open":
        query = query.where(ReviewTask.due_on < clock.today())
    if wanted.words:
        named = select(OrganisationProfile.organisation_id).where(
            OrganisationProfile.name.contains(wanted.words, autoescape=True)
        )
        query = query.where(
            or_(
                ReviewTask.title.contains(wanted.words, autoescape=True),
                ReviewTask.organisation_id.in_(named),
            )
        )
    return query


def _count(query: Select[ReviewTask]) -> Select[int]:
    return select(func.count()).select_from(query.order_by(None).with_only_columns(ReviewTask.id).subquery())


def open_tasks(actor: Actor, ids: Sequence[int]) -> list[ReviewTask]:
    """Return the open tasks among ``ids`` that the actor may read, in the order of their due days."""
    query = reviews.queue(actor, list(TASK_KINDS)).where(ReviewTask.id.in_(ids))
    return list(db.session.scalars(query))


def expect_version(task: ReviewTask, version: int | None) -> None:
    """Raise Conflict when the task has changed since the reviewer opened it."""
    if version is not None and task.version != version:
        raise Conflict()


def approve(actor: Actor, task: ReviewTask, note: str) -> None:
    """Approve what ``task`` is about; what follows from it is its service's business."""
    DECIDERS[task.kind].approve(actor, task, note)


def return_(actor: Actor, task: ReviewTask, reasons: list[str], note: str) -> None:
    """Return what ``task`` is about for correction, with coded reasons and words."""
    DECIDERS[task.kind].return_(actor, task, reasons, note)


def remark(actor: Actor, task: ReviewTask, field_name: str, text: str) -> None:
    """Write, change or take back the remark beside a field; nothing happens where it stays the same.

    Names that are no field of what is reviewed are passed over. Raises DomainError for a remark too long.
    """
    text = clean_text(text)
    known = {each.field: each.text for each in task.remarks}
    if text == known.get(field_name, ""):
        return
    if len(text) > REMARK_LENGTH:
        raise DomainError(
            "remark_long", N_("每处意见最多%(limit)d字，有一处写了%(length)d字，请删减"),
            limit=REMARK_LENGTH, length=len(text),
        )  # fmt: skip
    if field_name in {row.key for row in DECIDERS[task.kind].material(task).rows}:
        reviews.remark(actor, task, field_name, text)


def material(actor: Actor, task: ReviewTask) -> Material:
    """Return what lies before the reviewer of ``task``."""
    return Material(
        content=DECIDERS[task.kind].material(task),
        remarks={each.field: each.text for each in task.remarks},
        colleagues=reviews.colleagues(task),
        decided=_decided(task),
        may_decide=task.state == "open" and may(actor, Permission.REVIEW, subject_of(task)),
    )


def _decided(task: ReviewTask) -> list[ReviewTask]:
    """Return every decision on the same subject, newest first, this one among them when it is made."""
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == task.subject_kind,
        ReviewTask.subject_id == task.subject_id,
        ReviewTask.state == "done",
    )
    return list(db.session.scalars(query.order_by(ReviewTask.id.desc())))
