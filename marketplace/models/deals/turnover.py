"""The city's turnover: a dated ledger of what each registration adds or takes away, and the targets."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.models.base import Code, Created, LongText, Model, PrimaryKey, reference


class TurnoverEntry(Created, Model):
    """What one act of registration changes in the turnover, on its own day; append-only.

    Amounts are differences in 分 and may be negative; ``contracts`` is +1, 0 or −1. ``seller_division`` is the first
    named seller's, ``tag`` the main city direction; both stand here so that a view is one pass over one table.
    """

    __tablename__ = "turnover_entries"
    __table_args__ = (
        CheckConstraint("contracts BETWEEN -1 AND 1", name="one_contract"),
        CheckConstraint(
            "kind IN ('register','amend','supplement','rescind','deregister','revoke')", name="kind_known"
        ),
        Index("ix_turnover_entries_year", "year", "month"),
    )

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id")
    kind: Mapped[Code]
    counted_on: Mapped[date] = mapped_column(index=True)
    year: Mapped[int]
    month: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    technical_fen: Mapped[int] = mapped_column(BigInteger)
    contracts: Mapped[int]
    seller_division: Mapped[str | None] = mapped_column(String(6))
    buyer_division: Mapped[str | None] = mapped_column(String(6))
    category: Mapped[Code]
    field: Mapped[Code]
    tag: Mapped[Code]


class TurnoverTarget(Created, Model):
    """A target of the turnover. A later year without one of its own shows the last, marked 沿用."""

    __tablename__ = "turnover_targets"
    __table_args__ = (
        CheckConstraint("period IN ('annual','cumulative')", name="period_known"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("ix_turnover_targets_year", "year", "id"),
    )

    id: Mapped[PrimaryKey]
    year: Mapped[int]
    period: Mapped[Code]
    view: Mapped[Code]
    measure: Mapped[Code]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(200))
    note: Mapped[LongText] = mapped_column(default="")
    set_by: Mapped[int | None] = reference("persons.id")
    replaced_by: Mapped[int | None] = reference("turnover_targets.id")
