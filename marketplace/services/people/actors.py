"""Turn a person into an actor: the plain values that rules decide on."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Actor, Grant, Role
from marketplace.extensions import db
from marketplace.models.people import Membership, Person, RoleGrant


def actor_of(person_id: int | None) -> Actor:
    """Return the actor for a person as of now; a visitor where there is no account in use."""
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None or person.state != "active":
        return VISITOR
    return _actor(person, current_membership(person.id), grants_of(person.id))


def actors_of(found: Collection[Person]) -> dict[int, Actor]:
    """Return person → the actor as of now, by two queries; those whose account is not in use are left out."""
    ids = [person.id for person in found]
    members = select(Membership).where(Membership.person_id.in_(ids), Membership.ended_at.is_(None))
    places = {row.person_id: row for row in db.session.scalars(members).unique()}
    grants: dict[int, set[Grant]] = {}
    for row in db.session.scalars(select(RoleGrant).where(RoleGrant.person_id.in_(ids), _in_force())):
        grants.setdefault(row.person_id, set()).add(Grant(Role(row.role), row.scope))
    return {
        person.id: _actor(person, places.get(person.id), frozenset(grants.get(person.id, ())))
        for person in found
        if person.state == "active"
    }


def _actor(person: Person, membership: Membership | None, grants: frozenset[Grant]) -> Actor:
    organisation = membership.organisation if membership else None
    return Actor(
        person_id=person.id,
        name=person.name,
        organisation_id=organisation.id if organisation else None,
        organisation_kind=organisation.kind if organisation else "",
        organisation_name=organisation.name if organisation else "",
        organisation_verified=organisation is not None and organisation.state == "verified",
        is_manager=membership is not None and membership.position == "manager",
        grants=grants,
    )


def current_membership(person_id: int) -> Membership | None:
    """Return where the person is now, or None."""
    return db.session.scalar(
        select(Membership).where(Membership.person_id == person_id, Membership.ended_at.is_(None))
    )


def _in_force() -> ColumnElement[bool]:
    """Return the condition that a grant is in force today."""
    today = clock.today()
    return and_(
        RoleGrant.revoked_at.is_(None),
        RoleGrant.valid_from <= today,
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today),
    )


def grants_of(person_id: int) -> frozenset[Grant]:
    """Return the roles of a person in force today."""
    query = select(RoleGrant).where(RoleGrant.person_id == person_id, _in_force())
    return frozenset(Grant(Role(row.role), row.scope) for row in db.session.scalars(query))


def holders_of(*roles: Role) -> list[int]:
    """Return the ids of the people who hold one of ``roles`` today."""
    query = select(RoleGrant.person_id).join(Person, Person.id == RoleGrant.person_id)
    query = query.where(RoleGrant.role.in_(roles), _in_force(), Person.suspended_at.is_(None))
    return list(db.session.scalars(query.distinct()))


def grants_by_person(*roles: Role) -> dict[int, frozenset[Grant]]:
    """Return who holds one of ``roles`` today, each with these grants; one query, for lists of whom to ask."""
    query = select(RoleGrant).join(Person, Person.id == RoleGrant.person_id)
    found: dict[int, frozenset[Grant]] = {}
    for row in db.session.scalars(
        query.where(
            RoleGrant.role.in_(roles), _in_force(), Person.closed_at.is_(None), Person.suspended_at.is_(None)
        )
    ):
        found[row.person_id] = found.get(row.person_id, frozenset()) | {Grant(Role(row.role), row.scope)}
    return found


def organisations_of(person_ids: Collection[int]) -> dict[int, int]:
    """Return the organisation of each of these people who is in one now."""
    query = select(Membership.person_id, Membership.organisation_id).where(
        Membership.person_id.in_(person_ids), Membership.ended_at.is_(None)
    )
    return {row.person_id: row.organisation_id for row in db.session.execute(query)}


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """Return the names of people by id, for administrators' lists; one query, or none."""
    if not person_ids:
        return {}
    query = select(Person.id, Person.name).where(Person.id.in_(person_ids))
    return {row.id: row.name for row in db.session.execute(query)}
