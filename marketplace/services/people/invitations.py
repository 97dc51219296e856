"""Invitations into an organisation: a mailed link that works once, for seven days."""

from datetime import timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, require
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.identifiers import parse_email
from marketplace.domain.states import INVITATION
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Invitation, Organisation, Person
from marketplace.services import workflow
from marketplace.services.people import accounts, actors, members
from marketplace.services.people.organisations import subject_of
from marketplace.services.people.tokens import new_token, token_digest
from marketplace.services.platform import audit, notices

LASTS = timedelta(days=7)
MOST_OPEN = 50
"""Open invitations an organisation may have at once: nobody sends mail to the world through us."""


def invite(actor: Actor, organisation: Organisation, name: str, email: str) -> Invitation:
    """Invite somebody as 经办人 by mail; an invitation to the same address that has run out is replaced.

    Raises NotAllowed for all but the 负责人, DomainError with field ``email`` where it makes no sense.
    """
    require(actor, Permission.MANAGE_MEMBERS, subject_of(organisation))
    members.expect_open(organisation)
    email = _email(email)
    if any(row.person.email == email for row in members.of(organisation)):
        raise DomainError("already_inside", N_("此人已在本单位"), field="email")
    waiting = waiting_in(organisation)
    for row in waiting:
        if row.email == email and is_expired(row):
            lapse(row)
        elif row.email == email:
            raise DomainError(
                "invited_already", N_("已向此邮箱发出邀请，对方尚未接受；可以重新发送"), field="email"
            )
    if len(waiting) >= MOST_OPEN:
        raise DomainError("invitations_full", N_("待接受的邀请太多，请先取消不再需要的"), field="email")
    return _send(actor, organisation, accounts.checked_name(name), email)


def invite_manager(actor: Actor, organisation: Organisation, name: str, email: str) -> Invitation:
    """Invite the first 负责人 of an organisation that administrators entered; a fresh invitation replaces an older one.

    Raises NotAllowed for all but administrators, Conflict where it has a 负责人, who invites everybody else.
    """
    require(actor, Permission.VERIFY_ORGANISATION, subject_of(organisation))
    members.expect_open(organisation)
    if members.manager_of(organisation) is not None:
        raise Conflict(N_("“%(name)s”已有负责人，由其邀请其他人"), code="managed", name=organisation.name)
    email = _email(email)
    checked = accounts.checked_name(name)
    for row in waiting_in(organisation):
        lapse(row)
    return _send(actor, organisation, checked, email, "manager")


def _email(email: str) -> str:
    try:
        return parse_email(email)
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, "email", **refused.params) from refused


def _send(
    actor: Actor, organisation: Organisation, name: str, email: str, position: str = "agent"
) -> Invitation:
    token = new_token()
    row = Invitation(
        organisation_id=organisation.id,
        email=email,
        name=name,
        position=position,
        token_digest=token_digest(token),
        expires_at=clock.now() + LASTS,
        invited_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "invitation.create", "invitation", row.id, organisation=organisation.id, position=row.position
    )
    notices.send_mail(
        email, "invitation", name=name, organisation=organisation.name, inviter=actor.name,
        path=f"/invitations/{token}", days=LASTS.days, position=position,
    )  # fmt: skip
    return row


def get(actor: Actor, organisation: Organisation, invitation_id: int) -> Invitation:
    """Return an invitation of this very organisation; NotFound for any other."""
    require(actor, Permission.MANAGE_MEMBERS, subject_of(organisation))
    row = db.session.get(Invitation, invitation_id)
    if row is None or row.organisation_id != organisation.id:
        raise NotFound(N_("没有这个邀请"))
    return row


def revoke(actor: Actor, row: Invitation) -> None:
    """Take an open invitation back: its link works no more."""
    workflow.apply(INVITATION, row, "revoke", actor, subject_of(row.organisation))


def resend(actor: Actor, row: Invitation) -> Invitation:
    """Send a fresh link to the same address; the old one works no more."""
    revoke(actor, row)
    return _send(actor, row.organisation, row.name, row.email, row.position)


def waiting_in(organisation: Organisation) -> list[Invitation]:
    """Return the open invitations of an organisation, those that have run out included."""
    query = select(Invitation).where(
        Invitation.organisation_id == organisation.id, Invitation.state == "open"
    )
    return list(db.session.scalars(query.order_by(Invitation.id)))


def is_expired(row: Invitation) -> bool:
    """Return whether the seven days are over."""
    return row.expires_at <= clock.now()


def lapse(row: Invitation) -> None:
    """Let an open invitation lapse."""
    workflow.apply(INVITATION, row, "lapse", SYSTEM, Subject("invitation"))


def lapse_of(organisation: Organisation) -> None:
    """Let all open invitations of an organisation lapse."""
    for row in waiting_in(organisation):
        lapse(row)


def by_token(token: str) -> Invitation:
    """Return the invitation behind a link.

    Raises NotFound for an unknown link, Conflict saying why for one that was used, taken back or has run out.
    """
    row = db.session.scalar(select(Invitation).where(Invitation.token_digest == token_digest(token)))
    if row is None:
        raise NotFound(N_("邀请链接不完整或不存在，请从邮件中重新打开"))
    if row.state == "accepted":
        raise Conflict(N_("这个邀请已经接受过了，请直接登录"), code="invitation_used")
    if row.state == "revoked":
        raise Conflict(N_("这个邀请已被取消，请联系发出邀请的单位"), code="invitation_revoked")
    if is_expired(row):
        raise Conflict(N_("这个邀请已超过7天有效期，请联系发出邀请的单位重新发送"), code="invitation_expired")
    members.expect_open(row.organisation)
    return row


def has_account(row: Invitation) -> bool:
    """Return whether the invited address has an open account already."""
    return accounts.by_email(row.email) is not None


def accept(actor: Actor, token: str) -> Organisation:
    """Join the inviting organisation with the signed-in account, which must have the invited mail address."""
    row = by_token(token)
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    if person is None or person.email != row.email:
        raise NotAllowed(N_("这个邀请发给了另一个邮箱，请用该邮箱的账号登录后接受"), code="invited_other")
    return _accept(actor, row, person)


def accept_as_new(token: str, data: accounts.NewPerson, versions: dict[str, str]) -> Person:
    """Join with a new account for the invited address; ``versions`` are the texts agreed to."""
    row = by_token(token)
    person = accounts.create(data.with_email(row.email), versions, how="invitation")
    _accept(actors.actor_of(person.id), row, person)
    return person


def _accept(actor: Actor, row: Invitation, person: Person) -> Organisation:
    organisation = row.organisation
    before = [each.person_id for each in members.of(organisation)]
    members.join(actor, person, organisation, row.position)
    workflow.apply(INVITATION, row, "accept", SYSTEM, Subject("invitation"))
    notices.notify(
        before, "member_joined", "my_members", organisation.id, title=organisation.name, name=person.name
    )
    return organisation
