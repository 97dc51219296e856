"""您预计可获补助: what buying a listed achievement would bring, and how much of its cap is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.domain import clock, regions
from marketplace.domain.access import Actor
from marketplace.domain.policy.outcome import ClaimOutcome, Decision
from marketplace.domain.policy.records import CapScope
from marketplace.domain.states.subsidy import FIXED_STATES, QUEUED_STATES
from marketplace.domain.subsidy.estimates import Estimate, Purchase, estimate
from marketplace.domain.subsidy.parameters import policy_of
from marketplace.domain.subsidy.portfolio import Item, Portfolio, portfolio
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import TradedAchievement
from marketplace.models.people import Organisation
from marketplace.models.subsidy import PolicyVersion, SubsidyCase
from marketplace.services.subsidy import policies, world
from marketplace.services.subsidy.buying.conditions import Condition, conditions_of, is_meant

PURCHASE = "purchase"


@dataclass(frozen=True)
class Cap:
    """The cap of an achievement in 分: taken by decided cases, likely to be taken by those in the queue, free.

    ``decided`` and ``queued`` count the cases; whose they are is nobody's business. ``per_buyer``: each buyer has a
    cap of its own, the sums are then this buyer's.
    """

    cap_fen: int
    used_fen: int = 0
    queued_fen: int = 0
    decided: int = 0
    queued: int = 0
    per_buyer: bool = False

    @property
    def free_fen(self) -> int:
        """What nobody has been granted."""
        return max(0, self.cap_fen - self.used_fen)


@dataclass(frozen=True)
class Forecast:
    """What a purchase would bring under ``version``.

    ``reader``: whom the conditions judge, None for nobody. ``is_meant``: the sums are the reader's own; where the
    clause is not for the reader they are those of an enterprise of the city.
    """

    version: PolicyVersion
    estimate: Estimate
    cap: Cap
    conditions: Sequence[Condition]
    reader: Organisation | None
    is_meant: bool

    @property
    def refused(self) -> Condition | None:
        """Why the clause is not for the reader; None where it is, or nobody is judged."""
        if self.reader is None or self.is_meant:
            return None
        return next(one for one in self.conditions if one.code == "buyer" and one.tone == "bad")

    @property
    def hindered(self) -> bool:
        """Whether a condition does not hold, so that the sums are 0 or cannot be applied for."""
        return any(one.tone == "bad" for one in self.conditions)


def forecast(
    actor: Actor, listing: Listing, instalments: Sequence[tuple[int, int]], kind: str
) -> Forecast | None:
    """Return what buying ``listing`` would bring the actor's enterprise; an assumed one for everybody else.

    ``instalments``: (year, 分); without any, what is left of the cap and the conditions are still told. None where no
    version of the clause can be used.
    """
    version = policies.for_estimates(PURCHASE)
    if version is None:
        return None
    reader = _reader(actor, listing)
    buyer = reader if reader is not None and is_meant(reader) else None
    seller = listing.organisation
    cap = cap_of(version, listing.id, buyer)
    thought = estimate(
        policy_of(version.parameters, (version.window_from, version.window_to)),
        Purchase(
            [(day_in(version, year), fen) for year, fen in instalments],
            kind,
            buyer.profile.division if buyer is not None and buyer.profile else regions.CITY,
            True,
            (seller.profile.division if seller.profile else None) or None,
        ),
        cap.used_fen,
    )
    conditions = conditions_of(version, reader, seller, kind)
    return Forecast(version, thought, cap, conditions, reader, buyer is not None)


def _reader(actor: Actor, listing: Listing) -> Organisation | None:
    """Return the organisation that is judged: whoever is signed in, except the one that offers."""
    if actor.organisation_id is None or actor.organisation_id == listing.organisation_id:
        return None
    return db.session.get(Organisation, actor.organisation_id)


def day_in(version: PolicyVersion, year: int) -> date:
    """Return a day of ``year`` in the payment window of a version; where there is none, the year's last day."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    low, high = max(first, version.window_from or first), min(last, version.window_to or last)
    if low > high:
        return last
    today = clock.today()
    return today if low <= today <= high else high


def cap_of(version: PolicyVersion, listing_id: int, buyer: Organisation | None = None) -> Cap:
    """Return how much of a listed achievement's cap is taken and queued, its group's included.

    Without a case this costs one small query. Queued cases are weighed by the arithmetic in the order of their
    submission, each after those before it; that reads the contracts of this achievement only.
    """
    cap_fen = version.parameters["cap_fen"]
    per_buyer = version.parameters["cap_scope"] == CapScope.ACHIEVEMENT_BUYER
    if per_buyer and buyer is None:
        return Cap(cap_fen, per_buyer=True)
    traded_id = db.session.scalar(
        select(TradedAchievement.id).where(TradedAchievement.listing_id == listing_id)
    )
    found = _cases(traded_id, buyer if per_buyer else None) if traded_id is not None else []
    if not found:
        return Cap(cap_fen, per_buyer=per_buyer)
    ledger = world.part_of(version, found[0].traded_id or 0).ledger()
    uscc = buyer.uscc if buyer is not None else ""
    used = ledger.cap_used_fen(str(traded_id), uscc)
    queued_fen = 0
    waiting = [case for case in found if case.state in QUEUED_STATES]
    for case in waiting:
        claim = world.claim_of(case, clock.today())
        net = ledger.net_granted_fen(claim.achievement, claim.buyer_uscc)
        ledger.apply(claim)
        free = max(0, cap_fen - used - queued_fen)
        queued_fen += _likely(ledger.claim(claim.id), net, free)
    return Cap(cap_fen, used, queued_fen, len(found) - len(waiting), len(waiting), per_buyer)


def _likely(outcome: ClaimOutcome, net_granted_fen: int, free_fen: int) -> int:
    if outcome.decision is Decision.WAITING_BUDGET:
        return max(0, min(outcome.entitlement_fen - net_granted_fen, free_fen))
    return outcome.grant_fen


def _cases(traded_id: int, buyer: Organisation | None) -> list[SubsidyCase]:
    """Return the cases that hold or wait for a part of the cap, the earliest submitted first."""
    groups = world.cap_groups()
    mine = groups.get(str(traded_id))
    about = {int(one) for one, group in groups.items() if mine and group == mine} | {traded_id}
    query = select(SubsidyCase).where(
        SubsidyCase.clause == PURCHASE,
        SubsidyCase.traded_id.in_(about),
        SubsidyCase.state.in_(FIXED_STATES | QUEUED_STATES),
    )
    if buyer is not None:
        query = query.where(SubsidyCase.organisation_id == buyer.id)
    return list(db.session.scalars(query.order_by(SubsidyCase.submitted_at, SubsidyCase.id)))


def together(version: PolicyVersion, rows: Sequence[tuple[str, int, int, str, bool]]) -> Portfolio:
    """Return what several purchases would bring an enterprise of the city that has no grants yet.

    ``rows``: (name, 分, year, category, whether the seller is outside the city).
    """
    policy = policy_of(version.parameters, (version.window_from, version.window_to))
    items = [
        Item(name, day_in(version, year), fen, category, outside)
        for name, fen, year, category, outside in rows
    ]
    return portfolio(policy, items)
