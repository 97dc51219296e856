"""What leaves a transaction: the outbox, and the notices and mails that people get."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

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
    reference,
)


class OutboxMessage(Created, Model):
    """Work promised by a committed transaction; the worker keeps the promise and retries."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','done','failed')", name="state_known"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_iff_done_at"),
        Index("ix_outbox_messages_due", "state", "available_at"),
    )

    id: Mapped[PrimaryKey]
    topic: Mapped[Code]
    payload: Mapped[dict[str, Any]]
    state: Mapped[Code] = mapped_column(default="waiting")
    available_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[LongText] = mapped_column(default="")
    done_at: Mapped[Moment | None]


class Notice(Created, Model):
    """A line in a person's notice centre; ``kind`` chooses the wording, ``params`` fill it.

    ``frequency``: how often the person wants mail of this very subject, where they said so; None is as for its group.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_unread", "person_id", "read_at"),
        # What waits for a digest is looked for every minute, among all that was ever told.
        Index(
            "ix_notices_waiting", "person_id", "kind",
            sqlite_where=text("digested_at IS NULL"), postgresql_where=text("digested_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id", index=False)
    kind: Mapped[Code]
    subject_kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(Key)
    params: Mapped[dict[str, Any]]
    frequency: Mapped[Code | None]
    read_at: Mapped[Moment | None]
    digested_at: Mapped[Moment | None]


class NoticePreference(Model):
    """How often a person wants mail for a kind of notice; no row means at once."""

    __tablename__ = "notice_preferences"
    __table_args__ = (
        CheckConstraint("frequency IN ('immediate','daily','weekly','off')", name="frequency_known"),
    )

    person_id: Mapped[int] = mapped_column(Key, ForeignKey("persons.id"), primary_key=True)
    kind: Mapped[Code] = mapped_column(primary_key=True)
    frequency: Mapped[Code]


class NoticeMute(Created, Model):
    """A kind of notice that a person wants neither on the site nor by mail."""

    __tablename__ = "notice_mutes"

    person_id: Mapped[int] = mapped_column(
        Key, ForeignKey("persons.id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[Code] = mapped_column(primary_key=True)


class MailMessage(Created, Model):
    """A mail to send: rendered by the worker from ``template`` and ``params``."""

    __tablename__ = "mail_messages"

    id: Mapped[PrimaryKey]
    recipient: Mapped[str] = mapped_column(String(254))
    template: Mapped[Code]
    params: Mapped[dict[str, Any]]
    sent_at: Mapped[Moment | None]
