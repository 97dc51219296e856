"""Inquiries: threads about a listing, what was accepted before files opened, and who opened them."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Digest,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)
from marketplace.models.catalogue.listings import Listing
from marketplace.models.people import Organisation, Person


class Inquiry(Created, Versioned, Model):
    """A thread about one listing. ``organisation_id`` asks, the listing's organisation owns it.

    ``pair_id`` is the asker's own listing on the other side of a match, where it began from one. ``broker_id`` is the
    技术经理人's organisation that introduced or follows it. ``due_on``: the day by which the owner owes an answer.
    ``answered_at`` is the first answer; ``in_time`` says whether it came within the limit, None while that is open.
    ``raised_at``: when silence first reached the authority. ``nda_asked_at``: when the owner offered the files that
    are for both sides only, against a 保密承诺.
    """

    __tablename__ = "inquiries"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting','with_broker','with_admin','answered','negotiating','closed')",
            name="state_known",
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_date"),
        CheckConstraint("state <> 'closed' OR outcome <> ''", name="closed_has_outcome"),
        CheckConstraint(
            "(state IN ('waiting','with_broker','with_admin')) = (due_on IS NOT NULL)", name="waiting_has_day"
        ),
        Index("ix_inquiries_state", "state", "due_on"),
    )

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = reference("listings.id")
    revision_id: Mapped[int] = reference("revisions.id")
    pair_id: Mapped[int | None] = reference("listings.id")
    sender_id: Mapped[int] = reference("persons.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    broker_id: Mapped[int | None] = reference("organisations.id")
    state: Mapped[Code] = mapped_column(default="waiting")
    outcome: Mapped[Code] = mapped_column(default="")
    outcome_note: Mapped[LongText] = mapped_column(default="")
    due_on: Mapped[date | None]
    reminded_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]
    in_time: Mapped[bool | None]
    raised_at: Mapped[Moment | None]
    nda_asked_at: Mapped[Moment | None]
    last_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    # One press of the button makes one inquiry: the form carries a key of its own.
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    listing: Mapped[Listing] = relationship(lazy="joined", foreign_keys=[listing_id])
    pair: Mapped[Listing | None] = relationship(foreign_keys=[pair_id])
    sender: Mapped[Person] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined", foreign_keys=[organisation_id])
    broker: Mapped[Organisation | None] = relationship(foreign_keys=[broker_id])


class InquiryMessage(Created, Model):
    """One message of a thread; files hang on it as subject ``inquiry_message``. Never changed.

    ``read_at``: when somebody of the other side first opened the thread with it.
    """

    __tablename__ = "inquiry_messages"
    __table_args__ = (
        CheckConstraint("side IN ('asker','owner','broker','authority')", name="side_known"),
        Index("ix_inquiry_messages_thread", "inquiry_id", "id"),
        Index(
            "ix_inquiry_messages_unread", "inquiry_id", "side",
            sqlite_where=text("read_at IS NULL"), postgresql_where=text("read_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    inquiry_id: Mapped[int] = reference("inquiries.id", index=False)
    person_id: Mapped[int] = reference("persons.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    side: Mapped[Code]
    body: Mapped[LongText]
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    read_at: Mapped[Moment | None]
    person: Mapped[Person] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class NdaAcceptance(Created, Model):
    """保密承诺: an organisation's person accepted it, by typed name, before 双方-level files opened to them."""

    __tablename__ = "nda_acceptances"
    __table_args__ = (UniqueConstraint("inquiry_id", "organisation_id"),)

    id: Mapped[PrimaryKey]
    inquiry_id: Mapped[int] = reference("inquiries.id", index=False)
    organisation_id: Mapped[int] = reference("organisations.id")
    person_id: Mapped[int] = reference("persons.id")
    typed_name: Mapped[str] = mapped_column(String(60))
    text_digest: Mapped[Digest]
    wording: Mapped[LongText]


class FileOpening(Created, Model):
    """Who opened which file of a thread, or of its listing through the thread, and when."""

    __tablename__ = "file_openings"

    id: Mapped[PrimaryKey]
    inquiry_id: Mapped[int] = reference("inquiries.id")
    file_id: Mapped[int] = reference("stored_files.id")
    person_id: Mapped[int] = reference("persons.id")
    organisation_id: Mapped[int] = reference("organisations.id")
