"""Deals of an achievement as its page may tell them: the least that any party allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain.deals.terms import DEAL_DISCLOSURES, KINDS
from marketplace.domain.states.contracts import RUNNING
from marketplace.extensions import db
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractParty,
    ContractRegistration,
    ContractVersion,
    TradedAchievement,
)


@dataclass(frozen=True)
class Deal:
    """A registered deal: day of registration, kind (msgid); parties and 分 only where all parties let them be told."""

    registered_on: date
    kind: str
    buyer: str = ""
    sellers: tuple[str, ...] = ()
    amount_fen: int | None = None


def level_of(parties: Sequence[ContractParty]) -> str:
    """Return how much of a deal may be told: the least of all its parties' choices; none said counts as ``none``."""
    levels = list(DEAL_DISCLOSURES.codes)
    return min((party.disclosure or levels[0] for party in parties), key=levels.index, default=levels[0])


def of_listing(listing_id: int) -> list[Deal]:
    """Return the registered deals of a listing that may be told, newest first, by a fixed number of queries."""
    rows = db.session.execute(
        select(Contract, ContractLine)
        .join(ContractRegistration, ContractRegistration.contract_id == Contract.id)
        .join(ContractLine, ContractLine.version_id == Contract.version_id)
        .join(TradedAchievement, TradedAchievement.id == ContractLine.traded_id)
        .where(
            TradedAchievement.listing_id == listing_id,
            Contract.state.in_(RUNNING),
            ContractRegistration.registered_on.is_not(None),
        )
        .options(
            joinedload(Contract.registration),
            selectinload(Contract.current).selectinload(ContractVersion.parties),
        )
        .order_by(ContractRegistration.registered_on.desc(), Contract.id.desc())
    )
    deals = [_deal(contract, line) for contract, line in rows]
    return [deal for deal in deals if deal is not None]


def _deal(contract: Contract, line: ContractLine) -> Deal | None:
    version, registration = contract.current, contract.registration
    if version is None or registration is None or registration.registered_on is None:
        return None
    level = level_of(version.parties)
    if level == "none":
        return None
    kind = KINDS.label_of(version.kind)
    if level == "fact":
        return Deal(registration.registered_on, kind)
    buyers = [party.name for party in version.parties if party.role == "buyer"]
    sellers = tuple(party.name for party in version.parties if party.role == "seller")
    amount = line.amount_fen if level == "amount" else None
    return Deal(registration.registered_on, kind, buyers[0] if buyers else "", sellers, amount)
