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
    """What two organisations negotiate: the seller's achievement, the buyer's demand, or both. One per inquiry."""

    __tablename__ = "negotiations"
    __table_args__ = (
        CheckConstraint("state IN ('open','agreed','drafted','ended')", name="state_known"),
        CheckConstraint("buyer_id <> seller_id", name="two_sides"),
        CheckConstraint("achievement_id IS NOT NULL OR demand_id IS NOT NULL", name="has_subject"),
        CheckConstraint("(state = 'drafted') = (contract_id IS NOT NULL)", name="drafted_has_contract"),
    )

    id: Mapped[PrimaryKey]
    inquiry_id: Mapped[int] = reference("inquiries.id", index=False, unique=True)
    achievement_id: Mapped[int | None] = reference("listings.id")
    demand_id: Mapped[int | None] = reference("listings.id")
    buyer_id: Mapped[int] = reference("organisations.id")
    seller_id: Mapped[int] = reference("organisations.id")
    broker_id: Mapped[int | None] = reference("organisations.id")
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
    contract: Mapped[Contract | None] = relationship()
    offers: Mapped[list["Offer"]] = relationship(back_populates="negotiation", order_by="Offer.ordinal")


class Offer(Created, Versioned, Model):
    """A version of the terms. Two sides that accept at once meet the unique index: one of them is too late.

    ``kind`` is a category of technology contracts, ``payment_mode`` one of their ways to pay; ``instalments`` are rows
    {"what", "due_on", "amount_fen"}. ``amount_fen`` is 成交额.
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
    valid_until: Mapped[date]
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


class Lead(Created, Versioned, Model):
    """A demand, an achievement or a pair that a broker works on. One of a kind for each broker organisation."""

    __tablename__ = "leads"
    __table_args__ = (
        CheckConstraint(
            "state IN ('new','contacted','introduced','negotiating','won','lost')", name="state_known"
        ),
        CheckConstraint("achievement_id IS NOT NULL OR demand_id IS NOT NULL", name="has_subject"),
        UniqueConstraint("organisation_id", "subject_key"),
    )

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = reference("organisations.id", index=False)
    person_id: Mapped[int] = reference("persons.id")
    # "demand:achievement", 0 for none: NULLs would never be equal.
    subject_key: Mapped[str] = mapped_column(String(60))
    demand_id: Mapped[int | None] = reference("listings.id")
    achievement_id: Mapped[int | None] = reference("listings.id")
    state: Mapped[Code] = mapped_column(default="new")
    state_note: Mapped[LongText] = mapped_column(default="")
    note: Mapped[LongText] = mapped_column(default="")
    # 关注: the broker's person hears when something happens to the pair.
    followed: Mapped[bool] = mapped_column(default=True)
    demand: Mapped[Listing | None] = relationship(foreign_keys=[demand_id])
    achievement: Mapped[Listing | None] = relationship(foreign_keys=[achievement_id])
    tasks: Mapped[list["LeadTask"]] = relationship(back_populates="lead", order_by="LeadTask.due_on")


class LeadTask(Created, Model):
    """Something a broker means to do by a day."""

    __tablename__ = "lead_tasks"
    __table_args__ = (Index("ix_lead_tasks_due", "done_at", "due_on"),)

    id: Mapped[PrimaryKey]
    lead_id: Mapped[int] = reference("leads.id")
    person_id: Mapped[int] = reference("persons.id")
    due_on: Mapped[date]
    what: Mapped[Line]
    done_at: Mapped[Moment | None]
    lead: Mapped[Lead] = relationship(back_populates="tasks")
