"""Paid against invoiced, line by line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Balance:
    """One achievement's share of a contract, what was paid and what was invoiced for it, in 分."""

    traded_id: int
    agreed_fen: int
    paid_fen: int
    invoiced_fen: int

    @property
    def difference_fen(self) -> int:
        """Paid less invoiced; above zero: an invoice is missing, below: money is, or came back."""
        return self.paid_fen - self.invoiced_fen


def balance(agreed: Mapping[int, int], paid: Mapping[int, int], invoiced: Mapping[int, int]) -> list[Balance]:
    """Return one balance for each line, in the order of ``agreed`` (traded id → 分), then for former lines."""
    former = [each for each in sorted({*paid, *invoiced}) if each not in agreed]
    return [
        Balance(each, agreed.get(each, 0), paid.get(each, 0), invoiced.get(each, 0))
        for each in [*agreed, *former]
    ]


def total(balances: Iterable[Balance]) -> Balance:
    """Return the sum of all lines, under the id 0."""
    rows = list(balances)
    return Balance(
        0,
        sum(row.agreed_fen for row in rows),
        sum(row.paid_fen for row in rows),
        sum(row.invoiced_fen for row in rows),
    )


def explains(explained_fen: int, row: Balance) -> bool:
    """Return whether words given for a difference still hold: it is the very same difference, and there is one.

    DOMAIN §3, 8: a difference between invoice and voucher needs a written explanation; another difference needs
    another one.
    """
    return row.difference_fen == explained_fen != 0
