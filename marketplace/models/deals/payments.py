"""Money on contracts: payments and what went back, their later evidence, invoices, online checkouts."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Key,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)
from marketplace.models.deals.contracts import Contract, TradedAchievement

_STANDING = text("state IN ('submitted','verified') AND serial <> ''")


class Payment(Created, Versioned, Model):
    """Money that went from a buyer to a seller, or (``refund``, ``reversal``) back; never overwritten, never removed.

    ``amount_fen`` is the RMB debit, always positive; ``kind`` gives its sign. ``serial`` is the normalised 流水号:
    bank and serial are unique among rows that stand. ``returns_id`` is the payment a refund gives back, where known;
    ``replaces_id`` the returned row that this one corrects. What it pays for stands in its allocations.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("kind IN ('payment','refund','reversal')", name="kind_known"),
        CheckConstraint("state IN ('submitted','verified','returned','withdrawn')", name="state_known"),
        CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified_iff_verified_at"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(currency = 'CNY') = (foreign_amount IS NULL)", name="foreign_has_amount"),
        CheckConstraint("(currency = 'CNY') = (rate IS NULL)", name="foreign_has_rate"),
        CheckConstraint("returns_id IS NULL OR kind <> 'payment'", name="only_refunds_return"),
        Index(
            "uq_payments_voucher", "kind", "bank", "serial", unique=True,
            sqlite_where=_STANDING, postgresql_where=_STANDING,
        ),
        Index("ix_payments_paid_on", "paid_on"),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    kind: Mapped[Code] = mapped_column(default="payment")
    state: Mapped[Code] = mapped_column(default="submitted", index=True)
    # Who recorded it; None for what the payment provider told and for imports.
    organisation_id: Mapped[int | None] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")
    paid_on: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    # In hundredths of the foreign currency, the rate as typed, and the day it was quoted.
    foreign_amount: Mapped[int | None] = mapped_column(BigInteger)
    rate: Mapped[str | None] = mapped_column(String(20))
    rate_on: Mapped[date | None]
    evidence: Mapped[Code]
    bank: Mapped[Code] = mapped_column(default="")
    serial: Mapped[str] = mapped_column(String(80), default="")
    payer_name: Mapped[str] = mapped_column(String(200), default="")
    payer_uscc: Mapped[str] = mapped_column(String(18), default="")
    payee_name: Mapped[str] = mapped_column(String(200), default="")
    payee_uscc: Mapped[str] = mapped_column(String(18), default="")
    note: Mapped[LongText] = mapped_column(default="")
    returns_id: Mapped[int | None] = reference("payments.id")
    replaces_id: Mapped[int | None] = reference("payments.id")
    checkout_id: Mapped[int | None] = reference("checkouts.id")
    # The form it came from: sent twice, it is one payment.
    request_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    decided_by: Mapped[int | None] = reference("persons.id")
    decision_note: Mapped[LongText] = mapped_column(default="")
    verified_at: Mapped[Moment | None] = mapped_column(index=True)
    allocations: Mapped[list["PaymentAllocation"]] = relationship(
        back_populates="payment", order_by="PaymentAllocation.id"
    )
    evidences: Mapped[list["PaymentEvidence"]] = relationship(
        back_populates="payment", order_by="PaymentEvidence.ordinal"
    )


class PaymentAllocation(Model):
    """The share of a payment or refund that belongs to one achievement of one contract.

    ``excluded_fen`` is what a reviewer excluded from the subsidy with a reason; it stays paid.
    """

    __tablename__ = "payment_allocations"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("excluded_fen >= 0 AND excluded_fen <= amount_fen", name="excluded_within_amount"),
        CheckConstraint("excluded_fen = 0 OR exclusion_reason <> ''", name="exclusion_has_reason"),
        UniqueConstraint("payment_id", "contract_id", "traded_id"),
        Index("ix_payment_allocations_line", "contract_id", "traded_id"),
    )

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = reference("payments.id")
    contract_id: Mapped[int] = reference("contracts.id", index=False)
    traded_id: Mapped[int] = reference("traded_achievements.id")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    excluded_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    exclusion_reason: Mapped[LongText] = mapped_column(default="")
    payment: Mapped[Payment] = relationship(back_populates="allocations")
    contract: Mapped[Contract] = relationship()
    traded: Mapped[TradedAchievement] = relationship()


class PaymentEvidence(Created, Versioned, Model):
    """Evidence that came later, as a bank statement for a card payment; ``evidence`` None takes the former back."""

    __tablename__ = "payment_evidences"
    __table_args__ = (
        CheckConstraint("state IN ('submitted','verified','returned','withdrawn')", name="state_known"),
        CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified_iff_verified_at"),
        UniqueConstraint("payment_id", "ordinal"),
        Index(
            "uq_payment_evidences_voucher", "bank", "serial", unique=True,
            sqlite_where=_STANDING, postgresql_where=_STANDING,
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = reference("payments.id")
    ordinal: Mapped[int]
    state: Mapped[Code] = mapped_column(default="submitted")
    evidence: Mapped[Code | None]
    bank: Mapped[Code] = mapped_column(default="")
    serial: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[LongText] = mapped_column(default="")
    organisation_id: Mapped[int] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")
    decided_by: Mapped[int | None] = reference("persons.id")
    verified_at: Mapped[Moment | None]
    payment: Mapped[Payment] = relationship(back_populates="evidences")


class Invoice(Created, Versioned, Model):
    """An invoice beside the payments; ``cancelled_at`` marks one that was 红冲."""

    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index(
            "uq_invoices_number", "number", unique=True,
            sqlite_where=text("cancelled_at IS NULL"), postgresql_where=text("cancelled_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id")
    number: Mapped[str] = mapped_column(String(30))
    issued_on: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    organisation_id: Mapped[int] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")
    cancelled_at: Mapped[Moment | None]
    shares: Mapped[list["InvoiceShare"]] = relationship(back_populates="invoice", order_by="InvoiceShare.id")


class InvoiceShare(Model):
    """The share of an invoice that belongs to one achievement."""

    __tablename__ = "invoice_shares"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        UniqueConstraint("invoice_id", "traded_id"),
    )

    id: Mapped[PrimaryKey]
    invoice_id: Mapped[int] = reference("invoices.id")
    traded_id: Mapped[int] = reference("traded_achievements.id")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    invoice: Mapped[Invoice] = relationship(back_populates="shares")


class PaidExplanation(Created, Model):
    """Why what was invoiced and what was paid differ on a line, by the difference it explains (paid − invoiced)."""

    __tablename__ = "paid_explanations"

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id")
    traded_id: Mapped[int] = reference("traded_achievements.id")
    difference_fen: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[LongText]
    organisation_id: Mapped[int] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")


class ConnectedAccount(Created, Versioned, Model):
    """A seller's account at the payment provider, entered by the organisation and checked through the provider."""

    __tablename__ = "connected_accounts"

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = reference("organisations.id", index=False, unique=True)
    account: Mapped[str] = mapped_column(String(60), unique=True)
    may_charge: Mapped[bool] = mapped_column(default=False)
    checked_at: Mapped[Moment | None]
    entered_by: Mapped[int | None] = reference("persons.id")


class Checkout(Created, Versioned, Model):
    """One attempt to pay an instalment online. ``request_key`` makes the provider answer the same twice."""

    __tablename__ = "checkouts"
    __table_args__ = (
        CheckConstraint("state IN ('new','open','paid','expired','failed')", name="state_known"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("state <> 'open' OR session IS NOT NULL", name="open_has_session"),
    )

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id")
    instalment: Mapped[int]
    organisation_id: Mapped[int] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")
    account: Mapped[str] = mapped_column(String(60))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    # What the payment will pay for, line by line: [{"traded": id, "amount_fen": fen}].
    shares: Mapped[list[Any]] = mapped_column(default=list)
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    session: Mapped[str | None] = mapped_column(String(120), unique=True)
    intent: Mapped[str | None] = mapped_column(String(120), index=True)
    url: Mapped[LongText] = mapped_column(default="")
    receipt_url: Mapped[LongText] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default="new")
    expires_at: Mapped[Moment | None]


class BillingEvent(Model):
    """An event of the payment provider: stored first, by its own id, then acted upon once."""

    __tablename__ = "billing_events"
    __table_args__ = (
        CheckConstraint("state IN ('stored','done','ignored')", name="state_known"),
        Index("ix_billing_events_state", "state", "received_at"),
    )

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    account: Mapped[str] = mapped_column(String(60), default="")
    type: Mapped[str] = mapped_column(String(80))
    object_id: Mapped[str] = mapped_column(String(120))
    created: Mapped[int] = mapped_column(Key)
    received_at: Mapped[Moment]
    state: Mapped[Code] = mapped_column(default="stored")
    outcome: Mapped[str] = mapped_column(String(200), default="")


class BillingDispute(Created, Versioned, Model):
    """A dispute of an online payment, as the provider last told it."""

    __tablename__ = "billing_disputes"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    payment_id: Mapped[int] = reference("payments.id")
    status: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(80), default="")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
