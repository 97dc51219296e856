"""What the authority announces: notices, policies, guides."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

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


class Announcement(Created, Versioned, Model):
    """A text of the authority. Once published it is fixed; a correction is a new one and withdraws the old."""

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint("kind IN ('notice','policy','guide')", name="kind_known"),
        CheckConstraint("state IN ('draft','published','withdrawn','discarded')", name="state_known"),
        CheckConstraint(
            "(published_on IS NOT NULL) = (state IN ('published','withdrawn'))", name="day_iff_published"
        ),
        CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"
        ),
        CheckConstraint("NOT pinned OR state = 'published'", name="pinned_is_published"),
        Index("ix_announcements_list", "state", "published_on"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[Code]
    title: Mapped[Line]
    body: Mapped[LongText] = mapped_column(default="")
    # 发文机关 and 文号, as printed on the paper.
    issuer: Mapped[Line] = mapped_column(default="")
    document_number: Mapped[str] = mapped_column(String(80), default="")
    # In force from and to, both inclusive; the text stays readable afterwards, marked.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    state: Mapped[Code] = mapped_column(default="draft")
    state_note: Mapped[LongText] = mapped_column(default="")
    pinned: Mapped[bool] = mapped_column(default=False)
    published_on: Mapped[date | None]
    published_at: Mapped[Moment | None]
    created_by: Mapped[int | None] = reference("persons.id")
    edited_by: Mapped[int | None] = reference("persons.id")
    published_by: Mapped[int | None] = reference("persons.id")
