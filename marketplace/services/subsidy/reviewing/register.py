"""The list of cases for the offices: which ones, in which order, their sums, and the table to take away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock, regions
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.calendar import WorkingCalendar
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.text import N_, Words, compact
from marketplace.extensions import db
from marketplace.models.deals import TradedAchievement
from marketplace.models.people import Organisation, OrganisationProfile
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import SubsidyBatch, SubsidyCase
from marketplace.services.paging import SIZE, Page
from marketplace.services.platform import deadlines
from marketplace.services.platform.reviews import waits_for
from marketplace.services.platform.tables import Column
from marketplace.services.subsidy.cases import title_of
from marketplace.services.subsidy.reviewing import competence

Filters = Mapping[str, str]
MOST_WORDS = 5
PAID = ("tracking", "closed")

SORTS = {
    "due": N_("期限从近到远"),
    "submitted": N_("提交从近到远"),
    "submitted_up": N_("提交从远到近"),
    "amount": N_("补助额从高到低"),
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "state": {code: state.label for code, state in SUBSIDY_CASE.states.items() if code != "draft"},
    "office": regions.FIRST_REVIEW_OFFICES,
    "clause": {code: clause.label for code, clause in CLAUSES.items()},
    "overdue": {"1": N_("已超期限")},
    "mine": {"1": N_("分派给我")},
}
"""Filters with a list of values."""
FILTERS: Mapping[str, Mapping[str, str]] = {**CHOICES, "q": {}, "batch": {}}
"""Every filter that a page may set; words and the id of a batch have no list."""


@dataclass(frozen=True)
class Row:
    """A case of the list with its open task, whom it waits for, and the working days left."""

    case: SubsidyCase
    title: str
    task: ReviewTask | None
    waits_for: Words | None
    days_left: int | None


@dataclass(frozen=True)
class Totals:
    """What stands under the columns, over all rows of the filters; amounts in 分."""

    cases: int
    fixed_fen: int
    paid_fen: int


def own(actor: Actor) -> dict[str, str]:
    """Return the filters that no page sets: the offices that the actor reads ("" is the whole city), and who asks."""
    offices = competence.offices_of(actor)
    return {
        "offices": "*" if offices is None else ",".join(sorted(offices)) or "-",
        "person": str(actor.person_id or 0),
    }


def page_of(actor: Actor, filters: Filters, sort: str, number: int) -> tuple[Page[Row], Totals]:
    """Return a page of the cases that the actor may read, and the sums over all its pages."""
    require(actor, Permission.READ_CASES)
    asked = {**filters, **own(actor)}
    sums = totals(asked)
    pages = max(1, -(-sums.cases // SIZE))
    page = min(max(number, 1), pages)
    # Ids first: sorting narrow rows is several times faster than sorting all that a line shows.
    narrow = _ordered(_select(asked, with_task=sort == "due"), sort).with_only_columns(
        SubsidyCase.id, maintain_column_froms=True
    )
    ids = list(db.session.scalars(narrow.limit(SIZE).offset((page - 1) * SIZE)))
    wide = select(SubsidyCase).where(SubsidyCase.id.in_(ids)).options(selectinload(SubsidyCase.batch))
    by_id = {one.id: one for one in db.session.scalars(wide).unique()}
    return Page(rows_of([by_id[one] for one in ids]), page, pages, sums.cases), sums


def totals(asked: Filters) -> Totals:
    """Return the sums over every row; ``asked`` holds the filters with those of ``own``."""
    paid = case((SubsidyCase.state.in_(PAID), SubsidyCase.fixed_fen), else_=0)
    figures = (
        _select(asked)
        .order_by(None)
        .with_only_columns(
            func.count(),
            func.coalesce(func.sum(SubsidyCase.fixed_fen), 0),
            func.coalesce(func.sum(paid), 0),
            maintain_column_froms=True,
        )
    )
    number, fixed, out = db.session.execute(figures).one()
    return Totals(int(number), int(fixed), int(out))


def rows_of(found: Sequence[SubsidyCase]) -> list[Row]:
    """Return cases as rows of the list, with their open tasks by one query."""
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "subsidy_case",
        ReviewTask.subject_id.in_([one.id for one in found]),
        ReviewTask.state == "open",
    )
    tasks = {task.subject_id: task for task in db.session.scalars(query)}
    calendar = deadlines.calendar()
    return [_row(one, tasks.get(one.id), calendar) for one in found]


def _row(found: SubsidyCase, task: ReviewTask | None, calendar: WorkingCalendar) -> Row:
    if task is None:
        return Row(found, title_of(found), None, None, None)
    who = waits_for(task, task.kind)
    if task.assignee is None and task.scope is not None:
        who = Words(regions.FIRST_REVIEW_OFFICES.get(task.scope, task.scope))
    return Row(found, title_of(found), task, who, calendar.between(clock.today(), task.due_on))


def query_of(asked: Filters) -> Select[Any]:
    """Return every row by id, for the table to take away; ``asked`` holds the filters with those of ``own``."""
    return _select(asked).options(selectinload(SubsidyCase.batch)).order_by(SubsidyCase.id)


def batches() -> list[SubsidyBatch]:
    """Return the batches one may filter by, the newest first."""
    return list(db.session.scalars(select(SubsidyBatch).order_by(SubsidyBatch.id.desc()).limit(100)))


def _select(asked: Filters, with_task: bool = False) -> Select[Any]:
    query = select(SubsidyCase).where(SubsidyCase.number.is_not(None))
    if with_task or asked.get("overdue") or asked.get("mine"):
        query = query.outerjoin(ReviewTask, _task())
    offices = asked.get("offices", "-")
    if offices != "*":
        query = query.where(SubsidyCase.office.in_(offices.split(",")))
    for name, value in asked.items():
        if value and name in _CONDITIONS:
            query = query.where(_CONDITIONS[name](value))
    if asked.get("mine"):
        query = query.where(ReviewTask.assignee_id == int(asked.get("person", "0")))
    return query


def _task() -> ColumnElement[bool]:
    return and_(
        ReviewTask.subject_kind == "subsidy_case",
        ReviewTask.subject_id == SubsidyCase.id,
        ReviewTask.state == "open",
    )


def _ordered(query: Select[Any], sort: str) -> Select[Any]:
    newest = (SubsidyCase.submitted_at.desc(), SubsidyCase.id.desc())
    orders: dict[str, tuple[Any, ...]] = {
        "due": (ReviewTask.due_on.asc().nulls_last(), *newest),
        "submitted": newest,
        "submitted_up": (SubsidyCase.submitted_at, SubsidyCase.id),
        "amount": (SubsidyCase.fixed_fen.desc().nulls_last(), *newest),
    }
    return query.order_by(*orders.get(sort, orders["due"]))


def _words(typed: str) -> ColumnElement[bool]:
    """Every word stands in the number, in the achievement's name, or in the enterprise's name or code."""
    return and_(*(_word(word) for word in typed.split()[:MOST_WORDS]))


def _word(word: str) -> ColumnElement[bool]:
    named = select(OrganisationProfile.organisation_id).where(
        OrganisationProfile.name.icontains(word, autoescape=True)
    )
    coded = select(Organisation.id).where(Organisation.uscc == compact(word))
    traded = select(TradedAchievement.id).where(TradedAchievement.name.icontains(word, autoescape=True))
    return or_(
        SubsidyCase.number.icontains(compact(word), autoescape=True),
        SubsidyCase.organisation_id.in_(named),
        SubsidyCase.organisation_id.in_(coded),
        SubsidyCase.traded_id.in_(traded),
    )


def _batch(value: str) -> ColumnElement[bool]:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    return SubsidyCase.batch_id == number


_CONDITIONS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "state": lambda value: SubsidyCase.state == value,
    "office": lambda value: SubsidyCase.office == value,
    "clause": lambda value: SubsidyCase.clause == value,
    "overdue": lambda _value: ReviewTask.due_on < clock.today(),
    "q": _words,
    "batch": _batch,
}

CASE_COLUMNS = (
    Column("number", N_("受理编号"), "code", lambda row: row.number),
    Column("clause", N_("条款"), "choice", lambda row: row.clause, options=dict(CHOICES["clause"])),
    Column("enterprise", N_("企业名称"), "text", lambda row: row.organisation.name),
    Column("uscc", N_("统一社会信用代码"), "code", lambda row: row.organisation.uscc),
    Column("achievement", N_("成果名称"), "text", lambda row: row.traded.name if row.traded else ""),
    Column("office", N_("初审单位"), "choice", lambda row: row.office, options=dict(CHOICES["office"])),
    Column("batch", N_("批次"), "text", lambda row: row.batch.title if row.batch else ""),
    Column("submitted_at", N_("提交时间"), "moment", lambda row: row.submitted_at),
    Column("state", N_("状态"), "choice", lambda row: row.state, options=dict(CHOICES["state"])),
    Column("eligible", N_("计入的实际支付额"), "fen", lambda row: row.eligible_fen, total=True),
    Column("fixed", N_("拟补助金额"), "fen", lambda row: row.fixed_fen, total=True),
)
"""Columns of the table to take away; no account and no telephone stands in it."""
