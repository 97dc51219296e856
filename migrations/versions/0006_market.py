"""Market: saved searches, favourites, corrections, announcements, dictionaries"""

import sqlalchemy as sa
from alembic import op

revision = "0006_market"
down_revision = "0005_matching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "announcements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("edited_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(published_on IS NOT NULL) = (state IN ('published','withdrawn'))",
            name=op.f("ck_announcements_day_iff_published"),
        ),
        sa.CheckConstraint(
            "NOT pinned OR state = 'published'", name=op.f("ck_announcements_pinned_is_published")
        ),
        sa.CheckConstraint("kind IN ('notice','policy','guide')", name=op.f("ck_announcements_kind_known")),
        sa.CheckConstraint(
            "state IN ('draft','published','withdrawn','discarded')",
            name=op.f("ck_announcements_state_known"),
        ),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_announcements_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["persons.id"],
            name=op.f("fk_announcements_created_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["edited_by"],
            ["persons.id"],
            name=op.f("fk_announcements_edited_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["persons.id"],
            name=op.f("fk_announcements_published_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcements_created_by"), ["created_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcements_edited_by"), ["edited_by"], unique=False)
        batch_op.create_index("ix_announcements_list", ["state", "published_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcements_published_by"), ["published_by"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("title <> '' AND body <> ''", name=op.f("ck_letters_says_something")),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["persons.id"], name=op.f("fk_letters_sent_by_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("key", name=op.f("uq_letters_key")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_sent_by"), ["sent_by"], unique=False)

    op.create_table(
        "notice_mutes",
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_notice_mutes_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_mutes")),
    )
    op.create_table(
        "person_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("action IN ('suspend','restore')", name=op.f("ck_person_decisions_action_known")),
        sa.CheckConstraint("note <> ''", name=op.f("ck_person_decisions_reason_given")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> person_id",
            name=op.f("ck_person_decisions_decided_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_person_decisions_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_person_decisions_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_decisions")),
    )
    with op.batch_alter_table("person_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_decisions_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_decisions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "saved_searches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("frequency", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "frequency IN ('immediate','daily','weekly','off')",
            name=op.f("ck_saved_searches_frequency_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('achievement','demand','organisation')", name=op.f("ck_saved_searches_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_saved_searches_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("person_id", "digest", name=op.f("uq_saved_searches_person_id_digest")),
    )
    with op.batch_alter_table("saved_searches", schema=None) as batch_op:
        batch_op.create_index("ix_saved_searches_watched", ["kind", "frequency"], unique=False)

    op.create_table(
        "search_words",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=200), nullable=False),
        sa.Column("meaning", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'alias') = (meaning <> '')", name=op.f("ck_search_words_alias_means")),
        sa.CheckConstraint("form <> ''", name=op.f("ck_search_words_form_given")),
        sa.CheckConstraint("kind IN ('alias','word','stop')", name=op.f("ck_search_words_kind_known")),
        sa.ForeignKeyConstraint(
            ["changed_by"],
            ["persons.id"],
            name=op.f("fk_search_words_changed_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_words")),
        sa.UniqueConstraint("kind", "form", name=op.f("uq_search_words_kind_form")),
    )
    with op.batch_alter_table("search_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_words_changed_by"), ["changed_by"], unique=False)

    op.create_table(
        "favourites",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT shared OR organisation_id IS NOT NULL", name=op.f("ck_favourites_shared_within_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listings.id"],
            name=op.f("fk_favourites_listing_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_favourites_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_favourites_person_id_persons"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourites")),
        sa.UniqueConstraint("person_id", "listing_id", name=op.f("uq_favourites_person_id_listing_id")),
    )
    with op.batch_alter_table("favourites", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_favourites_listing_id"), ["listing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_favourites_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "imported_listings",
        sa.Column(
            "listing_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("external_key", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('achievement','demand')", name=op.f("ck_imported_listings_kind_known")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_imported_listings_digest_whole")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_imported_listings_job_id_jobs"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listings.id"],
            name=op.f("fk_imported_listings_listing_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_imported_listings_organisation_id_organisations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_imported_listings")),
        sa.UniqueConstraint("organisation_id", "kind", "digest", name="uq_imported_listings_digest"),
    )
    with op.batch_alter_table("imported_listings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_listings_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            "uq_imported_listings_external_key",
            ["organisation_id", "kind", "external_key"],
            unique=True,
            sqlite_where=sa.text("external_key <> ''"),
            postgresql_where=sa.text("external_key <> ''"),
        )

    op.create_table(
        "listing_reminders",
        sa.Column(
            "listing_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days_before > 0", name=op.f("ck_listing_reminders_days_positive")),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listings.id"],
            name=op.f("fk_listing_reminders_listing_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("listing_id", "expires_on", "days_before", name=op.f("pk_listing_reminders")),
    )
    op.create_table(
        "saved_hits",
        sa.Column(
            "search_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["saved_searches.id"],
            name=op.f("fk_saved_hits_search_id_saved_searches"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("search_id", "subject_id", name=op.f("pk_saved_hits")),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reporter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mended_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'mended') = (mended_by IS NOT NULL)", name=op.f("ck_corrections_mended_has_revision")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_corrections_decided_has_date")
        ),
        sa.CheckConstraint(
            "(state IN ('accepted','mended','settled')) = (due_on IS NOT NULL)",
            name=op.f("ck_corrections_accepted_has_day"),
        ),
        sa.CheckConstraint(
            "(state IN ('mended','settled')) = (ended_at IS NOT NULL)",
            name=op.f("ck_corrections_ended_has_date"),
        ),
        sa.CheckConstraint("state = 'open' OR answer <> ''", name=op.f("ck_corrections_decided_has_answer")),
        sa.CheckConstraint(
            "state IN ('open','accepted','mended','settled','rejected')",
            name=op.f("ck_corrections_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["persons.id"],
            name=op.f("fk_corrections_decided_by_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listings.id"],
            name=op.f("fk_corrections_listing_id_listings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["mended_by"],
            ["revisions.id"],
            name=op.f("fk_corrections_mended_by_revisions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["persons.id"],
            name=op.f("fk_corrections_reporter_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.id"],
            name=op.f("fk_corrections_revision_id_revisions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("code", name=op.f("uq_corrections_code")),
    )
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corrections_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index("ix_corrections_listing_state", ["listing_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_corrections_mended_by"), ["mended_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_corrections_reporter_id"), ["reporter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_corrections_revision_id"), ["revision_id"], unique=False)

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notices_waiting",
            ["person_id", "kind"],
            unique=False,
            sqlite_where=sa.text("digested_at IS NULL"),
            postgresql_where=sa.text("digested_at IS NULL"),
        )

    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.drop_column("suspended_at")

    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_column("reminded_at")

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notices_waiting",
            sqlite_where=sa.text("digested_at IS NULL"),
            postgresql_where=sa.text("digested_at IS NULL"),
        )

    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corrections_revision_id"))
        batch_op.drop_index(batch_op.f("ix_corrections_reporter_id"))
        batch_op.drop_index(batch_op.f("ix_corrections_mended_by"))
        batch_op.drop_index("ix_corrections_listing_state")
        batch_op.drop_index(batch_op.f("ix_corrections_decided_by"))

    op.drop_table("corrections")
    op.drop_table("saved_hits")
    op.drop_table("listing_reminders")
    with op.batch_alter_table("imported_listings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_imported_listings_external_key",
            sqlite_where=sa.text("external_key <> ''"),
            postgresql_where=sa.text("external_key <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_imported_listings_job_id"))

    op.drop_table("imported_listings")
    with op.batch_alter_table("favourites", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_favourites_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_favourites_listing_id"))

    op.drop_table("favourites")
    with op.batch_alter_table("search_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_words_changed_by"))

    op.drop_table("search_words")
    with op.batch_alter_table("saved_searches", schema=None) as batch_op:
        batch_op.drop_index("ix_saved_searches_watched")

    op.drop_table("saved_searches")
    with op.batch_alter_table("person_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_decisions_person_id"))
        batch_op.drop_index(batch_op.f("ix_person_decisions_decided_by"))

    op.drop_table("person_decisions")
    op.drop_table("notice_mutes")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letters_sent_by"))

    op.drop_table("letters")
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcements_published_by"))
        batch_op.drop_index("ix_announcements_list")
        batch_op.drop_index(batch_op.f("ix_announcements_edited_by"))
        batch_op.drop_index(batch_op.f("ix_announcements_created_by"))

    op.drop_table("announcements")
