"""Roles: granted by an administrator to a person, in a scope, from a day to a day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from marketplace.domain import clock
from marketplace.domain.access import (
    OUTSIDE_ROLES,
    ROLE_LABELS,
    STAFF_ROLES,
    Actor,
    Permission,
    Role,
    require,
)
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.regions import FIRST_REVIEW_OFFICES
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import Membership, Organisation, Person, RoleGrant
from marketplace.services.people import actors
from marketplace.services.platform import audit, notices, reviews


@dataclass(frozen=True)
class Wish:
    """A grant to be made. ``scope`` is the division of an office, for 补助初审 only; both days are included."""

    role: str
    scope: str
    valid_from: date
    valid_to: date | None = None


def person_by_email(email: str) -> Person:
    """Return the open account with a mail address; DomainError with field ``email`` where there is none."""
    person = db.session.scalar(select(Person).where(Person.email == email, Person.closed_at.is_(None)))
    if person is None:
        raise DomainError("person_unknown", N_("没有使用此邮箱的账号，请核对，或请对方先注册"), field="email")
    return person


def grant(actor: Actor, person_id: int, wish: Wish) -> RoleGrant:
    """Grant a role. Raises NotAllowed without the right or to oneself, DomainError naming the field otherwise."""
    require(actor, Permission.GRANT_ROLES)
    if person_id == actor.person_id:
        raise DomainError("grant_to_self", N_("不能给自己授予角色，请由另一位系统管理员办理"), field="email")
    person = db.session.get(Person, person_id)
    if person is None or person.closed_at is not None:
        raise NotFound(N_("没有这个人员"))
    role = _role(wish.role)
    _check_place(person, role)
    scope = _scope(person, role, wish.scope)
    _check_days(wish)
    _refuse_twice(person_id, role, scope, wish)
    return make(actor, person, role, scope, wish.valid_from, wish.valid_to)


def make(
    actor: Actor, person: Person, role: Role, scope: str | None, since: date, until: date | None = None
) -> RoleGrant:
    """Write a grant that has been checked, or that the platform itself makes."""
    row = RoleGrant(
        person_id=person.id, role=role.value, scope=scope, valid_from=since, valid_to=until,
        granted_by=actor.person_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "grant.create", "grant", row.id, person=person.id, role=role.value, scope=scope)
    notices.notify([person.id], "role_granted", "account", person.id, role=ROLE_LABELS[role])
    return row


def _role(code: str) -> Role:
    try:
        return Role(code)
    except ValueError as unknown:
        raise DomainError("role_unknown", N_("请从列表中选择角色"), field="role") from unknown


def _check_place(person: Person, role: Role) -> None:
    if role in OUTSIDE_ROLES:
        return
    membership = actors.current_membership(person.id)
    if membership is None or membership.organisation.kind != "authority":
        raise DomainError(
            "role_outside_authority",
            N_("“%(role)s”只能授予管理部门的人员，此人不在管理部门"),
            field="role",
            role=ROLE_LABELS[role],
        )


def _scope(person: Person, role: Role, scope: str) -> str | None:
    if role is not Role.SUBSIDY_FIRST_REVIEWER:
        if scope:
            raise DomainError(
                "scope_unwanted", N_("只有补助初审需要指定县区或园区，请清空此项"), field="scope"
            )
        return None
    if scope not in FIRST_REVIEW_OFFICES:
        raise DomainError("scope_missing", N_("补助初审须指定一个县区或园区"), field="scope")
    membership = actors.current_membership(person.id)
    office = membership.organisation.office_division if membership else None
    if office is not None and office != scope:
        raise DomainError(
            "scope_foreign",
            N_("此人所在部门负责%(office)s，只能授予该范围的补助初审"),
            field="scope",
            office=FIRST_REVIEW_OFFICES.get(office, office),
        )
    return scope


def _check_days(wish: Wish) -> None:
    if wish.valid_from < clock.today():
        raise DomainError("grant_backdated", N_("开始日期不能早于今天"), field="valid_from")
    if wish.valid_to is not None and wish.valid_to < wish.valid_from:
        raise DomainError("grant_ends_early", N_("结束日期不能早于开始日期"), field="valid_to")


def _refuse_twice(person_id: int, role: Role, scope: str | None, wish: Wish) -> None:
    overlapping = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role.value,
        RoleGrant.scope.is_(None) if scope is None else RoleGrant.scope == scope,
        RoleGrant.revoked_at.is_(None),
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= wish.valid_from),
    )
    if wish.valid_to is not None:
        overlapping = overlapping.where(RoleGrant.valid_from <= wish.valid_to)
    if db.session.scalar(overlapping.limit(1)) is not None:
        raise DomainError("grant_twice", N_("此人在这段时间已有这个角色"), field="role")


def get(actor: Actor, grant_id: int) -> RoleGrant:
    """Return a grant; NotFound where there is none."""
    require(actor, Permission.READ_GRANTS)
    row = db.session.get(RoleGrant, grant_id)
    if row is None:
        raise NotFound(N_("没有这条授权"))
    return row


def revoke(actor: Actor, grant_id: int) -> RoleGrant:
    """Take a role back from now on. The last 系统管理员 keeps theirs, so that somebody can grant again."""
    require(actor, Permission.GRANT_ROLES)
    row = get(actor, grant_id)
    if row.revoked_at is not None:
        raise Conflict(N_("这条授权已经收回"))
    if row.role == Role.SYSTEM_ADMIN:
        refuse_last_admin(row.person_id)
    _revoke(actor, row)
    notices.notify(
        [row.person_id], "role_revoked", "account", row.person_id, role=ROLE_LABELS[Role(row.role)]
    )
    return row


def _revoke(actor: Actor, row: RoleGrant) -> None:
    row.revoked_at, row.revoked_by = clock.now(), actor.person_id
    db.session.flush()
    audit.record(actor, "grant.revoke", "grant", row.id, person=row.person_id, role=row.role, scope=row.scope)
    reviews.release_lost(row.person_id)


def refuse_last_admin(person_id: int) -> None:
    """Raise DomainError when nobody but ``person_id`` is 系统管理员 today."""
    if set(actors.holders_of(Role.SYSTEM_ADMIN)) == {person_id}:
        raise DomainError("last_admin", N_("这是唯一的系统管理员，请先授予另一人后再办理"))


def end_with_membership(actor: Actor, person_id: int) -> None:
    """Revoke the roles that only people of a 管理部门 may hold, when somebody leaves one."""
    _revoke_all(actor, person_id, frozenset(role.value for role in STAFF_ROLES))


def end_all(actor: Actor, person_id: int) -> None:
    """Revoke every role of somebody who closes the account."""
    _revoke_all(actor, person_id, frozenset(role.value for role in Role))


def _revoke_all(actor: Actor, person_id: int, roles: frozenset[str]) -> None:
    held = db.session.scalars(
        select(RoleGrant).where(
            RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None), RoleGrant.role.in_(roles)
        )
    ).all()
    if any(row.role == Role.SYSTEM_ADMIN for row in held):
        refuse_last_admin(person_id)
    for row in held:
        _revoke(actor, row)


@dataclass(frozen=True)
class Line:
    """A grant as the page shows it; ``state`` is 'now', 'later', 'over' or 'revoked'."""

    grant: RoleGrant
    organisation: str
    state: str


def listing(actor: Actor, everything: bool = False) -> list[Line]:
    """Return the grants in force or to come (``everything``: past ones too), by person."""
    require(actor, Permission.READ_GRANTS)
    rows = db.session.scalars(
        select(RoleGrant).join(Person, Person.id == RoleGrant.person_id).order_by(Person.name, RoleGrant.id)
    ).all()
    places = _places({row.person_id for row in rows})
    lines = [Line(row, places.get(row.person_id, ""), state_of(row)) for row in rows]
    return [line for line in lines if everything or line.state in ("now", "later")]


def state_of(row: RoleGrant) -> str:
    """Return whether a grant is in force ``now``, ``later``, ``over`` or ``revoked``."""
    if row.revoked_at is not None:
        return "revoked"
    if row.valid_to is not None and row.valid_to < clock.today():
        return "over"
    return "now" if row.valid_from <= clock.today() else "later"


def _places(person_ids: set[int]) -> dict[int, str]:
    query = select(Membership).where(Membership.person_id.in_(person_ids), Membership.ended_at.is_(None))
    return {row.person_id: row.organisation.name for row in db.session.scalars(query)}


def candidates() -> list[tuple[Person, str]]:
    """Return the people of 管理部门 with the names of their offices: who may hold a staff role."""
    query = (
        select(Membership)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Organisation.kind == "authority", Membership.ended_at.is_(None))
        .order_by(Membership.organisation_id, Membership.id)
    )
    return [(row.person, row.organisation.name) for row in db.session.scalars(query)]


def of(person_id: int) -> list[RoleGrant]:
    """Return the roles of a person that are in force or to come."""
    query = select(RoleGrant).where(RoleGrant.person_id == person_id).order_by(RoleGrant.id)
    return [row for row in db.session.scalars(query) if state_of(row) in ("now", "later")]
