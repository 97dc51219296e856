"""One thing done to several people or organisations: each row by rights of its own, each with a result of its own.

The caller opens a unit of work for each row, so that one refusal keeps nobody else from being handled.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.states import ORGANISATION, PERSON, Machine
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import Notice
from marketplace.services.people import organisations, verification
from marketplace.services.people.roster import letters, standing, tasks
from marketplace.services.people.roster.tasks import Waiting
from marketplace.services.platform import audit, notices

MOST = 200
"""Rows of one batch: as many as fit on the pages of a list that somebody really looks at."""

KINDS = ("person", "organisation")

ACTIONS: Mapping[str, str] = {
    "suspend": N_("暂停"),
    "restore": N_("恢复"),
    "remind": N_("提醒办理"),
    "mail": N_("写信"),
}


@dataclass(frozen=True)
class Row:
    """A chosen person or organisation; ``hindrance`` says beforehand why nothing can be done, None where it can."""

    id: int
    title: str
    note: str
    hindrance: Words | None


@dataclass(frozen=True)
class Wish:
    """What is to be done. ``note``: the reason of a move; ``key``, ``title``, ``body``: the letter."""

    action: str
    note: str = ""
    key: str = ""
    title: str = ""
    body: str = ""


def check(wish: Wish) -> None:
    """Raise DomainError naming the field where the reason or the letter is missing or too long."""
    if wish.action == "mail":
        letters.check(wish.title, wish.body)
    elif wish.action != "remind":
        standing.checked_reason(wish.note)


def rows(actor: Actor, kind: str, action: str, ids: Collection[int]) -> list[Row]:
    """Return the chosen rows that exist, in the order of their names, with what stands in the way of each."""
    require(actor, Permission.READ_PEOPLE)
    wanted = list(dict.fromkeys(ids))[:MOST]
    if kind == "person":
        people = db.session.scalars(
            select(Person).where(Person.id.in_(wanted)).order_by(Person.name, Person.id)
        )
        return [
            Row(one.id, one.name, one.email, _hindrance(actor, PERSON, one, action)) for one in people.all()
        ]
    query = select(Organisation).where(Organisation.id.in_(wanted)).order_by(Organisation.id)
    return [
        Row(one.id, one.name, one.uscc, _hindrance(actor, ORGANISATION, one, action))
        for one in db.session.scalars(query).unique()
    ]


def _hindrance(actor: Actor, machine: Machine, row: Person | Organisation, action: str) -> Words | None:
    if row.state == "closed":
        return Words(N_("已注销"))
    if action in machine.actions:
        subject = _subject(row)
        if action in {each.action for each in machine.available(row.state, actor, subject)}:
            return None
        try:
            machine.decide(row.state, action, actor, subject)
        except DomainError as refused:
            return Words(refused.message, dict(refused.params))
    return None


def _subject(row: Person | Organisation) -> Subject:
    return standing.subject_of(row) if isinstance(row, Person) else organisations.subject_of(row)


def perform(actor: Actor, kind: str, row_id: int, wish: Wish) -> Words:
    """Do it to one row, inside a unit of work; return what was done. Raises DomainError with the reason why not."""
    require(actor, Permission.MANAGE_PEOPLE if kind == "person" else Permission.VERIFY_ORGANISATION)
    row = standing.get(actor, row_id) if kind == "person" else organisations.get(row_id)
    if row.state == "closed":
        raise Conflict(N_("已注销，不能办理"))
    if wish.action in ("suspend", "restore"):
        return _move(actor, row, wish)
    return _mail(actor, row, wish) if wish.action == "mail" else _remind(actor, row)


def _move(actor: Actor, row: Person | Organisation, wish: Wish) -> Words:
    if isinstance(row, Person):
        standing.MOVES[wish.action](actor, row, wish.note)
    else:
        verification.MOVES[wish.action](actor, row, wish.note)
    return Words(N_("已暂停") if wish.action == "suspend" else N_("已恢复"))


def _mail(actor: Actor, row: Person | Organisation, wish: Wish) -> Words:
    letter = letters.write(actor, wish.key, wish.title, wish.body)
    people = [row.id] if isinstance(row, Person) else notices.members_of(row.id)
    if not people:
        raise DomainError("no_reader", N_("这个单位没有成员，无人可收"))
    count = letters.send(actor, letter, people)
    if not count:
        raise Conflict(N_("这封信已经发过"))
    return Words(N_("已发给 %(count)s 人"), {"count": count})


def _remind(actor: Actor, row: Person | Organisation) -> Words:
    if isinstance(row, Person):
        waits = waiting_for(row)
        people, kind, told = [row.id], "person_reminded", {"count": waits.open, "late": waits.late}
    else:
        waits = Waiting(tasks.of_organisations([row.id])[row.id][1])
        people, kind = notices.members_of(row.id), "organisation_reminded"
        told = {"count": waits.open}
    if not waits.open:
        raise DomainError("nothing_waits", N_("没有待办，不必提醒"))
    fresh = set(people) - _reminded_today(people, kind)
    if not fresh:
        raise Conflict(N_("今天已经提醒过"))
    words = told if isinstance(row, Person) else {**told, "title": row.name}
    notices.notify(fresh, kind, "desk", row.id, **words)
    subject = "person" if isinstance(row, Person) else "organisation"
    audit.record(actor, f"{subject}.remind", subject, row.id, **told)
    return Words(N_("已提醒 %(count)s 人"), {"count": len(fresh)})


def waiting_for(person: Person) -> Waiting:
    """Return what waits for a person: tasks given to them, and what was sent back to their organisation."""
    held = tasks.of_people([person.id]).get(person.id, Waiting())
    place = next((each for each in standing.places_of(person) if each.ended_at is None), None)
    back = tasks.of_organisations([place.organisation_id])[place.organisation_id][1] if place else 0
    return Waiting(held.open + back, held.late)


def _reminded_today(people: Sequence[int], kind: str) -> set[int]:
    midnight = datetime.combine(clock.today(), time(), clock.BEIJING)
    query = select(Notice.person_id).where(
        Notice.person_id.in_(people), Notice.kind == kind, Notice.created_at >= midnight
    )
    return set(db.session.scalars(query))


def permitted(actor: Actor, kind: str) -> bool:
    """Return whether the actor may do anything to rows of this kind at all."""
    return may(actor, Permission.MANAGE_PEOPLE if kind == "person" else Permission.VERIFY_ORGANISATION)
