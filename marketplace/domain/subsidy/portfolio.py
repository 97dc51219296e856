"""What several purchases of one enterprise would bring together, by the arithmetic of real cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from marketplace.domain.deals.terms import TYPE_WORDS
from marketplace.domain.policy.arithmetic import decide
from marketplace.domain.policy.outcome import Decision, Ground, Refusal
from marketplace.domain.policy.records import (
    Buyer,
    BuyerKind,
    Claim,
    Contract,
    ContractLine,
    Event,
    PaidLine,
    Party,
    Payment,
    Policy,
)
from marketplace.domain.regions import CITY

_BUYER = "buyer"
Key = TypeVar("Key")


@dataclass(frozen=True)
class Item:
    """One payment of a thought purchase: equal names are one achievement. ``category`` is a code of TYPE_WORDS."""

    name: str
    paid_on: date
    amount_fen: int
    category: str
    seller_outside: bool


@dataclass(frozen=True)
class Aid:
    """What one achievement brings in one year, in 分, claimed at its end; the reasons where it brings nothing."""

    name: str
    year: int
    paid_fen: int
    aid_fen: int
    decision: Decision
    reasons: tuple[Ground | Refusal, ...]


@dataclass(frozen=True)
class Portfolio:
    """All achievements by year, in the order typed, with the sums."""

    rows: tuple[Aid, ...]

    @property
    def paid_fen(self) -> int:
        """Paid for everything."""
        return sum(row.paid_fen for row in self.rows)

    @property
    def aid_fen(self) -> int:
        """Aid for everything."""
        return sum(row.aid_fen for row in self.rows)

    @property
    def by_achievement(self) -> list[tuple[str, int, int]]:
        """(name, paid, aid) of each achievement."""
        return _sums((row.name, row) for row in self.rows)

    @property
    def by_year(self) -> list[tuple[int, int, int]]:
        """(year, paid, aid) of the enterprise, by year."""
        return sorted(_sums((row.year, row) for row in self.rows))


def _sums(rows: Iterable[tuple[Key, Aid]]) -> list[tuple[Key, int, int]]:
    found: dict[Key, tuple[int, int]] = {}
    for key, row in rows:
        paid, aid = found.get(key, (0, 0))
        found[key] = paid + row.paid_fen, aid + row.aid_fen
    return [(key, paid, aid) for key, (paid, aid) in found.items()]


def portfolio(policy: Policy, items: Sequence[Item]) -> Portfolio:
    """Return what ``items`` would bring an enterprise of the city that has no grants yet, each registered and proven
    by bank transfers; every achievement is claimed at the end of each year in which it is paid for. The year's budget
    is taken as untouched (docs/subsidy.md, rules 3 to 6).
    """
    names = list(dict.fromkeys(item.name for item in items))
    events: list[Event] = [_contract(number, item) for number, item in enumerate(items)]
    asked: list[tuple[str, int]] = []
    for year in sorted({item.paid_on.year for item in items}):
        paid = [(number, item) for number, item in enumerate(items) if item.paid_on.year == year]
        events += [_payment(number, item) for number, item in paid]
        for name in (name for name in names if any(item.name == name for _number, item in paid)):
            events.append(Claim(f"claim {name} {year}", name, _BUYER, date(year, 12, 31)))
            asked.append((name, year))
    outcome = decide(policy, events)
    rows = [
        Aid(
            name,
            year,
            sum(item.amount_fen for item in items if item.name == name and item.paid_on.year == year),
            claim.grant_fen,
            claim.decision,
            claim.reasons,
        )
        for (name, year), claim in zip(asked, outcome.claims, strict=True)
    ]
    return Portfolio(tuple(sorted(rows, key=lambda row: (names.index(row.name), row.year))))


def _contract(number: int, item: Item) -> Contract:
    return Contract(
        id=f"contract {number}",
        type=TYPE_WORDS.get(item.category, ""),
        buyer=Buyer(_BUYER, CITY, BuyerKind.ENTERPRISE),
        sellers=(Party(f"seller {number}", None if item.seller_outside else CITY),),
        related_party=False,
        registered=True,
        lines=(ContractLine(item.name, item.amount_fen, item.amount_fen),),
    )


def _payment(number: int, item: Item) -> Payment:
    return Payment(
        id=f"payment {number}",
        contract=f"contract {number}",
        paid_on=item.paid_on,
        evidence="bank_transfer",
        payer_uscc=_BUYER,
        payee_uscc=f"seller {number}",
        voucher_no=f"voucher {number}",
        lines=(PaidLine(item.name, item.amount_fen),),
    )
