"""Small shared records: settings, number series, calendar, long jobs, daily counts."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

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
)


class SettingValue(Created, Versioned, Model):
    """A dated value of a setting. What matters takes effect only when a second person confirms it."""

    __tablename__ = "setting_values"
    __table_args__ = (
        CheckConstraint("state IN ('proposed','effective','rejected','withdrawn')", name="state_known"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="second_person"),
        Index("ix_setting_values_key", "key", "state", "valid_from"),
    )

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(80))
    value: Mapped[Any] = mapped_column(JSON)
    valid_from: Mapped[date]
    state: Mapped[Code]
    note: Mapped[LongText] = mapped_column(default="")
    proposed_by: Mapped[int | None] = reference("persons.id")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    decision_note: Mapped[LongText] = mapped_column(default="")


class NumberSeries(Model):
    """The last number given in a series; taken by a guarded UPDATE, so that no number is skipped."""

    __tablename__ = "number_series"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class CalendarDay(Model):
    """A day that is not what its weekday says: a public holiday, or a weekend day worked."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))


class Job(Created, Versioned, Model):
    """Long work with progress that people can watch."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued','running','done','failed')", name="state_known"),
        CheckConstraint("done <= total OR total = 0", name="progress_within_total"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[Code]
    params: Mapped[dict[str, Any]]
    state: Mapped[Code] = mapped_column(default="queued", index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[LongText] = mapped_column(default="")
    started_by: Mapped[int | None] = reference("persons.id")
    started_at: Mapped[Moment | None]
    # A running job whose heart has not beaten for minutes has lost its worker and is taken up again.
    heartbeat_at: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[Moment | None]


class DailyCount(Model):
    """How often something was shown in a list and opened, a day; nothing about who."""

    __tablename__ = "daily_counts"

    subject_kind: Mapped[Code] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    shown: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)


class Heartbeat(Model):
    """When a process that must not stop was last seen alive."""

    __tablename__ = "heartbeats"

    name: Mapped[Code] = mapped_column(primary_key=True)
    at: Mapped[Moment]
