"""Foundation: organisations, people, listings, reviews, and the shared services"""

import sqlalchemy as sa
from alembic import op

revision = "0001_foundation"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("audit_events", "audit_seals")


def _protect_the_trail() -> None:
    """Have the database itself refuse to change or remove what the audit trail tells."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _unprotect_the_trail() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{verb}")
        return
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")


# Two pairs of tables point at each other. SQLite takes such a key inside CREATE TABLE; PostgreSQL gets it here.
CIRCLES = (
    (
        "fk_organisations_profile_id_organisation_profiles",
        "organisations",
        "organisation_profiles",
        "profile_id",
    ),
    ("fk_listings_published_id_revisions", "listings", "revisions", "published_id"),
)


def _close_the_circles() -> None:
    if op.get_bind().dialect.name != "sqlite":
        for name, source, target, column in CIRCLES:
            op.create_foreign_key(name, source, target, [column], ["id"], ondelete="RESTRICT")


def _open_the_circles() -> None:
    if op.get_bind().dialect.name != "sqlite":
        for name, source, _target, _column in CIRCLES:
            op.drop_constraint(name, source, type_="foreignkey")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_events_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_events_subject", ["subject_kind", "subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_tag"), ["tag"], unique=False)

    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "daily_counts",
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "day", name=op.f("pk_daily_counts")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempts_address", ["address_digest", "at"], unique=False)
        batch_op.create_index("ix_login_attempts_name", ["name_digest", "at"], unique=False)

    op.create_table(
        "mail_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_messages")),
    )
    op.create_table(
        "number_series",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_number_series")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("office_division", sa.String(length=6), nullable=True),
        sa.Column("profile_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('university','enterprise','broker','authority')",
            name=op.f("ck_organisations_kind_known"),
        ),
        sa.CheckConstraint(
            "state <> 'verified' OR verified_at IS NOT NULL", name=op.f("ck_organisations_verified_has_date")
        ),
        sa.CheckConstraint(
            "state IN ('unverified','verified','suspended','closed')",
            name=op.f("ck_organisations_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["organisation_profiles.id"],
            name=op.f("fk_organisations_profile_id_organisation_profiles"),
            ondelete="RESTRICT",
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("office_division", name=op.f("uq_organisations_office_division")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organisations_uscc")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_state"), ["state"], unique=False)

    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_outbox_messages_done_iff_done_at")
        ),
        sa.CheckConstraint(
            "state IN ('waiting','done','failed')", name=op.f("ck_outbox_messages_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_messages_due", ["state", "available_at"], unique=False)

    op.create_table(
        "persons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_at IS NULL OR password_hash = ''", name=op.f("ck_persons_closed_cannot_sign_in")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_persons_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("email", name=op.f("uq_persons_email")),
    )
    op.create_table(
        "audit_seals",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["audit_events.id"],
            name=op.f("fk_audit_seals_event_id_audit_events"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_seals_digest")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seals_event_id")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("document_version", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_consents_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "person_id",
            "document",
            "document_version",
            name=op.f("uq_consents_person_id_document_document_version"),
        ),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_person_id"), ["person_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("position IN ('manager','agent')", name=op.f("ck_invitations_position_known")),
        sa.CheckConstraint("state IN ('open','accepted','revoked')", name=op.f("ck_invitations_state_known")),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["persons.id"],
            name=op.f("fk_invitations_invited_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_invitations_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_invited_by"), ["invited_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_invitations_open",
            ["organisation_id", "email"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("started_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('queued','running','done','failed')", name=op.f("ck_jobs_state_known")),
        sa.CheckConstraint("done <= total OR total = 0", name=op.f("ck_jobs_progress_within_total")),
        sa.ForeignKeyConstraint(
            ["started_by"], ["persons.id"], name=op.f("fk_jobs_started_by_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_started_by"), ["started_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_state"), ["state"], unique=False)

    op.create_table(
        "listings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("published_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (published_id IS NULL)", name=op.f("ck_listings_published_has_revision")
        ),
        sa.CheckConstraint("kind IN ('achievement','demand')", name=op.f("ck_listings_kind_known")),
        sa.CheckConstraint(
            "state IN ('draft','published','unlisted','taken_down','expired','solved','dealt')",
            name=op.f("ck_listings_state_known"),
        ),
        sa.CheckConstraint(
            "published_id IS NULL OR published_at IS NOT NULL", name=op.f("ck_listings_published_has_date")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_listings_created_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_listings_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["revisions.id"],
            name=op.f("fk_listings_published_id_revisions"),
            ondelete="RESTRICT",
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("number", name=op.f("uq_listings_number")),
    )
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listings_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_listings_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_listings_public", ["kind", "state", "published_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_listings_published_id"), ["published_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("position IN ('manager','agent')", name=op.f("ck_memberships_position_known")),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_memberships_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_memberships_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_memberships_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memberships_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_memberships_current_manager",
            ["organisation_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND position = 'manager'"),
            postgresql_where=sa.text("ended_at IS NULL AND position = 'manager'"),
        )
        batch_op.create_index(
            "uq_memberships_current_person",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "notice_preferences",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("frequency", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "frequency IN ('immediate','daily','weekly','off')",
            name=op.f("ck_notice_preferences_frequency_known"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_notice_preferences_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_preferences")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_notices_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_unread", ["person_id", "read_at"], unique=False)

    op.create_table(
        "one_time_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_one_time_tokens_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_one_time_tokens_token_digest")),
    )
    with op.batch_alter_table("one_time_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_tokens_person_id"), ["person_id"], unique=False)

    op.create_table(
        "organisation_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('suspend','restore','close')", name=op.f("ck_organisation_decisions_action_known")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_organisation_decisions_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_decisions_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_decisions")),
    )
    with op.batch_alter_table("organisation_decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organisation_decisions_decided_by"), ["decided_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_organisation_decisions_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "organisation_profiles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("division", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("legal_representative", sa.String(length=60), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=30), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("size", sa.String(length=40), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'approved' OR valid_from IS NOT NULL",
            name=op.f("ck_organisation_profiles_approved_has_date"),
        ),
        sa.CheckConstraint(
            "state IN ('pending','approved','returned','withdrawn')",
            name=op.f("ck_organisation_profiles_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_organisation_profiles_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_profiles_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"],
            ["persons.id"],
            name=op.f("fk_organisation_profiles_submitted_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_profiles")),
        sa.UniqueConstraint(
            "organisation_id", "ordinal", name=op.f("uq_organisation_profiles_organisation_id_ordinal")
        ),
    )
    with op.batch_alter_table("organisation_profiles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_profiles_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_profiles_division"), ["division"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_profiles_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_organisation_profiles_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_organisation_profiles_submitted_by"), ["submitted_by"], unique=False
        )
        batch_op.create_index(
            "uq_organisation_profiles_pending",
            ["organisation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "review_tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (decided_at IS NOT NULL)", name=op.f("ck_review_tasks_done_iff_decided")
        ),
        sa.CheckConstraint("state IN ('open','done','cancelled')", name=op.f("ck_review_tasks_state_known")),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["persons.id"],
            name=op.f("fk_review_tasks_assignee_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_review_tasks_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_review_tasks_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_tasks")),
    )
    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_tasks_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_tasks_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_review_tasks_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index("ix_review_tasks_queue", ["state", "kind", "due_on"], unique=False)
        batch_op.create_index(
            "uq_review_tasks_open_subject",
            ["subject_kind", "subject_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "role_grants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=6), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'subsidy_first_reviewer') = (scope IS NOT NULL)",
            name=op.f("ck_role_grants_office_scope_iff_first_reviewer"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_role_grants_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"],
            ["persons.id"],
            name=op.f("fk_role_grants_granted_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_role_grants_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"],
            ["persons.id"],
            name=op.f("fk_role_grants_revoked_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grants_granted_by"), ["granted_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grants_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grants_revoked_by"), ["revoked_by"], unique=False)

    op.create_table(
        "setting_values",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed','effective','rejected','withdrawn')",
            name=op.f("ck_setting_values_state_known"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_setting_values_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_setting_values_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["persons.id"],
            name=op.f("fk_setting_values_proposed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_values")),
    )
    with op.batch_alter_table("setting_values", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_setting_values_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index("ix_setting_values_key", ["key", "state", "valid_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_setting_values_proposed_by"), ["proposed_by"], unique=False)

    op.create_table(
        "signup_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_signup_drafts_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_signup_drafts_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup_drafts")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_signup_drafts_token_digest")),
    )
    with op.batch_alter_table("signup_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signup_drafts_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_signup_drafts_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_signup_drafts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "stored_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("thumbnail_key", sa.String(length=64), nullable=True),
        sa.Column("uploaded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_files_size_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_stored_files_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"],
            ["persons.id"],
            name=op.f("fk_stored_files_uploaded_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_files_key")),
        sa.UniqueConstraint("thumbnail_key", name=op.f("uq_stored_files_thumbnail_key")),
    )
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stored_files_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_stored_files_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_files_uploaded_by"), ["uploaded_by"], unique=False)

    op.create_table(
        "file_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level IN ('public','verified','parties')", name=op.f("ck_file_links_level_known")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_files.id"],
            name=op.f("fk_file_links_file_id_stored_files"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_links")),
    )
    with op.batch_alter_table("file_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_links_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            "ix_file_links_subject", ["subject_kind", "subject_id", "purpose"], unique=False
        )

    op.create_table(
        "review_remarks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["persons.id"],
            name=op.f("fk_review_remarks_author_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["review_tasks.id"],
            name=op.f("fk_review_remarks_task_id_review_tasks"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_remarks")),
    )
    with op.batch_alter_table("review_remarks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_remarks_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_remarks_task_id"), ["task_id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change_note", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=30), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_at IS NOT NULL", name=op.f("ck_revisions_approved_dated")
        ),
        sa.CheckConstraint(
            "state IN ('draft','submitted','returned','approved','withdrawn','discarded')",
            name=op.f("ck_revisions_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted','approved') OR submitted_at IS NOT NULL",
            name=op.f("ck_revisions_submitted_dated"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_revisions_created_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_revisions_decided_by_persons"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listings.id"],
            name=op.f("fk_revisions_listing_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"],
            ["persons.id"],
            name=op.f("fk_revisions_submitted_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("listing_id", "ordinal", name=op.f("uq_revisions_listing_id_ordinal")),
    )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revisions_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_revisions_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index("ix_revisions_state", ["kind", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_revisions_submitted_by"), ["submitted_by"], unique=False)
        batch_op.create_index(
            "uq_revisions_in_work",
            ["listing_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft','submitted','returned','withdrawn')"),
            postgresql_where=sa.text("state IN ('draft','submitted','returned','withdrawn')"),
        )

    op.create_table(
        "achievement_revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_number", sa.String(length=20), nullable=False),
        sa.Column("benefit", sa.String(length=80), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("advantages", sa.Text(), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("completed_by", sa.JSON(), nullable=False),
        sa.Column("team", sa.JSON(), nullable=False),
        sa.Column("research_from", sa.Date(), nullable=True),
        sa.Column("research_to", sa.Date(), nullable=True),
        sa.Column("attribute", sa.String(length=40), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("maturity_scale", sa.String(length=40), nullable=False),
        sa.Column("maturity_level", sa.Integer(), nullable=True),
        sa.Column("maturity_proof", sa.Text(), nullable=False),
        sa.Column("evaluation", sa.String(length=40), nullable=False),
        sa.Column("pricing", sa.String(length=40), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("cases", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "maturity_level IS NULL OR maturity_level BETWEEN 1 AND 13",
            name=op.f("ck_achievement_revisions_maturity_in_scale"),
        ),
        sa.CheckConstraint(
            "price_fen IS NULL OR price_fen >= 0", name=op.f("ck_achievement_revisions_price_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["revisions.id"], name=op.f("fk_achievement_revisions_id_revisions"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement_revisions")),
    )
    op.create_table(
        "demand_revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("demand_type", sa.String(length=40), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("requirements", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("budget_fen", sa.BigInteger(), nullable=True),
        sa.Column("ip_ownership", sa.String(length=40), nullable=False),
        sa.Column("disclosure", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "disclosure IN ('','public','anonymous','verified','admin')",
            name=op.f("ck_demand_revisions_disclosure_known"),
        ),
        sa.CheckConstraint(
            "budget_fen IS NULL OR budget_fen >= 0", name=op.f("ck_demand_revisions_budget_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["revisions.id"], name=op.f("fk_demand_revisions_id_revisions"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_revisions")),
    )
    with op.batch_alter_table("demand_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_revisions_disclosure"), ["disclosure"], unique=False)

    op.create_table(
        "inquiries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sender_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listings.id"],
            name=op.f("fk_inquiries_listing_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_inquiries_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.id"],
            name=op.f("fk_inquiries_revision_id_revisions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["persons.id"], name=op.f("fk_inquiries_sender_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
        sa.UniqueConstraint("request_key", name=op.f("uq_inquiries_request_key")),
    )
    with op.batch_alter_table("inquiries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inquiries_listing_id"), ["listing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiries_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiries_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiries_sender_id"), ["sender_id"], unique=False)

    op.create_table(
        "ip_rights",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ip_type", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["achievement_revisions.id"],
            name=op.f("fk_ip_rights_revision_id_achievement_revisions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ip_rights")),
    )
    with op.batch_alter_table("ip_rights", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ip_rights_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_ip_rights_revision_id"), ["revision_id"], unique=False)

    _close_the_circles()
    _protect_the_trail()


def downgrade() -> None:
    """Take back."""
    _unprotect_the_trail()
    _open_the_circles()
    with op.batch_alter_table("ip_rights", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ip_rights_revision_id"))
        batch_op.drop_index(batch_op.f("ix_ip_rights_number"))

    op.drop_table("ip_rights")
    with op.batch_alter_table("inquiries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inquiries_sender_id"))
        batch_op.drop_index(batch_op.f("ix_inquiries_revision_id"))
        batch_op.drop_index(batch_op.f("ix_inquiries_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_inquiries_listing_id"))

    op.drop_table("inquiries")
    with op.batch_alter_table("demand_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_revisions_disclosure"))

    op.drop_table("demand_revisions")
    op.drop_table("achievement_revisions")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_revisions_in_work",
            sqlite_where=sa.text("state IN ('draft','submitted','returned','withdrawn')"),
            postgresql_where=sa.text("state IN ('draft','submitted','returned','withdrawn')"),
        )
        batch_op.drop_index(batch_op.f("ix_revisions_submitted_by"))
        batch_op.drop_index("ix_revisions_state")
        batch_op.drop_index(batch_op.f("ix_revisions_decided_by"))
        batch_op.drop_index(batch_op.f("ix_revisions_created_by"))

    op.drop_table("revisions")
    with op.batch_alter_table("review_remarks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_remarks_task_id"))
        batch_op.drop_index(batch_op.f("ix_review_remarks_author_id"))

    op.drop_table("review_remarks")
    with op.batch_alter_table("file_links", schema=None) as batch_op:
        batch_op.drop_index("ix_file_links_subject")
        batch_op.drop_index(batch_op.f("ix_file_links_file_id"))

    op.drop_table("file_links")
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_files_uploaded_by"))
        batch_op.drop_index(batch_op.f("ix_stored_files_sha256"))
        batch_op.drop_index(batch_op.f("ix_stored_files_organisation_id"))

    op.drop_table("stored_files")
    with op.batch_alter_table("signup_drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signup_drafts_person_id"))
        batch_op.drop_index(batch_op.f("ix_signup_drafts_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_signup_drafts_expires_at"))

    op.drop_table("signup_drafts")
    with op.batch_alter_table("setting_values", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_setting_values_proposed_by"))
        batch_op.drop_index("ix_setting_values_key")
        batch_op.drop_index(batch_op.f("ix_setting_values_decided_by"))

    op.drop_table("setting_values")
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grants_revoked_by"))
        batch_op.drop_index(batch_op.f("ix_role_grants_person_id"))
        batch_op.drop_index(batch_op.f("ix_role_grants_granted_by"))

    op.drop_table("role_grants")
    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_review_tasks_open_subject",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_review_tasks_queue")
        batch_op.drop_index(batch_op.f("ix_review_tasks_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_review_tasks_decided_by"))
        batch_op.drop_index(batch_op.f("ix_review_tasks_assignee_id"))

    op.drop_table("review_tasks")
    with op.batch_alter_table("organisation_profiles", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_organisation_profiles_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_organisation_profiles_submitted_by"))
        batch_op.drop_index(batch_op.f("ix_organisation_profiles_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_profiles_name"))
        batch_op.drop_index(batch_op.f("ix_organisation_profiles_division"))
        batch_op.drop_index(batch_op.f("ix_organisation_profiles_decided_by"))

    op.drop_table("organisation_profiles")
    with op.batch_alter_table("organisation_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_decisions_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_decisions_decided_by"))

    op.drop_table("organisation_decisions")
    with op.batch_alter_table("one_time_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_tokens_person_id"))

    op.drop_table("one_time_tokens")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_unread")

    op.drop_table("notices")
    op.drop_table("notice_preferences")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_memberships_current_person",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_memberships_current_manager",
            sqlite_where=sa.text("ended_at IS NULL AND position = 'manager'"),
            postgresql_where=sa.text("ended_at IS NULL AND position = 'manager'"),
        )
        batch_op.drop_index(batch_op.f("ix_memberships_person_id"))
        batch_op.drop_index(batch_op.f("ix_memberships_organisation_id"))

    op.drop_table("memberships")
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listings_published_id"))
        batch_op.drop_index("ix_listings_public")
        batch_op.drop_index(batch_op.f("ix_listings_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_listings_created_by"))

    op.drop_table("listings")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_state"))
        batch_op.drop_index(batch_op.f("ix_jobs_started_by"))

    op.drop_table("jobs")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invitations_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_invitations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_invitations_invited_by"))

    op.drop_table("invitations")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_person_id"))

    op.drop_table("consents")
    op.drop_table("audit_seals")
    op.drop_table("persons")
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_messages_due")

    op.drop_table("outbox_messages")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_state"))
        batch_op.drop_index(batch_op.f("ix_organisations_kind"))

    op.drop_table("organisations")
    op.drop_table("number_series")
    op.drop_table("mail_messages")
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_login_attempts_name")
        batch_op.drop_index("ix_login_attempts_address")

    op.drop_table("login_attempts")
    op.drop_table("heartbeats")
    op.drop_table("daily_counts")
    op.drop_table("calendar_days")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_events_tag"))
        batch_op.drop_index("ix_audit_events_subject")
        batch_op.drop_index(batch_op.f("ix_audit_events_actor_id"))

    op.drop_table("audit_events")
