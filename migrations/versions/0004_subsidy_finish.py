"""Subsidy, finished: turns of yearly reports, days by which recoveries are due, reviewers on leave with deputies"""

import sqlalchemy as sa
from alembic import op

revision = "0004_subsidy_finish"
down_revision = "0003_subsidy"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "follow_up_entries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("follow_up_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("output_fen", sa.BigInteger(), nullable=True),
        sa.Column("jobs", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('given','returned','accepted')", name=op.f("ck_follow_up_entries_kind_known")
        ),
        sa.CheckConstraint(
            "(kind = 'returned') = (due_on IS NOT NULL)", name=op.f("ck_follow_up_entries_return_has_due")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["follow_ups.id"],
            name=op.f("fk_follow_up_entries_follow_up_id_follow_ups"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_follow_up_entries_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_entries")),
    )
    with op.batch_alter_table("follow_up_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_entries_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_entries_person_id"), ["person_id"], unique=False)

    op.create_table(
        "reviewer_absences",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("deputy_id", KEY, nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_reviewer_absences_ends_after_start")),
        sa.CheckConstraint(
            "deputy_id IS NULL OR deputy_id <> person_id", name=op.f("ck_reviewer_absences_deputy_is_another")
        ),
        sa.ForeignKeyConstraint(
            ["deputy_id"],
            ["persons.id"],
            name=op.f("fk_reviewer_absences_deputy_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_reviewer_absences_person_id_persons"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer_absences")),
    )
    with op.batch_alter_table("reviewer_absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviewer_absences_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reviewer_absences_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_follow_ups_state_known"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_follow_ups_state_known"), "state IN ('due','given','returned','accepted')"
        )

    # What was asked back before this day was asked for without one: it is due today.
    recoveries = sa.table("recoveries", sa.column("kind", sa.String()), sa.column("due_on", sa.Date()))
    op.execute(recoveries.update().where(recoveries.c.kind == "reduction").values(due_on=None))
    op.execute(
        recoveries.update()
        .where(recoveries.c.kind == "recovery", recoveries.c.due_on.is_(None))
        .values(due_on=sa.func.current_date())
    )
    with op.batch_alter_table("recoveries", schema=None) as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_recoveries_recovery_has_due"), "(kind = 'recovery') = (due_on IS NOT NULL)"
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("recoveries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_recoveries_recovery_has_due"), type_="check")

    follow_ups = sa.table("follow_ups", sa.column("state", sa.String()))
    op.execute(follow_ups.update().where(follow_ups.c.state == "returned").values(state="due"))
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_follow_ups_state_known"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_follow_ups_state_known"), "state IN ('due','given','accepted')"
        )

    with op.batch_alter_table("reviewer_absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reviewer_absences_person_id"))
        batch_op.drop_index(batch_op.f("ix_reviewer_absences_deputy_id"))

    op.drop_table("reviewer_absences")
    with op.batch_alter_table("follow_up_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_entries_person_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_entries_follow_up_id"))

    op.drop_table("follow_up_entries")
