"""What contracts and payments amount to at any moment (docs/subsidy.md, rules 1 to 4).

Sums are kept, never recomputed: an event costs what it touches, however long the history is.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from marketplace.domain.policy.outcome import Ground, Share, Standing, Unsound
from marketplace.domain.policy.records import (
    Amend,
    Base,
    BuyerKind,
    Contract,
    ContractLine,
    Deregister,
    Evidence,
    PaidLine,
    Party,
    Payment,
    Policy,
    Refund,
    RefundLine,
    Register,
    SellerDecision,
    WorldFault,
)

Pair = tuple[str, str]
"""(achievement, buyer's USCC)"""


class PairTally:
    """What all contracts of one buyer amount to for one achievement."""

    __slots__ = ("contracts", "eligible_contracts", "eligible_paid_fen", "grounds")

    def __init__(self) -> None:
        self.contracts = 0
        self.eligible_contracts = 0
        self.eligible_paid_fen = 0
        self.grounds: Counter[Ground] = Counter()


class _ContractState:
    """A contract as it stands now."""

    __slots__ = (
        "buyer_uscc", "deregistered", "entered", "fixed_grounds", "grounds", "known", "lines", "net_paid_fen",
        "paid", "payees", "registered",
    )  # fmt: skip

    def __init__(self, contract: Contract, fixed_grounds: frozenset[Ground]) -> None:
        self.buyer_uscc = contract.buyer.uscc
        self.payees = frozenset(seller.uscc for seller in contract.sellers)
        self.fixed_grounds = fixed_grounds
        self.registered = contract.registered
        self.deregistered = False
        self.lines: dict[str, ContractLine] = {}
        self.known: set[str] = set()
        # For each achievement, counting payments less refunds: below 0 where more went back than counts.
        self.paid: defaultdict[str, int] = defaultdict(int)
        # The sum of net paid over the current lines, not limited by their amounts.
        self.net_paid_fen = 0
        self.grounds: frozenset[Ground] = frozenset()
        # What the tallies hold of this contract, for each achievement.
        self.entered: dict[str, int] = {}


class _PaymentState:
    """A payment as it stands now; ``effect`` is what it adds to its contract while it counts."""

    __slots__ = ("contract", "effect", "standing")

    def __init__(self, contract: str, standing: Standing) -> None:
        self.contract = contract
        self.standing = standing
        self.effect: defaultdict[str, int] = defaultdict(int)


class Book:
    """Contracts, payments and refunds under one policy version; each ``record_…`` takes one event.

    Those that can lower what is eligible return the pairs they touched. Unknown references, ids used twice
    and lines without a contract line raise ``WorldFault``.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._contracts: dict[str, _ContractState] = {}
        self._payments: dict[str, _PaymentState] = {}
        self._vouchers: set[str] = set()
        self._tallies: defaultdict[Pair, PairTally] = defaultdict(PairTally)
        self._nothing = PairTally()

    def tally(self, pair: Pair, leaving: frozenset[str] = frozenset()) -> PairTally:
        """Return what ``pair`` amounts to now; all zero where there is no contract line.

        ``leaving``: payments that are not taken; they still count for a contract's minimum.
        """
        found = self._tallies.get(pair, self._nothing)
        left = self._left(pair, leaving)
        if not left:
            return found
        made = PairTally()
        made.contracts, made.eligible_contracts = found.contracts, found.eligible_contracts
        made.grounds, made.eligible_paid_fen = found.grounds, found.eligible_paid_fen
        for contract_id, fen in left.items():
            state = self._contracts[contract_id]
            if pair[0] in state.lines and not state.grounds:
                made.eligible_paid_fen -= state.entered[pair[0]] - self._eligible_paid(state, pair[0], fen)
        return made

    def _left(self, pair: Pair, leaving: frozenset[str]) -> dict[str, int]:
        """Return contract → what of its net paid for the pair comes from payments that are left aside."""
        achievement, buyer = pair
        found: dict[str, int] = {}
        for payment_id in leaving:
            payment = self._payments.get(payment_id)
            if payment is None or not payment.standing.counts or achievement not in payment.effect:
                continue
            if self._contracts[payment.contract].buyer_uscc == buyer:
                found[payment.contract] = found.get(payment.contract, 0) + payment.effect[achievement]
        return found

    def shares(self, pair: Pair, leaving: frozenset[str] = frozenset()) -> list[Share]:
        """Return what each contract of the buyer gives to the achievement, in the order in which they entered."""
        achievement, buyer = pair
        left = self._left(pair, leaving)
        return [
            self._share(contract_id, state, achievement, left.get(contract_id, 0))
            for contract_id, state in self._contracts.items()
            if state.buyer_uscc == buyer and achievement in state.known
        ]

    def standing(self, payment_id: str) -> Standing:
        """Return how a payment stands. Raises WorldFault for one that has not been introduced."""
        return self._payment(payment_id).standing

    def _share(self, contract_id: str, state: _ContractState, achievement: str, left_fen: int) -> Share:
        line = state.lines.get(achievement)
        eligible = state.entered.get(achievement, 0)
        if left_fen and eligible:
            eligible = self._eligible_paid(state, achievement, left_fen)
        return Share(
            contract_id,
            state.grounds,
            max(0, state.paid.get(achievement, 0) - left_fen),
            line.amount_fen if line else None,
            line.technical_fen if line else None,
            eligible,
        )

    def record_contract(self, contract: Contract) -> None:
        """A contract enters with its first lines."""
        if contract.id in self._contracts:
            raise WorldFault("id", "this contract id is used twice")
        state = _ContractState(contract, self._fixed_grounds(contract))
        self._contracts[contract.id] = state
        self._replace_lines(state, contract.lines)

    def record_register(self, event: Register) -> None:
        """The contract counts as registered from now on, unless it has been deregistered (rule 3)."""
        state = self._contract(event.contract)
        state.registered = True
        self._settle(state, ())

    def record_deregister(self, event: Deregister) -> Collection[Pair]:
        """Deregistration is final, whether or not the contract was ever registered (rule 3)."""
        state = self._contract(event.contract)
        state.deregistered = True
        return self._settle(state, ())

    def record_amend(self, event: Amend) -> Collection[Pair]:
        """New lines replace the old ones; what was paid stays under its achievement."""
        return self._replace_lines(self._contract(event.contract), event.lines)

    def record_payment(self, payment: Payment) -> None:
        """A payment enters; whether it is sound is settled for good now (rule 1)."""
        if payment.id in self._payments:
            raise WorldFault("id", "this payment id is used twice")
        contract = self._contract(payment.contract)
        self._check_lines(contract, payment.lines)
        faults = self._faults(payment, contract)
        self._vouchers.add(payment.voucher_no)
        state = _PaymentState(payment.contract, Standing(faults, self._is_accepted(payment.evidence)))
        self._payments[payment.id] = state
        for line in payment.lines:
            state.effect[line.achievement] += line.amount_fen - line.excluded_fen
        if state.standing.counts:
            self._add(contract, state.effect, 1)

    def record_evidence(self, event: Evidence) -> Collection[Pair]:
        """Other evidence may make a sound payment count, or stop it counting, with the refunds that name it."""
        payment = self._payment(event.payment)
        counted = payment.standing.counts
        payment.standing = Standing(payment.standing.faults, self._is_accepted(event.evidence))
        counts = payment.standing.counts
        if counts == counted:
            return ()
        return self._add(self._contracts[payment.contract], payment.effect, 1 if counts else -1)

    def record_refund(self, refund: Refund) -> Collection[Pair]:
        """A refund lowers what is paid, but not while the payment it names does not count (rule 2)."""
        contract = self._contract(refund.contract)
        payment = None if refund.payment is None else self._payment(refund.payment)
        if payment and payment.contract != refund.contract:
            raise WorldFault("payment", "the refund names another contract's payment")
        self._check_lines(contract, refund.lines)
        returned: defaultdict[str, int] = defaultdict(int)
        for line in refund.lines:
            returned[line.achievement] += line.amount_fen
        if payment:
            for achievement, amount in returned.items():
                payment.effect[achievement] -= amount
            if not payment.standing.counts:
                return ()
        return self._add(contract, returned, -1)

    def _contract(self, contract_id: str) -> _ContractState:
        try:
            return self._contracts[contract_id]
        except KeyError:
            raise WorldFault("contract", "this contract has not been introduced") from None

    def _payment(self, payment_id: str) -> _PaymentState:
        try:
            return self._payments[payment_id]
        except KeyError:
            raise WorldFault("payment", "this payment has not been introduced") from None

    def _check_lines(self, contract: _ContractState, lines: Iterable[PaidLine | RefundLine]) -> None:
        for index, line in enumerate(lines):
            if line.achievement not in contract.known:
                raise WorldFault(
                    f"lines[{index}].achievement",
                    "this achievement is and was on none of the contract's lines",
                )

    def _is_accepted(self, evidence: str | None) -> bool:
        return evidence is not None and evidence in self._policy.accepted_evidence

    def _faults(self, payment: Payment, contract: _ContractState) -> frozenset[Unsound]:
        """Rule 1, first sentence."""
        start, end = self._policy.window_from, self._policy.window_to
        late = end is not None and payment.paid_on > end
        checks = {
            Unsound.VOUCHER_SEEN: payment.voucher_no in self._vouchers,
            Unsound.OTHER_PAYER: payment.payer_uscc != contract.buyer_uscc,
            Unsound.OTHER_PAYEE: payment.payee_uscc not in contract.payees,
            Unsound.OUTSIDE_WINDOW: late or (start is not None and payment.paid_on < start),
        }
        return frozenset(fault for fault, holds in checks.items() if holds)

    def _in_city(self, party_division: str | None) -> bool:
        return party_division is not None and party_division.startswith(self._policy.city_prefix)

    def _has_city_seller(self, sellers: Iterable[Party], decision: SellerDecision | None) -> bool:
        if decision is not None:
            return decision is SellerDecision.INSIDE
        return any(self._in_city(seller.division) for seller in sellers)

    def _fixed_grounds(self, contract: Contract) -> frozenset[Ground]:
        """The grounds of rule 3 that no later event can change."""
        buyer = contract.buyer
        checks = {
            Ground.BUYER_NOT_ENTERPRISE: buyer.kind is not BuyerKind.ENTERPRISE,
            Ground.BUYER_OUTSIDE_CITY: not self._in_city(buyer.division),
            Ground.SELLER_IN_CITY: self._has_city_seller(contract.sellers, contract.seller_decision),
            Ground.TYPE_NOT_ELIGIBLE: contract.type not in self._policy.eligible_types,
            Ground.RELATED_PARTY: contract.related_party,
        }
        return frozenset(ground for ground, holds in checks.items() if holds)

    def _grounds(self, state: _ContractState) -> frozenset[Ground]:
        """Every ground of rule 3 that holds now; BELOW_MINIMUM is asked only when no other one holds."""
        if state.deregistered:
            return state.fixed_grounds | {Ground.DEREGISTERED}
        if not state.registered:
            return state.fixed_grounds | {Ground.NOT_REGISTERED}
        minimum = self._policy.min_paid_per_contract_fen
        if not state.fixed_grounds and minimum is not None and state.net_paid_fen < minimum:
            return frozenset({Ground.BELOW_MINIMUM})
        return state.fixed_grounds

    def _add(self, state: _ContractState, amounts: dict[str, int], sign: int) -> Collection[Pair]:
        """Add ``sign`` times ``amounts`` to what is paid on the contract."""
        for achievement, amount in amounts.items():
            before = state.paid[achievement]
            after = state.paid[achievement] = before + sign * amount
            if achievement in state.lines:
                state.net_paid_fen += max(0, after) - max(0, before)
        return self._settle(state, amounts)

    def _replace_lines(self, state: _ContractState, lines: Iterable[ContractLine]) -> Collection[Pair]:
        before = list(state.lines)
        self._withdraw(state, before)
        state.lines = {line.achievement: line for line in lines}
        state.known.update(state.lines)
        state.net_paid_fen = sum(max(0, state.paid.get(achievement, 0)) for achievement in state.lines)
        state.grounds = self._grounds(state)
        self._enter(state, state.lines)
        return {(achievement, state.buyer_uscc) for achievement in (*before, *state.lines)}

    def _settle(self, state: _ContractState, touched: Iterable[str]) -> Collection[Pair]:
        """Bring the tallies up to date after what is paid for ``touched``, or the contract's standing, changed."""
        grounds = self._grounds(state)
        changed = state.lines if grounds != state.grounds else [a for a in touched if a in state.lines]
        self._withdraw(state, changed)
        state.grounds = grounds
        self._enter(state, changed)
        return [(achievement, state.buyer_uscc) for achievement in changed]

    def _withdraw(self, state: _ContractState, achievements: Iterable[str]) -> None:
        for achievement in achievements:
            tally = self._tallies[achievement, state.buyer_uscc]
            tally.contracts -= 1
            tally.eligible_contracts -= not state.grounds
            tally.eligible_paid_fen -= state.entered.pop(achievement)
            tally.grounds.subtract(state.grounds)

    def _enter(self, state: _ContractState, achievements: Iterable[str]) -> None:
        for achievement in achievements:
            tally = self._tallies[achievement, state.buyer_uscc]
            eligible_paid = 0 if state.grounds else self._eligible_paid(state, achievement)
            tally.contracts += 1
            tally.eligible_contracts += not state.grounds
            tally.eligible_paid_fen += eligible_paid
            tally.grounds.update(state.grounds)
            state.entered[achievement] = eligible_paid

    def _eligible_paid(self, state: _ContractState, achievement: str, left_fen: int = 0) -> int:
        """One contract's share of rule 4, without ``left_fen`` of what was paid."""
        line = state.lines[achievement]
        paid = min(max(0, state.paid.get(achievement, 0) - left_fen), line.amount_fen)
        return min(paid, line.technical_fen) if self._policy.base is Base.MIN_PAID_TECHNICAL else paid
