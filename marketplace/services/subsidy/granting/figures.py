"""What of the turnover was bought outside the city, how much of it asked for aid, and how much aid was paid out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from marketplace.domain import clock, regions
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractLine, ContractParty, ContractVersion, TurnoverEntry
from marketplace.models.subsidy import Payout, Recovery, Repayment, SubsidyCase

STAGES: Mapping[str, str] = {
    "outside": N_("市外购买"),
    "applied": N_("市外购买，已申请补助"),
    "paid": N_("市外购买，补助已拨付"),
}
"""How far contracts went towards the subsidy; each stage lies within the one before it."""
FEW = 3
"""The public sees no figure of fewer contracts, nor one that would give such a figure away (docs/domain.md §10)."""


@dataclass(frozen=True)
class Figure:
    """A stage: contracts and their 成交额 in 分; both None where the public must not see them."""

    stage: str
    contracts: int | None
    amount_fen: int | None


@dataclass(frozen=True)
class Figures:
    """The stages of a year's contracts, the aid that was paid for them in 分, and 成交额 per yuan of aid."""

    stages: list[Figure]
    aid_fen: int | None

    @property
    def leverage(self) -> float | None:
        """成交额 of the paid stage per yuan of aid, to one decimal; None without aid."""
        amount = self.stages[-1].amount_fen
        return round(amount / self.aid_fen, 1) if amount is not None and self.aid_fen else None


def contracts(stage: str, on: date | None = None) -> Select[Any]:
    """Return the query of the ids of contracts in a stage, by the cases that their buyer has for one of their lines.

    ``on``: as of the end of that day; what has been withdrawn since is not counted for any day.
    """
    if stage == "outside":
        return select(TurnoverEntry.contract_id).where(_bought_outside())
    case = select(SubsidyCase.id).where(
        SubsidyCase.traded_id == ContractLine.traded_id,
        SubsidyCase.organisation_id == ContractParty.organisation_id,
        SubsidyCase.submitted_at.is_not(None),
        SubsidyCase.state != "withdrawn",
    )
    if on is not None:
        case = case.where(SubsidyCase.submitted_at < _end_of(on))
    if stage == "paid":
        case = case.join(Payout, Payout.case_id == SubsidyCase.id)
        if on is not None:
            case = case.where(Payout.paid_on <= on)
    return (
        select(Contract.id)
        .join(ContractVersion, ContractVersion.id == Contract.version_id)
        .join(ContractParty, ContractParty.version_id == ContractVersion.id)
        .join(ContractLine, ContractLine.version_id == ContractVersion.id)
        .where(
            ContractParty.position == 0,
            Contract.id.in_(contracts("outside")),
            case.correlate(ContractLine, ContractParty).exists(),
        )
    )


def _bought_outside() -> Any:
    seller = TurnoverEntry.seller_division
    inside = seller.startswith(regions.CITY_PREFIX)
    return TurnoverEntry.buyer_division.startswith(regions.CITY_PREFIX) & or_(seller.is_(None), ~inside)


def of_year(year: int, on: date, everything: bool) -> Figures:
    """Return the stages of the contracts counted in a year, as of the end of a day; small ones are held back.

    ``everything``: the reader sees small figures too. Aid is what was paid out by that day less what came back.
    """
    found = [_figure(stage, year, on) for stage in STAGES]
    aid = _aid_fen(year, on)
    if everything:
        return Figures(found, aid)
    shown = _shown(found)
    return Figures(shown, aid if shown[-1].contracts is not None else None)


def _shown(found: list[Figure]) -> list[Figure]:
    """Hold back a figure of one or two contracts, and one that differs by one or two from the stage around it."""
    made: list[Figure] = []
    around: int | None = None
    for figure in found:
        number = figure.contracts or 0
        small = 0 < number < FEW or (around is not None and 0 < around - number < FEW)
        # What lies within a figure that is held back says something about it.
        is_held = small or (bool(made) and made[-1].contracts is None and number > 0)
        made.append(Figure(figure.stage, None, None) if is_held else figure)
        around = number
    return made


def _figure(stage: str, year: int, on: date) -> Figure:
    query = select(
        func.coalesce(func.sum(TurnoverEntry.contracts), 0),
        func.coalesce(func.sum(TurnoverEntry.amount_fen), 0),
    ).where(*_counted(year, on), _bought_outside())
    if stage != "outside":
        query = query.where(TurnoverEntry.contract_id.in_(contracts(stage, on)))
    number, amount = db.session.execute(query).one()
    return Figure(stage, int(number), int(amount))


def _counted(year: int, on: date) -> tuple[Any, ...]:
    """Entries of the year that were known and counted by the end of the day."""
    return TurnoverEntry.year == year, TurnoverEntry.counted_on <= on, TurnoverEntry.created_at < _end_of(on)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), clock.BEIJING)


def _aid_fen(year: int, on: date) -> int:
    """Return the aid paid out for achievements of the year's contracts less what was paid back, in 分."""
    bought = (
        select(SubsidyCase.id)
        .join(ContractLine, ContractLine.traded_id == SubsidyCase.traded_id)
        .join(ContractParty, ContractParty.version_id == ContractLine.version_id)
        .join(Contract, Contract.version_id == ContractLine.version_id)
        .where(
            ContractParty.position == 0,
            ContractParty.organisation_id == SubsidyCase.organisation_id,
            Contract.id.in_(select(TurnoverEntry.contract_id).where(*_counted(year, on), _bought_outside())),
        )
    )
    paid = select(func.coalesce(func.sum(Payout.amount_fen), 0)).where(
        Payout.case_id.in_(bought), Payout.paid_on <= on
    )
    back = (
        select(func.coalesce(func.sum(Repayment.amount_fen), 0))
        .join(Recovery, Recovery.id == Repayment.recovery_id)
        .where(Recovery.case_id.in_(bought), Repayment.paid_on <= on)
    )
    return int(db.session.scalar(paid) or 0) - int(db.session.scalar(back) or 0)
