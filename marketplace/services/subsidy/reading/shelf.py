"""The desk's list of an enterprise's cases: tabs, counts, what could still be applied for by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractLine, ContractParty, TradedAchievement
from marketplace.models.people import Organisation
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import deadlines
from marketplace.services.subsidy.buying import conditions
from marketplace.services.subsidy.opening import UNSETTLED
from marketplace.services.subsidy.reading import waiting
from marketplace.services.subsidy.reading.waiting import NextStep

TABS: Mapping[str, tuple[str, frozenset[str]]] = {
    "all": (N_("全部"), frozenset(SUBSIDY_CASE.states)),
    "draft": (N_("待提交"), frozenset({"draft", "returned"})),
    "review": (N_("审核中"), frozenset({"first_review", "review", "appealed", "accepted", "waiting_budget"})),
    "public": (N_("拟补助与公示"), frozenset({"proposed", "published", "objected", "cleared"})),
    "paid": (N_("批准与拨付"), frozenset({"approved", "tracking", "closed"})),
    "ended": (N_("未获补助"), frozenset({"refused", "dismissed", "withdrawn"})),
}
"""Tab → its words and the states of the cases under it."""


@dataclass(frozen=True)
class Line:
    """A case of the list with its next step, if anything is waited for, and the working days left for it."""

    case: SubsidyCase
    step: NextStep | None
    days_left: int | None


def listed(actor: Actor, tab: str = "all") -> Select[SubsidyCase]:
    """Return the query of the cases of the actor's enterprise under ``tab``, the newest first."""
    return (
        select(SubsidyCase)
        .where(
            SubsidyCase.organisation_id == actor.organisation_id, SubsidyCase.state.in_(TABS[tab][1])
        )
        .options(
            selectinload(SubsidyCase.policy),
            selectinload(SubsidyCase.batch),
        )
        .order_by(SubsidyCase.id.desc())
    )  # fmt: skip


def counts(actor: Actor) -> dict[str, int]:
    """Return how many cases stand under each tab, by one query."""
    rows = db.session.execute(
        select(SubsidyCase.state, func.count())
        .where(SubsidyCase.organisation_id == actor.organisation_id)
        .group_by(SubsidyCase.state)
    )
    found = {state: int(number) for state, number in rows}
    return {
        tab: sum(number for state, number in found.items() if state in states)
        for tab, (_label, states) in TABS.items()
    }


def lines(actor: Actor, found: Sequence[SubsidyCase]) -> list[Line]:
    """Return the lines of the list; the number of queries does not grow with them."""
    calendar, steps = deadlines.calendar(), waiting.steps_of(actor, found)
    made = []
    for case in found:
        step = steps.get(case.id)
        due = step.due if step is not None else None
        made.append(Line(case, step, calendar.between(clock.today(), due) if due is not None else None))
    return made


def is_meant(actor: Actor) -> bool:
    """Return whether the clauses are for the actor's enterprise at all: they are for those of the city."""
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    return conditions.is_meant(organisation)


def bought(actor: Actor) -> list[TradedAchievement]:
    """Return what the enterprise bought by signed contracts and has no case under way for, by name."""
    under_way = select(SubsidyCase.traded_id).where(
        SubsidyCase.organisation_id == actor.organisation_id,
        SubsidyCase.traded_id.is_not(None),
        SubsidyCase.state.in_(UNSETTLED),
    )
    query = (
        select(TradedAchievement)
        .join(ContractLine, ContractLine.traded_id == TradedAchievement.id)
        .join(Contract, Contract.version_id == ContractLine.version_id)
        .join(ContractParty, ContractParty.version_id == Contract.version_id)
        .where(
            ContractParty.position == 0,
            ContractParty.organisation_id == actor.organisation_id,
            Contract.signed_on.is_not(None),
            Contract.state.not_in(("voided", "refused", "deregistered", "revoked")),
            TradedAchievement.id.not_in(under_way),
        )
        .distinct()
        .order_by(TradedAchievement.name, TradedAchievement.id)
        .limit(100)
    )
    return list(db.session.scalars(query))
