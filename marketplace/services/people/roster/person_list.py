"""人员名单: everybody with an account, where they are, what they may do, when they were here, what waits for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from marketplace.domain import clock, regions
from marketplace.domain.access import ROLE_LABELS, Actor, Permission, Role, require
from marketplace.domain.taxonomy import ORGANISATION_KINDS
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Membership, Organisation, OrganisationProfile, Person, RoleGrant
from marketplace.services.paging import Page, paged
from marketplace.services.people import members
from marketplace.services.people.roster import tasks
from marketplace.services.people.roster.choices import (
    DIVISIONS,
    PERSON_STATES,
    PERSON_TASKS,
    SEEN,
    in_division,
    last_seen,
)
from marketplace.services.people.roster.tasks import Waiting
from marketplace.services.platform.tables import Column

PAGE_SIZE = 50

KINDS: Mapping[str, str] = {**dict(ORGANISATION_KINDS.choices), "none": N_("不在任何单位")}

FILTERS: Mapping[str, Mapping[str, str]] = {
    "q": {},
    "state": PERSON_STATES,
    "kind": KINDS,
    "division": DIVISIONS,
    "position": members.POSITIONS,
    "role": {**{role.value: label for role, label in ROLE_LABELS.items()}, "any": N_("有任一角色")},
    "seen": SEEN,
    "tasks": PERSON_TASKS,
}
"""Filter → what it offers; ``q`` takes words of a name, an address, a telephone, an organisation or its USCC."""

SORTS: Mapping[str, str] = {
    "newest": N_("最近注册"),
    "name": N_("姓名"),
    "seen": N_("最近登录"),
    "unseen": N_("最久未登录"),
    "tasks": N_("待办最多"),
}


@dataclass(frozen=True)
class Line:
    """One person of the list. ``returned``: what was sent back to the organisation and waits for its people."""

    person: Person
    membership: Membership | None
    roles: tuple[str, ...]
    waiting: Waiting
    returned: int


def page_of(actor: Actor, filters: Mapping[str, str], sort: str, number: int) -> Page[Line]:
    """Return a page of people who fit ``filters`` (checked by ledger.filters.clean), in the order ``sort``."""
    require(actor, Permission.READ_PEOPLE)
    found = paged(_ordered(query_of(filters), sort), number, PAGE_SIZE)
    return Page(lines_of(found.items), found.page, found.pages, found.total)


def query_of(filters: Mapping[str, str]) -> Select[Any]:
    """Return the query of people who fit, by id."""
    query = (
        select(Person)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(OrganisationProfile, OrganisationProfile.id == Organisation.profile_id)
        .order_by(Person.id)
    )
    for name, condition in _CONDITIONS.items():
        if filters.get(name):
            query = query.where(condition(filters[name]))
    return query


def _words(text: str) -> Any:
    return or_(
        Person.name.contains(text, autoescape=True),
        Person.email.contains(text.lower(), autoescape=True),
        Person.phone.contains(text, autoescape=True),
        OrganisationProfile.name.contains(text, autoescape=True),
        Organisation.uscc == text.upper(),
    )


def _state(code: str) -> Any:
    if code == "closed":
        return Person.closed_at.is_not(None)
    suspended = Person.suspended_at.is_not(None) if code == "suspended" else Person.suspended_at.is_(None)
    return and_(Person.closed_at.is_(None), suspended)


def _role(code: str) -> Any:
    today = clock.today()
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == Person.id,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.valid_from <= today,
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today),
    )
    return (held if code == "any" else held.where(RoleGrant.role == code)).exists()


def _tasks(code: str) -> Any:
    held, back = tasks.assigned(), tasks.sent_back()
    mine = select(held.c.open).where(held.c.person_id == Person.id)
    ours = select(back.c.open).where(back.c.organisation_id == Membership.organisation_id).exists()
    return {
        "open": mine.exists(),
        "late": mine.where(held.c.late > 0).exists(),
        "returned": ours,
        "none": ~mine.exists() & ~ours,
    }[code]


_CONDITIONS: Mapping[str, Any] = {
    "q": _words,
    "state": _state,
    "kind": lambda code: Organisation.id.is_(None) if code == "none" else Organisation.kind == code,
    "division": in_division,
    "position": lambda code: Membership.position == code,
    "role": _role,
    "seen": lambda code: last_seen(Person.last_login_at, code),
    "tasks": _tasks,
}


def _ordered(query: Select[Any], sort: str) -> Select[Any]:
    if sort == "tasks":
        held = tasks.assigned()
        many = func.coalesce(held.c.open, 0).desc()
        return query.outerjoin(held, held.c.person_id == Person.id).order_by(None).order_by(many, Person.id)
    orders: dict[str, tuple[Any, ...]] = {
        "name": (Person.name, Person.id),
        "seen": (Person.last_login_at.is_(None), Person.last_login_at.desc(), Person.id),
        "unseen": (Person.last_login_at.is_not(None), Person.last_login_at, Person.id),
    }
    return query.order_by(None).order_by(*orders.get(sort, (Person.id.desc(),)))


def lines_of(found: Sequence[Person]) -> list[Line]:
    """Return what the list shows of these people; five queries whatever their number."""
    ids = [person.id for person in found]
    query = select(Membership).where(Membership.person_id.in_(ids), Membership.ended_at.is_(None))
    places = {row.person_id: row for row in db.session.scalars(query).unique()}
    roles = _roles_of(ids)
    waiting = tasks.of_people(ids)
    back = tasks.of_organisations({row.organisation_id for row in places.values()})
    return [
        Line(
            person,
            places.get(person.id),
            roles.get(person.id, ()),
            waiting.get(person.id, Waiting()),
            back[places[person.id].organisation_id][1] if person.id in places else 0,
        )
        for person in found
    ]


def _roles_of(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    today = clock.today()
    query = select(RoleGrant.person_id, RoleGrant.role).where(
        RoleGrant.person_id.in_(ids),
        RoleGrant.revoked_at.is_(None),
        RoleGrant.valid_from <= today,
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today),
    )
    found: dict[int, set[Role]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.person_id, set()).add(Role(row.role))
    return {key: tuple(ROLE_LABELS[role] for role in Role if role in held) for key, held in found.items()}


def _place(line: Line) -> Organisation | None:
    return line.membership.organisation if line.membership else None


def _region(line: Line) -> str:
    place = _place(line)
    division = place.profile.division if place and place.profile else ""
    return regions.full_name(division) if regions.exists(division) else division


COLUMNS = (
    Column("id", N_("编号"), "int", lambda line: line.person.id),
    Column("name", N_("姓名"), "text", lambda line: line.person.name),
    Column("email", N_("邮箱"), "text", lambda line: line.person.email),
    Column("phone", N_("电话"), "code", lambda line: line.person.phone),
    Column("organisation", N_("单位"), "text", lambda line: place.name if (place := _place(line)) else ""),
    Column("uscc", N_("统一社会信用代码"), "code", lambda line: place.uscc if (place := _place(line)) else ""),
    Column(
        "kind", N_("单位类型"), "choice", lambda line: place.kind if (place := _place(line)) else "",
        options=KINDS,
    ),
    Column("region", N_("所在地"), "text", _region),
    Column(
        "position", N_("身份"), "choice", lambda line: line.membership.position if line.membership else "",
        options=members.POSITIONS,
    ),
    Column("roles", N_("角色"), "choices", lambda line: line.roles),
    Column("state", N_("状态"), "choice", lambda line: line.person.state, options=PERSON_STATES),
    Column("seen", N_("最近登录"), "moment", lambda line: line.person.last_login_at),
    Column("open", N_("待办"), "int", lambda line: line.waiting.open),
    Column("late", N_("其中超期"), "int", lambda line: line.waiting.late),
    Column("returned", N_("单位退回待补正"), "int", lambda line: line.returned),
    Column("created_at", N_("注册时间"), "moment", lambda line: line.person.created_at),
)  # fmt: skip
"""The columns of the page and of the table that is taken away."""
