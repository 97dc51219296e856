"""Money of the subsidy: what was published, paid out, asked back and repaid."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Digest,
    Line,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)
from marketplace.models.subsidy.cases import SubsidyCase


class Publicity(Created, Versioned, Model):
    """公示: a table of amounts that are about to be granted, for a number of working days."""

    __tablename__ = "publicities"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[Line]
    words: Mapped[LongText] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # Head of the audit chain when it was published: printed, so that the past cannot be rewritten unseen.
    audit_head: Mapped[Digest] = mapped_column(default="")
    published_by: Mapped[int | None] = reference("persons.id")
    rows: Mapped[list["PublicityRow"]] = relationship(
        back_populates="publicity", order_by="PublicityRow.position"
    )


class PublicityRow(Model):
    """One line of a 公示 as it was printed. ``ends_on`` moves when an objection stopped its clock."""

    __tablename__ = "publicity_rows"
    __table_args__ = (
        UniqueConstraint("publicity_id", "position"),
        UniqueConstraint("publicity_id", "case_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    id: Mapped[PrimaryKey]
    publicity_id: Mapped[int] = reference("publicities.id")
    position: Mapped[int]
    case_id: Mapped[int] = reference("subsidy_cases.id")
    enterprise: Mapped[Line]
    achievement: Mapped[Line]
    contract_numbers: Mapped[LongText]
    paid_fen: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    ends_on: Mapped[date]
    publicity: Mapped[Publicity] = relationship(back_populates="rows", lazy="joined")
    case: Mapped[SubsidyCase] = relationship()


class GrantObjection(Created, Versioned, Model):
    """What somebody says against a line of a 公示. Contact data are for the authority only."""

    __tablename__ = "grant_objections"
    __table_args__ = (
        CheckConstraint("state IN ('open','dismissed','upheld')", name="state_known"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_date"),
    )

    id: Mapped[PrimaryKey]
    row_id: Mapped[int] = reference("publicity_rows.id")
    name: Mapped[str] = mapped_column(String(60))
    contact: Mapped[str] = mapped_column(String(254))
    words: Mapped[LongText]
    # Working days that were left when it stopped the clock.
    days_left: Mapped[int]
    state: Mapped[Code] = mapped_column(default="open")
    answer: Mapped[LongText] = mapped_column(default="")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    row: Mapped[PublicityRow] = relationship(lazy="joined")


class Payout(Created, Model):
    """拨付: money that reached the enterprise, once for a case; its voucher hangs on it."""

    __tablename__ = "payouts"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount_positive"),)

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = reference("subsidy_cases.id", index=False, unique=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    bank: Mapped[Code]
    serial: Mapped[str] = mapped_column(String(80))
    account_number: Mapped[str] = mapped_column(String(40))
    paid_by: Mapped[int] = reference("persons.id")


class Recovery(Created, Versioned, Model):
    """What is granted above the entitlement: 调减 before the payout, 追回 after it; tracked until settled."""

    __tablename__ = "recoveries"
    __table_args__ = (
        CheckConstraint("kind IN ('reduction','recovery')", name="kind_known"),
        CheckConstraint("state IN ('open','settled','written_off','lapsed')", name="state_known"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(kind = 'recovery') = (due_on IS NOT NULL)", name="recovery_has_due"),
        Index(
            "uq_recoveries_standing",
            "cause",
            "traded_id",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[PrimaryKey]
    policy_version_id: Mapped[int] = reference("policy_versions.id")
    # The event of the world that posted it, as ``refund:12`` or ``deregister:7``.
    cause: Mapped[str] = mapped_column(String(60))
    traded_id: Mapped[int] = reference("traded_achievements.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    case_id: Mapped[int] = reference("subsidy_cases.id")
    kind: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="open")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    # Until when an enterprise has to pay back; a reduction asks for nothing.
    due_on: Mapped[date | None]
    decision_note: Mapped[LongText] = mapped_column(default="")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    case: Mapped[SubsidyCase] = relationship(lazy="joined")
    repayments: Mapped[list["Repayment"]] = relationship(back_populates="recovery", order_by="Repayment.id")


class Repayment(Created, Model):
    """Money that an enterprise paid back on a recovery."""

    __tablename__ = "repayments"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        UniqueConstraint("bank", "serial"),
    )

    id: Mapped[PrimaryKey]
    recovery_id: Mapped[int] = reference("recoveries.id")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    bank: Mapped[Code]
    serial: Mapped[str] = mapped_column(String(80))
    recorded_by: Mapped[int] = reference("persons.id")
    recovery: Mapped[Recovery] = relationship(back_populates="repayments")
