"""What a person keeps of the market: searches that report what is new, favourites with notes, and reminders sent."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Digest,
    Key,
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


class SavedSearch(Created, Versioned, Model):
    """A question of a result list that a person keeps.

    ``filters`` maps a facet to the values chosen. ``digest`` is that of the question, so that nobody keeps the same
    question twice. ``since``: what was public before is no news.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (
        CheckConstraint("kind IN ('achievement','demand','organisation')", name="kind_known"),
        CheckConstraint("frequency IN ('immediate','daily','weekly','off')", name="frequency_known"),
        UniqueConstraint("person_id", "digest"),
        Index("ix_saved_searches_watched", "kind", "frequency"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id", index=False)
    kind: Mapped[Code]
    name: Mapped[Line]
    text: Mapped[Line]
    filters: Mapped[dict[str, Any]]
    digest: Mapped[Digest]
    frequency: Mapped[Code]
    since: Mapped[Moment]


class SavedHit(Model):
    """An item that a saved search reported: once, whatever happens to either later.

    ``subject_id`` is a listing or an organisation, as the search's kind says.
    """

    __tablename__ = "saved_hits"

    search_id: Mapped[int] = mapped_column(
        Key, ForeignKey("saved_searches.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    subject_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    found_at: Mapped[Moment]


class Favourite(Created, Versioned, Model):
    """A listing that a person starred, with a note.

    ``organisation_id`` is where the person was then: colleagues there read it unless it is kept private.
    """

    __tablename__ = "favourites"
    __table_args__ = (
        UniqueConstraint("person_id", "listing_id"),
        CheckConstraint("NOT shared OR organisation_id IS NOT NULL", name="shared_within_organisation"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id", index=False)
    listing_id: Mapped[int] = reference("listings.id")
    organisation_id: Mapped[int | None] = reference("organisations.id")
    note: Mapped[LongText] = mapped_column(default="")
    shared: Mapped[bool] = mapped_column(default=True)
    listing: Mapped[Listing] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")


class ListingReminder(Created, Model):
    """That the owner of a listing was reminded so many days before its last day."""

    __tablename__ = "listing_reminders"
    __table_args__ = (CheckConstraint("days_before > 0", name="days_positive"),)

    listing_id: Mapped[int] = mapped_column(
        Key, ForeignKey("listings.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    expires_on: Mapped[date] = mapped_column(primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
