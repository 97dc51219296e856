"""Leads: what a broker works on, whom they spoke with, and what they mean to do by when."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
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
from marketplace.models.people import Person


class Lead(Created, Versioned, Model):
    """A demand, an achievement or a pair that a broker works on. One of a kind for each broker organisation.

    ``introduction`` is what both sides were told. The moments say when each stage was reached first: the funnel of
    the desk is counted from them.
    """

    __tablename__ = "leads"
    __table_args__ = (
        CheckConstraint(
            "state IN ('new','contacted','introduced','negotiating','won','lost')", name="state_known"
        ),
        CheckConstraint("achievement_id IS NOT NULL OR demand_id IS NOT NULL", name="has_subject"),
        CheckConstraint("state <> 'introduced' OR introduced_at IS NOT NULL", name="introduced_has_date"),
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
    introduction: Mapped[LongText] = mapped_column(default="")
    introduced_at: Mapped[Moment | None]
    negotiating_at: Mapped[Moment | None]
    won_at: Mapped[Moment | None]
    negotiation_id: Mapped[int | None] = reference("negotiations.id")
    demand: Mapped[Listing | None] = relationship(foreign_keys=[demand_id])
    achievement: Mapped[Listing | None] = relationship(foreign_keys=[achievement_id])
    person: Mapped[Person] = relationship(lazy="joined")
    tasks: Mapped[list["LeadTask"]] = relationship(
        back_populates="lead", order_by="LeadTask.due_on, LeadTask.id"
    )
    contacts: Mapped[list["LeadContact"]] = relationship(
        order_by="LeadContact.met_on.desc(), LeadContact.id.desc()"
    )


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
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    lead: Mapped[Lead] = relationship(back_populates="tasks")


class LeadContact(Created, Model):
    """A call, visit or letter of a broker about a lead: with whom, when, and what came of it. Never changed."""

    __tablename__ = "lead_contacts"
    __table_args__ = (CheckConstraint("side IN ('buyer','seller','both')", name="side_known"),)

    id: Mapped[PrimaryKey]
    lead_id: Mapped[int] = reference("leads.id")
    person_id: Mapped[int] = reference("persons.id")
    met_on: Mapped[date]
    way: Mapped[Code]
    side: Mapped[Code]
    body: Mapped[LongText]
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    person: Mapped[Person] = relationship(lazy="joined")
