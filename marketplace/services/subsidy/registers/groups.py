"""Cap groups: achievements that share an intellectual property number are proposed to share one cap (DOMAIN §3, 1).

A proposal acts from its confirmation on; what was decided before is never decided again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, union

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, require
from marketplace.domain.errors import NotFound
from marketplace.domain.states import CAP_GROUP, Transition
from marketplace.domain.states.subsidy import FIXED_STATES
from marketplace.domain.text import clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import IpRight, Listing
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractVersion,
    TradedAchievement,
    TradedRight,
)
from marketplace.models.subsidy import CapGroup, CapGroupMember, SubsidyCase
from marketplace.services import workflow
from marketplace.services.platform import audit
from marketplace.services.subsidy import policies

PURCHASE = "purchase"


def propose(contract_ids: Collection[int]) -> list[CapGroup]:
    """Propose groups for the achievements of contracts whose rights another traded achievement names too.

    The worker calls this once a contract is registered. Twice is the same as once. An achievement that is found after
    its number's group was decided waits for a decision of its own. Returns the groups that are new or have new members.
    """
    found = []
    for number, traded_ids in sorted(_sharing(contract_ids).items()):
        row = db.session.scalar(select(CapGroup).where(CapGroup.shared_number == number))
        known = {member.traded_id for member in row.members} if row is not None else set()
        new = sorted(traded_ids - known)
        if not new:
            continue
        if row is None:
            row = CapGroup(shared_number=number)
            db.session.add(row)
        standing = "in" if row.state in (None, CAP_GROUP.initial) else "pending"
        row.members += [CapGroupMember(traded_id=one, standing=standing) for one in new]
        db.session.flush()
        audit.record(SYSTEM, "cap_group.create", "cap_group", row.id, members=len(row.members))
        found.append(row)
    return found


def _numbers() -> Select[tuple[int, str]]:
    """Return the query (traded achievement, number) of every right: as recorded, and as its listing shows."""
    recorded = select(TradedRight.traded_id, TradedRight.number).where(TradedRight.number != "")
    listed = (
        select(TradedAchievement.id.label("traded_id"), IpRight.number)
        .join(Listing, Listing.id == TradedAchievement.listing_id)
        .join(IpRight, IpRight.revision_id == Listing.published_id)
        .where(IpRight.number != "")
    )
    both = union(recorded, listed).subquery()
    return select(both.c.traded_id, both.c.number)


def _sharing(contract_ids: Collection[int]) -> dict[str, set[int]]:
    """Return number → achievements for the numbers that the contracts' achievements share with others."""
    rights = _numbers().subquery()
    bought = (
        select(ContractLine.traded_id)
        .join(Contract, Contract.version_id == ContractLine.version_id)
        .where(Contract.id.in_(contract_ids))
    )
    mine = select(rights.c.number).where(rights.c.traded_id.in_(bought))
    # What only a draft speaks of is nobody's business yet.
    traded = (
        select(ContractLine.traded_id)
        .join(ContractVersion, ContractVersion.id == ContractLine.version_id)
        .where(ContractVersion.frozen_at.is_not(None))
    )
    query = select(rights.c.number, rights.c.traded_id).where(
        rights.c.number.in_(mine), rights.c.traded_id.in_(traded)
    )
    found: dict[str, set[int]] = {}
    for number, traded_id in db.session.execute(query):
        found.setdefault(number, set()).add(traded_id)
    return {number: traded_ids for number, traded_ids in found.items() if len(traded_ids) > 1}


@dataclass(frozen=True)
class Member:
    """An achievement of a group with what was decided for it, in 分, and in how many cases."""

    traded: TradedAchievement
    standing: str
    granted_fen: int
    cases: int


def listing(actor: Actor) -> list[CapGroup]:
    """Return all groups: what waits first, then the newest."""
    require(actor, Permission.READ_CASES)
    rows = list(db.session.scalars(select(CapGroup).order_by(CapGroup.id.desc())))
    return sorted(rows, key=lambda row: not waits(row))


def waits(row: CapGroup) -> bool:
    """Return whether somebody has to decide on a group, or on a new member."""
    return row.state == "suggested" or has_pending(row)


def has_pending(row: CapGroup) -> bool:
    """Return whether a group has a member that was found after its decision."""
    return any(member.standing == "pending" for member in row.members)


def get(actor: Actor, group_id: int) -> CapGroup:
    """Return a group; NotFound where there is none."""
    require(actor, Permission.READ_CASES)
    row = db.session.get(CapGroup, group_id)
    if row is None:
        raise NotFound()
    return row


def members(row: CapGroup) -> list[Member]:
    """Return the achievements of a group with their grants."""
    query = (
        select(SubsidyCase.traded_id, func.sum(SubsidyCase.fixed_fen), func.count(SubsidyCase.id))
        .where(
            SubsidyCase.traded_id.in_([one.traded_id for one in row.members]),
            SubsidyCase.state.in_(FIXED_STATES),
        )
        .group_by(SubsidyCase.traded_id)
    )
    sums = {traded_id: (int(fen or 0), count) for traded_id, fen, count in db.session.execute(query)}
    return [Member(one.traded, one.standing, *sums.get(one.traded_id, (0, 0))) for one in row.members]


def _subject(row: CapGroup) -> Subject:
    return Subject("cap_group", facts=frozenset({"has_pending"} if has_pending(row) else ()))


def available(actor: Actor, row: CapGroup) -> Sequence[Transition]:
    """Return what the actor may do with a group now."""
    return workflow.available_actions(CAP_GROUP, row, actor, _subject(row))


def act(actor: Actor, group_id: int, action: str, note: str) -> CapGroup:
    """Confirm or reject a group, or what was found for it later, with the reason.

    Those who fix amounts wait meanwhile: a group acts on whatever is decided after it. Raises as the table says.
    """
    row = get(actor, group_id)
    policies.lock_clause(PURCHASE)
    db.session.refresh(row)
    with db.session.no_autoflush:
        if action == "confirm":
            row.confirmed_at = clock.now()
        row.decided_by = actor.person_id
        workflow.apply(CAP_GROUP, row, action, actor, _subject(row), note=note)
    decided = {"confirm": "in", "confirm_member": "in", "reject_member": "out"}.get(action)
    for member in row.members:
        if member.standing == "pending" and decided:
            member.standing = decided
    row.state_note = clean_text(note)
    db.session.flush()
    return row
