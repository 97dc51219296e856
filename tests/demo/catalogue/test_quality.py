"""The demonstration's reports, repeated listing and vague draft are what they are there to show."""

from collections import Counter

from flask import Flask
from sqlalchemy import select

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Correction, Revision
from marketplace.models.people import RoleGrant
from marketplace.services.catalogue import revisions
from marketplace.services.catalogue.quality import looking
from marketplace.services.people import actors
from marketplace.services.platform import reviews


def test_reports_stand_in_every_state(demonstration: Flask) -> None:
    """One of each, both kinds waiting, a visitor's among them."""
    rows = db.session.scalars(select(Correction)).all()
    assert Counter(row.state for row in rows) == {
        "open": 2, "accepted": 1, "mended": 1, "settled": 1, "rejected": 1
    }  # fmt: skip
    assert {row.listing.kind for row in rows if row.state == "open"} == {"achievement", "demand"}
    assert any(row.reporter_id is None for row in rows)


def test_the_reviewer_is_shown_what_is_repeated(demonstration: Flask) -> None:
    """By its patents, its name and its text."""
    title = "大豆基无醛木材胶粘剂（代为推广）"
    revision = db.session.scalars(select(Revision).where(Revision.title == title)).one()
    task = reviews.open_task_for("revision", revision.id)
    assert task is not None
    holder = select(RoleGrant.person_id).where(RoleGrant.role == Role.ACHIEVEMENT_REVIEWER.value)
    look = looking.of_task(actors.actor_of(db.session.scalars(holder).first()), task)
    assert look is not None
    assert [each.title for each in look.duplicates] == ["大豆基无醛木材胶粘剂"]
    assert len(look.duplicates[0].grounds) == 3


def test_written_demands_are_clear_and_the_vague_one_is_not(demonstration: Flask) -> None:
    """What the texts show is what the meter says."""
    drafts = db.session.scalars(select(Revision).where(Revision.kind == "demand")).all()
    meters = {row.title: looking.meter("demand", revisions.content_of(row)) for row in drafts}
    assert meters["胶合板生产技术提升需求"].grade == "poor"
    published = [row.title for row in drafts if row.state == "approved"]
    assert all(meters[title].score >= 75 for title in published)
