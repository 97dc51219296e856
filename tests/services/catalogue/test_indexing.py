"""The index follows the database: whatever happened, it ends up like one built anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from marketplace.domain.access import VISITOR, Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation, OrganisationProfile
from marketplace.models.platform import OutboxMessage
from marketplace.services import dispatch
from marketplace.services.catalogue import indexing, listings, search
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


def total(text: str, kind: str = "achievement") -> int:
    """How many results a visitor gets."""
    return search.search(VISITOR, search.question(kind, text)).total  # type: ignore[arg-type]


def make_market() -> tuple[Listing, Listing]:
    """An achievement and an anonymous demand of two organisations."""
    university = factories.make_organisation("university", division="340111")
    factory = factories.make_organisation()
    reviewer = factories.make_staff(Role.ACHIEVEMENT_REVIEWER, Role.DEMAND_REVIEWER)
    achievement = factories.make_published(factories.make_person(university), reviewer=reviewer)
    demand = factories.make_published(
        factories.make_person(factory), "demand", reviewer=reviewer, disclosure="anonymous"
    )
    with unit_of_work():
        for organisation in (university, factory):
            indexing.enqueue("organisation", organisation.id)
    return achievement, demand


def test_incremental_equals_rebuilt(drain: Callable[[], int]) -> None:
    """After publishing, renaming, unlisting and suspending, the index is what a rebuild makes of the database."""
    achievement, demand = make_market()
    drain()
    many = factories.make_many_published(demand.organisation, 5)
    drain()
    with unit_of_work():
        indexing.enqueue("organisation", achievement.organisation_id)
        profile = db.session.get_one(OrganisationProfile, achievement.organisation.profile_id)
        profile.name = "更名后的研究院"
    with unit_of_work():
        listing = db.session.get_one(Listing, many[0].id)
        listing.state = "unlisted"
        indexing.enqueue("achievement", listing.id)
    drain()
    incremental = outside().index.dump()
    assert len(incremental) == indexing.count_documents() == 1 + 2 + 4 + 2
    assert indexing.rebuild() == len(incremental)
    assert outside().index.dump() == incremental
    assert total("更名后的研究院") == total("更名后的研究院", "organisation") == 1


def test_a_listing_has_one_text_for_each_way_of_seeing_it(drain: Callable[[], int]) -> None:
    """An anonymous demand is two documents, whose readers do not overlap; a closed one is a single one."""
    _, demand = make_market()
    documents = indexing.listing_documents(db.session.get_one(Listing, demand.id))
    assert [sorted(one.audiences) for one in documents] == [["public"], ["admin", "verified"]]
    assert demand.organisation.name not in documents[0].body
    assert demand.organisation.name in documents[1].body
    assert set(documents[0].facets) & {"organisation", "county"} == set()
    assert documents[1].facets["organisation"] == (str(demand.organisation_id),)


def test_nothing_is_lost_when_the_worker_dies_before_indexing(drain: Callable[[], int]) -> None:
    """A commit without a drain is found again by the next one, as the promise was written with it."""
    make_market()
    assert total("大豆基") == 0
    waiting = select(func.count()).where(OutboxMessage.topic == "index", OutboxMessage.state == "waiting")
    assert db.session.scalar(waiting) == 4
    drain()
    db.session.rollback()
    assert total("大豆基") == 1
    assert db.session.scalar(waiting) == 0


def test_a_promise_is_kept_again_when_the_worker_dies_after_indexing(
    drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the index and the mark: the message stays, and keeping it twice changes nothing."""
    make_market()

    class Killed(BaseException):
        """What a kill looks like from inside."""

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("marketplace.services.platform.outbox._mark_done", killed)
        with pytest.raises(Killed):
            dispatch.drain()
    db.session.rollback()
    assert total("大豆基") == 1
    before = outside().index.dump()
    assert drain() > 0
    assert outside().index.dump() == before


def test_what_is_committed_during_a_rebuild_is_not_lost(drain: Callable[[], int]) -> None:
    """A rebuild reads one snapshot; the promise of a later commit is kept after it."""
    achievement, _ = make_market()
    drain()
    seen: list[int] = []

    def withdraw(count: int) -> None:
        seen.append(count)
        if len(seen) == 1:
            with unit_of_work():
                listing = db.session.get_one(Listing, achievement.id)
                listing.state = "unlisted"
                indexing.enqueue("achievement", listing.id)

    indexing.rebuild(withdraw)
    assert seen
    drain()
    assert total("大豆基") == 0
    assert not [key for key in outside().index.dump() if key.startswith("achievement")]


def test_reindex_command(runner: FlaskCliRunner, drain: Callable[[], int]) -> None:
    """`search reindex` builds everything; `search ensure` does so only where there is no index."""
    make_market()
    done = runner.invoke(args=["search", "reindex"])
    assert done.exit_code == 0, done.output
    assert "5 documents indexed" in done.output
    ensured = runner.invoke(args=["search", "ensure"])
    assert ensured.output == ""
    drain()
    assert total("大豆基") == 1


def test_listings_of_unknown_or_unverified_owners_are_taken_out(drain: Callable[[], int], app: Flask) -> None:
    """A subject that does not exist any more, or must not be seen, leaves the index."""
    achievement, _ = make_market()
    drain()
    with unit_of_work():
        db.session.get_one(Organisation, achievement.organisation_id).state = "suspended"
    indexing.index_subjects(
        [
            {"kind": "achievement", "id": achievement.id},
            {"kind": "demand", "id": 999_999},
            {"kind": "organisation", "id": 999_999},
        ]
    )
    assert total("大豆基") == 0


def test_owners_actions_reach_the_index(drain: Callable[[], int]) -> None:
    """Unlisting and relisting through the service is promised and kept."""
    university = factories.make_organisation("university")
    person = factories.make_person(university, "manager")
    listing = factories.make_published(person)
    drain()
    for action, found in (("unlist", 0), ("relist", 1)):
        with unit_of_work():
            listings.act(factories.actor(person), db.session.get_one(Listing, listing.id), action)
        drain()
        assert total("大豆基") == found
