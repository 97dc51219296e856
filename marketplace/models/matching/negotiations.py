"""Negotiations: offers as versions, notes of meetings, what a broker contributed, and the contract they end in."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Line,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)
from marketplace.models.catalogue.listings import Listing
from marketplace.models.deals import Contract
from marketplace.models.matching.inquiries import Inquiry
from marketplace.models.people import Organisation, Person


class Negotiation(Created, Versioned, Model):
    """What two organisations negotiate: the seller's achievement, the buyer's demand, or both.

    An inquiry has one that goes on or succeeded; after one that ended another may begin. ``invited_broker_id`` is a
    技术经理人's organisation that ``invited_by_id`` would have beside them, until the other side has said yes or no.
    """

    __tablename__ = "negotiations"
    __table_args__ = (
        CheckConstraint("state IN ('open','agreed','drafted','ended')", name="state_known"),
        CheckConstraint("buyer_id <> seller_id", name="two_sides"),
        CheckConstraint("achievement_id IS NOT NULL OR demand_id IS NOT NULL", name="has_subject"),
        CheckConstraint("(state = 'drafted') = (contract_id IS NOT NULL)", name="drafted_has_contract"),
        CheckConstraint(
            "(invited_broker_id IS NULL) = (invited_by_id IS NULL)", name="invitation_has_inviter"
        ),
        CheckConstraint("broker_id <> buyer_id AND broker_id <> seller_id", name="broker_is_third"),
        Index(
            "uq_negotiations_inquiry", "inquiry_id", unique=True,
            sqlite_where=text("state <> 'ended'"), postgresql_where=text("state <> 'ended'"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    inquiry_id: Mapped[int] = reference("inquiries.id")
    achievement_id: Mapped[int | None] = reference("listings.id")
    demand_id: Mapped[int | None] = reference("listings.id")
    buyer_id: Mapped[int] = reference("organisations.id")
    seller_id: Mapped[int] = reference("organisations.id")
    broker_id: Mapped[int | None] = reference("organisations.id")
    invited_broker_id: Mapped[int | None] = reference("organisations.id")
    invited_by_id: Mapped[int | None] = reference("organisations.id", index=False)
    title: Mapped[Line]
    state: Mapped[Code] = mapped_column(default="open")
    state_note: Mapped[LongText] = mapped_column(default="")
    contract_id: Mapped[int | None] = reference("contracts.id", unique=True, index=False)
    inquiry: Mapped[Inquiry] = relationship()
    achievement: Mapped[Listing | None] = relationship(foreign_keys=[achievement_id])
    demand: Mapped[Listing | None] = relationship(foreign_keys=[demand_id])
    buyer: Mapped[Organisation] = relationship(lazy="joined", foreign_keys=[buyer_id])
    seller: Mapped[Organisation] = relationship(lazy="joined", foreign_keys=[seller_id])
    broker: Mapped[Organisation | None] = relationship(foreign_keys=[broker_id])
    invited_broker: Mapped[Organisation | None] = relationship(foreign_keys=[invited_broker_id])
    contract: Mapped[Contract | None] = relationship()
    offers: Mapped[list["Offer"]] = relationship(back_populates="negotiation", order_by="Offer.ordinal")


class Offer(Created, Versioned, Model):
    """A version of the terms. Two sides that accept at once meet the unique index: one of them is too late.

    ``kind`` is a kind of technology contract, ``payment_mode`` one of their ways to pay; ``instalments`` are rows
    {"name", "kind", "due_on" (text or null), "condition", "amount_fen"} as a contract's are. ``amount_fen`` is 成交额.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("negotiation_id", "ordinal"),
        CheckConstraint(
            "state IN ('open','accepted','countered','declined','withdrawn','lapsed')", name="state_known"
        ),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        Index(
            "uq_offers_open", "negotiation_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index(
            "uq_offers_accepted", "negotiation_id", unique=True,
            sqlite_where=text("state = 'accepted'"), postgresql_where=text("state = 'accepted'"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    negotiation_id: Mapped[int] = reference("negotiations.id", index=False)
    ordinal: Mapped[int]
    organisation_id: Mapped[int] = reference("organisations.id")
    person_id: Mapped[int] = reference("persons.id")
    state: Mapped[Code] = mapped_column(default="open")
    state_note: Mapped[LongText] = mapped_column(default="")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    kind: Mapped[Code]
    licence_scope: Mapped[Code] = mapped_column(default="")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    payment_mode: Mapped[Code]
    instalments: Mapped[list[Any]] = mapped_column(default=list)
    royalty_terms: Mapped[LongText] = mapped_column(default="")
    valid_until: Mapped[date]
    reminded_at: Mapped[Moment | None]
    terms: Mapped[LongText] = mapped_column(default="")
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    negotiation: Mapped[Negotiation] = relationship(back_populates="offers")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    person: Mapped[Person] = relationship(lazy="joined", foreign_keys=[person_id])


class MeetingNote(Created, Model):
    """What was said on a day, written by one side; the others may say that it was so."""

    __tablename__ = "meeting_notes"

    id: Mapped[PrimaryKey]
    negotiation_id: Mapped[int] = reference("negotiations.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    person_id: Mapped[int] = reference("persons.id")
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(100), default="")
    body: Mapped[LongText]
    confirmed_by: Mapped[int | None] = reference("persons.id")
    confirmed_at: Mapped[Moment | None]
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    person: Mapped[Person] = relationship(lazy="joined", foreign_keys=[person_id])


class BrokerContribution(Created, Versioned, Model):
    """What the 技术经理人 did for a deal; it counts when both sides have confirmed it."""

    __tablename__ = "broker_contributions"
    __table_args__ = (UniqueConstraint("negotiation_id", "organisation_id"),)

    id: Mapped[PrimaryKey]
    negotiation_id: Mapped[int] = reference("negotiations.id", index=False)
    organisation_id: Mapped[int] = reference("organisations.id")
    person_id: Mapped[int] = reference("persons.id")
    kinds: Mapped[list[str]]
    body: Mapped[LongText]
    buyer_confirmed_by: Mapped[int | None] = reference("persons.id")
    buyer_confirmed_at: Mapped[Moment | None]
    seller_confirmed_by: Mapped[int | None] = reference("persons.id")
    seller_confirmed_at: Mapped[Moment | None]
    organisation: Mapped[Organisation] = relationship(lazy="joined")
