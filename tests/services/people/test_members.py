"""Members and invitations: one organisation at a time, one 负责人, links that work once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.people import legal
from marketplace.extensions import db
from marketplace.models.people import Invitation, Membership, Person, RoleGrant
from marketplace.models.platform import AuditEvent, MailMessage, Notice
from marketplace.services.people import accounts, actors, invitations, members
from marketplace.services.unit import unit_of_work
from tests.factories import PASSWORD, actor, grant, make_organisation, make_person, make_staff

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def organisation(session):
    """A verified organisation."""
    return make_organisation(name="汴水木业")


@pytest.fixture
def manager(organisation):
    """Its 负责人."""
    return make_person(organisation, position="manager")


@pytest.fixture
def agent(organisation, manager):
    """One of its 经办人."""
    return make_person(organisation)


def token_of(email: str) -> str:
    """The secret in the newest invitation mail."""
    mail = db.session.scalars(
        select(MailMessage).where(MailMessage.recipient == email).order_by(MailMessage.id.desc())
    ).first()
    assert mail is not None
    return str(mail.params["path"]).rpartition("/")[2]


def invite(manager, organisation, email="new@example.com") -> str:
    """Invite somebody; return the secret of the link."""
    with unit_of_work():
        invitations.invite(actor(manager), organisation, "新同事", email)
    return token_of(email)


def new_person(email="typed@example.com") -> accounts.NewPerson:
    """What somebody types to open an account."""
    return accounts.checked_person("新同事", email, "13800138000", PASSWORD)


def test_an_invitation_opens_an_account_for_the_invited_address(session, manager, organisation) -> None:
    """Whatever address is typed, the invited one counts; consents are kept; the 负责人 hears of it."""
    token = invite(manager, organisation)
    with unit_of_work():
        person = invitations.accept_as_new(token, new_person(), legal.current_versions())
    assert person.email == "new@example.com"
    assert actors.actor_of(person.id).organisation_id == organisation.id
    assert not actors.actor_of(person.id).is_manager
    assert accounts.has_current_consents(actor(person))
    notices = session.scalars(select(Notice)).all()
    assert [(notice.kind, notice.person_id) for notice in notices] == [("member_joined", manager.id)]
    with pytest.raises(Conflict), unit_of_work():
        invitations.accept_as_new(token, new_person(), legal.current_versions())


def test_an_account_without_organisation_accepts(manager, organisation) -> None:
    """Only with the invited address."""
    person = make_person(email="new@example.com")
    token = invite(manager, organisation)
    stranger = actor(make_person())
    with pytest.raises(NotAllowed), unit_of_work():
        invitations.accept(stranger, token)
    with unit_of_work():
        invitations.accept(actor(person), token)
    assert members.get(organisation, person.id).position == "agent"


def test_nobody_is_in_two_organisations(manager, organisation) -> None:
    """Refused in words, and by the database."""
    person = make_person(make_organisation(), email="new@example.com")
    token = invite(manager, organisation)
    with pytest.raises(DomainError) as refused, unit_of_work():
        invitations.accept(actor(person), token)
    assert refused.value.code == "already_member"
    db.session.add(Membership(person_id=person.id, organisation_id=organisation.id, position="agent"))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_database_allows_one_manager(manager, agent, organisation) -> None:
    """Even where a service would err."""
    members.get(organisation, agent.id).position = "manager"
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_links_run_out_are_replaced_and_taken_back(session, manager, organisation) -> None:
    """Seven days; a fresh link makes the old one useless."""
    token = invite(manager, organisation)
    with pytest.raises(DomainError) as refused:
        invite(manager, organisation)
    assert refused.value.field == "email"
    with clock.frozen(clock.now() + timedelta(days=7)):
        with pytest.raises(Conflict) as over:
            invitations.by_token(token)
        assert over.value.code == "invitation_expired"
        fresh = invite(manager, organisation)
        assert invitations.by_token(fresh).email == "new@example.com"
    assert sorted(session.scalars(select(Invitation.state))) == ["open", "revoked"]
    row = invitations.by_token(fresh)
    with unit_of_work():
        invitations.resend(actor(manager), row)
    with pytest.raises(Conflict):
        invitations.by_token(fresh)
    with unit_of_work():
        invitations.revoke(actor(manager), invitations.by_token(token_of("new@example.com")))
    assert invitations.waiting_in(organisation) == []


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 10_000, "令牌", "\x00"])
def test_unknown_links_are_not_found(token) -> None:
    """Whatever is typed there."""
    with pytest.raises(NotFound):
        invitations.by_token(token)


def test_only_the_manager_invites_and_only_for_the_own_organisation(manager, agent, organisation) -> None:
    """Another organisation's invitations do not exist for them."""
    with pytest.raises(NotAllowed):
        invite(agent, organisation)
    stranger = make_person(make_organisation(), position="manager")
    with pytest.raises(NotAllowed):
        invite(stranger, organisation)
    row = invitations.by_token(invite(manager, organisation))
    with pytest.raises(NotFound):
        invitations.get(actor(stranger), actors.current_membership(stranger.id).organisation, row.id)
    with pytest.raises(NotAllowed), unit_of_work():
        invitations.revoke(actor(stranger), row)


@pytest.mark.parametrize(
    "email", ["", "nobody", "ａ＠ｂ", "甲@example.com", "a@b\x00.com", "x" * 300 + "@example.com"]
)
def test_wrong_addresses_are_refused_at_their_field(manager, organisation, email) -> None:
    """With the reason."""
    with pytest.raises(DomainError) as refused, unit_of_work():
        invitations.invite(actor(manager), organisation, "某", email)
    assert refused.value.field == "email"


def test_people_inside_are_not_invited(manager, agent, organisation) -> None:
    """Nor is the world mailed through us."""
    with pytest.raises(DomainError) as refused, unit_of_work():
        invitations.invite(actor(manager), organisation, "某", agent.email)
    assert refused.value.code == "already_inside"


def test_handing_over_changes_places_and_keeps_the_past(session, manager, agent, organisation) -> None:
    """Old rows end, new ones begin; told and audited."""
    with unit_of_work():
        members.hand_over(actor(manager), organisation, agent.id)
    assert actors.actor_of(agent.id).is_manager
    assert not actors.actor_of(manager.id).is_manager
    rows = session.scalars(select(Membership)).all()
    assert sorted(row.position for row in rows if row.ended_at) == ["agent", "manager"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == "membership.handover")).one()
    assert (event.details["from_person"], event.details["to_person"]) == (manager.id, agent.id)
    with pytest.raises(NotAllowed), unit_of_work():
        members.hand_over(actor(manager), organisation, manager.id)


def test_handing_over_goes_to_a_member_only(manager, organisation) -> None:
    """Not to oneself, not to somebody elsewhere."""
    elsewhere = make_person(make_organisation())
    with pytest.raises(NotFound), unit_of_work():
        members.hand_over(actor(manager), organisation, elsewhere.id)
    with pytest.raises(DomainError), unit_of_work():
        members.hand_over(actor(manager), organisation, manager.id)


def test_the_manager_stays_until_handed_over(manager, agent, organisation) -> None:
    """Neither leaves nor is removed."""
    for leaving in (
        lambda: members.leave(actor(manager)),
        lambda: members.remove(actor(manager), organisation, manager.id),
    ):
        with pytest.raises(DomainError) as refused, unit_of_work():
            leaving()
        assert refused.value.code == "manager_stays"
    with unit_of_work():
        members.leave(actor(agent))
    assert actors.current_membership(agent.id) is None
    with pytest.raises(NotFound), unit_of_work():
        members.leave(actor(agent))


def test_removal_ends_staff_roles(session) -> None:
    """Who leaves the authority keeps only what outsiders may hold."""
    authority = make_organisation("authority")
    make_staff(Role.SYSTEM_ADMIN, authority=authority)
    boss = make_person(authority, position="manager")
    person = make_person(authority)
    grant(person, Role.DEMAND_REVIEWER, Role.EXPERT)
    with unit_of_work():
        members.remove(actor(boss), authority, person.id)
    assert actors.actor_of(person.id).roles == {Role.EXPERT}
    assert session.scalars(select(RoleGrant.revoked_by).where(RoleGrant.role == "demand_reviewer")).all() == [
        boss.id
    ]
    assert "member_removed" in session.scalars(select(Notice.kind).where(Notice.person_id == person.id)).all()


def test_the_last_administrator_cannot_be_removed() -> None:
    """Somebody must be able to grant again."""
    authority = make_organisation("authority")
    boss = make_person(authority, position="manager")
    admin = make_staff(Role.SYSTEM_ADMIN, authority=authority)
    with pytest.raises(DomainError) as refused, unit_of_work():
        members.remove(actor(boss), authority, admin.id)
    assert refused.value.code == "last_admin"
    assert actors.current_membership(admin.id) is not None


def test_members_of_others_cannot_be_touched(manager, organisation) -> None:
    """Neither by their organisation's id nor by their own."""
    other = make_organisation()
    victim = make_person(other)
    with pytest.raises(NotAllowed), unit_of_work():
        members.remove(actor(manager), other, victim.id)
    with pytest.raises(NotFound), unit_of_work():
        members.remove(actor(manager), organisation, victim.id)


def test_mail_once_sent_holds_no_link(session, manager, organisation, drain, mailbox) -> None:
    """The database keeps the digest only."""
    token = invite(manager, organisation)
    drain()
    assert mailbox.last("new@example.com").links[0].endswith(f"/invitations/{token}")
    session.rollback()
    assert session.scalars(select(MailMessage.params)).all() == [{}]
    assert session.scalars(select(Person).where(Person.email == "new@example.com")).all() == []
