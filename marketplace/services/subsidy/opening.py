"""A case opens itself: when a contract is registered and its first voucher verified, whichever comes later."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.policy.arithmetic import Ledger
from marketplace.domain.policy.outcome import Decision
from marketplace.domain.states.subsidy import FIXED_STATES, QUEUED_STATES
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractLine, ContractParty, ContractVersion, TradedAchievement
from marketplace.models.people import Organisation
from marketplace.models.subsidy import CaseMaterial, PolicyVersion, SubsidyCase
from marketplace.services.platform import audit
from marketplace.services.subsidy import cases, policies, recoveries, world

PURCHASE = "purchase"
WORTH_A_CASE = frozenset({Decision.GRANTED, Decision.WAITING_BUDGET})
UNSETTLED = (QUEUED_STATES | FIXED_STATES | {"draft"}) - {"tracking", "closed"}
"""States of a case that further payments may still belong to, or that must be settled before the next."""


def follow(payloads: Sequence[dict[str, Any]]) -> None:
    """Do what follows from what happened to contracts and their money; the worker calls this with {"contract": id}.

    Amounts above the entitlement are reduced or asked back, and cases that are worth it open. Twice is as good as once.
    """
    contract_ids = {int(payload["contract"]) for payload in payloads}
    pairs = _pairs(contract_ids)
    for version in policies.effective(PURCHASE):
        recoveries.sync(version, _achievements(contract_ids))
        for buyer, traded in pairs:
            ledger = world.part_of(version, traded.id).ledger()
            _open_if_worth(version, ledger, buyer, traded)


def _pairs(contract_ids: set[int]) -> list[tuple[Organisation, TradedAchievement]]:
    """Return member enterprises and what they bought by these contracts."""
    found: dict[tuple[int, int], tuple[Organisation, TradedAchievement]] = {}
    for contract in db.session.scalars(
        select(Contract).where(Contract.id.in_(contract_ids)).order_by(Contract.id)
    ):
        buyer = _member_buyer(contract)
        if buyer is None or contract.current is None:
            continue
        for line in contract.current.lines:
            found[buyer.id, line.traded_id] = (buyer, line.traded)
    return list(found.values())


def _achievements(contract_ids: set[int]) -> set[int]:
    """Return what these contracts are, or once were, about."""
    query = (
        select(ContractLine.traded_id)
        .join(ContractVersion, ContractVersion.id == ContractLine.version_id)
        .where(ContractVersion.contract_id.in_(contract_ids))
    )
    return set(db.session.scalars(query))


def _member_buyer(contract: Contract) -> Organisation | None:
    party = next(
        (one for one in (contract.current.parties if contract.current else ()) if one.position == 0), None
    )
    if party is None or party.organisation_id is None:
        return None
    organisation = db.session.get(Organisation, party.organisation_id)
    return organisation if organisation is not None and organisation.kind == "enterprise" else None


def _open_if_worth(
    version: PolicyVersion, ledger: Ledger, buyer: Organisation, traded: TradedAchievement
) -> None:
    """Open a draft where a claim made today would be granted or wait for a budget, and none is under way."""
    if _under_way(version, buyer.id, traded.id) is not None:
        return
    claim = world.claim("thought", traded.id, buyer.uscc, clock.today())
    if ledger.weigh(claim).decision in WORTH_A_CASE:
        cases.tell(_add(SYSTEM, version, buyer, traded), "case_opened")


def open_by_hand(actor: Actor, traded_id: int) -> SubsidyCase:
    """Open a draft for what the actor's enterprise bought; one that is under way is given back.

    Raises NotFound for an achievement that it never bought, DomainError where no policy version holds.
    """
    require(actor, Permission.APPLY_SUBSIDY, Subject("subsidy_case", organisation_id=actor.organisation_id))
    traded = db.session.get(TradedAchievement, traded_id)
    buyer = db.session.get(Organisation, actor.organisation_id)
    if traded is None or buyer is None or not _bought(buyer.id, traded.id):
        raise NotFound()
    version = _paying(buyer, traded) or _holding(PURCHASE)
    known = _under_way(version, buyer.id, traded.id)
    return known or _add(actor, version, buyer, traded)


def _paying(buyer: Organisation, traded: TradedAchievement) -> PolicyVersion | None:
    """Return the first version in force that would grant something, also where its window has ended since."""
    for version in policies.effective(PURCHASE):
        claim = world.claim("thought", traded.id, buyer.uscc, clock.today())
        if world.part_of(version, traded.id).ledger().weigh(claim).decision in WORTH_A_CASE:
            return version
    return None


def _holding(clause: str) -> PolicyVersion:
    """Return the version for what happens today, else the last in force. Raises DomainError where there is none."""
    version = policies.for_estimates(clause)
    if version is None or version.state != "effective":
        version = next(reversed(policies.effective(clause)), version)
    if version is None:
        raise DomainError("no_policy", N_("还没有可用的政策版本"))
    return version


def open_for_certificate(actor: Actor, clause: str) -> SubsidyCase:
    """Open a draft about the actor's own enterprise, under a clause that is about organisations."""
    require(actor, Permission.APPLY_SUBSIDY, Subject("subsidy_case", organisation_id=actor.organisation_id))
    definition = CLAUSES.get(clause)
    buyer = db.session.get(Organisation, actor.organisation_id)
    if definition is None or definition.about != "organisation" or buyer is None:
        raise NotFound()
    version = _holding(clause)
    known = _under_way(version, buyer.id, None)
    if known is not None and known.state != "draft":
        raise Conflict(N_("这一事项已有一份申请正在办理"))
    return known or _add(actor, version, buyer, None)


def _under_way(version: PolicyVersion, buyer_id: int, traded_id: int | None) -> SubsidyCase | None:
    query = select(SubsidyCase).where(
        SubsidyCase.clause == version.clause,
        SubsidyCase.organisation_id == buyer_id,
        SubsidyCase.traded_id.is_(None) if traded_id is None else SubsidyCase.traded_id == traded_id,
        SubsidyCase.state.in_(UNSETTLED),
    )
    return db.session.scalar(query.order_by(SubsidyCase.id).limit(1))


def _bought(buyer_id: int, traded_id: int) -> bool:
    party = select(ContractParty.id).where(
        ContractParty.version_id == Contract.version_id,
        ContractParty.position == 0,
        ContractParty.organisation_id == buyer_id,
    )
    query = select(Contract).where(party.exists(), Contract.signed_on.is_not(None)).order_by(Contract.id)
    return any(
        line.traded_id == traded_id
        for contract in db.session.scalars(query)
        if contract.current is not None
        for line in contract.current.lines
    )


def _add(
    actor: Actor, version: PolicyVersion, buyer: Organisation, traded: TradedAchievement | None
) -> SubsidyCase:
    case = SubsidyCase(
        clause=version.clause,
        organisation_id=buyer.id,
        traded_id=traded.id if traded else None,
        policy_version_id=version.id,
        created_by=actor.person_id,
    )
    case.materials = [CaseMaterial(code=one.code) for one in policies.clause_of(version).materials]
    db.session.add(case)
    db.session.flush()
    audit.record(actor, "subsidy_case.create", "subsidy_case", case.id, clause=version.clause)
    return case
