"""Whatever happens to payments in whatever order: what is paid equals an independent ledger, to the 分."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.domain.deals.vouchers import Share
from marketplace.domain.errors import DomainError
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment
from marketplace.services.deals.payments import paid, recording, refunds
from marketplace.services.unit import unit_of_work
from tests.deals import make_contract, make_traded
from tests.services.deals.payments.money import Trade, data, decide, make_trade, task_of

Key = tuple[int, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "pay",
                "pay",
                "verify",
                "verify",
                "verify",
                "return",
                "withdraw",
                "refund",
                "reversal",
                "unnamed",
            ]
        ),
        st.integers(0, 30),
        st.lists(st.integers(0, 4), min_size=3, max_size=3),
    ),
    min_size=4,
    max_size=16,
)


@dataclass
class Book:
    """The independent ledger: every row as it was written, and what became of it."""

    rows: dict[int, tuple[str, dict[Key, int]]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    backs: dict[int, tuple[int, dict[Key, int]]] = field(default_factory=dict)

    def net(self) -> Counter[Key]:
        """Contract and achievement → 分."""
        found: Counter[Key] = Counter()
        for key, (kind, shares) in self.rows.items():
            if self.states[key] == "verified":
                for line, fen in shares.items():
                    found[line] += fen if kind == "payment" else -fen
        return found

    def of(self, *states: str) -> list[int]:
        """Ids of rows in these states."""
        return [key for key in sorted(self.rows) if self.states[key] in states]


@pytest.fixture
def world(session: object) -> tuple[Trade, list[Contract], list[Key]]:
    """Two contracts of one buyer that share an achievement: three lines."""
    trade = make_trade()
    one, two = make_traded(), make_traded()
    first = make_contract(trade.buyer, trade.seller, amounts=(10**6, 10**6), traded=[one, two])
    second = make_contract(trade.buyer, trade.seller, amounts=(10**6,), traded=[one])
    return trade, [first, second], [(first.id, one.id), (first.id, two.id), (second.id, one.id)]


@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS)
def test_paid_equals_an_independent_ledger(
    world: tuple[Trade, list[Contract], list[Key]], steps: list[tuple[str, int, list[int]]]
) -> None:
    """By contract, by line and by achievement, after any order of events."""
    trade, made, lines = world
    before = current(lines)
    book = Book()
    for step, pick, amounts in steps:
        take(trade, made, lines, book, step, pick, amounts)
    change = {line: fen - before[line] for line, fen in current(lines).items()}
    wanted = book.net()
    assert change == {line: wanted[line] for line in lines}
    for contract in made:
        assert paid.net(contract.id) == sum(
            fen for line, fen in current(lines).items() if line[0] == contract.id
        )


def current(lines: list[Key]) -> dict[Key, int]:
    """What the site says is paid on each line."""
    found = paid.net_by_line([line[0] for line in lines])
    return {line: found.get(line[0], {}).get(line[1], 0) for line in lines}


def take(
    trade: Trade, made: list[Contract], lines: list[Key], book: Book, step: str, pick: int, amounts: list[int]
) -> None:
    """Take one step on the site and in the book; what the site refuses leaves no trace in either."""
    shares = {line: fen for line, fen in zip(lines, amounts, strict=True) if fen}
    if step in ("pay", "refund", "reversal", "unnamed"):
        write(trade, made, book, step, pick, shares)
        return
    waiting = book.of("submitted")
    if not waiting:
        return
    key = waiting[pick % len(waiting)]
    if step == "withdraw":
        with unit_of_work():
            recording.withdraw(trade.buys, key)
        book.states[key] = "withdrawn"
        return
    decide(
        trade.verifier, task_of(db.session.get_one(Payment, key)), "approve" if step == "verify" else "return"
    )
    book.states[key] = "verified" if step == "verify" else "returned"


def write(
    trade: Trade, made: list[Contract], book: Book, step: str, pick: int, shares: dict[Key, int]
) -> None:
    """Record a payment, or money that went back."""
    kind = "payment" if step == "pay" else "reversal" if step == "reversal" else "refund"
    known = [key for key in book.of("verified") if book.rows[key][0] == "payment"]
    named = known[pick % len(known)] if known and step in ("refund", "reversal") else None
    contract = made[0]
    if named is not None:
        shares = {line: fen for line, fen in shares.items() if line in book.rows[named][1]}
    elif kind != "payment":
        shares = {line: fen for line, fen in shares.items() if line[0] == contract.id}
    sent: Any = data(
        contract, sum(shares.values()), tuple(Share(*line, fen) for line, fen in shares.items()) or (),
        evidence="cash", bank="", serial="", uploads=(),
    )  # fmt: skip
    expected = bool(shares) and (named is None or fits(book, named, shares))
    try:
        with unit_of_work():
            if kind == "payment":
                row = recording.record(trade.buys, sent)
            else:
                row = refunds.refund(trade.buys, home_of(book, made, named), sent, kind, named)
            key = row.id
    except DomainError:
        assert not expected
        return
    assert expected
    book.rows[key], book.states[key] = (kind, shares), "submitted"
    if named is not None:
        book.backs[key] = (named, shares)


def home_of(book: Book, made: list[Contract], named: int | None) -> int:
    """The contract on whose page the refund is entered."""
    paid_on = {line[0] for line in book.rows[named][1]} if named is not None else {made[0].id}
    return min(paid_on)


def fits(book: Book, named: int, shares: dict[Key, int]) -> bool:
    """Whether a payment still holds what is to go back, by the book."""
    left = Counter(book.rows[named][1])
    for key, (parent, back) in book.backs.items():
        if parent == named and book.states[key] in ("submitted", "verified"):
            left.subtract(back)
    return all(line in book.rows[named][1] and fen <= left[line] for line, fen in shares.items())
