"""单位名单: every organisation with its people, when one of them was here last, and what waits for or because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, or_, select
from sqlalchemy.orm import contains_eager

from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.states import ORGANISATION
from marketplace.domain.taxonomy import ORGANISATION_KINDS
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Membership, Organisation, OrganisationProfile, Person
from marketplace.services.catalogue.exchange.columns import ORGANISATION_COLUMNS
from marketplace.services.catalogue.exchange.organisations import cells_of
from marketplace.services.paging import Page, paged
from marketplace.services.people.roster import tasks
from marketplace.services.people.roster.choices import (
    DIVISIONS,
    ORGANISATION_TASKS,
    SEEN,
    in_division,
    last_seen,
)
from marketplace.services.platform.tables import Column

PAGE_SIZE = 50

FILTERS: Mapping[str, Mapping[str, str]] = {
    "q": {},
    "kind": dict(ORGANISATION_KINDS.choices),
    "state": {state.code: state.label for state in ORGANISATION.states.values()},
    "division": DIVISIONS,
    "seen": SEEN,
    "tasks": ORGANISATION_TASKS,
}
"""Filter → what it offers; ``q`` takes words of the name in force, a contact's name or telephone, or a USCC."""

SORTS: Mapping[str, str] = {
    "newest": N_("最近入驻"),
    "name": N_("名称"),
    "seen": N_("最近登录"),
    "unseen": N_("最久未登录"),
    "tasks": N_("在审事项最多"),
    "members": N_("成员最多"),
}


@dataclass(frozen=True)
class Line:
    """One organisation of the list; ``seen`` is the last sign-in of one of its present people."""

    organisation: Organisation
    members: int
    seen: datetime | None
    in_review: int
    returned: int


def page_of(actor: Actor, filters: Mapping[str, str], sort: str, number: int) -> Page[Line]:
    """Return a page of organisations that fit ``filters`` (checked by ledger.filters.clean), ordered by ``sort``."""
    require(actor, Permission.READ_ORGANISATIONS)
    found = paged(_ordered(query_of(filters), sort), number, PAGE_SIZE)
    return Page(lines_of(found.items), found.page, found.pages, found.total)


def query_of(filters: Mapping[str, str]) -> Select[Any]:
    """Return the query of organisations that fit, by id."""
    query = (
        select(Organisation)
        .outerjoin(OrganisationProfile, Organisation.profile_id == OrganisationProfile.id)
        .options(contains_eager(Organisation.profile))
        .order_by(Organisation.id)
    )
    for name, condition in _CONDITIONS.items():
        if filters.get(name):
            query = query.where(condition(filters[name]))
    return query


def _words(text: str) -> Any:
    profile = OrganisationProfile
    return or_(
        profile.name.contains(text, autoescape=True),
        profile.contact_name.contains(text, autoescape=True),
        profile.contact_phone.contains(text, autoescape=True),
        Organisation.uscc == text.upper(),
    )


def _people() -> Subquery:
    """Present people by organisation: (organisation_id, members, seen)."""
    return (
        select(Membership.organisation_id, func.count().label("members"), func.max(Person.last_login_at).label("seen"))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.ended_at.is_(None))
        .group_by(Membership.organisation_id)
        .subquery()
    )  # fmt: skip


def _seen(code: str) -> Any:
    people = _people()
    mine = select(people.c.seen).where(people.c.organisation_id == Organisation.id).scalar_subquery()
    return last_seen(mine, code)


def _tasks(code: str) -> Any:
    review, back = tasks.in_review(), tasks.sent_back()
    in_review = select(review.c.open).where(review.c.organisation_id == Organisation.id).exists()
    returned = select(back.c.open).where(back.c.organisation_id == Organisation.id).exists()
    return {"review": in_review, "returned": returned, "none": ~in_review & ~returned}[code]


_CONDITIONS: Mapping[str, Any] = {
    "q": _words,
    "kind": lambda code: Organisation.kind == code,
    "state": lambda code: Organisation.state == code,
    "division": in_division,
    "seen": _seen,
    "tasks": _tasks,
}


def _ordered(query: Select[Any], sort: str) -> Select[Any]:
    key = Organisation.id
    query = query.order_by(None)
    if sort == "name":
        return query.order_by(OrganisationProfile.name, key)
    if sort == "tasks":
        review = tasks.in_review()
        query = query.outerjoin(review, review.c.organisation_id == key)
        return query.order_by(func.coalesce(review.c.open, 0).desc(), key)
    if sort in ("seen", "unseen", "members"):
        people = _people()
        query = query.outerjoin(people, people.c.organisation_id == key)
        orders = {
            "seen": (people.c.seen.is_(None), people.c.seen.desc()),
            "unseen": (people.c.seen.is_not(None), people.c.seen),
            "members": (func.coalesce(people.c.members, 0).desc(),),
        }
        return query.order_by(*orders[sort], key)
    return query.order_by(key.desc())


def lines_of(found: Sequence[Organisation]) -> list[Line]:
    """Return what the list shows of these organisations; three queries whatever their number."""
    ids = [row.id for row in found]
    people = _people()
    query = select(people).where(people.c.organisation_id.in_(ids))
    present = {row.organisation_id: row for row in db.session.execute(query)}
    waiting = tasks.of_organisations(ids)
    return [
        Line(
            row,
            present[row.id].members if row.id in present else 0,
            present[row.id].seen if row.id in present else None,
            *waiting[row.id],
        )
        for row in found
    ]


def _said(key: str) -> Any:
    return lambda line: cells_of(line.organisation, full=True).get(key)


COLUMNS = (
    *(replace(column, get=_said(column.key)) for column in ORGANISATION_COLUMNS),
    Column("members", N_("成员"), "int", lambda line: line.members),
    Column("seen", N_("最近登录"), "moment", lambda line: line.seen),
    Column("in_review", N_("在审事项"), "int", lambda line: line.in_review),
    Column("returned", N_("退回待补正"), "int", lambda line: line.returned),
    Column("verified_at", N_("认证时间"), "moment", lambda line: line.organisation.verified_at),
    Column("created_at", N_("入驻时间"), "moment", lambda line: line.organisation.created_at),
)
"""The columns of the table that is taken away: those of the import of organisations, then what the page shows."""
