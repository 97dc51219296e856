"""The subsidy arithmetic: who gets how much, and what is asked back (docs/subsidy.md, rules 5 to 8).

``decide`` is the whole of it as a pure function; ``Ledger`` is the same event by event.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from marketplace.domain.policy.book import Book, Pair, PairTally
from marketplace.domain.policy.outcome import (
    ClaimOutcome,
    Decision,
    Ground,
    Outcome,
    Recovery,
    Refusal,
    Share,
    Standing,
)
from marketplace.domain.policy.records import (
    Amend,
    CapScope,
    Claim,
    Contract,
    Deregister,
    Event,
    Evidence,
    Payment,
    Policy,
    Refund,
    Register,
    Release,
    WorldFault,
)

CapKey = tuple[str | None, str | None, str | None]
"""(group, or None; achievement of no group, or None; buyer where the scope is achievement and buyer, or None)"""


@dataclass(slots=True)
class _Account:
    """Grants less recoveries of one pair under this version; ``recoveries`` are the numbers of those that stand,
    in the order posted."""

    net_granted_fen: int = 0
    recoveries: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Grant:
    """A grant that has not been released."""

    pair: Pair
    year: int
    amount_fen: int
    position: int


def decide(policy: Policy, events: Iterable[Event]) -> Outcome:
    """Return what ``policy`` makes of ``events``, taken in the order given.

    Raises WorldFault with the event's position where an event refers to something that is not there.
    """
    ledger = Ledger(policy)
    for event in events:
        ledger.apply(event)
    return ledger.outcome()


class Ledger:
    """The state of one policy version: apply events one by one, then ask for the outcome."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._book = Book(policy)
        self._position = -1
        self._claims: dict[str, ClaimOutcome] = {}
        self._grants: dict[str, _Grant] = {}
        self._accounts: defaultdict[Pair, _Account] = defaultdict(_Account)
        # Numbered in the order posted, so that one that is dropped leaves the others in their order.
        self._recoveries: dict[int, Recovery] = {}
        self._posted = 0
        self._cap_used: defaultdict[CapKey, int] = defaultdict(int)
        self._year_used: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._budget_used: defaultdict[int, int] = defaultdict(int)
        for prior in policy.prior_grants:
            self._use((prior.achievement, prior.buyer_uscc), prior.on.year, prior.amount_fen)

    def apply(self, event: Event) -> None:
        """Take the next event. Raises WorldFault, naming the position, and is of no use afterwards."""
        self._position += 1
        try:
            self._dispatch(event)
        except WorldFault as fault:
            raise fault.at(self._position) from None

    def replay(self, claim: Claim, grant_fen: int) -> None:
        """Take the next event, a claim that was granted ``grant_fen``: what was fixed stays fixed.

        A cap group that is confirmed later, or a record that is corrected later, does not decide it again.
        """
        self._position += 1
        tally = self._book.tally((claim.achievement, claim.buyer_uscc), claim.leaving)
        paid, entitlement = tally.eligible_paid_fen, self._entitlement(tally)
        self._enter(claim, ClaimOutcome(claim.id, Decision.GRANTED, (), paid, entitlement, grant_fen))

    def weigh(self, claim: Claim) -> ClaimOutcome:
        """Return what ``claim`` would be decided now, without deciding it."""
        pair = (claim.achievement, claim.buyer_uscc)
        tally = self._book.tally(pair, claim.leaving)
        entitlement = self._entitlement(tally)
        decision, reasons, grant = self._weigh(pair, claim.on.year, tally, entitlement)
        return ClaimOutcome(claim.id, decision, reasons, tally.eligible_paid_fen, entitlement, grant)

    def settle(self) -> None:
        """Rule 7 for everybody, as an event of its own: after records were corrected."""
        self._position += 1
        self._recover(list(self._accounts))

    def cap_used_fen(self, achievement: str, buyer_uscc: str = "") -> int:
        """Return what is taken of the cap that ``achievement`` stands under; the buyer matters where each has one."""
        return self._cap_used[self._cap_key((achievement, buyer_uscc))]

    def net_granted_fen(self, achievement: str, buyer_uscc: str) -> int:
        """Return grants less recoveries of a pair under this version."""
        return self._net_granted((achievement, buyer_uscc))

    def shares(self, achievement: str, buyer_uscc: str, leaving: frozenset[str] = frozenset()) -> list[Share]:
        """Return what each contract of the buyer gives to the eligible paid of the achievement, ``leaving`` aside."""
        return self._book.shares((achievement, buyer_uscc), leaving)

    def standing(self, payment_id: str) -> Standing:
        """Return whether a payment counts, and if not, why."""
        return self._book.standing(payment_id)

    def claim(self, claim_id: str) -> ClaimOutcome:
        """Return what a claim was decided."""
        return self._claims[claim_id]

    def outcome(self) -> Outcome:
        """Return all claims as decided and the recoveries that stand now."""
        return Outcome(tuple(self._claims.values()), tuple(self._recoveries.values()))

    def _dispatch(self, event: Event) -> None:
        match event:
            case Payment():
                self._book.record_payment(event)
            case Claim():
                self._claim(event)
            case Contract():
                self._book.record_contract(event)
            case Refund():
                self._recover(self._book.record_refund(event))
            case Evidence():
                self._recover(self._book.record_evidence(event))
            case Amend():
                self._recover(self._book.record_amend(event))
            case Deregister():
                self._recover(self._book.record_deregister(event))
            case Register():
                self._book.record_register(event)
            case Release():
                self._release(event)

    def _claim(self, claim: Claim) -> None:
        """Rule 6: fix the amount of a case."""
        if claim.id in self._claims:
            raise WorldFault("id", "this claim id is used twice")
        self._enter(claim, self.weigh(claim))

    def _enter(self, claim: Claim, outcome: ClaimOutcome) -> None:
        self._claims[claim.id] = outcome
        if outcome.decision is Decision.GRANTED:
            pair, grant = (claim.achievement, claim.buyer_uscc), outcome.grant_fen
            self._grants[claim.id] = _Grant(pair, claim.on.year, grant, self._position)
            self._accounts[pair].net_granted_fen += grant
            self._use(pair, claim.on.year, grant)

    def _weigh(
        self, pair: Pair, year: int, tally: PairTally, entitlement: int
    ) -> tuple[Decision, tuple[Ground | Refusal, ...], int]:
        """Return decision, reasons and grant, by the checks of rule 6 in their order."""
        policy = self._policy
        if not tally.contracts:
            return _refused(Refusal.NO_CONTRACT)
        if not tally.eligible_contracts:
            return _refused(*sorted(ground for ground, contracts in tally.grounds.items() if contracts))
        want = entitlement - self._net_granted(pair)
        if want <= 0:
            return _refused(Refusal.NOTHING_NEW)
        free = policy.cap_fen - self._cap_used[self._cap_key(pair)]
        if free <= 0:
            return _refused(Refusal.CAP_EXHAUSTED)
        grant = min(want, free)
        if policy.enterprise_year_cap_fen is not None:
            left = policy.enterprise_year_cap_fen - self._year_used[pair[1], year]
            if left <= 0:
                return _refused(Refusal.ENTERPRISE_YEAR_CAP)
            grant = min(grant, left)
        if policy.min_grant_fen is not None and grant < policy.min_grant_fen:
            return _refused(Refusal.BELOW_MIN_GRANT)
        if (
            policy.annual_budget_fen is not None
            and grant > policy.annual_budget_fen - self._budget_used[year]
        ):
            return Decision.WAITING_BUDGET, (), 0
        return Decision.GRANTED, (), grant

    def _release(self, release: Release) -> None:
        """Rule 8: undo a grant as if it had never been made, and what was recovered from the pair since."""
        grant = self._grants.pop(release.claim, None)
        if grant is None:
            raise WorldFault("claim", "no claim of this id is granted (any more)")
        account = self._accounts[grant.pair]
        account.net_granted_fen -= grant.amount_fen
        self._use(grant.pair, grant.year, -grant.amount_fen)
        while account.recoveries and self._recoveries[account.recoveries[-1]].after_event > grant.position:
            dropped = self._recoveries.pop(account.recoveries.pop())
            account.net_granted_fen += dropped.amount_fen
            self._cap_used[self._cap_key(grant.pair)] += dropped.amount_fen
        self._recover([grant.pair])

    def _recover(self, pairs: Iterable[Pair]) -> None:
        """Rule 7 for ``pairs``, all that the event can have lowered: ask back what exceeds the entitlement."""
        for pair in sorted(pair for pair in pairs if self._net_granted(pair)):
            account = self._accounts[pair]
            excess = account.net_granted_fen - self._entitlement(self._book.tally(pair))
            if excess > 0:
                self._recoveries[self._posted] = Recovery(*pair, excess, self._position)
                account.recoveries.append(self._posted)
                self._posted += 1
                account.net_granted_fen -= excess
                self._cap_used[self._cap_key(pair)] -= excess

    def _entitlement(self, tally: PairTally) -> int:
        """Rule 5, exact before the floor."""
        rate = self._policy.rate
        return tally.eligible_paid_fen * rate.numerator // rate.denominator

    def _net_granted(self, pair: Pair) -> int:
        account = self._accounts.get(pair)
        return account.net_granted_fen if account else 0

    def _use(self, pair: Pair, year: int, amount_fen: int) -> None:
        """Take ``amount_fen`` from cap, year cap and budget; less than 0 gives it back."""
        self._cap_used[self._cap_key(pair)] += amount_fen
        self._year_used[pair[1], year] += amount_fen
        self._budget_used[year] += amount_fen

    def _cap_key(self, pair: Pair) -> CapKey:
        """Who shares the cap: a group never meets an achievement of the same name that has no group."""
        achievement, buyer = pair
        group = self._policy.cap_groups.get(achievement)
        whose = buyer if self._policy.cap_scope is CapScope.ACHIEVEMENT_BUYER else None
        return (None, achievement, whose) if group is None else (group, None, whose)


def _refused(*reasons: Ground | Refusal) -> tuple[Decision, tuple[Ground | Refusal, ...], int]:
    return Decision.REFUSED, reasons, 0
