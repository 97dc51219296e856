"""Review tasks: one decision that somebody owes, with remarks beside the fields."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Key,
    Line,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)  # fmt: skip

if TYPE_CHECKING:
    from marketplace.models.people import Organisation, Person


class ReviewTask(Created, Versioned, Model):
    """A thing to decide by a day. Its subject is an organisation profile, a revision, …"""

    __tablename__ = "review_tasks"
    __table_args__ = (
        CheckConstraint("state IN ('open','done','cancelled')", name="state_known"),
        CheckConstraint("(state = 'done') = (decided_at IS NOT NULL)", name="done_iff_decided"),
        Index(
            "uq_review_tasks_open_subject", "subject_kind", "subject_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index("ix_review_tasks_queue", "state", "kind", "due_on"),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    kind: Mapped[Code]
    subject_kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(Key)
    title: Mapped[Line]
    organisation_id: Mapped[int] = reference("organisations.id")
    # Further organisations that it concerns: their people must not decide it either.
    parties: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    # Whose office is competent: the division of a first review; None where the whole city is.
    scope: Mapped[str | None] = mapped_column(String(6))
    state: Mapped[Code] = mapped_column(default="open")
    due_on: Mapped[date]
    assignee_id: Mapped[int | None] = reference("persons.id")
    outcome: Mapped[Code | None]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[LongText] = mapped_column(default="")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    remarks: Mapped[list["ReviewRemark"]] = relationship(back_populates="task", order_by="ReviewRemark.id")
    organisation: Mapped["Organisation"] = relationship(lazy="joined")
    assignee: Mapped["Person | None"] = relationship(foreign_keys=[assignee_id], lazy="joined")
    decider: Mapped["Person | None"] = relationship(foreign_keys=[decided_by], lazy="joined")


class ReviewRemark(Created, Model):
    """What the reviewer wrote beside one field."""

    __tablename__ = "review_remarks"

    id: Mapped[PrimaryKey]
    task_id: Mapped[int] = reference("review_tasks.id")
    field: Mapped[str] = mapped_column(String(60))
    text: Mapped[LongText]
    author_id: Mapped[int] = reference("persons.id")
    task: Mapped[ReviewTask] = relationship(back_populates="remarks")


class ReviewerAbsence(Created, Model):
    """Days on which a reviewer is away. ``deputy_id`` takes over what was given to them, by rights of their own.

    ``handed_over_at``: since when their open tasks have passed on.
    """

    __tablename__ = "reviewer_absences"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="ends_after_start"),
        CheckConstraint("deputy_id IS NULL OR deputy_id <> person_id", name="deputy_is_another"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id")
    deputy_id: Mapped[int | None] = reference("persons.id")
    first_on: Mapped[date]
    last_on: Mapped[date]
    handed_over_at: Mapped[Moment | None]
    person: Mapped["Person"] = relationship(foreign_keys=[person_id], lazy="joined")
    deputy: Mapped["Person | None"] = relationship(foreign_keys=[deputy_id], lazy="joined")
