"""Batches: what stands in the way beforehand, what becomes of each row, and that pressing twice harms nobody."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.people import Letter, Organisation, Person
from marketplace.models.platform import MailMessage, Notice
from marketplace.services.people.roster import batches, letters
from marketplace.services.people.roster.batches import Wish
from marketplace.services.unit import unit_of_work
from tests.factories import actor, make_organisation, make_person, make_staff, make_submitted

pytestmark = pytest.mark.usefixtures("session")

LETTER = Wish("mail", key="k" * 32, title="系统维护", body="本周六停机两小时。")


@pytest.fixture
def admin() -> Person:
    """Whoever decides."""
    return make_staff(Role.SYSTEM_ADMIN)


@pytest.fixture
def do(admin: Person) -> Callable[..., str]:
    """Does something to one row in a unit of work, as the page does; returns the words."""

    def act(kind: str, row_id: int, wish: Wish, by: Person | None = None) -> str:
        with unit_of_work():
            return batches.perform(actor(by or admin), kind, row_id, wish).message

    return act


def test_hindrances_are_told_beforehand(admin: Person) -> None:
    """Who is suspended already, who would be oneself, who is gone."""
    person = make_person()
    rows = {
        row.id: row
        for row in batches.rows(actor(admin), "person", "suspend", [person.id, admin.id, person.id])
    }
    assert rows[person.id].hindrance is None
    assert rows[admin.id].hindrance is not None
    assert len(rows) == 2
    (restoring,) = batches.rows(actor(admin), "person", "restore", [person.id])
    assert restoring.hindrance is not None
    closed = make_organisation()
    with unit_of_work():
        db.session.get_one(Organisation, closed.id).state = "closed"
    (row,) = batches.rows(actor(admin), "organisation", "mail", [closed.id])
    assert row.hindrance is not None
    assert row.hindrance.message == "已注销"


def test_each_row_by_its_own_right(do: Callable[..., str], admin: Person) -> None:
    """Suspended, restored; a second press is a conflict; an administrator's own organisation is refused."""
    organisation = make_organisation()
    make_person(organisation)
    assert do("organisation", organisation.id, Wish("suspend", "资质失效")) == "已暂停"
    with pytest.raises(Conflict):
        do("organisation", organisation.id, Wish("suspend", "资质失效"))
    assert do("organisation", organisation.id, Wish("restore", "已补正")) == "已恢复"
    own = actor(admin).organisation_id
    with pytest.raises(NotAllowed):
        do("organisation", own, Wish("suspend", "试"))
    with pytest.raises(NotAllowed):
        do("person", make_person().id, Wish("suspend", "试"), by=make_staff(Role.AUDITOR))
    with pytest.raises(NotFound):
        do("person", 10**6, Wish("suspend", "试"))


def test_a_letter_reaches_everybody_once(do: Callable[..., str], admin: Person) -> None:
    """To people, to all of an organisation; the same key twice is one letter; the mail holds the text."""
    organisation = make_organisation()
    first, second = make_person(organisation), make_person(organisation)
    do("organisation", organisation.id, LETTER)
    with pytest.raises(Conflict):
        do("person", first.id, LETTER)
    with pytest.raises(DomainError):
        do("organisation", make_organisation().id, LETTER)
    letter = db.session.scalars(select(Letter)).one()
    query = select(func.count()).where(Notice.kind == "letter", Notice.subject_id == letter.id)
    assert db.session.scalar(query) == 2
    mail = db.session.scalars(select(MailMessage).where(MailMessage.recipient == second.email)).one()
    assert mail.params["lines"][0][1] == LETTER.body
    assert letters.get_for(actor(first), letter.id).title == "系统维护"
    assert letters.get_for(actor(make_staff(Role.AUDITOR)), letter.id) is letter
    with pytest.raises(NotFound):
        letters.get_for(actor(make_person()), letter.id)
    db.session.add(Letter(key=LETTER.key, title="二", body="二"))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_whoever_has_something_waiting_is_reminded_once_a_day(do: Callable[..., str]) -> None:
    """A reviewer of a task, an organisation of what was sent back; nobody else, and not twice."""
    reviewer = make_staff(Role.ACHIEVEMENT_REVIEWER)
    owner = make_person(make_organisation())
    listing = make_submitted(owner)
    with pytest.raises(DomainError) as refused:
        do("person", reviewer.id, Wish("remind"))
    assert refused.value.code == "nothing_waits"
    organisation_id = actor(owner).organisation_id
    with unit_of_work():
        listing.revisions[-1].state = "returned"
    assert do("organisation", organisation_id, Wish("remind")) == "已提醒 %(count)s 人"
    with pytest.raises(Conflict):
        do("organisation", organisation_id, Wish("remind"))
    told = db.session.scalars(select(Notice).where(Notice.kind == "organisation_reminded")).one()
    assert (told.person_id, told.params["count"]) == (owner.id, 1)
    assert do("person", owner.id, Wish("remind")) == "已提醒 %(count)s 人"


def test_what_is_missing_is_said_at_its_field() -> None:
    """A reason for a move, title and text of a letter; a reminder needs nothing."""
    batches.check(Wish("remind"))
    with pytest.raises(DomainError) as refused:
        batches.check(Wish("suspend", " "))
    assert refused.value.field == "note"
    with pytest.raises(ValidationFailed) as faults:
        batches.check(Wish("mail", title="题" * 101, body=""))
    assert {each.field for each in faults.value.errors} == {"title", "body"}
