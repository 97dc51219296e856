"""Listings: the public life of an achievement or a demand."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
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
)  # fmt: skip
from marketplace.models.people import Organisation

if TYPE_CHECKING:
    from marketplace.models.catalogue.revisions import Revision


class Listing(Created, Versioned, Model):
    """An achievement or a demand; it shows ``published``, its last approved revision, while others are made."""

    __tablename__ = "listings"
    __table_args__ = (
        CheckConstraint("kind IN ('achievement','demand')", name="kind_known"),
        CheckConstraint(
            "state IN ('draft','published','unlisted','taken_down','expired','solved','dealt')",
            name="state_known",
        ),
        CheckConstraint("(state = 'draft') = (published_id IS NULL)", name="published_has_revision"),
        CheckConstraint("published_id IS NULL OR published_at IS NOT NULL", name="published_has_date"),
        Index("ix_listings_public", "kind", "state", "published_at"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[Code]
    number: Mapped[str | None] = mapped_column(String(30), unique=True)
    organisation_id: Mapped[int] = reference("organisations.id")
    state: Mapped[Code] = mapped_column(default="draft")
    state_note: Mapped[LongText] = mapped_column(default="")
    published_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("revisions.id", use_alter=True, ondelete="RESTRICT"), index=True
    )
    published_at: Mapped[Moment | None]
    confirmed_at: Mapped[Moment | None]
    expires_on: Mapped[date | None]
    created_by: Mapped[int | None] = reference("persons.id")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    published: Mapped["Revision | None"] = relationship(foreign_keys=[published_id], post_update=True)
    revisions: Mapped[list["Revision"]] = relationship(
        foreign_keys="Revision.listing_id", back_populates="listing", order_by="Revision.ordinal"
    )
