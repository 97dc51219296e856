"""Subsidy cases: one buyer × one achievement × one batch, their materials, declarations and examinations."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Digest,
    Line,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)
from marketplace.models.deals import TradedAchievement
from marketplace.models.people import Organisation
from marketplace.models.subsidy.policies import PolicyVersion, SubsidyBatch

UNDECIDED = (
    "'draft','first_review','review','returned','accepted','waiting_budget','refused','appealed','dismissed'"
)
FIXED = "'proposed','published','objected','cleared','approved','tracking','closed'"
_LIVE = text("state NOT IN ('withdrawn','refused','dismissed')")


class SubsidyCase(Created, Versioned, Model):
    """An application. ``policy_version_id`` pins its rules from submission to the end.

    ``fixed_fen`` is what it takes from cap, yearly cap and budget since ``fixed_at``; a release sets it back to None
    and keeps ``released_at``. ``ready_at`` orders the queue. ``snapshot`` is what was submitted, with its digest.
    """

    __tablename__ = "subsidy_cases"
    __table_args__ = (
        CheckConstraint(f"state IN ({UNDECIDED}) OR state IN ({FIXED}) OR state = 'withdrawn'", name="state_known"),
        CheckConstraint(f"(state IN ({FIXED})) = (fixed_fen IS NOT NULL)", name="fixed_iff_amount"),
        CheckConstraint("fixed_fen IS NULL OR fixed_fen > 0", name="fixed_positive"),
        CheckConstraint("(fixed_fen IS NULL) OR (fixed_at IS NOT NULL)", name="fixed_has_date"),
        CheckConstraint("(number IS NULL) = (submitted_at IS NULL)", name="numbered_iff_submitted"),
        CheckConstraint("submitted_at IS NULL OR batch_id IS NOT NULL", name="submitted_in_a_batch"),
        CheckConstraint("clause <> 'purchase' OR traded_id IS NOT NULL", name="purchase_has_achievement"),
        Index(
            "uq_subsidy_cases_live", "clause", "organisation_id", "traded_id", "batch_id", unique=True,
            sqlite_where=_LIVE, postgresql_where=_LIVE,
        ),
        Index(
            "uq_subsidy_cases_draft", "clause", "organisation_id", "traded_id", unique=True,
            sqlite_where=text("state = 'draft'"), postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_subsidy_cases_queue", "state", "ready_at", "id"),
        Index("ix_subsidy_cases_office", "office", "state"),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    clause: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="draft")
    state_note: Mapped[LongText] = mapped_column(default="")
    state_at: Mapped[Moment | None]
    organisation_id: Mapped[int] = reference("organisations.id")
    traded_id: Mapped[int | None] = reference("traded_achievements.id")
    policy_version_id: Mapped[int | None] = reference("policy_versions.id")
    batch_id: Mapped[int | None] = reference("subsidy_batches.id")
    # The office of first review: the buyer's domicile at submission.
    office: Mapped[str] = mapped_column(String(6), default="")
    number: Mapped[str | None] = mapped_column(String(30), unique=True)
    # What 进度查询 asks for beside the number.
    phone_tail: Mapped[str] = mapped_column(String(4), default="")
    created_by: Mapped[int | None] = reference("persons.id")
    submitted_at: Mapped[Moment | None]
    submitted_by: Mapped[int | None] = reference("persons.id")
    snapshot: Mapped[dict[str, Any]] = mapped_column(default=dict)
    snapshot_digest: Mapped[Digest] = mapped_column(default="")
    returned_from: Mapped[Code] = mapped_column(default="")
    first_reviewed_by: Mapped[int | None] = reference("persons.id")
    reviewed_by: Mapped[int | None] = reference("persons.id")
    refused_by: Mapped[int | None] = reference("persons.id")
    refused_on: Mapped[date | None]
    ready_at: Mapped[Moment | None]
    # As the arithmetic said when the amount was fixed, or refused.
    eligible_fen: Mapped[int | None] = mapped_column(BigInteger)
    entitlement_fen: Mapped[int | None] = mapped_column(BigInteger)
    granted_fen: Mapped[int | None] = mapped_column(BigInteger)
    fixed_fen: Mapped[int | None] = mapped_column(BigInteger)
    fixed_at: Mapped[Moment | None]
    released_at: Mapped[Moment | None]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    # What the clause about organisations asks for: certificate number, day, first or again.
    particulars: Mapped[dict[str, Any]] = mapped_column(default=dict)
    bank_name: Mapped[str] = mapped_column(String(120), default="")
    account_name: Mapped[str] = mapped_column(String(120), default="")
    account_number: Mapped[str] = mapped_column(String(40), default="")
    account_confirmed_at: Mapped[Moment | None]
    sheet_id: Mapped[int | None] = reference("decision_sheets.id")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    traded: Mapped[TradedAchievement | None] = relationship(lazy="joined")
    policy: Mapped[PolicyVersion | None] = relationship()
    batch: Mapped[SubsidyBatch | None] = relationship()
    materials: Mapped[list["CaseMaterial"]] = relationship(back_populates="case", order_by="CaseMaterial.id")
    declarations: Mapped[list["CaseDeclaration"]] = relationship(
        back_populates="case", order_by="CaseDeclaration.id"
    )
    examinations: Mapped[list["CaseExamination"]] = relationship(
        back_populates="case", order_by="CaseExamination.id"
    )


class CaseMaterial(Created, Model):
    """One paper of the checklist; its files hang on it. ``waived``: not needed here, with the reason."""

    __tablename__ = "case_materials"
    __table_args__ = (
        CheckConstraint("state IN ('missing','provided','checked','waived')", name="state_known"),
        CheckConstraint("state <> 'waived' OR note <> ''", name="waived_has_reason"),
        UniqueConstraint("case_id", "code"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = reference("subsidy_cases.id")
    code: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="missing")
    note: Mapped[LongText] = mapped_column(default="")
    checked_by: Mapped[int | None] = reference("persons.id")
    checked_at: Mapped[Moment | None]
    case: Mapped[SubsidyCase] = relationship(back_populates="materials")


class CaseDeclaration(Created, Model):
    """Words signed by typed name: 无关联关系, other aid received, truth of the papers, 陈述申辩; the last of a kind."""

    __tablename__ = "case_declarations"
    __table_args__ = (
        CheckConstraint("kind IN ('unrelated','other_aid','truth','appeal')", name="kind_known"),
        CheckConstraint("typed_name <> ''", name="signed"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = reference("subsidy_cases.id")
    kind: Mapped[Code]
    words: Mapped[LongText]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    typed_name: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int] = reference("persons.id")
    case: Mapped[SubsidyCase] = relationship(back_populates="declarations")


class CaseExamination(Created, Versioned, Model):
    """第三方审计, 专家评审 or 现场核查 of a case: given to a person, answered once; files hang on it."""

    __tablename__ = "case_examinations"
    __table_args__ = (
        CheckConstraint("kind IN ('audit','expert','visit')", name="kind_known"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name="score_in_range"),
        UniqueConstraint("case_id", "kind", "person_id"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = reference("subsidy_cases.id")
    kind: Mapped[Code]
    person_id: Mapped[int] = reference("persons.id")
    assigned_by: Mapped[int | None] = reference("persons.id")
    # None until asked; True excludes the person from this case.
    conflict: Mapped[bool | None]
    score: Mapped[int | None]
    words: Mapped[LongText] = mapped_column(default="")
    happened_on: Mapped[date | None]
    # Who was there on the day of a 现场核查.
    people: Mapped[LongText] = mapped_column(default="")
    given_at: Mapped[Moment | None]
    case: Mapped[SubsidyCase] = relationship(back_populates="examinations")


class FollowUp(Created, Versioned, Model):
    """A yearly report on 在宿转化 after the payout, as it stands now; ``entries`` keep how it came to that."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        CheckConstraint("state IN ('due','given','returned','accepted')", name="state_known"),
        UniqueConstraint("case_id", "year"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = reference("subsidy_cases.id")
    year: Mapped[int]
    due_on: Mapped[date]
    state: Mapped[Code] = mapped_column(default="due")
    words: Mapped[LongText] = mapped_column(default="")
    output_fen: Mapped[int | None] = mapped_column(BigInteger)
    jobs: Mapped[int | None]
    given_by: Mapped[int | None] = reference("persons.id")
    accepted_by: Mapped[int | None] = reference("persons.id")
    entries: Mapped[list["FollowUpEntry"]] = relationship(order_by="FollowUpEntry.id")


class FollowUpEntry(Created, Model):
    """One turn of a yearly report, kept as it was: given (with its figures), returned (with grounds), accepted.

    ``due_on``: until when a return asks for more.
    """

    __tablename__ = "follow_up_entries"
    __table_args__ = (
        CheckConstraint("kind IN ('given','returned','accepted')", name="kind_known"),
        CheckConstraint("(kind = 'returned') = (due_on IS NOT NULL)", name="return_has_due"),
    )

    id: Mapped[PrimaryKey]
    follow_up_id: Mapped[int] = reference("follow_ups.id")
    kind: Mapped[Code]
    words: Mapped[LongText] = mapped_column(default="")
    output_fen: Mapped[int | None] = mapped_column(BigInteger)
    jobs: Mapped[int | None]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    due_on: Mapped[date | None]
    person_id: Mapped[int] = reference("persons.id")


class DecisionSheet(Created, Model):
    """批准: the cases approved together, on one sheet.

    ``content`` is what was printed: {"head": of the audit chain, "rows": [case, number, enterprise, achievement, 公示,
    amount_fen]}; a case that is reduced and approved again keeps its line on the first sheet.
    """

    __tablename__ = "decision_sheets"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[Line]
    words: Mapped[LongText] = mapped_column(default="")
    decided_on: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_by: Mapped[int] = reference("persons.id")
