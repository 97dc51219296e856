"""The people of an organisation: one 负责人, any number of 经办人; a person is in one organisation at a time."""

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Membership, Organisation, Person
from marketplace.services.people import actors, grants
from marketplace.services.people.organisations import subject_of
from marketplace.services.platform import audit, notices

POSITIONS = {"manager": N_("负责人"), "agent": N_("经办人")}


def of(organisation: Organisation) -> list[Membership]:
    """Return who is in an organisation now, its 负责人 first."""
    query = select(Membership).where(
        Membership.organisation_id == organisation.id, Membership.ended_at.is_(None)
    )
    rows = list(db.session.scalars(query.order_by(Membership.started_at, Membership.id)))
    return sorted(rows, key=lambda row: row.position != "manager")


def manager_of(organisation: Organisation) -> Person | None:
    """Return the 负责人 of an organisation."""
    rows = of(organisation)
    return rows[0].person if rows and rows[0].position == "manager" else None


def get(organisation: Organisation, person_id: int) -> Membership:
    """Return the membership of a person who is in ``organisation`` now; NotFound for anybody else."""
    membership = actors.current_membership(person_id)
    if membership is None or membership.organisation_id != organisation.id:
        raise NotFound(N_("此人不在本单位"))
    return membership


def join(actor: Actor, person: Person, organisation: Organisation, position: str) -> Membership:
    """Put a person into an organisation. Raises DomainError when the person is in one already."""
    if actors.current_membership(person.id) is not None:
        raise DomainError("already_member", N_("您已在一个单位中，一人同时只能在一个单位，请先退出原单位"))
    membership = Membership(person_id=person.id, organisation_id=organisation.id, position=position)
    db.session.add(membership)
    db.session.flush()
    audit.record(
        actor, "membership.start", "membership", membership.id,
        organisation=organisation.id, person=person.id, position=position,
    )  # fmt: skip
    return membership


def hand_over(actor: Actor, organisation: Organisation, person_id: int) -> None:
    """Make another member the 负责人; the actor becomes 经办人.

    Raises NotAllowed for all but the present 负责人, NotFound for people outside, DomainError for oneself.
    """
    require(actor, Permission.MANAGE_MEMBERS, subject_of(organisation))
    if person_id == actor.person_id or actor.person_id is None:
        raise DomainError("handover_to_self", N_("请选择移交给哪位经办人"), field="person")
    old, new = get(organisation, actor.person_id), get(organisation, person_id)
    _change_position(old, "agent")
    _change_position(new, "manager")
    audit.record(
        actor, "membership.handover", "organisation", organisation.id,
        organisation=organisation.id, from_person=actor.person_id, to_person=person_id,
    )  # fmt: skip
    notices.notify([person_id], "manager_handed_over", "my_members", organisation.id, title=organisation.name)


def _change_position(membership: Membership, position: str) -> None:
    """End a membership and begin it in another position, so that who was what on a day stays known."""
    membership.ended_at = clock.now()
    # The old row must be out of the way of the partial unique indexes before the new one comes.
    db.session.flush()
    db.session.add(
        Membership(
            person_id=membership.person_id, organisation_id=membership.organisation_id, position=position
        )
    )
    db.session.flush()


def remove(actor: Actor, organisation: Organisation, person_id: int) -> None:
    """Take a 经办人 out of the organisation; roles that hang on it end too.

    Raises NotAllowed for all but the 负责人, DomainError when it would be oneself.
    """
    require(actor, Permission.MANAGE_MEMBERS, subject_of(organisation))
    if person_id == actor.person_id:
        raise DomainError("manager_stays", N_("负责人须先移交负责人身份，才能退出单位"))
    _end(actor, get(organisation, person_id))
    notices.notify([person_id], "member_removed", "account", person_id, title=organisation.name)


def leave(actor: Actor) -> None:
    """Leave one's organisation. Raises DomainError for its 负责人, NotFound where there is none."""
    membership = actors.current_membership(actor.person_id or 0)
    if membership is None:
        raise NotFound(N_("您还没有加入任何单位"))
    if membership.position == "manager":
        raise DomainError("manager_stays", N_("负责人须先移交负责人身份，才能退出单位"))
    _end(actor, membership)


def _end(actor: Actor, membership: Membership) -> None:
    membership.ended_at = clock.now()
    db.session.flush()
    audit.record(
        actor, "membership.end", "membership", membership.id,
        organisation=membership.organisation_id, person=membership.person_id,
    )  # fmt: skip
    grants.end_with_membership(actor, membership.person_id)


def dissolve(actor: Actor, organisation: Organisation) -> None:
    """End all memberships of an organisation that is closed."""
    for membership in of(organisation):
        _end(actor, membership)


def refuse_while_managing(actor: Actor) -> None:
    """Raise DomainError when the actor is a 负责人: somebody must be able to act for the organisation."""
    membership = actors.current_membership(actor.person_id or 0)
    if membership is None or membership.position != "manager":
        return
    if len(of(membership.organisation)) == 1:
        raise DomainError(
            "manager_alone",
            N_("您是“%(name)s”唯一的成员，请先邀请一位经办人并移交负责人身份，或联系平台注销单位"),
            name=membership.organisation.name,
        )
    raise DomainError("manager_stays", N_("您是负责人，请先移交负责人身份"))


def expect_open(organisation: Organisation) -> None:
    """Raise Conflict for an organisation that nobody can join any more."""
    if organisation.state == "closed":
        raise Conflict(N_("“%(name)s”已注销，不能加入"), code="organisation_closed", name=organisation.name)
