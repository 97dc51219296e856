"""Matching: rankings, feedback, inquiry threads, negotiations, leads"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005_matching"
down_revision = "0004_subsidy_finish"
branch_labels = None
depends_on = None


def _inquiries_become_threads() -> None:
    """Give every question a state and make its text the first message of its thread."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("inquiries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pair_id", key, nullable=True))
        batch_op.add_column(sa.Column("broker_id", key, nullable=True))
        batch_op.add_column(
            sa.Column("state", sa.String(length=40), nullable=False, server_default="waiting")
        )
        batch_op.add_column(sa.Column("outcome", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("outcome_note", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("in_time", sa.Boolean(), nullable=True))
        for name in ("reminded_at", "answered_at", "raised_at", "nda_asked_at", "last_at", "closed_at"):
            batch_op.add_column(sa.Column(name, moment, nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    # Questions from before were answered by mail, if at all: their owners get a week to say so here.
    day = sa.bindparam("day", date.today() + timedelta(days=7), type_=sa.Date())
    op.execute(sa.text("UPDATE inquiries SET last_at = created_at, due_on = :day").bindparams(day))
    op.execute(
        "INSERT INTO inquiry_messages (inquiry_id, person_id, organisation_id, side, body, request_key, created_at) "
        "SELECT id, sender_id, organisation_id, 'asker', message, request_key, created_at FROM inquiries"
    )
    with op.batch_alter_table("inquiries", schema=None) as batch_op:
        for name in ("state", "outcome", "outcome_note", "version"):
            batch_op.alter_column(name, server_default=None)
        batch_op.alter_column("last_at", existing_type=moment, nullable=False)
        batch_op.drop_column("message")
        batch_op.drop_column("reply_to")
        batch_op.create_index(batch_op.f("ix_inquiries_broker_id"), ["broker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiries_pair_id"), ["pair_id"], unique=False)
        batch_op.create_index("ix_inquiries_state", ["state", "due_on"], unique=False)
        for column, table in (("broker_id", "organisations"), ("pair_id", "listings")):
            batch_op.create_foreign_key(
                batch_op.f(f"fk_inquiries_{column}_{table}"), table, [column], ["id"], ondelete="RESTRICT"
            )
        for name, condition in (
            (
                "state_known",
                "state IN ('waiting','with_broker','with_admin','answered','negotiating','closed')",
            ),
            ("closed_has_date", "(state = 'closed') = (closed_at IS NOT NULL)"),
            ("closed_has_outcome", "state <> 'closed' OR outcome <> ''"),
            ("waiting_has_day", "(state IN ('waiting','with_broker','with_admin')) = (due_on IS NOT NULL)"),
        ):
            batch_op.create_check_constraint(batch_op.f(f"ck_inquiries_{name}"), condition)


def _threads_become_inquiries() -> None:
    """Keep the first message of each thread as the question it was."""
    with op.batch_alter_table("inquiries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reply_to", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("message", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE inquiries SET message = coalesce((SELECT body FROM inquiry_messages WHERE inquiry_messages.request_key "
        "= inquiries.request_key), '')"
    )
    with op.batch_alter_table("inquiries", schema=None) as batch_op:
        for name in ("state_known", "closed_has_date", "closed_has_outcome", "waiting_has_day"):
            batch_op.drop_constraint(batch_op.f(f"ck_inquiries_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_inquiries_pair_id_listings"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_inquiries_broker_id_organisations"), type_="foreignkey")
        for index in ("ix_inquiries_state", "ix_inquiries_pair_id", "ix_inquiries_broker_id"):
            batch_op.drop_index(index)
        for name in ("reply_to", "message"):
            batch_op.alter_column(name, server_default=None)
        for name in (
            "version", "closed_at", "last_at", "nda_asked_at", "raised_at", "in_time", "answered_at", "reminded_at", "due_on", "outcome_note", "outcome",
            "state", "broker_id", "pair_id",
        ):  # fmt: skip
            batch_op.drop_column(name)


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "strength_outcomes",
        sa.Column("strength", sa.String(length=40), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("inquired", sa.Integer(), nullable=False),
        sa.Column("negotiated", sa.Integer(), nullable=False),
        sa.Column("contracted", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "strength IN ('strong','fair','weak','none')", name=op.f("ck_strength_outcomes_strength_known")
        ),
        sa.CheckConstraint(
            "inquired <= shown AND negotiated <= shown AND contracted <= shown",
            name=op.f("ck_strength_outcomes_part_of_shown"),
        ),
        sa.PrimaryKeyConstraint("strength", name=op.f("pk_strength_outcomes")),
    )
    op.create_table(
        "text_embeddings",
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("text_digest", "model", name=op.f("pk_text_embeddings")),
    )
    op.create_table(
        "field_concepts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"],
            ["persons.id"],
            name=op.f("fk_field_concepts_changed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_concepts")),
        sa.UniqueConstraint("key", name=op.f("uq_field_concepts_key")),
    )
    with op.batch_alter_table("field_concepts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_concepts_changed_by"), ["changed_by"], unique=False)

    op.create_table(
        "gap_watches",
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_gap_watches_person_id_persons")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_gap_watches")),
    )
    op.create_table(
        "gaps",
        sa.Column(
            "demand_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nearest", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["listings.id"], name=op.f("fk_gaps_demand_id_listings"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("demand_id", name=op.f("pk_gaps")),
    )
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.create_index("ix_gaps_open", ["closed_at", "opened_at"], unique=False)

    op.create_table(
        "match_feedback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("achievement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'misfits') = (reason <> '')", name=op.f("ck_match_feedback_misfit_has_reason")
        ),
        sa.CheckConstraint("verdict IN ('fits','misfits')", name=op.f("ck_match_feedback_verdict_known")),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["listings.id"],
            name=op.f("fk_match_feedback_achievement_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["listings.id"],
            name=op.f("fk_match_feedback_demand_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_match_feedback_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_match_feedback_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_feedback")),
    )
    with op.batch_alter_table("match_feedback", schema=None) as batch_op:
        batch_op.create_index("ix_match_feedback_achievement", ["achievement_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_match_feedback_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_match_feedback_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_match_feedback_current",
            ["demand_id", "achievement_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.create_table(
        "match_watches",
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frequency", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "frequency IN ('immediate','daily','weekly','off')", name=op.f("ck_match_watches_frequency_known")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_match_watches_listing_id_listings")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_match_watches_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("listing_id", "person_id", name=op.f("pk_match_watches")),
    )
    op.create_table(
        "matches_shown",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("achievement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("strength", sa.String(length=40), nullable=False),
        sa.Column("latest", sa.String(length=40), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inquired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "strength IN ('strong','fair','weak','none')", name=op.f("ck_matches_shown_strength_known")
        ),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["listings.id"],
            name=op.f("fk_matches_shown_achievement_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["listings.id"],
            name=op.f("fk_matches_shown_demand_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_matches_shown_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches_shown")),
        sa.UniqueConstraint(
            "demand_id",
            "achievement_id",
            "organisation_id",
            name=op.f("uq_matches_shown_demand_id_achievement_id_organisation_id"),
        ),
    )
    with op.batch_alter_table("matches_shown", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matches_shown_achievement_id"), ["achievement_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_matches_shown_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "rankings",
        sa.Column(
            "listing_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("floor", sa.Float(), nullable=False),
        sa.Column("ranked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_rankings_listing_id_listings"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.id"],
            name=op.f("fk_rankings_revision_id_revisions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_rankings")),
    )
    op.create_table(
        "file_openings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inquiry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_files.id"],
            name=op.f("fk_file_openings_file_id_stored_files"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiries.id"],
            name=op.f("fk_file_openings_inquiry_id_inquiries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_file_openings_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_file_openings_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_openings")),
    )
    with op.batch_alter_table("file_openings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_openings_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_openings_inquiry_id"), ["inquiry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_file_openings_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_file_openings_person_id"), ["person_id"], unique=False)

    op.create_table(
        "inquiry_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inquiry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "side IN ('asker','owner','broker','authority')", name=op.f("ck_inquiry_messages_side_known")
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiries.id"],
            name=op.f("fk_inquiry_messages_inquiry_id_inquiries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_inquiry_messages_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_inquiry_messages_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_messages")),
        sa.UniqueConstraint("request_key", name=op.f("uq_inquiry_messages_request_key")),
    )
    with op.batch_alter_table("inquiry_messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inquiry_messages_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_inquiry_messages_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_inquiry_messages_thread", ["inquiry_id", "id"], unique=False)
        batch_op.create_index(
            "ix_inquiry_messages_unread",
            ["inquiry_id", "side"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "nda_acceptances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inquiry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("typed_name", sa.String(length=60), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiries.id"],
            name=op.f("fk_nda_acceptances_inquiry_id_inquiries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_nda_acceptances_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_nda_acceptances_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nda_acceptances")),
        sa.UniqueConstraint(
            "inquiry_id", "organisation_id", name=op.f("uq_nda_acceptances_inquiry_id_organisation_id")
        ),
    )
    with op.batch_alter_table("nda_acceptances", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_nda_acceptances_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_nda_acceptances_person_id"), ["person_id"], unique=False)

    op.create_table(
        "negotiations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inquiry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("achievement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("broker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("invited_broker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("invited_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'drafted') = (contract_id IS NOT NULL)",
            name=op.f("ck_negotiations_drafted_has_contract"),
        ),
        sa.CheckConstraint(
            "state IN ('open','agreed','drafted','ended')", name=op.f("ck_negotiations_state_known")
        ),
        sa.CheckConstraint(
            "(invited_broker_id IS NULL) = (invited_by_id IS NULL)",
            name=op.f("ck_negotiations_invitation_has_inviter"),
        ),
        sa.CheckConstraint(
            "achievement_id IS NOT NULL OR demand_id IS NOT NULL", name=op.f("ck_negotiations_has_subject")
        ),
        sa.CheckConstraint(
            "broker_id <> buyer_id AND broker_id <> seller_id", name=op.f("ck_negotiations_broker_is_third")
        ),
        sa.CheckConstraint("buyer_id <> seller_id", name=op.f("ck_negotiations_two_sides")),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["listings.id"],
            name=op.f("fk_negotiations_achievement_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["broker_id"],
            ["organisations.id"],
            name=op.f("fk_negotiations_broker_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"],
            ["organisations.id"],
            name=op.f("fk_negotiations_buyer_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_negotiations_contract_id_contracts"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["listings.id"],
            name=op.f("fk_negotiations_demand_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["inquiries.id"],
            name=op.f("fk_negotiations_inquiry_id_inquiries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["invited_broker_id"],
            ["organisations.id"],
            name=op.f("fk_negotiations_invited_broker_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["organisations.id"],
            name=op.f("fk_negotiations_invited_by_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["seller_id"],
            ["organisations.id"],
            name=op.f("fk_negotiations_seller_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiations")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_negotiations_contract_id")),
    )
    with op.batch_alter_table("negotiations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_negotiations_achievement_id"), ["achievement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_negotiations_broker_id"), ["broker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_negotiations_buyer_id"), ["buyer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_negotiations_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_negotiations_inquiry_id"), ["inquiry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_negotiations_invited_broker_id"), ["invited_broker_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_negotiations_seller_id"), ["seller_id"], unique=False)
        batch_op.create_index(
            "uq_negotiations_inquiry",
            ["inquiry_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )

    op.create_table(
        "broker_contributions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("buyer_confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("buyer_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seller_confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seller_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["buyer_confirmed_by"],
            ["persons.id"],
            name=op.f("fk_broker_contributions_buyer_confirmed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiations.id"],
            name=op.f("fk_broker_contributions_negotiation_id_negotiations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_broker_contributions_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_broker_contributions_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["seller_confirmed_by"],
            ["persons.id"],
            name=op.f("fk_broker_contributions_seller_confirmed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broker_contributions")),
        sa.UniqueConstraint(
            "negotiation_id",
            "organisation_id",
            name=op.f("uq_broker_contributions_negotiation_id_organisation_id"),
        ),
    )
    with op.batch_alter_table("broker_contributions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_broker_contributions_buyer_confirmed_by"), ["buyer_confirmed_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_broker_contributions_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_broker_contributions_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_broker_contributions_seller_confirmed_by"), ["seller_confirmed_by"], unique=False
        )

    op.create_table(
        "leads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_key", sa.String(length=60), nullable=False),
        sa.Column("demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("achievement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("negotiating_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("won_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("negotiation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'introduced' OR introduced_at IS NOT NULL", name=op.f("ck_leads_introduced_has_date")
        ),
        sa.CheckConstraint(
            "state IN ('new','contacted','introduced','negotiating','won','lost')",
            name=op.f("ck_leads_state_known"),
        ),
        sa.CheckConstraint(
            "achievement_id IS NOT NULL OR demand_id IS NOT NULL", name=op.f("ck_leads_has_subject")
        ),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["listings.id"],
            name=op.f("fk_leads_achievement_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["listings.id"], name=op.f("fk_leads_demand_id_listings"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiations.id"],
            name=op.f("fk_leads_negotiation_id_negotiations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_leads_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_leads_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint(
            "organisation_id", "subject_key", name=op.f("uq_leads_organisation_id_subject_key")
        ),
    )
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leads_achievement_id"), ["achievement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leads_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leads_negotiation_id"), ["negotiation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leads_person_id"), ["person_id"], unique=False)

    op.create_table(
        "meeting_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["persons.id"],
            name=op.f("fk_meeting_notes_confirmed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiations.id"],
            name=op.f("fk_meeting_notes_negotiation_id_negotiations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_meeting_notes_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_meeting_notes_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_notes")),
        sa.UniqueConstraint("request_key", name=op.f("uq_meeting_notes_request_key")),
    )
    with op.batch_alter_table("meeting_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_notes_confirmed_by"), ["confirmed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_notes_negotiation_id"), ["negotiation_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_meeting_notes_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_meeting_notes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "offers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("licence_scope", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payment_mode", sa.String(length=40), nullable=False),
        sa.Column("instalments", sa.JSON(), nullable=False),
        sa.Column("royalty_terms", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open','accepted','countered','declined','withdrawn','lapsed')",
            name=op.f("ck_offers_state_known"),
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_offers_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_offers_decided_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiations.id"],
            name=op.f("fk_offers_negotiation_id_negotiations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_offers_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_offers_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("negotiation_id", "ordinal", name=op.f("uq_offers_negotiation_id_ordinal")),
        sa.UniqueConstraint("request_key", name=op.f("uq_offers_request_key")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offers_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_offers_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offers_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_offers_accepted",
            ["negotiation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'accepted'"),
            postgresql_where=sa.text("state = 'accepted'"),
        )
        batch_op.create_index(
            "uq_offers_open",
            ["negotiation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "lead_contacts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('buyer','seller','both')", name=op.f("ck_lead_contacts_side_known")),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_contacts_lead_id_leads"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_lead_contacts_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_contacts")),
        sa.UniqueConstraint("request_key", name=op.f("uq_lead_contacts_request_key")),
    )
    with op.batch_alter_table("lead_contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_contacts_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_contacts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "lead_tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_tasks_lead_id_leads"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_lead_tasks_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_tasks")),
        sa.UniqueConstraint("request_key", name=op.f("uq_lead_tasks_request_key")),
    )
    with op.batch_alter_table("lead_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_lead_tasks_due", ["done_at", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_tasks_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_tasks_person_id"), ["person_id"], unique=False)

    _inquiries_become_threads()

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("frequency", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_column("frequency")

    _threads_become_inquiries()

    with op.batch_alter_table("lead_tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_tasks_person_id"))
        batch_op.drop_index(batch_op.f("ix_lead_tasks_lead_id"))
        batch_op.drop_index("ix_lead_tasks_due")

    op.drop_table("lead_tasks")
    with op.batch_alter_table("lead_contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_contacts_person_id"))
        batch_op.drop_index(batch_op.f("ix_lead_contacts_lead_id"))

    op.drop_table("lead_contacts")
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_offers_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(
            "uq_offers_accepted",
            sqlite_where=sa.text("state = 'accepted'"),
            postgresql_where=sa.text("state = 'accepted'"),
        )
        batch_op.drop_index(batch_op.f("ix_offers_person_id"))
        batch_op.drop_index(batch_op.f("ix_offers_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_offers_decided_by"))

    op.drop_table("offers")
    with op.batch_alter_table("meeting_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_notes_person_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_notes_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_notes_negotiation_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_notes_confirmed_by"))

    op.drop_table("meeting_notes")
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leads_person_id"))
        batch_op.drop_index(batch_op.f("ix_leads_negotiation_id"))
        batch_op.drop_index(batch_op.f("ix_leads_demand_id"))
        batch_op.drop_index(batch_op.f("ix_leads_achievement_id"))

    op.drop_table("leads")
    with op.batch_alter_table("broker_contributions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_broker_contributions_seller_confirmed_by"))
        batch_op.drop_index(batch_op.f("ix_broker_contributions_person_id"))
        batch_op.drop_index(batch_op.f("ix_broker_contributions_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_broker_contributions_buyer_confirmed_by"))

    op.drop_table("broker_contributions")
    with op.batch_alter_table("negotiations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_negotiations_inquiry",
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )
        batch_op.drop_index(batch_op.f("ix_negotiations_seller_id"))
        batch_op.drop_index(batch_op.f("ix_negotiations_invited_broker_id"))
        batch_op.drop_index(batch_op.f("ix_negotiations_inquiry_id"))
        batch_op.drop_index(batch_op.f("ix_negotiations_demand_id"))
        batch_op.drop_index(batch_op.f("ix_negotiations_buyer_id"))
        batch_op.drop_index(batch_op.f("ix_negotiations_broker_id"))
        batch_op.drop_index(batch_op.f("ix_negotiations_achievement_id"))

    op.drop_table("negotiations")
    with op.batch_alter_table("nda_acceptances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nda_acceptances_person_id"))
        batch_op.drop_index(batch_op.f("ix_nda_acceptances_organisation_id"))

    op.drop_table("nda_acceptances")
    with op.batch_alter_table("inquiry_messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inquiry_messages_unread",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
        batch_op.drop_index("ix_inquiry_messages_thread")
        batch_op.drop_index(batch_op.f("ix_inquiry_messages_person_id"))
        batch_op.drop_index(batch_op.f("ix_inquiry_messages_organisation_id"))

    op.drop_table("inquiry_messages")
    with op.batch_alter_table("file_openings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_openings_person_id"))
        batch_op.drop_index(batch_op.f("ix_file_openings_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_file_openings_inquiry_id"))
        batch_op.drop_index(batch_op.f("ix_file_openings_file_id"))

    op.drop_table("file_openings")
    op.drop_table("rankings")
    with op.batch_alter_table("matches_shown", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_matches_shown_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_matches_shown_achievement_id"))

    op.drop_table("matches_shown")
    op.drop_table("match_watches")
    with op.batch_alter_table("match_feedback", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_match_feedback_current",
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_match_feedback_person_id"))
        batch_op.drop_index(batch_op.f("ix_match_feedback_organisation_id"))
        batch_op.drop_index("ix_match_feedback_achievement")

    op.drop_table("match_feedback")
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.drop_index("ix_gaps_open")

    op.drop_table("gaps")
    op.drop_table("gap_watches")
    with op.batch_alter_table("field_concepts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_concepts_changed_by"))

    op.drop_table("field_concepts")
    op.drop_table("text_embeddings")
    op.drop_table("strength_outcomes")
