"""Suspending and restoring an account."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.extensions import db
from marketplace.models.people import Letter, Person, PersonDecision
from marketplace.models.platform import AuditEvent, MailMessage
from marketplace.services.people import accounts, actors, grants, signin
from marketplace.services.people.roster import standing
from marketplace.services.platform import notices, reviews
from marketplace.services.unit import unit_of_work
from tests.factories import PASSWORD, actor, make_organisation, make_person, make_staff, make_submitted

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def admin() -> Person:
    """Whoever decides."""
    return make_staff(Role.SYSTEM_ADMIN)


def suspend(admin: Person, person: Person, note: str = "冒用他人身份") -> None:
    """Suspend by the service."""
    with unit_of_work():
        standing.suspend(actor(admin), db.session.get_one(Person, person.id), note)


def test_a_suspended_person_is_out_at_once_and_comes_back_as_before(admin: Person) -> None:
    """Sessions end, the password opens nothing, roles rest, tasks are free; restored, all but the tasks is back."""
    reviewer = make_staff(Role.ACHIEVEMENT_REVIEWER)
    task_of = make_submitted(make_person(make_organisation())).revisions[-1].id
    with unit_of_work():
        task = reviews.open_task_for("revision", task_of)
        assert task is not None
        reviews.assign(actor(reviewer), task, reviewer.id)
    epoch = accounts.session_epoch(reviewer.id)
    suspend(admin, reviewer)
    assert accounts.session_epoch(reviewer.id) is None
    assert not actors.actor_of(reviewer.id).signed_in
    assert reviewer.id not in actors.holders_of(Role.ACHIEVEMENT_REVIEWER)
    assert actors.grants_by_person(Role.ACHIEVEMENT_REVIEWER) == {}
    assert signin.examine(reviewer.email, PASSWORD, "10.0.0.1").person_id is None
    open_task = reviews.open_task_for("revision", task_of)
    assert open_task is not None
    assert open_task.assignee_id is None
    letter = db.session.scalars(select(MailMessage).where(MailMessage.recipient == reviewer.email)).all()[-1]
    assert letter.params["lines"][0][1] == "冒用他人身份"
    with unit_of_work():
        told = notices.notify([reviewer.id], "role_granted", "account", reviewer.id, role="成果审核")
    assert len(told) == 1
    assert (
        db.session.scalars(select(MailMessage).where(MailMessage.recipient == reviewer.email)).all()[-1]
        is letter
    )
    with unit_of_work():
        standing.restore(actor(admin), db.session.get_one(Person, reviewer.id), "已核实")
    assert accounts.session_epoch(reviewer.id) == (epoch or 0) + 1
    assert actors.actor_of(reviewer.id).roles == {Role.ACHIEVEMENT_REVIEWER}
    assert [row.action for row in standing.decisions_on(reviewer)] == ["restore", "suspend"]
    tags = db.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_kind == "person")).all()
    assert {"person.suspend", "person.restore"} <= set(tags)


def test_who_is_not_suspended(admin: Person) -> None:
    """Oneself, the last administrator, a closed account, twice, without a reason, by others."""
    second = make_staff(Role.SYSTEM_ADMIN)
    person = make_person(make_organisation())
    with pytest.raises(NotAllowed):
        suspend(admin, admin)
    for note in ("  ", "长" * 501):
        with pytest.raises(DomainError) as refused:
            suspend(admin, person, note)
        assert refused.value.field == "note"
    with pytest.raises(NotAllowed):
        suspend(make_staff(Role.AUDITOR), person)
    suspend(admin, person)
    with pytest.raises(Conflict):
        suspend(admin, person)
    suspend(admin, second)
    with pytest.raises(DomainError) as last:
        grants.refuse_last_admin(admin.id)
    assert last.value.code == "last_admin"


def test_the_last_administrator_stays(admin: Person) -> None:
    """Somebody must be able to restore."""
    other = make_staff(Role.SYSTEM_ADMIN)
    suspend(other, admin)
    with pytest.raises(DomainError):
        suspend(admin, other)


@pytest.mark.parametrize("row", ["no reason", "unknown action", "by oneself", "empty letter"])
def test_the_database_refuses_what_must_never_be(admin: Person, row: str) -> None:
    """Even where a service would err."""
    person = make_person()
    if row == "empty letter":
        db.session.add(Letter(key="k", title="", body="文", sent_by=admin.id))
    else:
        action = "erase" if row == "unknown action" else "suspend"
        note, by = ("" if row == "no reason" else "理由"), (person.id if row == "by oneself" else admin.id)
        db.session.add(PersonDecision(person_id=person.id, action=action, note=note, decided_by=by))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
