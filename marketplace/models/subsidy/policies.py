"""Policy versions, batches, and what decides who shares a cap and who is blocked."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
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
)
from marketplace.models.deals import TradedAchievement


class PolicyVersion(Created, Versioned, Model):
    """One version of a clause, with all its parameters (domain/subsidy/parameters.py).

    ``says``: whether its text is 征求意见稿 (``draft``: estimates only) or in force (``law``). Payments of the window
    belong to it; windows of versions of one clause that are effective, or under which somebody applied, never overlap.
    Fixed once confirmed, but that 截止 or a repeal ends the window.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (
        CheckConstraint(
            "state IN ('editing','proposed','drafted','effective','repealed','discarded')", name="state_known"
        ),
        CheckConstraint("says IN ('draft','law')", name="says_known"),
        CheckConstraint("state <> 'effective' OR says = 'law'", name="only_law_is_effective"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="second_person"),
        CheckConstraint(
            "window_to IS NULL OR window_from IS NULL OR window_to >= window_from",
            name="window_ends_after_start",
        ),
        UniqueConstraint("clause", "ordinal"),
    )

    id: Mapped[PrimaryKey]
    clause: Mapped[Code]
    ordinal: Mapped[int]
    state: Mapped[Code] = mapped_column(default="editing")
    says: Mapped[Code] = mapped_column(default="draft")
    document: Mapped[Line] = mapped_column(default="")
    document_number: Mapped[str] = mapped_column(String(80), default="")
    item: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[LongText] = mapped_column(default="")
    legal_basis: Mapped[LongText] = mapped_column(default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    window_from: Mapped[date | None]
    window_to: Mapped[date | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_demo: Mapped[bool] = mapped_column(default=False)
    edited_by: Mapped[int | None] = reference("persons.id")
    proposed_by: Mapped[int | None] = reference("persons.id")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    state_note: Mapped[LongText] = mapped_column(default="")


class SubsidyBatch(Created, Versioned, Model):
    """批次/通知: from when to when one may apply, for payments of which days, with which further steps."""

    __tablename__ = "subsidy_batches"
    __table_args__ = (
        CheckConstraint("apply_to >= apply_from", name="applying_ends_after_start"),
        CheckConstraint("paid_to >= paid_from", name="payments_end_after_start"),
    )

    id: Mapped[PrimaryKey]
    policy_version_id: Mapped[int] = reference("policy_versions.id")
    title: Mapped[Line]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    apply_from: Mapped[date]
    apply_to: Mapped[date]
    paid_from: Mapped[date]
    paid_to: Mapped[date]
    contact: Mapped[LongText] = mapped_column(default="")
    # Codes of further steps that every case of the batch goes through: audit, expert, visit.
    steps: Mapped[list[str]] = mapped_column(default=list)
    created_by: Mapped[int | None] = reference("persons.id")
    policy: Mapped[PolicyVersion] = relationship(lazy="joined")


class CapGroup(Created, Versioned, Model):
    """Achievements that share one cap: proposed by a shared IP number, confirmed by 补助审核, acting from then on."""

    __tablename__ = "cap_groups"
    __table_args__ = (
        CheckConstraint("state IN ('suggested','confirmed','rejected')", name="state_known"),
        CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_has_date"),
    )

    id: Mapped[PrimaryKey]
    state: Mapped[Code] = mapped_column(default="suggested")
    state_note: Mapped[LongText] = mapped_column(default="")
    # The number that the members share.
    shared_number: Mapped[str] = mapped_column(String(60), unique=True)
    confirmed_at: Mapped[Moment | None]
    decided_by: Mapped[int | None] = reference("persons.id")
    members: Mapped[list["CapGroupMember"]] = relationship(
        back_populates="group", order_by="CapGroupMember.id"
    )


class CapGroupMember(Model):
    """An achievement of a cap group. ``standing``: in; pending, found after the group was decided; out, by decision."""

    __tablename__ = "cap_group_members"
    __table_args__ = (
        UniqueConstraint("group_id", "traded_id"),
        CheckConstraint("standing IN ('in','pending','out')", name="standing_known"),
    )

    id: Mapped[PrimaryKey]
    group_id: Mapped[int] = reference("cap_groups.id")
    traded_id: Mapped[int] = reference("traded_achievements.id")
    standing: Mapped[Code] = mapped_column(default="in")
    group: Mapped[CapGroup] = relationship(back_populates="members")
    traded: Mapped[TradedAchievement] = relationship(lazy="joined")


class DishonestEntry(Created, Model):
    """A line of an imported 失信 list; ``removed_on`` ends it."""

    __tablename__ = "dishonest_entries"
    __table_args__ = (UniqueConstraint("uscc", "source", "listed_on"),)

    id: Mapped[PrimaryKey]
    uscc: Mapped[str] = mapped_column(String(18), index=True)
    name: Mapped[Line] = mapped_column(default="")
    source: Mapped[Line]
    listed_on: Mapped[date]
    removed_on: Mapped[date | None]
    imported_by: Mapped[int | None] = reference("persons.id")


class SubsidyDecision(Created, Model):
    """A recorded decision beside the machine: joint sellers count as outside, a 失信 entry is overridden, …

    ``subject_kind`` and ``subject_id`` name the contract, case or payment it is about; the last one of a kind holds.
    """

    __tablename__ = "subsidy_decisions"
    __table_args__ = (
        CheckConstraint("kind IN ('sellers','dishonest','written_off')", name="kind_known"),
        CheckConstraint("words <> ''", name="says_why"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[Code]
    outcome: Mapped[Code]
    subject_kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(index=True)
    words: Mapped[LongText]
    decided_by: Mapped[int] = reference("persons.id")
