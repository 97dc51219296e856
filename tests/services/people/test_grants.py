"""Roles: who may hold them, where, from when to when; nobody grants to oneself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.people import RoleGrant
from marketplace.models.platform import AuditEvent, Notice
from marketplace.services.people import actors, grants
from marketplace.services.unit import unit_of_work
from tests.factories import actor, make_organisation, make_person, make_staff

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def admin(session):
    """A 系统管理员."""
    return make_staff(Role.SYSTEM_ADMIN)


@pytest.fixture
def officer(session):
    """Somebody in a 管理部门 without a role."""
    return make_person(make_organisation("authority"))


def wish(role: Role, scope: str = "", start: date | None = None, end: date | None = None) -> grants.Wish:
    """A grant from today on unless told otherwise."""
    return grants.Wish(role.value, scope, start or clock.today(), end)


def give(admin, person, *args, **kwargs) -> int:
    """Grant as the page does."""
    with unit_of_work():
        return grants.grant(actor(admin), person.id, wish(*args, **kwargs)).id


def test_a_role_is_granted_told_and_audited(session, admin, officer) -> None:
    """And in force at once."""
    give(admin, officer, Role.DEMAND_REVIEWER)
    assert actors.actor_of(officer.id).roles == {Role.DEMAND_REVIEWER}
    assert session.scalars(select(Notice.kind).where(Notice.person_id == officer.id)).all() == [
        "role_granted"
    ]
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == "grant.create")).one()
    assert (event.actor_id, event.details["role"]) == (admin.id, "demand_reviewer")


def test_a_role_holds_on_its_days_only(admin, officer) -> None:
    """Both days included."""
    day = clock.today()
    give(admin, officer, Role.FINANCE, start=day + timedelta(days=2), end=day + timedelta(days=3))
    in_force = []
    for days in range(6):
        with clock.frozen(clock.now() + timedelta(days=days)):
            in_force.append(bool(actors.actor_of(officer.id).roles))
    assert in_force == [False, False, True, True, False, False]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.EXPERT, Role.EXTERNAL_AUDITOR}))
def test_staff_roles_are_for_the_authority(admin, role) -> None:
    """Nobody in an enterprise, nobody without organisation."""
    scope = "341302" if role is Role.SUBSIDY_FIRST_REVIEWER else ""
    for person in (make_person(make_organisation()), make_person()):
        with pytest.raises(DomainError) as refused:
            give(admin, person, role, scope)
        assert refused.value.field == "role"


def test_outside_roles_are_for_anybody(admin) -> None:
    """评审专家 and 第三方审计."""
    person = make_person(make_organisation("university"))
    give(admin, person, Role.EXPERT)
    assert actors.actor_of(person.id).roles == {Role.EXPERT}
    assert not actors.actor_of(person.id).is_staff


def test_nobody_grants_to_oneself_or_without_the_right(admin, officer) -> None:
    """Not even the 系统管理员."""
    with pytest.raises(DomainError) as refused:
        give(admin, admin, Role.FINANCE)
    assert refused.value.code == "grant_to_self"
    with pytest.raises(NotAllowed):
        give(officer, admin, Role.FINANCE)
    with pytest.raises(NotAllowed):
        give(make_staff(Role.AUDITOR), officer, Role.FINANCE)


@pytest.mark.parametrize(
    ("role", "scope", "code"),
    [
        (Role.SUBSIDY_FIRST_REVIEWER, "", "scope_missing"),
        (Role.SUBSIDY_FIRST_REVIEWER, "340100", "scope_missing"),
        (Role.SUBSIDY_FIRST_REVIEWER, "341322", "scope_foreign"),
        (Role.FINANCE, "341302", "scope_unwanted"),
    ],
)
def test_scopes_are_offices_and_only_for_first_review(admin, role, scope, code) -> None:
    """An office's own people only for that office."""
    person = make_person(make_organisation("authority", office="341302"))
    with pytest.raises(DomainError) as refused:
        give(admin, person, role, scope)
    assert (refused.value.code, refused.value.field) == (code, "scope")


def test_the_database_ties_scope_to_first_review(officer) -> None:
    """Even where a service would err."""
    db.session.add(RoleGrant(person_id=officer.id, role="finance", scope="341302", valid_from=clock.today()))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_days_make_sense(admin, officer) -> None:
    """Not in the past, not backwards."""
    yesterday = clock.today() - timedelta(days=1)
    for start, end, field in ((yesterday, None, "valid_from"), (clock.today(), yesterday, "valid_to")):
        with pytest.raises(DomainError) as refused:
            give(admin, officer, Role.FINANCE, start=start, end=end)
        assert refused.value.field == field


def test_the_same_role_is_not_granted_twice_at_a_time(admin, officer) -> None:
    """Overlaps are refused, what follows is not."""
    day = clock.today()
    give(admin, officer, Role.FINANCE, end=day + timedelta(days=5))
    with pytest.raises(DomainError) as refused:
        give(admin, officer, Role.FINANCE, start=day + timedelta(days=5))
    assert refused.value.code == "grant_twice"
    give(admin, officer, Role.FINANCE, start=day + timedelta(days=6))
    give(admin, officer, Role.SUBSIDY_FIRST_REVIEWER, "341302")
    give(admin, officer, Role.SUBSIDY_FIRST_REVIEWER, "341321")


def test_unknown_people_and_roles(admin) -> None:
    """Closed accounts are unknown."""
    with pytest.raises(NotFound), unit_of_work():
        grants.grant(actor(admin), 9999, wish(Role.FINANCE))
    with pytest.raises(DomainError), unit_of_work():
        grants.person_by_email("nobody@example.com")
    person = make_person()
    with pytest.raises(DomainError), unit_of_work():
        grants.grant(actor(admin), person.id, grants.Wish("king", "", clock.today()))


def test_a_role_is_taken_back_at_once(session, admin, officer) -> None:
    """Told, audited, and only once."""
    row = give(admin, officer, Role.PUBLISHER)
    with pytest.raises(NotAllowed), unit_of_work():
        grants.revoke(actor(officer), row)
    with unit_of_work():
        grants.revoke(actor(admin), row)
    assert actors.actor_of(officer.id).roles == frozenset()
    with pytest.raises(Conflict), unit_of_work():
        grants.revoke(actor(admin), row)
    assert (
        session.scalars(select(AuditEvent).where(AuditEvent.tag == "grant.revoke")).one().actor_id == admin.id
    )


def test_the_last_administrator_keeps_the_role(session, admin, officer) -> None:
    """With a second one, the first may go."""
    (own,) = session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == admin.id))
    with pytest.raises(DomainError) as refused, unit_of_work():
        grants.revoke(actor(admin), own)
    assert refused.value.code == "last_admin"
    give(admin, officer, Role.SYSTEM_ADMIN)
    with unit_of_work():
        grants.revoke(actor(admin), own)
    assert actors.holders_of(Role.SYSTEM_ADMIN) == [officer.id]


def test_the_list_shows_states_to_those_who_may_read(admin, officer) -> None:
    """In force and to come; everything on demand."""
    day = clock.today()
    give(admin, officer, Role.FINANCE, start=day + timedelta(days=9))
    gone = give(admin, officer, Role.PUBLISHER)
    with unit_of_work():
        grants.revoke(actor(admin), gone)
    states = {line.grant.role: line.state for line in grants.listing(actor(make_staff(Role.AUDITOR)), True)}
    assert states["finance"] == "later"
    assert states["publisher"] == "revoked"
    assert states["system_admin"] == "now"
    assert "publisher" not in {line.grant.role for line in grants.listing(actor(admin))}
    with pytest.raises(NotAllowed):
        grants.listing(actor(officer))
