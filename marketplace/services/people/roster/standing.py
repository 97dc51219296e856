"""Suspending and restoring a person's account."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, Role, Subject, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.states import PERSON
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.people import Membership, Person, PersonDecision
from marketplace.models.platform import Notice
from marketplace.services import workflow
from marketplace.services.people import actors, grants
from marketplace.services.platform import notices, reviews
from marketplace.services.platform.notices import More

NOTE_LENGTH = 500


def get(actor: Actor, person_id: int) -> Person:
    """Return a person for administrators; NotFound where there is none."""
    require(actor, Permission.READ_PEOPLE)
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound(N_("没有这个人员"))
    return found


def subject_of(person: Person) -> Subject:
    """Return what the rules need to know of a person: nobody decides about themselves."""
    return Subject("person", makers=frozenset({person.id}))


def suspend(actor: Actor, person: Person, note: str) -> None:
    """Keep a person from signing in: sessions end, tasks that were theirs become free; roles stay, without effect.

    Raises Conflict for an account that is suspended or closed, NotAllowed for oneself, DomainError for the last
    系统管理员 and without a reason.
    """
    if Role.SYSTEM_ADMIN in {held.role for held in actors.grants_of(person.id)}:
        grants.refuse_last_admin(person.id)
    _move(actor, person, "suspend", note)
    person.session_epoch += 1
    db.session.flush()
    reviews.release_lost(person.id)
    often = {person.id: "immediate"}
    notices.notify([person.id], notices.SUSPENDED, "account", person.id, often=often)


def restore(actor: Actor, person: Person, note: str) -> None:
    """Let a suspended person sign in again."""
    _move(actor, person, "restore", note)
    often = {person.id: "immediate"}
    notices.notify([person.id], "account_restored", "account", person.id, often=often)


MOVES = {"suspend": suspend, "restore": restore}
"""Action of the PERSON machine → the function that takes it."""


def _move(actor: Actor, person: Person, action: str, note: str) -> None:
    note = checked_reason(note)
    workflow.apply(PERSON, person, action, actor, subject_of(person), note=note)
    db.session.add(PersonDecision(person_id=person.id, action=action, note=note, decided_by=actor.person_id))
    db.session.flush()


def checked_reason(note: str) -> str:
    """Return the reason cleaned; DomainError with field ``note`` where it is missing or too long."""
    note = clean_text(note)
    if not note:
        raise DomainError("reason_missing", N_("请写明理由"), field="note")
    if len(note) > NOTE_LENGTH:
        raise DomainError(
            "reason_long", N_("理由最多%(longest)d个字，请缩短"), field="note", longest=NOTE_LENGTH
        )
    return note


def decisions_on(person: Person) -> Sequence[PersonDecision]:
    """Return what was done to an account, newest first."""
    query = select(PersonDecision).where(PersonDecision.person_id == person.id)
    return db.session.scalars(query.order_by(PersonDecision.id.desc())).all()


def places_of(person: Person) -> Sequence[Membership]:
    """Return where a person is and was, newest first."""
    query = select(Membership).where(Membership.person_id == person.id)
    return db.session.scalars(query.order_by(Membership.started_at.desc(), Membership.id.desc())).all()


@notices.elaborates(notices.SUSPENDED)
@notices.elaborates("account_restored")
def _with_reason(notice: Notice) -> More:
    """The mail says why; nobody who cannot sign in could look it up."""
    query = select(PersonDecision.note).where(PersonDecision.person_id == notice.person_id)
    note = db.session.scalar(query.order_by(PersonDecision.id.desc()).limit(1))
    return More(lines=((N_("理由："), note),) if note else ())
