"""`demo load --scale`: quick, repeatable, resumed where it stopped, and found by search."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.demo import scale, varied
from marketplace.demo.marks import is_done
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, IpRight, Listing, Revision
from marketplace.models.people import Organisation
from marketplace.retrieval.index import SearchRequest
from marketplace.services.catalogue import indexing, listings
from marketplace.services.outside import outside
from marketplace.services.platform import numbering
from marketplace.services.unit import unit_of_work

pytestmark = pytest.mark.usefixtures("session")
WITHOUT_PROGRESS: Callable[[int], None] = lambda count: None  # noqa: E731


def published(kind: str) -> int:
    """How many listings of a kind are published."""
    query = select(func.count(Listing.id)).where(Listing.kind == kind, Listing.state == "published")
    return db.session.scalar(query) or 0


def titles(kind: str) -> list[str]:
    """Titles in the order in which they came."""
    query = select(Revision.title).where(Revision.kind == kind).order_by(Revision.id)
    return list(db.session.scalars(query))


def test_it_adds_a_fifth_as_many_demands_and_reports_progress() -> None:
    """250 achievements in two chunks, 50 demands, owners in proportion."""
    told: list[int] = []
    scale.add(250, 1, told.append)
    assert (published("achievement"), published("demand")) == (250, 50)
    assert sum(told) == scale.rows_to_add(250) == 300
    assert titles("achievement") == [varied.mix("achievement", 1, place).title for place in range(250)]
    owners = db.session.scalar(select(func.count(Organisation.id)).where(Organisation.is_demo)) or 0
    assert owners == 1


def test_repeating_adds_nothing_and_more_adds_the_rest() -> None:
    """A benchmark that is started twice measures the same site."""
    scale.add(40, 3, WITHOUT_PROGRESS)
    first = titles("achievement")
    scale.add(40, 3, WITHOUT_PROGRESS)
    assert titles("achievement") == first
    assert is_done("scale/3/achievement/0-40")


def test_a_fault_resumes_behind_the_last_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second chunk fails: the first stays, and the next run adds what is missing, once."""
    monkeypatch.setattr(scale, "CHUNK", 20)

    def fail_in_the_second(count: int) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        scale.add(60, 1, fail_in_the_second)
    assert published("achievement") == 20
    scale.add(60, 1, WITHOUT_PROGRESS)
    assert published("achievement") == 60
    assert len(set(titles("achievement"))) == 60


def test_numbers_go_on_where_they_were() -> None:
    """The bulk takes the next numbers of the series, and the next single one follows."""
    with unit_of_work():
        assert numbering.listing_number("achievement") == "SZ-A-00001"
    scale.add(30, 1, WITHOUT_PROGRESS)
    numbers = db.session.scalars(
        select(Listing.number).where(Listing.kind == "achievement").order_by(Listing.id)
    )
    assert list(numbers) == [f"SZ-A-{place:05d}" for place in range(2, 32)]
    with unit_of_work():
        assert numbering.listing_number("achievement") == "SZ-A-00032"


def test_the_rows_are_as_the_services_write_them() -> None:
    """Each listing shows its approved revision, is dated, unexpired, and can be reconfirmed by the rules."""
    scale.add(60, 1, WITHOUT_PROGRESS)
    for listing in db.session.scalars(select(Listing)):
        revision = listing.published
        assert revision is not None
        assert (revision.state, revision.ordinal, revision.listing_id) == ("approved", 1, listing.id)
        assert revision.submitted_at < revision.decided_at == listing.published_at
        assert listing.expires_on is not None
        assert listing.confirmed_at is not None
        confirmed = listing.confirmed_at.date()
        assert abs((listings.expiry_day(revision, confirmed) - listing.expires_on).days) <= 1
        if isinstance(revision, AchievementRevision):
            assert revision.ip_rights
            assert revision.completed_by == [listing.organisation.name]
        else:
            assert isinstance(revision, DemandRevision)
            assert listing.organisation.name not in revision.title + revision.summary
    numbers = [number for number in db.session.scalars(select(IpRight.number)) if number]
    assert len(set(numbers)) == len(numbers)


def test_the_index_holds_all_of_it(app: Flask) -> None:
    """What was added is found, and the progress adds up to the number of documents."""
    scale.add(40, 1, WITHOUT_PROGRESS)
    told: list[int] = []
    scale.index(told.append)
    assert sum(told) == scale.documents() == indexing.count_documents()
    first = varied.mix("achievement", 1, 0)
    found = outside().index.search(SearchRequest(text=first.title))
    assert found.total >= 1
    assert found.hits[0].title_hit
