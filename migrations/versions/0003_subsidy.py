"""Subsidy: policies, batches, cases, publications, payouts, recoveries"""

import sqlalchemy as sa
from alembic import op

revision = "0003_subsidy"
down_revision = "0002_contracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "cap_groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("shared_number", sa.String(length=60), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f("ck_cap_groups_confirmed_has_date")
        ),
        sa.CheckConstraint(
            "state IN ('suggested','confirmed','rejected')", name=op.f("ck_cap_groups_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_cap_groups_decided_by_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_groups")),
        sa.UniqueConstraint("shared_number", name=op.f("uq_cap_groups_shared_number")),
    )
    with op.batch_alter_table("cap_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cap_groups_decided_by"), ["decided_by"], unique=False)

    op.create_table(
        "decision_sheets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_decision_sheets_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_sheets")),
        sa.UniqueConstraint("number", name=op.f("uq_decision_sheets_number")),
    )
    with op.batch_alter_table("decision_sheets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_sheets_decided_by"), ["decided_by"], unique=False)

    op.create_table(
        "dishonest_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("imported_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["imported_by"],
            ["persons.id"],
            name=op.f("fk_dishonest_entries_imported_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dishonest_entries")),
        sa.UniqueConstraint(
            "uscc", "source", "listed_on", name=op.f("uq_dishonest_entries_uscc_source_listed_on")
        ),
    )
    with op.batch_alter_table("dishonest_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dishonest_entries_imported_by"), ["imported_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_dishonest_entries_uscc"), ["uscc"], unique=False)

    op.create_table(
        "policy_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("says", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=80), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("window_from", sa.Date(), nullable=True),
        sa.Column("window_to", sa.Date(), nullable=True),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("edited_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("says IN ('draft','law')", name=op.f("ck_policy_versions_says_known")),
        sa.CheckConstraint(
            "state <> 'effective' OR says = 'law'", name=op.f("ck_policy_versions_only_law_is_effective")
        ),
        sa.CheckConstraint(
            "state IN ('editing','proposed','drafted','effective','repealed','discarded')",
            name=op.f("ck_policy_versions_state_known"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_policy_versions_second_person")
        ),
        sa.CheckConstraint(
            "window_to IS NULL OR window_from IS NULL OR window_to >= window_from",
            name=op.f("ck_policy_versions_window_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_policy_versions_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["edited_by"],
            ["persons.id"],
            name=op.f("fk_policy_versions_edited_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["persons.id"],
            name=op.f("fk_policy_versions_proposed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("clause", "ordinal", name=op.f("uq_policy_versions_clause_ordinal")),
    )
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_versions_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_policy_versions_edited_by"), ["edited_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_policy_versions_proposed_by"), ["proposed_by"], unique=False)

    op.create_table(
        "publicities",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("audit_head", sa.String(length=64), nullable=False),
        sa.Column("published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_publicities_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["persons.id"],
            name=op.f("fk_publicities_published_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicities")),
        sa.UniqueConstraint("number", name=op.f("uq_publicities_number")),
    )
    with op.batch_alter_table("publicities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publicities_published_by"), ["published_by"], unique=False)

    op.create_table(
        "subsidy_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sellers','dishonest','written_off')", name=op.f("ck_subsidy_decisions_kind_known")
        ),
        sa.CheckConstraint("words <> ''", name=op.f("ck_subsidy_decisions_says_why")),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_subsidy_decisions_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_decisions")),
    )
    with op.batch_alter_table("subsidy_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_decisions_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_decisions_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "subsidy_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("apply_from", sa.Date(), nullable=False),
        sa.Column("apply_to", sa.Date(), nullable=False),
        sa.Column("paid_from", sa.Date(), nullable=False),
        sa.Column("paid_to", sa.Date(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "apply_to >= apply_from", name=op.f("ck_subsidy_batches_applying_ends_after_start")
        ),
        sa.CheckConstraint("paid_to >= paid_from", name=op.f("ck_subsidy_batches_payments_end_after_start")),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_subsidy_batches_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_versions.id"],
            name=op.f("fk_subsidy_batches_policy_version_id_policy_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_subsidy_batches_number")),
    )
    with op.batch_alter_table("subsidy_batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_batches_created_by"), ["created_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_subsidy_batches_policy_version_id"), ["policy_version_id"], unique=False
        )

    op.create_table(
        "cap_group_members",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "standing IN ('in','pending','out')", name=op.f("ck_cap_group_members_standing_known")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["cap_groups.id"],
            name=op.f("fk_cap_group_members_group_id_cap_groups"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_cap_group_members_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_group_members")),
        sa.UniqueConstraint("group_id", "traded_id", name=op.f("uq_cap_group_members_group_id_traded_id")),
    )
    with op.batch_alter_table("cap_group_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cap_group_members_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cap_group_members_traded_id"), ["traded_id"], unique=False)

    op.create_table(
        "subsidy_cases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("policy_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("office", sa.String(length=6), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("phone_tail", sa.String(length=4), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("snapshot_digest", sa.String(length=64), nullable=False),
        sa.Column("returned_from", sa.String(length=40), nullable=False),
        sa.Column("first_reviewed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("refused_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("eligible_fen", sa.BigInteger(), nullable=True),
        sa.Column("entitlement_fen", sa.BigInteger(), nullable=True),
        sa.Column("granted_fen", sa.BigInteger(), nullable=True),
        sa.Column("fixed_fen", sa.BigInteger(), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("bank_name", sa.String(length=120), nullable=False),
        sa.Column("account_name", sa.String(length=120), nullable=False),
        sa.Column("account_number", sa.String(length=40), nullable=False),
        sa.Column("account_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('proposed','published','objected','cleared','approved','tracking','closed')) = (fixed_fen IS NOT NULL)",
            name=op.f("ck_subsidy_cases_fixed_iff_amount"),
        ),
        sa.CheckConstraint(
            "clause <> 'purchase' OR traded_id IS NOT NULL",
            name=op.f("ck_subsidy_cases_purchase_has_achievement"),
        ),
        sa.CheckConstraint(
            "state IN ('draft','first_review','review','returned','accepted','waiting_budget','refused','appealed','dismissed') OR state IN ('proposed','published','objected','cleared','approved','tracking','closed') OR state = 'withdrawn'",
            name=op.f("ck_subsidy_cases_state_known"),
        ),
        sa.CheckConstraint(
            "(fixed_fen IS NULL) OR (fixed_at IS NOT NULL)", name=op.f("ck_subsidy_cases_fixed_has_date")
        ),
        sa.CheckConstraint(
            "(number IS NULL) = (submitted_at IS NULL)", name=op.f("ck_subsidy_cases_numbered_iff_submitted")
        ),
        sa.CheckConstraint(
            "fixed_fen IS NULL OR fixed_fen > 0", name=op.f("ck_subsidy_cases_fixed_positive")
        ),
        sa.CheckConstraint(
            "submitted_at IS NULL OR batch_id IS NOT NULL", name=op.f("ck_subsidy_cases_submitted_in_a_batch")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["subsidy_batches.id"],
            name=op.f("fk_subsidy_cases_batch_id_subsidy_batches"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_subsidy_cases_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["first_reviewed_by"],
            ["persons.id"],
            name=op.f("fk_subsidy_cases_first_reviewed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_subsidy_cases_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_versions.id"],
            name=op.f("fk_subsidy_cases_policy_version_id_policy_versions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["refused_by"],
            ["persons.id"],
            name=op.f("fk_subsidy_cases_refused_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"],
            ["persons.id"],
            name=op.f("fk_subsidy_cases_reviewed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["decision_sheets.id"],
            name=op.f("fk_subsidy_cases_sheet_id_decision_sheets"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"],
            ["persons.id"],
            name=op.f("fk_subsidy_cases_submitted_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_subsidy_cases_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_subsidy_cases_number")),
    )
    with op.batch_alter_table("subsidy_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_cases_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_cases_created_by"), ["created_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_subsidy_cases_first_reviewed_by"), ["first_reviewed_by"], unique=False
        )
        batch_op.create_index("ix_subsidy_cases_office", ["office", "state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_subsidy_cases_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_subsidy_cases_policy_version_id"), ["policy_version_id"], unique=False
        )
        batch_op.create_index("ix_subsidy_cases_queue", ["state", "ready_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_cases_refused_by"), ["refused_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_cases_reviewed_by"), ["reviewed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_cases_sheet_id"), ["sheet_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_cases_submitted_by"), ["submitted_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_cases_traded_id"), ["traded_id"], unique=False)
        batch_op.create_index(
            "uq_subsidy_cases_draft",
            ["clause", "organisation_id", "traded_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.create_index(
            "uq_subsidy_cases_live",
            ["clause", "organisation_id", "traded_id", "batch_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('withdrawn','refused','dismissed')"),
            postgresql_where=sa.text("state NOT IN ('withdrawn','refused','dismissed')"),
        )

    op.create_table(
        "case_declarations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("typed_name", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('unrelated','other_aid','truth','appeal')", name=op.f("ck_case_declarations_kind_known")
        ),
        sa.CheckConstraint("typed_name <> ''", name=op.f("ck_case_declarations_signed")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["subsidy_cases.id"],
            name=op.f("fk_case_declarations_case_id_subsidy_cases"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_case_declarations_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_declarations")),
    )
    with op.batch_alter_table("case_declarations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_declarations_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_declarations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_examinations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assigned_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("conflict", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('audit','expert','visit')", name=op.f("ck_case_examinations_kind_known")
        ),
        sa.CheckConstraint(
            "score IS NULL OR score BETWEEN 0 AND 100", name=op.f("ck_case_examinations_score_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by"],
            ["persons.id"],
            name=op.f("fk_case_examinations_assigned_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["subsidy_cases.id"],
            name=op.f("fk_case_examinations_case_id_subsidy_cases"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_case_examinations_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_examinations")),
        sa.UniqueConstraint(
            "case_id", "kind", "person_id", name=op.f("uq_case_examinations_case_id_kind_person_id")
        ),
    )
    with op.batch_alter_table("case_examinations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_examinations_assigned_by"), ["assigned_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_examinations_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_examinations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_materials",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'waived' OR note <> ''", name=op.f("ck_case_materials_waived_has_reason")
        ),
        sa.CheckConstraint(
            "state IN ('missing','provided','checked','waived')", name=op.f("ck_case_materials_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["subsidy_cases.id"],
            name=op.f("fk_case_materials_case_id_subsidy_cases"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"],
            ["persons.id"],
            name=op.f("fk_case_materials_checked_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_materials")),
        sa.UniqueConstraint("case_id", "code", name=op.f("uq_case_materials_case_id_code")),
    )
    with op.batch_alter_table("case_materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_materials_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_materials_checked_by"), ["checked_by"], unique=False)

    op.create_table(
        "follow_ups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("output_fen", sa.BigInteger(), nullable=True),
        sa.Column("jobs", sa.Integer(), nullable=True),
        sa.Column("given_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('due','given','accepted')", name=op.f("ck_follow_ups_state_known")),
        sa.ForeignKeyConstraint(
            ["accepted_by"],
            ["persons.id"],
            name=op.f("fk_follow_ups_accepted_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["subsidy_cases.id"],
            name=op.f("fk_follow_ups_case_id_subsidy_cases"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["persons.id"], name=op.f("fk_follow_ups_given_by_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("case_id", "year", name=op.f("uq_follow_ups_case_id_year")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_ups_accepted_by"), ["accepted_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_ups_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_ups_given_by"), ["given_by"], unique=False)

    op.create_table(
        "payouts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("bank", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("account_number", sa.String(length=40), nullable=False),
        sa.Column("paid_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payouts_amount_positive")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["subsidy_cases.id"],
            name=op.f("fk_payouts_case_id_subsidy_cases"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["paid_by"], ["persons.id"], name=op.f("fk_payouts_paid_by_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("case_id", name=op.f("uq_payouts_case_id")),
    )
    with op.batch_alter_table("payouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payouts_paid_by"), ["paid_by"], unique=False)

    op.create_table(
        "publicity_rows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("publicity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise", sa.String(length=200), nullable=False),
        sa.Column("achievement", sa.String(length=200), nullable=False),
        sa.Column("contract_numbers", sa.Text(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_publicity_rows_amount_positive")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["subsidy_cases.id"],
            name=op.f("fk_publicity_rows_case_id_subsidy_cases"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["publicity_id"],
            ["publicities.id"],
            name=op.f("fk_publicity_rows_publicity_id_publicities"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_rows")),
        sa.UniqueConstraint("publicity_id", "case_id", name=op.f("uq_publicity_rows_publicity_id_case_id")),
        sa.UniqueConstraint("publicity_id", "position", name=op.f("uq_publicity_rows_publicity_id_position")),
    )
    with op.batch_alter_table("publicity_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publicity_rows_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publicity_rows_publicity_id"), ["publicity_id"], unique=False)

    op.create_table(
        "recoveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('reduction','recovery')", name=op.f("ck_recoveries_kind_known")),
        sa.CheckConstraint(
            "state IN ('open','settled','written_off','lapsed')", name=op.f("ck_recoveries_state_known")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_recoveries_amount_positive")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["subsidy_cases.id"],
            name=op.f("fk_recoveries_case_id_subsidy_cases"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_recoveries_decided_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_recoveries_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_versions.id"],
            name=op.f("fk_recoveries_policy_version_id_policy_versions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_recoveries_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
    )
    with op.batch_alter_table("recoveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recoveries_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recoveries_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_recoveries_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recoveries_policy_version_id"), ["policy_version_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_recoveries_traded_id"), ["traded_id"], unique=False)
        batch_op.create_index(
            "uq_recoveries_standing",
            ["cause", "traded_id", "case_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "grant_objections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("days_left", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_grant_objections_decided_has_date")
        ),
        sa.CheckConstraint(
            "state IN ('open','dismissed','upheld')", name=op.f("ck_grant_objections_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_grant_objections_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["row_id"],
            ["publicity_rows.id"],
            name=op.f("fk_grant_objections_row_id_publicity_rows"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_objections")),
    )
    with op.batch_alter_table("grant_objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_objections_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_grant_objections_row_id"), ["row_id"], unique=False)

    op.create_table(
        "repayments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recovery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("bank", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_repayments_amount_positive")),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["persons.id"],
            name=op.f("fk_repayments_recorded_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recovery_id"],
            ["recoveries.id"],
            name=op.f("fk_repayments_recovery_id_recoveries"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayments")),
        sa.UniqueConstraint("bank", "serial", name=op.f("uq_repayments_bank_serial")),
    )
    with op.batch_alter_table("repayments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repayments_recorded_by"), ["recorded_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_repayments_recovery_id"), ["recovery_id"], unique=False)

    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=6), nullable=True))


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.drop_column("scope")

    with op.batch_alter_table("repayments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repayments_recovery_id"))
        batch_op.drop_index(batch_op.f("ix_repayments_recorded_by"))

    op.drop_table("repayments")
    with op.batch_alter_table("grant_objections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_objections_row_id"))
        batch_op.drop_index(batch_op.f("ix_grant_objections_decided_by"))

    op.drop_table("grant_objections")
    with op.batch_alter_table("recoveries", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_recoveries_standing",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_recoveries_traded_id"))
        batch_op.drop_index(batch_op.f("ix_recoveries_policy_version_id"))
        batch_op.drop_index(batch_op.f("ix_recoveries_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_recoveries_decided_by"))
        batch_op.drop_index(batch_op.f("ix_recoveries_case_id"))

    op.drop_table("recoveries")
    with op.batch_alter_table("publicity_rows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publicity_rows_publicity_id"))
        batch_op.drop_index(batch_op.f("ix_publicity_rows_case_id"))

    op.drop_table("publicity_rows")
    with op.batch_alter_table("payouts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payouts_paid_by"))

    op.drop_table("payouts")
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_ups_given_by"))
        batch_op.drop_index(batch_op.f("ix_follow_ups_case_id"))
        batch_op.drop_index(batch_op.f("ix_follow_ups_accepted_by"))

    op.drop_table("follow_ups")
    with op.batch_alter_table("case_materials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_materials_checked_by"))
        batch_op.drop_index(batch_op.f("ix_case_materials_case_id"))

    op.drop_table("case_materials")
    with op.batch_alter_table("case_examinations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_examinations_person_id"))
        batch_op.drop_index(batch_op.f("ix_case_examinations_case_id"))
        batch_op.drop_index(batch_op.f("ix_case_examinations_assigned_by"))

    op.drop_table("case_examinations")
    with op.batch_alter_table("case_declarations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_declarations_person_id"))
        batch_op.drop_index(batch_op.f("ix_case_declarations_case_id"))

    op.drop_table("case_declarations")
    with op.batch_alter_table("subsidy_cases", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subsidy_cases_live",
            sqlite_where=sa.text("state NOT IN ('withdrawn','refused','dismissed')"),
            postgresql_where=sa.text("state NOT IN ('withdrawn','refused','dismissed')"),
        )
        batch_op.drop_index(
            "uq_subsidy_cases_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_traded_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_submitted_by"))
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_sheet_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_reviewed_by"))
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_refused_by"))
        batch_op.drop_index("ix_subsidy_cases_queue")
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_policy_version_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_organisation_id"))
        batch_op.drop_index("ix_subsidy_cases_office")
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_first_reviewed_by"))
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_created_by"))
        batch_op.drop_index(batch_op.f("ix_subsidy_cases_batch_id"))

    op.drop_table("subsidy_cases")
    with op.batch_alter_table("cap_group_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cap_group_members_traded_id"))
        batch_op.drop_index(batch_op.f("ix_cap_group_members_group_id"))

    op.drop_table("cap_group_members")
    with op.batch_alter_table("subsidy_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subsidy_batches_policy_version_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_batches_created_by"))

    op.drop_table("subsidy_batches")
    with op.batch_alter_table("subsidy_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subsidy_decisions_subject_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_decisions_decided_by"))

    op.drop_table("subsidy_decisions")
    with op.batch_alter_table("publicities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publicities_published_by"))

    op.drop_table("publicities")
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_policy_versions_proposed_by"))
        batch_op.drop_index(batch_op.f("ix_policy_versions_edited_by"))
        batch_op.drop_index(batch_op.f("ix_policy_versions_decided_by"))

    op.drop_table("policy_versions")
    with op.batch_alter_table("dishonest_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dishonest_entries_uscc"))
        batch_op.drop_index(batch_op.f("ix_dishonest_entries_imported_by"))

    op.drop_table("dishonest_entries")
    with op.batch_alter_table("decision_sheets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_sheets_decided_by"))

    op.drop_table("decision_sheets")
    with op.batch_alter_table("cap_groups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cap_groups_decided_by"))

    op.drop_table("cap_groups")
