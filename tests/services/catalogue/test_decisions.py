"""Decisions: who may make them, what they do, and that pressing twice is harmless."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.people import Person
from marketplace.models.platform import Notice, OutboxMessage, ReviewTask
from marketplace.services.catalogue import decisions, drafts, history, listings, progress, revisions
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session", "noon")


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified university."""
    return factories.make_person(factories.make_organisation("university"))


@pytest.fixture
def reviewer() -> Person:
    """Somebody of the authority who reviews both kinds."""
    return factories.make_staff(Role.ACHIEVEMENT_REVIEWER, Role.DEMAND_REVIEWER)


def task_of(listing: Listing) -> ReviewTask:
    """Return the open task of a listing."""
    revision = revisions.in_work(listing)
    assert revision is not None
    task = reviews.open_task_for("revision", revision.id)
    assert task is not None
    return task


def approve(person: Person, task: ReviewTask) -> None:
    """Approve in a unit of its own."""
    with unit_of_work():
        decisions.approve(factories.actor(person), db.session.get_one(ReviewTask, task.id))


def return_(person: Person, task: ReviewTask, reasons: list[str], note: str = "") -> None:
    """Return in a unit of its own."""
    with unit_of_work():
        decisions.return_(factories.actor(person), db.session.get_one(ReviewTask, task.id), reasons, note)


def kinds_told(person: Person) -> list[str]:
    """Return the kinds of notices a person got."""
    return list(
        db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id).order_by(Notice.id))
    )


def indexed() -> list[int]:
    """Return the listings promised to the index."""
    rows = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.topic == "index").order_by(OutboxMessage.id)
    )
    return [row.payload["id"] for row in rows]


def test_approval_publishes_for_the_set_time(owner: Person, reviewer: Person) -> None:
    """Published, dated, promised to the index, the owner told."""
    listing = factories.make_submitted(owner)
    task = task_of(listing)
    approve(reviewer, task)
    db.session.refresh(listing)
    assert (listing.state, listing.published_id) == ("published", task.subject_id)
    assert listing.published_at == listing.confirmed_at == clock.now()
    assert listing.expires_on == date(2027, 3, 18)
    assert indexed() == [listing.id]
    assert kinds_told(owner) == ["listing_approved"]
    db.session.refresh(task)
    assert (task.state, task.outcome, task.decided_by) == ("done", "approved", reviewer.id)


def test_the_time_ends_with_the_validity_of_the_achievement(owner: Person, reviewer: Person) -> None:
    """有效期 before the set months; over before it was decided, it cannot be published."""
    listing = factories.make_submitted(owner, valid_until=date(2026, 6, 30))
    approve(reviewer, task_of(listing))
    db.session.refresh(listing)
    assert listing.expires_on == date(2026, 6, 30)
    late = factories.make_submitted(owner, valid_until=date(2026, 4, 1))
    with clock.frozen(clock.now() + timedelta(days=30)), pytest.raises(DomainError) as refused:
        approve(reviewer, task_of(late))
    assert refused.value.code == "validity_over"
    assert db.session.get_one(Listing, late.id).state == "draft"


def test_pressing_twice_decides_once(owner: Person, reviewer: Person) -> None:
    """The same person's second press is harmless; another person is told that it is done."""
    listing = factories.make_submitted(owner)
    task = task_of(listing)
    approve(reviewer, task)
    approve(reviewer, task)
    assert kinds_told(owner) == ["listing_approved"]
    with pytest.raises(Conflict):
        return_(reviewer, task, ["title_vague"])
    with pytest.raises(Conflict):
        approve(factories.make_staff(Role.ACHIEVEMENT_REVIEWER), task)


def test_a_return_says_why(owner: Person, reviewer: Person) -> None:
    """Reasons of the kind's list, remarks beside fields; the owner corrects and submits again."""
    listing = factories.make_submitted(owner)
    task = task_of(listing)
    for reasons, code in (([], "reason_missing"), (["metrics_missing"], "reason_unknown")):
        with pytest.raises(DomainError) as refused:
            return_(reviewer, task, reasons)
        assert refused.value.code == code
    with unit_of_work():
        reviews.remark(
            factories.actor(reviewer), db.session.get_one(ReviewTask, task.id), "title", "说清楚用途"
        )
    return_(reviewer, task, ["title_vague"], "请改名称")
    revision = db.session.get_one(Revision, task.subject_id)
    assert revision.state == "returned"
    assert kinds_told(owner) == ["listing_returned"]
    decision = history.last_decision(revision)
    assert decision is not None
    assert (decision.reasons, decision.note) == (["title_vague"], "请改名称")
    assert [(each.field, each.text) for each in decision.remarks] == [("title", "说清楚用途")]
    with unit_of_work():
        drafts.save(factories.actor(owner), listing.id, {"title": "改好的名称"})
        drafts.submit(factories.actor(owner), listing.id, declared=True)
    approve(reviewer, task_of(listing))
    assert db.session.get_one(Listing, listing.id).state == "published"


def test_nobody_reviews_their_own_organisations_matter(owner: Person) -> None:
    """Neither the maker nor a colleague, whatever roles they hold."""
    listing = factories.make_submitted(owner)
    colleague = factories.make_person(listing.organisation)
    for person in (owner, colleague):
        factories.grant(person, Role.ACHIEVEMENT_REVIEWER)
        with pytest.raises(NotAllowed) as refused:
            approve(person, task_of(listing))
        assert refused.value.code == "own_matter"


def test_a_reviewer_who_made_it_elsewhere_does_not_check_it(owner: Person, reviewer: Person) -> None:
    """Maker ≠ checker follows the person, not the organisation."""
    listing = factories.make_draft(owner)
    with unit_of_work():
        revision = revisions.in_work(listing)
        assert revision is not None
        revision.created_by = reviewer.id
    with unit_of_work():
        drafts.submit(factories.actor(owner), listing.id, declared=True)
    with pytest.raises(NotAllowed):
        approve(reviewer, task_of(listing))


def test_each_kind_has_its_reviewers(owner: Person) -> None:
    """Someone for demands does not decide on achievements."""
    listing = factories.make_submitted(owner)
    with pytest.raises(NotAllowed):
        approve(factories.make_staff(Role.DEMAND_REVIEWER), task_of(listing))
    with pytest.raises(NotAllowed):
        approve(factories.make_staff(Role.AUDITOR, Role.SYSTEM_ADMIN), task_of(listing))


def test_what_was_withdrawn_is_not_decided(owner: Person, reviewer: Person) -> None:
    """The page may be old."""
    listing = factories.make_submitted(owner)
    task = task_of(listing)
    with unit_of_work():
        drafts.withdraw(factories.actor(owner), listing.id)
    with pytest.raises(Conflict):
        approve(reviewer, task)


def test_an_edit_replaces_what_is_public_only_when_approved(owner: Person, reviewer: Person) -> None:
    """And does not make an old item new."""
    listing = factories.make_published(owner)
    first = listing.published_id
    born = listing.published_at
    with clock.frozen(clock.now() + timedelta(days=10)):
        with unit_of_work():
            revisions.begin_next(factories.actor(owner), db.session.get_one(Listing, listing.id))
            drafts.save(factories.actor(owner), listing.id, {"title": "第二版名称"})
            drafts.submit(factories.actor(owner), listing.id, True, "改了名称")
        assert db.session.get_one(Listing, listing.id).published_id == first
        material = decisions.material(task_of(listing))
        assert [row.key for row in material.rows if row.changed] == ["title"]
        approve(reviewer, task_of(listing))
        db.session.refresh(listing)
        assert listing.published_id != first
        assert listing.published is not None
        assert listing.published.title == "第二版名称"
        assert (listing.published_at, listing.confirmed_at) == (born, clock.now())


def test_a_task_about_something_else_is_not_decided_here(reviewer: Person) -> None:
    """Profiles have their own service."""
    organisation = factories.make_organisation(verified=False)
    task = db.session.scalars(select(ReviewTask)).one()
    assert task.organisation_id == organisation.id
    with pytest.raises(NotFound):
        approve(reviewer, task)


def test_taking_down_tells_the_owner_why_and_a_new_version_brings_it_back(
    owner: Person, reviewer: Person
) -> None:
    """Only reviewers of the kind, only with reasons; an approved correction is public again."""
    listing = factories.make_published(owner)
    actor = factories.actor(reviewer)
    with pytest.raises(DomainError), unit_of_work():
        listings.take_down(actor, listing.id, [], "")
    with pytest.raises(NotAllowed), unit_of_work():
        listings.take_down(factories.actor(owner), listing.id, ["secret_content"], "")
    with unit_of_work():
        listings.take_down(actor, listing.id, ["secret_content"], "请删去第二段")
    db.session.refresh(listing)
    assert listing.state == "taken_down"
    assert "请删去第二段" in listing.state_note
    assert kinds_told(owner)[-1] == "listing_taken_down"
    assert indexed()[-1] == listing.id
    with pytest.raises(Conflict), unit_of_work():
        listings.act(factories.actor(owner), db.session.get_one(Listing, listing.id), "relist")
    with unit_of_work():
        revisions.begin_next(factories.actor(owner), db.session.get_one(Listing, listing.id))
        drafts.submit(factories.actor(owner), listing.id, declared=True)
    approve(reviewer, task_of(listing))
    assert db.session.get_one(Listing, listing.id).state == "published"


def test_confirming_starts_the_time_anew(owner: Person) -> None:
    """Also by putting back on the market; not beyond the validity."""
    listing = factories.make_published(owner, valid_until=date(2026, 12, 31))
    actor = factories.actor(owner)
    with clock.frozen(clock.now() + timedelta(days=20)):
        for action in ("unlist", "relist", "reconfirm"):
            with unit_of_work():
                listings.act(actor, listings.get_own(actor, listing.id, lock=True), action)
        db.session.refresh(listing)
        assert listing.confirmed_at == clock.now()
    assert listing.expires_on == date(2026, 12, 31)
    with (
        clock.frozen(clock.now() + timedelta(days=400)),
        pytest.raises(DomainError) as refused,
        unit_of_work(),
    ):
        listings.act(actor, listings.get_own(actor, listing.id, lock=True), "reconfirm")
    assert refused.value.code == "validity_over"


def test_a_late_duplicate_of_an_action_changes_nothing(owner: Person) -> None:
    """下架 pressed twice is 下架."""
    listing = factories.make_published(owner)
    actor = factories.actor(owner)
    for _ in range(2):
        with unit_of_work():
            listings.act(actor, listings.get_own(actor, listing.id, lock=True), "unlist")
    db.session.refresh(listing)
    assert listing.state == "unlisted"
    assert indexed().count(listing.id) == 2


def test_only_a_demand_is_solved(owner: Person) -> None:
    """And it may be taken up again; a solved one is not edited."""
    achievement, demand = factories.make_published(owner), factories.make_published(owner, "demand")
    actor = factories.actor(owner)
    with pytest.raises(DomainError) as refused, unit_of_work():
        listings.act(actor, listings.get_own(actor, achievement.id), "solve")
    assert refused.value.code == "guard_is_demand"
    with unit_of_work():
        listings.act(actor, listings.get_own(actor, demand.id), "solve")
    with pytest.raises(Conflict), unit_of_work():
        revisions.begin_next(actor, listings.get_own(actor, demand.id))
    with unit_of_work():
        assert listings.act(actor, listings.get_own(actor, demand.id), "reopen").state == "published"


def test_the_owner_sees_whose_turn_it_is(owner: Person, reviewer: Person) -> None:
    """等谁、还差什么、最迟哪天."""
    listing = factories.make_draft(owner)
    step = progress.of(listing, revisions.in_work(listing))
    assert step is not None
    assert (step.mine, step.missing.message) == (True, "提交审核")
    with unit_of_work():
        drafts.submit(factories.actor(owner), listing.id, declared=True)
    task = task_of(listing)
    with unit_of_work():
        reviews.assign(factories.actor(reviewer), task, reviewer.id)
    step = progress.of(listing, revisions.in_work(listing))
    assert step is not None
    assert (step.mine, step.waits_for.params, step.due, step.days_left) == (
        False, {"name": reviewer.name}, date(2026, 3, 25), 5,
    )  # fmt: skip
    approve(reviewer, task)
    db.session.refresh(listing)
    step = progress.of(listing, None)
    assert step is not None
    assert (step.mine, step.due) == (True, date(2027, 3, 18))
    with unit_of_work():
        listings.act(SYSTEM, listing, "deal")
    assert progress.of(listing, None) is None
