"""Revisions: what a listing says, at one version. A draft may be incomplete, so content columns may be empty.

Contracts, cases and matches cite a revision, never a listing, so a decided revision is never changed.
"""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from marketplace.domain import clock
from marketplace.models.base import (
    Code,
    Created,
    Key,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    UtcDateTime,
    Versioned,
    reference,
)  # fmt: skip
from marketplace.models.catalogue.listings import Listing


class Revision(Created, Versioned, Model):
    """What achievements and demands have in common."""

    __tablename__ = "revisions"
    __table_args__: Any = (
        CheckConstraint(
            "state IN ('draft','submitted','returned','approved','withdrawn','discarded')", name="state_known"
        ),
        CheckConstraint(
            "state NOT IN ('submitted','approved') OR submitted_at IS NOT NULL", name="submitted_dated"
        ),
        CheckConstraint("state <> 'approved' OR decided_at IS NOT NULL", name="approved_dated"),
        UniqueConstraint("listing_id", "ordinal"),
        Index(
            "uq_revisions_in_work", "listing_id", unique=True,
            sqlite_where=text("state IN ('draft','submitted','returned','withdrawn')"),
            postgresql_where=text("state IN ('draft','submitted','returned','withdrawn')"),
        ),
        Index("ix_revisions_state", "kind", "state"),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = reference("listings.id", index=False)
    kind: Mapped[Code]
    ordinal: Mapped[int]
    state: Mapped[Code] = mapped_column(default="draft")
    updated_at: Mapped[Any] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)
    created_by: Mapped[int | None] = reference("persons.id")
    submitted_by: Mapped[int | None] = reference("persons.id")
    submitted_at: Mapped[Moment | None]
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    change_note: Mapped[LongText] = mapped_column(default="")
    declared_at: Mapped[Moment | None]

    title: Mapped[str] = mapped_column(String(100), default="")
    summary: Mapped[LongText] = mapped_column(default="")
    keywords: Mapped[list[str]] = mapped_column(default=list)
    field: Mapped[Code] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    ways: Mapped[list[str]] = mapped_column(default=list)
    metrics: Mapped[list[Any]] = mapped_column(default=list)
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")

    listing: Mapped[Listing] = relationship(foreign_keys=[listing_id], back_populates="revisions")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        if cls.__name__ == "Revision":
            return {"version_id_col": cls.version, "polymorphic_on": "kind"}
        return {"polymorphic_identity": cls.__name__.removesuffix("Revision").lower()}


class AchievementRevision(Revision):
    """科技成果 at one version (docs/domain.md §2). ``metrics`` rows: indicator, current, achieved, evidence."""

    __tablename__ = "achievement_revisions"
    __table_args__ = (
        CheckConstraint("price_fen IS NULL OR price_fen >= 0", name="price_not_negative"),
        CheckConstraint(
            "maturity_level IS NULL OR maturity_level BETWEEN 1 AND 13", name="maturity_in_scale"
        ),
    )

    id: Mapped[int] = mapped_column(Key, ForeignKey("revisions.id", ondelete="RESTRICT"), primary_key=True)
    registration_number: Mapped[str] = mapped_column(String(20), default="")
    benefit: Mapped[str] = mapped_column(String(80), default="")
    problem: Mapped[LongText] = mapped_column(default="")
    advantages: Mapped[LongText] = mapped_column(default="")
    sectors: Mapped[list[str]] = mapped_column(default=list)
    completed_by: Mapped[list[str]] = mapped_column(default=list)
    team: Mapped[list[str]] = mapped_column(default=list)
    research_from: Mapped[date | None]
    research_to: Mapped[date | None]
    attribute: Mapped[Code] = mapped_column(default="")
    forms: Mapped[list[str]] = mapped_column(default=list)
    level: Mapped[Code] = mapped_column(default="")
    stage: Mapped[Code] = mapped_column(default="")
    maturity_scale: Mapped[Code] = mapped_column(default="generic")
    maturity_level: Mapped[int | None]
    maturity_proof: Mapped[LongText] = mapped_column(default="")
    evaluation: Mapped[Code] = mapped_column(default="")
    pricing: Mapped[Code] = mapped_column(default="")
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    valid_until: Mapped[date | None]
    cases: Mapped[LongText] = mapped_column(default="")
    ip_rights: Mapped[list["IpRight"]] = relationship(
        back_populates="revision", order_by="IpRight.position", cascade="all, delete-orphan"
    )


class DemandRevision(Revision):
    """技术需求 at one version (docs/domain.md §3). ``title`` and ``summary`` are the public text; ``situation``,
    ``metrics``, ``requirements``, contact and organisation belong to the full text.
    ``metrics`` rows: indicator, present, target.
    """

    __tablename__ = "demand_revisions"
    __table_args__ = (
        CheckConstraint("budget_fen IS NULL OR budget_fen >= 0", name="budget_not_negative"),
        CheckConstraint(
            "disclosure IN ('','public','anonymous','verified','admin')", name="disclosure_known"
        ),
    )

    id: Mapped[int] = mapped_column(Key, ForeignKey("revisions.id", ondelete="RESTRICT"), primary_key=True)
    demand_type: Mapped[Code] = mapped_column(default="")
    situation: Mapped[LongText] = mapped_column(default="")
    requirements: Mapped[LongText] = mapped_column(default="")
    due_on: Mapped[date | None]
    budget_fen: Mapped[int | None] = mapped_column(BigInteger)
    ip_ownership: Mapped[Code] = mapped_column(default="")
    disclosure: Mapped[Code] = mapped_column(default="", index=True)


class IpRight(Model):
    """An intellectual property right of an achievement; ``number`` is canonical, so that equals meet."""

    __tablename__ = "ip_rights"

    id: Mapped[PrimaryKey]
    revision_id: Mapped[int] = reference("achievement_revisions.id")
    position: Mapped[int] = mapped_column(default=0)
    ip_type: Mapped[Code]
    number: Mapped[str] = mapped_column(String(60), default="", index=True)
    status: Mapped[Code]
    owner: Mapped[str] = mapped_column(String(200), default="")
    revision: Mapped[AchievementRevision] = relationship(back_populates="ip_rights")
