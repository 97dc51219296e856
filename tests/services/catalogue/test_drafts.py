"""Drafts: saved however incomplete, by several people, submitted only when complete."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, IpRight, Listing, Revision
from marketplace.models.people import Person
from marketplace.models.platform import AuditEvent, ReviewTask
from marketplace.services.catalogue import drafts, history, listings, revisions
from marketplace.services.platform import files, reviews
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified university."""
    return factories.make_person(factories.make_organisation("university"))


def begin(owner: Person, kind: str = "achievement") -> int:
    """Begin an empty listing, return its id."""
    with unit_of_work():
        return listings.create(factories.actor(owner), kind).id


def save(owner: Person, listing_id: int, base: dict[str, Any] | None = None, **typing: Any) -> drafts.Saved:
    """Save typed text."""
    with unit_of_work():
        return drafts.save(factories.actor(owner), listing_id, typing, base)


def submit(owner: Person, listing_id: int, declared: bool = True) -> Revision:
    """Send to review."""
    with unit_of_work():
        return drafts.submit(factories.actor(owner), listing_id, declared)


def test_beginning_twice_makes_one_draft(owner: Person) -> None:
    """A double press on 开始填写 leaves no empty twin; a touched draft is not used again."""
    first = begin(owner)
    assert begin(owner) == first
    assert begin(owner, "demand") != first
    save(owner, first, title="有了名称")
    assert begin(owner) != first


def test_only_sellers_and_buyers_begin_listings(owner: Person) -> None:
    """An office of the authority trades nothing; a visitor has no organisation; kinds are two."""
    clerk = factories.make_person(factories.make_organisation("authority"))
    for person in (clerk, factories.make_person()):
        with pytest.raises(NotAllowed), unit_of_work():
            listings.create(factories.actor(person), "achievement")
    with pytest.raises(NotFound), unit_of_work():
        listings.create(factories.actor(owner), "contract")


def test_an_unverified_organisation_saves_but_does_not_submit() -> None:
    """And is told why."""
    person = factories.make_person(factories.make_organisation(verified=False))
    listing = factories.make_draft(person, "demand")
    with pytest.raises(DomainError) as refused:
        submit(person, listing.id)
    assert refused.value.code == "guard_owner_verified"
    assert "认证" in str(refused.value)
    assert db.session.get_one(Listing, listing.id).number is None


def test_what_is_well_formed_is_saved_and_the_rest_named(owner: Person) -> None:
    """A wrong check character does not cost the other fields."""
    listing_id = begin(owner)
    saved = save(
        owner,
        listing_id,
        title="题" * 10_000,
        summary="有 NUL \x00 和 🌾",
        price_fen="-3",
        ip_rights=[{"ip_type": "invention", "number": "201310699744.9", "status": "valid", "owner": "甲"}],
    )
    assert [error.field for error in saved.errors] == ["title", "ip_rights-0-number", "price_fen"]
    content = revisions.content_of(saved.revision)
    assert content["summary"] == "有 NUL 和 🌾"
    assert content["title"] == ""
    assert content["price_fen"] is None
    assert content["ip_rights"] == [{"ip_type": "invention", "number": "", "status": "valid", "owner": "甲"}]


def test_content_written_is_content_read(owner: Person) -> None:
    """Every field of both kinds goes through the database unchanged."""
    for kind, example in (("achievement", factories.ACHIEVEMENT), ("demand", factories.DEMAND)):
        revision = revisions.in_work(factories.make_draft(owner, kind))
        assert revision is not None
        db.session.expire_all()
        content = revisions.content_of(revision)
        assert {name: content[name] for name in example} == example


def test_rows_keep_their_identity_while_they_are_edited(owner: Person) -> None:
    """Rewriting a right does not give it a new id; removed ones are gone."""
    listing_id = begin(owner)
    rows = [{**factories.PATENT, "owner": f"权利人{n}"} for n in range(3)]
    save(owner, listing_id, ip_rights=rows)
    before = list(db.session.scalars(select(IpRight.id).order_by(IpRight.position)))
    save(owner, listing_id, ip_rights=[rows[0], {**rows[1], "owner": "改"}])
    assert list(db.session.scalars(select(IpRight.id).order_by(IpRight.position))) == before[:2]


def test_the_second_of_two_editors_is_shown_what_the_first_did(owner: Person) -> None:
    """Nothing is overwritten unseen; saving again, having seen it, goes through."""
    colleague = factories.make_person(db.session.get_one(Listing, begin(owner)).organisation)
    listing_id = begin(owner)
    save(owner, listing_id, title="原来", benefit="老效益")
    base = {"title": "原来", "benefit": "老效益", "keywords": []}
    save(colleague, listing_id, base, title="同事改的", benefit="老效益")
    with pytest.raises(drafts.Stale) as stale:
        save(owner, listing_id, base, title="我改的", benefit="新效益")
    (change,) = stale.value.theirs
    assert (change.field, change.old, change.new) == ("title", (("原来",),), (("同事改的",),))
    saved = save(owner, listing_id, base | {"title": "同事改的"}, title="我改的", benefit="新效益")
    assert (saved.revision.title, saved.revision.benefit) == ("我改的", "新效益")


def test_editors_of_different_fields_do_not_disturb_each_other(owner: Person) -> None:
    """What I did not see changed and did not type stays the other's."""
    listing_id = begin(owner)
    save(owner, listing_id, {"title": ""}, title="甲写名称")
    save(owner, listing_id, {"benefit": ""}, benefit="乙写效益")
    saved = save(owner, listing_id, {"title": ""}, title="甲写名称")
    assert (saved.revision.title, saved.revision.benefit) == ("甲写名称", "乙写效益")


def test_a_tampered_base_does_no_harm(owner: Person) -> None:
    """The hidden field is only the reader's own memory."""
    listing_id = begin(owner)
    saved = save(
        owner, listing_id, {"title": ["x"], "metrics": "junk", "nothing": 1, "price_fen": {}}, benefit="好"
    )
    assert saved.revision.benefit == "好"


def test_saving_counts_up_the_version_even_for_rows_alone(owner: Person, noon: object) -> None:
    """Two writers that race past the lock still collide: with a clock that stands still, too."""
    listing_id = begin(owner)
    before = save(owner, listing_id, title="甲").revision.version
    after = save(owner, listing_id, ip_rights=[factories.PATENT]).revision.version
    assert after > before
    assert save(owner, listing_id, ip_rights=[factories.PATENT]).revision.version == after


def test_an_incomplete_draft_is_not_submitted(owner: Person) -> None:
    """Everything missing is told at once, nothing changes."""
    listing_id = begin(owner)
    with pytest.raises(ValidationFailed) as refused:
        submit(owner, listing_id)
    assert len(refused.value.errors) > 15
    revision = revisions.in_work(db.session.get_one(Listing, listing_id))
    assert revision is not None
    assert revision.state == "draft"
    assert db.session.scalar(select(func.count()).select_from(ReviewTask)) == 0


def test_submitting_needs_both_declarations(owner: Person) -> None:
    """An earlier declaration does not count for a later submission."""
    listing = factories.make_draft(owner)
    with pytest.raises(DomainError) as refused:
        submit(owner, listing.id, declared=False)
    assert refused.value.code == "guard_declared"


def test_submitting_takes_a_number_and_opens_a_task_once(owner: Person) -> None:
    """A second press changes nothing; the audit trail has one submission."""
    listing = factories.make_draft(owner)
    revision = submit(owner, listing.id)
    again = submit(owner, listing.id)
    assert again.id == revision.id
    assert db.session.get_one(Listing, listing.id).number == "SZ-A-00001"
    assert (revision.state, revision.submitted_by) == ("submitted", owner.id)
    task = reviews.open_task_for("revision", revision.id)
    assert task is not None
    assert (task.kind, task.title, task.organisation_id) == (
        "achievement",
        revision.title,
        listing.organisation_id,
    )
    tags = list(
        db.session.scalars(
            select(AuditEvent.tag).where(AuditEvent.subject_id == revision.id).order_by(AuditEvent.id)
        )
    )
    assert tags.count("revision.submit") == 1


def test_numbers_have_no_gaps(owner: Person) -> None:
    """A refused submission gives its number back, a resubmission keeps its own."""
    first = factories.make_draft(owner)
    with pytest.raises(DomainError):
        submit(owner, first.id, declared=False)
    submit(owner, first.id)
    with unit_of_work():
        drafts.withdraw(factories.actor(owner), first.id)
    submit(owner, first.id)
    second = factories.make_submitted(owner, "demand")
    third = factories.make_submitted(owner)
    numbers = [db.session.get_one(Listing, each.id).number for each in (first, second, third)]
    assert numbers == ["SZ-A-00001", "SZ-D-00001", "SZ-A-00002"]


def test_a_submitted_text_is_not_edited_until_it_is_withdrawn(owner: Person) -> None:
    """The reviewer decides on what was submitted."""
    listing = factories.make_submitted(owner)
    with pytest.raises(Conflict):
        save(owner, listing.id, title="偷偷改")
    with unit_of_work():
        drafts.withdraw(factories.actor(owner), listing.id)
    with unit_of_work():
        assert drafts.withdraw(factories.actor(owner), listing.id).state == "withdrawn"
    assert save(owner, listing.id, title="撤回后改").revision.title == "撤回后改"
    states = list(db.session.scalars(select(ReviewTask.state)))
    assert states == ["cancelled"]


def test_giving_up_leaves_what_is_public(owner: Person) -> None:
    """A discarded edit is history; a listing that was never public leaves the list."""
    listing = factories.make_published(owner)
    with unit_of_work():
        revisions.begin_next(factories.actor(owner), listing)
    for _ in range(2):
        with unit_of_work():
            drafts.discard(factories.actor(owner), listing.id)
    assert db.session.get_one(Listing, listing.id).state == "published"
    never = factories.make_draft(owner)
    with unit_of_work():
        drafts.discard(factories.actor(owner), never.id)
    shown = list(db.session.scalars(listings.mine(factories.actor(owner))))
    assert [each.id for each in shown] == [listing.id]


def test_an_edit_begins_as_a_copy_while_the_old_stays_public(owner: Person) -> None:
    """Rights, rows and files go with it; pressing twice makes one."""
    listing = factories.make_published(owner)
    published = listing.published
    assert isinstance(published, AchievementRevision)
    with unit_of_work():
        stored = files.store(factories.actor(owner), "a.txt", "检测数据".encode(), "attachment")
        files.attach(
            factories.actor(owner), stored, "revision", published.id, "attachment", "verified", "报告"
        )
    with unit_of_work():
        draft = revisions.begin_next(factories.actor(owner), db.session.get_one(Listing, listing.id))
    with unit_of_work():
        assert (
            revisions.begin_next(factories.actor(owner), db.session.get_one(Listing, listing.id)).id
            == draft.id
        )
    assert (draft.ordinal, draft.state, draft.declared_at) == (2, "draft", None)
    assert history.changes_between(published, draft) == []
    save(owner, listing.id, price_fen="30", price_unit="万元")
    db.session.refresh(published)
    assert published.price_fen == factories.ACHIEVEMENT["price_fen"]
    assert db.session.get_one(Listing, listing.id).published_id == published.id
    (change,) = history.changes_between(published, db.session.get_one(Revision, draft.id))
    assert (change.old, change.new) == ((("26 万元",),), (("30 万元",),))


def test_files_belong_to_the_draft_they_were_added_to(owner: Person) -> None:
    """A link of another subject is not found; a wrong level or purpose is refused."""
    actor = factories.actor(owner)
    listing_id = begin(owner)
    with unit_of_work():
        link = drafts.add_file(actor, listing_id, "b.txt", b"text", "attachment", "parties", "说明")
        link_id = link.id
    for purpose, level, caption, field in (
        ("licence", "public", "", "purpose"),
        ("attachment", "everybody", "", "level"),
        ("attachment", "public", "长" * 101, "caption"),
    ):
        with pytest.raises(DomainError) as refused, unit_of_work():
            drafts.add_file(actor, listing_id, "c.txt", b"other", purpose, level, caption)
        assert refused.value.field == field
    other = factories.make_person(factories.make_organisation())
    others_listing = begin(other)
    with pytest.raises(NotFound), unit_of_work():
        drafts.remove_file(factories.actor(other), others_listing, link_id)
    with unit_of_work():
        drafts.remove_file(actor, listing_id, link_id)
    revision = revisions.in_work(db.session.get_one(Listing, listing_id))
    assert revision is not None
    assert files.links_of("revision", revision.id) == []


def test_another_organisations_listing_does_not_exist(owner: Person) -> None:
    """404 for every act on it, whatever its state; 403 belongs to missing rights."""
    stranger = factories.actor(factories.make_person(factories.make_organisation()))
    for listing in (factories.make_draft(owner), factories.make_published(owner)):
        for act in (
            drafts.withdraw,
            drafts.discard,
            listings.get_own,
            listings.get_readable,
            drafts.editable,
        ):
            with pytest.raises(NotFound), unit_of_work():
                act(stranger, listing.id)
        with pytest.raises(NotFound), unit_of_work():
            drafts.save(stranger, listing.id, {"title": "他人改"})
        with pytest.raises(NotFound), unit_of_work():
            drafts.submit(stranger, listing.id, declared=True)
    with pytest.raises(NotFound), unit_of_work():
        listings.get_own(factories.actor(owner), 10**9)


def test_tabs_count_what_they_show(owner: Person) -> None:
    """One query for all counts, the same conditions as the lists."""
    factories.make_draft(owner)
    factories.make_submitted(owner, "demand")
    factories.make_published(owner)
    actor = factories.actor(owner)
    counts = listings.counts(actor)
    assert counts == {"all": 3, "draft": 1, "submitted": 1, "returned": 0, "published": 1, "ended": 0}
    for tab, number in counts.items():
        assert len(list(db.session.scalars(listings.mine(actor, "", tab)))) == number
    assert listings.counts(actor, "demand")["all"] == 1


def at_once(app: Flask, number: int, act: Callable[[], object]) -> list[str]:
    """Run ``act`` in ``number`` threads at the same moment, each in a unit of its own; return what came of it."""
    db.session.commit()
    barrier = Barrier(number)

    def run(_: int) -> str:
        with app.app_context():
            barrier.wait()
            try:
                with unit_of_work():
                    act()
            except DomainError as error:
                return error.code
            return "done"

    with ThreadPoolExecutor(number) as pool:
        return sorted(pool.map(run, range(number)))


def test_presses_at_the_same_moment_make_one_submission(app: Flask, owner: Person) -> None:
    """One number, one task, no error."""
    listing_id = factories.make_draft(owner).id
    actor = factories.actor(owner)
    outcomes = at_once(app, 4, lambda: drafts.submit(actor, listing_id, declared=True))
    assert outcomes == ["done"] * 4
    assert db.session.scalar(select(func.count()).select_from(ReviewTask)) == 1
    assert db.session.get_one(Listing, listing_id).number == "SZ-A-00001"


def test_writers_at_the_same_moment_do_not_overwrite_unseen(app: Flask, owner: Person) -> None:
    """All began with the same text; one is saved, the others are shown it."""
    listing_id = begin(owner)
    save(owner, listing_id, title="原来")
    actor = factories.actor(owner)
    names = iter(["甲", "乙", "丙"])
    outcomes = at_once(
        app, 3, lambda: drafts.save(actor, listing_id, {"title": next(names)}, {"title": "原来"})
    )
    assert outcomes == ["done", "stale_draft", "stale_draft"]


def test_edits_begun_at_the_same_moment_are_one(app: Flask, owner: Person) -> None:
    """The database allows one revision in work, and nobody sees its refusal."""
    listing_id = factories.make_published(owner).id
    actor = factories.actor(owner)
    outcomes = at_once(
        app, 3, lambda: revisions.begin_next(actor, listings.get_own(actor, listing_id, lock=True))
    )
    assert outcomes == ["done"] * 3
    assert db.session.scalar(select(func.count()).select_from(Revision)) == 2
