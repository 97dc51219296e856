"""纠错: what readers say is wrong with a listing, and the answer."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String
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
)  # fmt: skip
from marketplace.models.catalogue.listings import Listing
from marketplace.models.catalogue.revisions import Revision


class Correction(Created, Versioned, Model):
    """One report against one published revision.

    ``code`` is what a visitor looks the answer up by; ``field`` names the place (domain/catalogue/content.py), ''
    for no one place. ``answer`` is for the reporter, ``request`` for the owner, who is to change it by ``due_on``.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open','accepted','mended','settled','rejected')", name="state_known"
        ),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_date"),
        CheckConstraint("state = 'open' OR answer <> ''", name="decided_has_answer"),
        CheckConstraint(
            "(state IN ('accepted','mended','settled')) = (due_on IS NOT NULL)", name="accepted_has_day"
        ),
        CheckConstraint("(state = 'mended') = (mended_by IS NOT NULL)", name="mended_has_revision"),
        CheckConstraint(
            "(state IN ('mended','settled')) = (ended_at IS NOT NULL)", name="ended_has_date"
        ),
        Index("ix_corrections_listing_state", "listing_id", "state"),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int] = reference("listings.id", index=False)
    revision_id: Mapped[int] = reference("revisions.id")
    reporter_id: Mapped[int | None] = reference("persons.id")
    code: Mapped[str] = mapped_column(String(12), unique=True)
    field: Mapped[Code] = mapped_column(default="")
    message: Mapped[LongText]
    source: Mapped[Line] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default="open")
    answer: Mapped[LongText] = mapped_column(default="")
    request: Mapped[LongText] = mapped_column(default="")
    due_on: Mapped[date | None]
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    mended_by: Mapped[int | None] = reference("revisions.id")
    ended_at: Mapped[Moment | None]
    listing: Mapped[Listing] = relationship(lazy="joined")
    revision: Mapped[Revision] = relationship(foreign_keys=[revision_id])
