"""Matches: what the worker ranked, what people said of it, who was told, and demands that nothing fits."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
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
from marketplace.models.catalogue import Listing

STRENGTHS = "'strong','fair','weak','none'"


class Ranking(Model):
    """The best of the other side for a listing, as the matcher saw the published texts; written by the worker alone.

    ``entries`` are [listing of the other side, score of the texts], best first. Fields, feedback and who may
    read what are weighed when it is read, so that they are those of the day. ``floor`` is the least score with which
    another listing would enter.
    """

    __tablename__ = "rankings"

    listing_id: Mapped[int] = mapped_column(
        Key, ForeignKey("listings.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    revision_id: Mapped[int] = reference("revisions.id", index=False)
    entries: Mapped[list[Any]]
    floor: Mapped[float] = mapped_column(Float, default=0.0)
    ranked_at: Mapped[Moment]


class MatchFeedback(Created, Model):
    """合适 or 不合适, said by one side of a pair; a later word of the same organisation replaces the earlier."""

    __tablename__ = "match_feedback"
    __table_args__ = (
        CheckConstraint("verdict IN ('fits','misfits')", name="verdict_known"),
        CheckConstraint("(verdict = 'misfits') = (reason <> '')", name="misfit_has_reason"),
        Index(
            "uq_match_feedback_current", "demand_id", "achievement_id", "organisation_id", unique=True,
            sqlite_where=text("replaced_at IS NULL"), postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_match_feedback_achievement", "achievement_id"),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    demand_id: Mapped[int] = reference("listings.id", index=False)
    achievement_id: Mapped[int] = reference("listings.id", index=False)
    organisation_id: Mapped[int] = reference("organisations.id")
    person_id: Mapped[int] = reference("persons.id")
    verdict: Mapped[Code]
    reason: Mapped[Code] = mapped_column(default="")
    note: Mapped[LongText] = mapped_column(default="")
    replaced_at: Mapped[Moment | None]


class MatchShown(Created, Model):
    """A pair that an organisation was told of, or opened: told once, counted once, whatever happens later.

    ``strength`` is the word it bore then, so that a strength can be held against what came of it; ``latest`` the word
    at which a broker who follows the pair last heard of it.
    """

    __tablename__ = "matches_shown"
    __table_args__ = (
        UniqueConstraint("demand_id", "achievement_id", "organisation_id"),
        CheckConstraint(f"strength IN ({STRENGTHS})", name="strength_known"),
    )

    id: Mapped[PrimaryKey]
    demand_id: Mapped[int] = reference("listings.id", index=False)
    achievement_id: Mapped[int] = reference("listings.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    strength: Mapped[Code]
    latest: Mapped[Code | None]
    score: Mapped[float] = mapped_column(Float)
    told_at: Mapped[Moment | None]
    opened_at: Mapped[Moment | None]
    inquired_at: Mapped[Moment | None]


class MatchWatch(Model):
    """How often a person wants to hear of new matches of one of their listings; no row means daily."""

    __tablename__ = "match_watches"
    __table_args__ = (
        CheckConstraint("frequency IN ('immediate','daily','weekly','off')", name="frequency_known"),
    )

    listing_id: Mapped[int] = mapped_column(Key, ForeignKey("listings.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(Key, ForeignKey("persons.id"), primary_key=True)
    frequency: Mapped[Code]


class Gap(Versioned, Model):
    """A published demand that nothing on the site fits: watched until something does, or the demand ends."""

    __tablename__ = "gaps"
    __table_args__ = (Index("ix_gaps_open", "closed_at", "opened_at"),)

    demand_id: Mapped[int] = mapped_column(
        Key, ForeignKey("listings.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    opened_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    # Score of the nearest achievement, so that a gap says how wide it is.
    nearest: Mapped[float] = mapped_column(Float, default=0.0)
    demand: Mapped[Listing] = relationship(lazy="joined")


class GapWatch(Model):
    """A person who asked to be told each week of new gaps in the fields of their organisation."""

    __tablename__ = "gap_watches"

    person_id: Mapped[int] = mapped_column(
        Key, ForeignKey("persons.id"), primary_key=True, autoincrement=False
    )
    # Gaps opened later are news.
    told_at: Mapped[Moment]


class StrengthOutcome(Model):
    """How many pairs of a strength were shown, and how far they went; counted anew by the worker."""

    __tablename__ = "strength_outcomes"
    __table_args__ = (
        CheckConstraint(f"strength IN ({STRENGTHS})", name="strength_known"),
        CheckConstraint(
            "inquired <= shown AND negotiated <= shown AND contracted <= shown", name="part_of_shown"
        ),
    )

    strength: Mapped[Code] = mapped_column(primary_key=True)
    shown: Mapped[int]
    inquired: Mapped[int]
    negotiated: Mapped[int]
    contracted: Mapped[int]
    counted_at: Mapped[Moment]


class FieldConcept(Created, Versioned, Model):
    """A concept of the knowledge table that administrators added or changed; it replaces the shipped one of its key.

    ``words`` are separated by blanks. ``retired_at``: the concept, shipped or not, no longer counts.
    """

    __tablename__ = "field_concepts"

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(80), unique=True)
    field: Mapped[Code]
    direction: Mapped[Line]
    name: Mapped[Line]
    words: Mapped[LongText]
    note: Mapped[LongText] = mapped_column(default="")
    changed_by: Mapped[int | None] = reference("persons.id")
    changed_on: Mapped[date]
    retired_at: Mapped[Moment | None]


class TextEmbedding(Created, Model):
    """A text's vector from the embeddings service, kept so that each text is paid for once."""

    __tablename__ = "text_embeddings"

    text_digest: Mapped[Digest] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(100), primary_key=True)
    # Little-endian 32-bit floats of length one.
    vector: Mapped[bytes] = mapped_column(LargeBinary)
