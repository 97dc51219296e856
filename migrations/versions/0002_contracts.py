"""Contracts: versions, registrations, payments, online checkouts, turnover"""

import sqlalchemy as sa
from alembic import op

revision = "0002_contracts"
down_revision = "0001_foundation"
branch_labels = None
depends_on = None


CIRCLE = ("fk_contracts_version_id_contract_versions", "contracts", "contract_versions", "version_id")


def _close_the_circle() -> None:
    if op.get_bind().dialect.name != "sqlite":
        name, source, target, column = CIRCLE
        op.create_foreign_key(name, source, target, [column], ["id"], ondelete="RESTRICT")


def _open_the_circle() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(CIRCLE[0], CIRCLE[1], type_="foreignkey")


def _protect_the_ledger() -> None:
    """Have the database itself refuse to change or remove what the turnover counts."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER turnover_entries_no_{verb.lower()} BEFORE {verb} ON turnover_entries "
                "BEGIN SELECT RAISE(ABORT, 'turnover_entries is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER turnover_entries_append_only BEFORE UPDATE OR DELETE ON turnover_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _unprotect_the_ledger() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER turnover_entries_no_{verb}")
        return
    op.execute("DROP TRIGGER turnover_entries_append_only ON turnover_entries")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "billing_events",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=120), nullable=False),
        sa.Column("created", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "state IN ('stored','done','ignored')", name=op.f("ck_billing_events_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_events")),
    )
    with op.batch_alter_table("billing_events", schema=None) as batch_op:
        batch_op.create_index("ix_billing_events_state", ["state", "received_at"], unique=False)

    op.create_table(
        "connected_accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("may_charge", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["persons.id"],
            name=op.f("fk_connected_accounts_entered_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_connected_accounts_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connected_accounts")),
        sa.UniqueConstraint("account", name=op.f("uq_connected_accounts_account")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_connected_accounts_organisation_id")),
    )
    with op.batch_alter_table("connected_accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_connected_accounts_entered_by"), ["entered_by"], unique=False)

    op.create_table(
        "turnover_targets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("view", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "period IN ('annual','cumulative')", name=op.f("ck_turnover_targets_period_known")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_turnover_targets_amount_positive")),
        sa.ForeignKeyConstraint(
            ["replaced_by"],
            ["turnover_targets.id"],
            name=op.f("fk_turnover_targets_replaced_by_turnover_targets"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["persons.id"], name=op.f("fk_turnover_targets_set_by_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turnover_targets")),
    )
    with op.batch_alter_table("turnover_targets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turnover_targets_replaced_by"), ["replaced_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_turnover_targets_set_by"), ["set_by"], unique=False)
        batch_op.create_index("ix_turnover_targets_year", ["year", "id"], unique=False)

    op.create_table(
        "contracts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filing_number", sa.String(length=30), nullable=False),
        sa.Column("public_code", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("joint_key", sa.String(length=40), nullable=False),
        sa.Column("demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(origin = 'imported') = (organisation_id IS NULL)",
            name=op.f("ck_contracts_imported_has_no_drafter"),
        ),
        sa.CheckConstraint("origin IN ('site','imported')", name=op.f("ck_contracts_origin_known")),
        sa.CheckConstraint(
            "state IN ('draft','offered','confirmed','returned','voided') OR signed_on IS NOT NULL",
            name=op.f("ck_contracts_signed_when_submitted"),
        ),
        sa.CheckConstraint(
            "state IN ('draft','offered','confirmed','submitted','examined','returned','registered','completed') OR state IN ('voided','refused','rescinded','deregistered','revoked')",
            name=op.f("ck_contracts_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_contracts_created_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["listings.id"], name=op.f("fk_contracts_demand_id_listings"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_contracts_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["contract_versions.id"],
            name=op.f("fk_contracts_version_id_contract_versions"),
            ondelete="RESTRICT",
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("filing_number", name=op.f("uq_contracts_filing_number")),
        sa.UniqueConstraint("public_code", name=op.f("uq_contracts_public_code")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contracts_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_joint_key"), ["joint_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_contracts_state", ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_version_id"), ["version_id"], unique=False)

    op.create_table(
        "traded_achievements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("owner_uscc", sa.String(length=18), nullable=False),
        sa.Column("registration_number", sa.String(length=20), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listings.id"],
            name=op.f("fk_traded_achievements_listing_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["persons.id"],
            name=op.f("fk_traded_achievements_recorded_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traded_achievements")),
        sa.UniqueConstraint("listing_id", name=op.f("uq_traded_achievements_listing_id")),
    )
    with op.batch_alter_table("traded_achievements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_traded_achievements_owner_uscc"), ["owner_uscc"], unique=False)
        batch_op.create_index(batch_op.f("ix_traded_achievements_recorded_by"), ["recorded_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_traded_achievements_registration_number"), ["registration_number"], unique=False
        )

    op.create_table(
        "checkouts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instalment", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=120), nullable=True),
        sa.Column("intent", sa.String(length=120), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("receipt_url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'open' OR session IS NOT NULL", name=op.f("ck_checkouts_open_has_session")
        ),
        sa.CheckConstraint(
            "state IN ('new','open','paid','expired','failed')", name=op.f("ck_checkouts_state_known")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_checkouts_amount_positive")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_checkouts_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_checkouts_created_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_checkouts_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkouts")),
        sa.UniqueConstraint("request_key", name=op.f("uq_checkouts_request_key")),
        sa.UniqueConstraint("session", name=op.f("uq_checkouts_session")),
    )
    with op.batch_alter_table("checkouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkouts_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkouts_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkouts_intent"), ["intent"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkouts_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "contract_registrations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=True),
        sa.Column("registry_name", sa.String(length=120), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("turnover_fen", sa.BigInteger(), nullable=False),
        sa.Column("technical_fen", sa.BigInteger(), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("declared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("examined_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "route IN ('local','external')", name=op.f("ck_contract_registrations_route_known")
        ),
        sa.CheckConstraint(
            "checked_by IS NULL OR checked_by <> examined_by",
            name=op.f("ck_contract_registrations_second_person_checks"),
        ),
        sa.CheckConstraint(
            "decided_at IS NULL OR (registered_on IS NOT NULL AND examined_by IS NOT NULL)",
            name=op.f("ck_contract_registrations_decided_has_date_and_examiner"),
        ),
        sa.CheckConstraint(
            "technical_fen >= 0 AND technical_fen <= turnover_fen",
            name=op.f("ck_contract_registrations_technical_within_turnover"),
        ),
        sa.CheckConstraint("turnover_fen >= 0", name=op.f("ck_contract_registrations_turnover_not_negative")),
        sa.ForeignKeyConstraint(
            ["checked_by"],
            ["persons.id"],
            name=op.f("fk_contract_registrations_checked_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_contract_registrations_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"],
            ["persons.id"],
            name=op.f("fk_contract_registrations_declared_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["examined_by"],
            ["persons.id"],
            name=op.f("fk_contract_registrations_examined_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_registrations")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_contract_registrations_contract_id")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_registrations_number")),
    )
    with op.batch_alter_table("contract_registrations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contract_registrations_checked_by"), ["checked_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_contract_registrations_declared_by"), ["declared_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_contract_registrations_examined_by"), ["examined_by"], unique=False
        )

    op.create_table(
        "contract_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("licence_scope", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("is_import", sa.Boolean(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("technical_fen", sa.BigInteger(), nullable=False),
        sa.Column("open_ended", sa.Boolean(), nullable=False),
        sa.Column("payment_mode", sa.String(length=40), nullable=False),
        sa.Column("royalty_terms", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("related_party", sa.Boolean(), nullable=True),
        sa.Column("related_note", sa.Text(), nullable=False),
        sa.Column("pricing", sa.String(length=40), nullable=False),
        sa.Column("plan_source", sa.String(length=40), nullable=False),
        sa.Column("rights_involved", sa.JSON(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("objective", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_contract_versions_amount_not_negative")),
        sa.CheckConstraint(
            "technical_fen >= 0 AND technical_fen <= amount_fen",
            name=op.f("ck_contract_versions_technical_within_amount"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_contract_versions_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_contract_versions_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_contract_versions_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_versions")),
        sa.UniqueConstraint("contract_id", "ordinal", name=op.f("uq_contract_versions_contract_id_ordinal")),
    )
    with op.batch_alter_table("contract_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_versions_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_versions_created_by"), ["created_by"], unique=False)

    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_invoices_amount_positive")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_invoices_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_invoices_created_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_invoices_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoices_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoices_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoices_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_invoices_number",
            ["number"],
            unique=True,
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )

    op.create_table(
        "paid_explanations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_paid_explanations_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_paid_explanations_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_paid_explanations_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_paid_explanations_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paid_explanations")),
    )
    with op.batch_alter_table("paid_explanations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paid_explanations_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paid_explanations_created_by"), ["created_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_paid_explanations_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_paid_explanations_traded_id"), ["traded_id"], unique=False)

    op.create_table(
        "price_publications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open','finished','withdrawn','halted')",
            name=op.f("ck_price_publications_state_known"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_price_publications_ends_after_start")),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_price_publications_price_positive")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_price_publications_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_price_publications_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_price_publications_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_publications")),
    )
    with op.batch_alter_table("price_publications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_publications_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_price_publications_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_price_publications_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_price_publications_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            "uq_price_publications_open",
            ["contract_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "traded_rights",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ip_type", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_traded_rights_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traded_rights")),
    )
    with op.batch_alter_table("traded_rights", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_traded_rights_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_traded_rights_traded_id"), ["traded_id"], unique=False)

    op.create_table(
        "turnover_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("technical_fen", sa.BigInteger(), nullable=False),
        sa.Column("contracts", sa.Integer(), nullable=False),
        sa.Column("seller_division", sa.String(length=6), nullable=True),
        sa.Column("buyer_division", sa.String(length=6), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('register','amend','supplement','rescind','deregister','revoke')",
            name=op.f("ck_turnover_entries_kind_known"),
        ),
        sa.CheckConstraint("contracts BETWEEN -1 AND 1", name=op.f("ck_turnover_entries_one_contract")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_turnover_entries_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turnover_entries")),
    )
    with op.batch_alter_table("turnover_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turnover_entries_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_turnover_entries_counted_on"), ["counted_on"], unique=False)
        batch_op.create_index("ix_turnover_entries_year", ["year", "month"], unique=False)

    op.create_table(
        "confirmation_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["contract_versions.id"],
            name=op.f("fk_confirmation_links_version_id_contract_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation_links")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_confirmation_links_token_digest")),
    )
    with op.batch_alter_table("confirmation_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmation_links_version_id"), ["version_id"], unique=False)

    op.create_table(
        "contract_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (decided_at IS NOT NULL)",
            name=op.f("ck_contract_changes_approved_has_date"),
        ),
        sa.CheckConstraint(
            "kind IN ('amend','supplement','rescind','deregister')",
            name=op.f("ck_contract_changes_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft','submitted','returned','approved','withdrawn')",
            name=op.f("ck_contract_changes_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft','withdrawn') OR signed_on IS NOT NULL",
            name=op.f("ck_contract_changes_signed_when_submitted"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_contract_changes_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_contract_changes_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_contract_changes_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_contract_changes_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["contract_versions.id"],
            name=op.f("fk_contract_changes_version_id_contract_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_changes")),
    )
    with op.batch_alter_table("contract_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_changes_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_changes_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_changes_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contract_changes_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_contract_changes_version_id"), ["version_id"], unique=False)
        batch_op.create_index(
            "uq_contract_changes_open",
            ["contract_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft','submitted','returned')"),
            postgresql_where=sa.text("state IN ('draft','submitted','returned')"),
        )

    op.create_table(
        "contract_confirmations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("typed_name", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "how = 'signed_file' OR typed_name <> ''", name=op.f("ck_contract_confirmations_who_is_named")
        ),
        sa.CheckConstraint(
            "how IN ('member','link','signed_file')", name=op.f("ck_contract_confirmations_how_known")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_contract_confirmations_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["contract_versions.id"],
            name=op.f("fk_contract_confirmations_version_id_contract_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_confirmations")),
    )
    with op.batch_alter_table("contract_confirmations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_confirmations_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contract_confirmations_version_id"), ["version_id"], unique=False
        )
        batch_op.create_index(
            "uq_contract_confirmations_agreed",
            ["version_id", "position"],
            unique=True,
            sqlite_where=sa.text("agreed"),
            postgresql_where=sa.text("agreed"),
        )

    op.create_table(
        "contract_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("technical_fen", sa.BigInteger(), nullable=False),
        sa.Column("approved_technical_fen", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_contract_lines_amount_not_negative")),
        sa.CheckConstraint(
            "approved_technical_fen IS NULL OR (approved_technical_fen >= 0 AND approved_technical_fen <= amount_fen)",
            name=op.f("ck_contract_lines_approved_within_amount"),
        ),
        sa.CheckConstraint(
            "technical_fen >= 0 AND technical_fen <= amount_fen",
            name=op.f("ck_contract_lines_technical_within_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.id"],
            name=op.f("fk_contract_lines_revision_id_revisions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_contract_lines_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["contract_versions.id"],
            name=op.f("fk_contract_lines_version_id_contract_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_lines")),
        sa.UniqueConstraint("version_id", "traded_id", name=op.f("uq_contract_lines_version_id_traded_id")),
    )
    with op.batch_alter_table("contract_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_lines_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_lines_traded_id"), ["traded_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_lines_version_id"), ["version_id"], unique=False)

    op.create_table(
        "contract_parties",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("foreign_number", sa.String(length=60), nullable=False),
        sa.Column("division", sa.String(length=6), nullable=True),
        sa.Column("nature", sa.String(length=40), nullable=False),
        sa.Column("is_transfer_institution", sa.Boolean(), nullable=False),
        sa.Column("is_research_institution", sa.Boolean(), nullable=False),
        sa.Column("in_high_tech_zone", sa.Boolean(), nullable=False),
        sa.Column("is_listed_company", sa.Boolean(), nullable=False),
        sa.Column("size", sa.String(length=40), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("legal_representative", sa.String(length=60), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=30), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("disclosure", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(role = 'buyer') = (position = 0)", name=op.f("ck_contract_parties_buyer_stands_first")
        ),
        sa.CheckConstraint(
            "disclosure IN ('','none','fact','parties','amount')",
            name=op.f("ck_contract_parties_disclosure_known"),
        ),
        sa.CheckConstraint("role IN ('buyer','seller')", name=op.f("ck_contract_parties_role_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_contract_parties_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["contract_versions.id"],
            name=op.f("fk_contract_parties_version_id_contract_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_parties")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_contract_parties_version_id_position")),
    )
    with op.batch_alter_table("contract_parties", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contract_parties_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index("ix_contract_parties_uscc", ["uscc"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_parties_version_id"), ["version_id"], unique=False)

    op.create_table(
        "instalments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("condition", sa.String(length=200), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('fixed','royalty')", name=op.f("ck_instalments_kind_known")),
        sa.CheckConstraint(
            "amount_fen IS NULL OR amount_fen > 0", name=op.f("ck_instalments_amount_positive")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["contract_versions.id"],
            name=op.f("fk_instalments_version_id_contract_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalments")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_instalments_version_id_position")),
    )
    with op.batch_alter_table("instalments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instalments_version_id"), ["version_id"], unique=False)

    op.create_table(
        "invoice_shares",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_invoice_shares_amount_positive")),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoices.id"],
            name=op.f("fk_invoice_shares_invoice_id_invoices"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_invoice_shares_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_shares")),
        sa.UniqueConstraint("invoice_id", "traded_id", name=op.f("uq_invoice_shares_invoice_id_traded_id")),
    )
    with op.batch_alter_table("invoice_shares", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_shares_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_shares_traded_id"), ["traded_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("foreign_amount", sa.BigInteger(), nullable=True),
        sa.Column("rate", sa.String(length=20), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=40), nullable=False),
        sa.Column("bank", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("payer_name", sa.String(length=200), nullable=False),
        sa.Column("payer_uscc", sa.String(length=18), nullable=False),
        sa.Column("payee_name", sa.String(length=200), nullable=False),
        sa.Column("payee_uscc", sa.String(length=18), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("returns_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checkout_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(currency = 'CNY') = (foreign_amount IS NULL)", name=op.f("ck_payments_foreign_has_amount")
        ),
        sa.CheckConstraint("(currency = 'CNY') = (rate IS NULL)", name=op.f("ck_payments_foreign_has_rate")),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)",
            name=op.f("ck_payments_verified_iff_verified_at"),
        ),
        sa.CheckConstraint("kind IN ('payment','refund','reversal')", name=op.f("ck_payments_kind_known")),
        sa.CheckConstraint(
            "returns_id IS NULL OR kind <> 'payment'", name=op.f("ck_payments_only_refunds_return")
        ),
        sa.CheckConstraint(
            "state IN ('submitted','verified','returned','withdrawn')", name=op.f("ck_payments_state_known")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_amount_positive")),
        sa.ForeignKeyConstraint(
            ["checkout_id"],
            ["checkouts.id"],
            name=op.f("fk_payments_checkout_id_checkouts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_payments_created_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_payments_decided_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_payments_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["payments.id"],
            name=op.f("fk_payments_replaces_id_payments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["returns_id"], ["payments.id"], name=op.f("fk_payments_returns_id_payments"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("request_key", name=op.f("uq_payments_request_key")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_checkout_id"), ["checkout_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_payments_paid_on", ["paid_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_returns_id"), ["returns_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_verified_at"), ["verified_at"], unique=False)
        batch_op.create_index(
            "uq_payments_voucher",
            ["kind", "bank", "serial"],
            unique=True,
            sqlite_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
            postgresql_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
        )

    op.create_table(
        "price_objections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("publication_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_price_objections_decided_has_date")
        ),
        sa.CheckConstraint(
            "state IN ('open','dismissed','upheld')", name=op.f("ck_price_objections_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_price_objections_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["price_publications.id"],
            name=op.f("fk_price_objections_publication_id_price_publications"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_objections")),
    )
    with op.batch_alter_table("price_objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_objections_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_price_objections_publication_id"), ["publication_id"], unique=False
        )

    op.create_table(
        "billing_disputes",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_billing_disputes_payment_id_payments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_disputes")),
    )
    with op.batch_alter_table("billing_disputes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_disputes_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "payment_allocations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("traded_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("excluded_fen", sa.BigInteger(), nullable=False),
        sa.Column("exclusion_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "excluded_fen = 0 OR exclusion_reason <> ''",
            name=op.f("ck_payment_allocations_exclusion_has_reason"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_allocations_amount_positive")),
        sa.CheckConstraint(
            "excluded_fen >= 0 AND excluded_fen <= amount_fen",
            name=op.f("ck_payment_allocations_excluded_within_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_payment_allocations_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_payment_allocations_payment_id_payments"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["traded_id"],
            ["traded_achievements.id"],
            name=op.f("fk_payment_allocations_traded_id_traded_achievements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_allocations")),
        sa.UniqueConstraint(
            "payment_id",
            "contract_id",
            "traded_id",
            name=op.f("uq_payment_allocations_payment_id_contract_id_traded_id"),
        ),
    )
    with op.batch_alter_table("payment_allocations", schema=None) as batch_op:
        batch_op.create_index("ix_payment_allocations_line", ["contract_id", "traded_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_allocations_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_allocations_traded_id"), ["traded_id"], unique=False)

    op.create_table(
        "payment_evidences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.String(length=40), nullable=True),
        sa.Column("bank", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)",
            name=op.f("ck_payment_evidences_verified_iff_verified_at"),
        ),
        sa.CheckConstraint(
            "state IN ('submitted','verified','returned','withdrawn')",
            name=op.f("ck_payment_evidences_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_payment_evidences_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_payment_evidences_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_payment_evidences_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_payment_evidences_payment_id_payments"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_evidences")),
        sa.UniqueConstraint("payment_id", "ordinal", name=op.f("uq_payment_evidences_payment_id_ordinal")),
    )
    with op.batch_alter_table("payment_evidences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_evidences_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_evidences_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_payment_evidences_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_payment_evidences_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index(
            "uq_payment_evidences_voucher",
            ["bank", "serial"],
            unique=True,
            sqlite_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
            postgresql_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
        )

    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parties", sa.JSON(), server_default="[]", nullable=False))

    _close_the_circle()
    _protect_the_ledger()


def downgrade() -> None:
    """Take back."""
    _unprotect_the_ledger()
    _open_the_circle()
    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.drop_column("parties")

    with op.batch_alter_table("payment_evidences", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payment_evidences_voucher",
            sqlite_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
            postgresql_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_payment_evidences_payment_id"))
        batch_op.drop_index(batch_op.f("ix_payment_evidences_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_payment_evidences_decided_by"))
        batch_op.drop_index(batch_op.f("ix_payment_evidences_created_by"))

    op.drop_table("payment_evidences")
    with op.batch_alter_table("payment_allocations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_allocations_traded_id"))
        batch_op.drop_index(batch_op.f("ix_payment_allocations_payment_id"))
        batch_op.drop_index("ix_payment_allocations_line")

    op.drop_table("payment_allocations")
    with op.batch_alter_table("billing_disputes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_disputes_payment_id"))

    op.drop_table("billing_disputes")
    with op.batch_alter_table("price_objections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_objections_publication_id"))
        batch_op.drop_index(batch_op.f("ix_price_objections_decided_by"))

    op.drop_table("price_objections")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payments_voucher",
            sqlite_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
            postgresql_where=sa.text("state IN ('submitted','verified') AND serial <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_payments_verified_at"))
        batch_op.drop_index(batch_op.f("ix_payments_state"))
        batch_op.drop_index(batch_op.f("ix_payments_returns_id"))
        batch_op.drop_index(batch_op.f("ix_payments_replaces_id"))
        batch_op.drop_index("ix_payments_paid_on")
        batch_op.drop_index(batch_op.f("ix_payments_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_payments_decided_by"))
        batch_op.drop_index(batch_op.f("ix_payments_created_by"))
        batch_op.drop_index(batch_op.f("ix_payments_checkout_id"))

    op.drop_table("payments")
    with op.batch_alter_table("invoice_shares", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_shares_traded_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_shares_invoice_id"))

    op.drop_table("invoice_shares")
    with op.batch_alter_table("instalments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instalments_version_id"))

    op.drop_table("instalments")
    with op.batch_alter_table("contract_parties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_parties_version_id"))
        batch_op.drop_index("ix_contract_parties_uscc")
        batch_op.drop_index(batch_op.f("ix_contract_parties_organisation_id"))

    op.drop_table("contract_parties")
    with op.batch_alter_table("contract_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_lines_version_id"))
        batch_op.drop_index(batch_op.f("ix_contract_lines_traded_id"))
        batch_op.drop_index(batch_op.f("ix_contract_lines_revision_id"))

    op.drop_table("contract_lines")
    with op.batch_alter_table("contract_confirmations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contract_confirmations_agreed",
            sqlite_where=sa.text("agreed"),
            postgresql_where=sa.text("agreed"),
        )
        batch_op.drop_index(batch_op.f("ix_contract_confirmations_version_id"))
        batch_op.drop_index(batch_op.f("ix_contract_confirmations_person_id"))

    op.drop_table("contract_confirmations")
    with op.batch_alter_table("contract_changes", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contract_changes_open",
            sqlite_where=sa.text("state IN ('draft','submitted','returned')"),
            postgresql_where=sa.text("state IN ('draft','submitted','returned')"),
        )
        batch_op.drop_index(batch_op.f("ix_contract_changes_version_id"))
        batch_op.drop_index(batch_op.f("ix_contract_changes_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_contract_changes_decided_by"))
        batch_op.drop_index(batch_op.f("ix_contract_changes_created_by"))
        batch_op.drop_index(batch_op.f("ix_contract_changes_contract_id"))

    op.drop_table("contract_changes")
    with op.batch_alter_table("confirmation_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmation_links_version_id"))

    op.drop_table("confirmation_links")
    with op.batch_alter_table("turnover_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_turnover_entries_year")
        batch_op.drop_index(batch_op.f("ix_turnover_entries_counted_on"))
        batch_op.drop_index(batch_op.f("ix_turnover_entries_contract_id"))

    op.drop_table("turnover_entries")
    with op.batch_alter_table("traded_rights", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_traded_rights_traded_id"))
        batch_op.drop_index(batch_op.f("ix_traded_rights_number"))

    op.drop_table("traded_rights")
    with op.batch_alter_table("price_publications", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_price_publications_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_price_publications_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_price_publications_ends_on"))
        batch_op.drop_index(batch_op.f("ix_price_publications_created_by"))
        batch_op.drop_index(batch_op.f("ix_price_publications_contract_id"))

    op.drop_table("price_publications")
    with op.batch_alter_table("paid_explanations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paid_explanations_traded_id"))
        batch_op.drop_index(batch_op.f("ix_paid_explanations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_paid_explanations_created_by"))
        batch_op.drop_index(batch_op.f("ix_paid_explanations_contract_id"))

    op.drop_table("paid_explanations")
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invoices_number",
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_invoices_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_invoices_created_by"))
        batch_op.drop_index(batch_op.f("ix_invoices_contract_id"))

    op.drop_table("invoices")
    with op.batch_alter_table("contract_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_versions_created_by"))
        batch_op.drop_index(batch_op.f("ix_contract_versions_contract_id"))

    op.drop_table("contract_versions")
    with op.batch_alter_table("contract_registrations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_registrations_examined_by"))
        batch_op.drop_index(batch_op.f("ix_contract_registrations_declared_by"))
        batch_op.drop_index(batch_op.f("ix_contract_registrations_checked_by"))

    op.drop_table("contract_registrations")
    with op.batch_alter_table("checkouts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkouts_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_checkouts_intent"))
        batch_op.drop_index(batch_op.f("ix_checkouts_created_by"))
        batch_op.drop_index(batch_op.f("ix_checkouts_contract_id"))

    op.drop_table("checkouts")
    with op.batch_alter_table("traded_achievements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_traded_achievements_registration_number"))
        batch_op.drop_index(batch_op.f("ix_traded_achievements_recorded_by"))
        batch_op.drop_index(batch_op.f("ix_traded_achievements_owner_uscc"))

    op.drop_table("traded_achievements")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contracts_version_id"))
        batch_op.drop_index("ix_contracts_state")
        batch_op.drop_index(batch_op.f("ix_contracts_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_contracts_joint_key"))
        batch_op.drop_index(batch_op.f("ix_contracts_demand_id"))
        batch_op.drop_index(batch_op.f("ix_contracts_created_by"))

    op.drop_table("contracts")
    with op.batch_alter_table("turnover_targets", schema=None) as batch_op:
        batch_op.drop_index("ix_turnover_targets_year")
        batch_op.drop_index(batch_op.f("ix_turnover_targets_set_by"))
        batch_op.drop_index(batch_op.f("ix_turnover_targets_replaced_by"))

    op.drop_table("turnover_targets")
    with op.batch_alter_table("connected_accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_connected_accounts_entered_by"))

    op.drop_table("connected_accounts")
    with op.batch_alter_table("billing_events", schema=None) as batch_op:
        batch_op.drop_index("ix_billing_events_state")

    op.drop_table("billing_events")
