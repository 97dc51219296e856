"""Plan against fact: which instalments are paid, which are open, which are late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Planned:
    """An instalment as agreed. ``amount_fen`` None is 金额待定; without ``due_on`` a condition brings it about."""

    name: str
    amount_fen: int | None
    due_on: date | None = None
    condition: str = ""
    kind: str = "fixed"


@dataclass(frozen=True, slots=True)
class Fact:
    """An instalment and what has been paid of it, in 分. ``open_fen`` is None while the amount is 金额待定.

    ``state``: paid, partial, late (``late_days`` > 0), due (not paid, day not over), open (金额待定).
    """

    planned: Planned
    paid_fen: int
    open_fen: int | None
    late_days: int
    state: str


def fill(plan: Sequence[Planned], net_fen: int, today: date) -> list[Fact]:
    """Return each instalment with what the net paid 分 cover of it: the earlier one first, until nothing is left.

    What is left beyond every determined instalment goes to the first one whose amount is 金额待定. Less than nothing
    paid counts as nothing.
    """
    left = max(0, net_fen)
    covered: list[int] = []
    for each in plan:
        share = min(left, each.amount_fen or 0)
        covered.append(share)
        left -= share
    for place, each in enumerate(plan):
        if each.amount_fen is None and left:
            covered[place], left = left, 0
    return [_fact(each, share, today) for each, share in zip(plan, covered, strict=True)]


def _fact(planned: Planned, paid: int, today: date) -> Fact:
    if planned.amount_fen is None:
        return Fact(planned, paid, None, 0, "open")
    rest = planned.amount_fen - paid
    if not rest:
        return Fact(planned, paid, 0, 0, "paid")
    late = (today - planned.due_on).days if planned.due_on is not None else 0
    if late > 0:
        return Fact(planned, paid, rest, late, "late")
    return Fact(planned, paid, rest, 0, "partial" if paid else "due")


def next_due(facts: Sequence[Fact]) -> Fact | None:
    """Return the first instalment that is not paid in full and has an amount."""
    return next((fact for fact in facts if fact.open_fen), None)


def overdue_fen(facts: Sequence[Fact]) -> int:
    """Return the 分 whose day is over."""
    return sum(fact.open_fen or 0 for fact in facts if fact.state == "late")
