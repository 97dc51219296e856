"""Search as a reader meets it: what is found, in which order, with which facets, by how many queries."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from marketplace.demo import texts as demo_texts
from marketplace.demo.contents import typing_of
from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Role
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing
from marketplace.retrieval.index import SearchRequest
from marketplace.services.catalogue import indexing, revisions, search
from marketplace.services.outside import outside
from marketplace.services.people import directory
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")

HAN = re.compile("[\u4e00-\u9fff]{2,}")
RUN = re.compile("[A-Za-z0-9]+")


def titles(found: search.Found) -> list[str]:
    """Titles of the results, in order."""
    return [hit.row.published.title for hit in found.results]  # type: ignore[union-attr]


def ask(text: str = "", kind: Any = "achievement", **more: Any) -> search.Found:
    """Search as a visitor."""
    return search.search(VISITOR, search.question(kind, text, **more))


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements sent to the database inside the block."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "PRAGMA", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def seller(drain: Callable[[], int]) -> Callable[..., Listing]:
    """Publish achievements of one university; they are indexed by the test's drain."""
    owner = factories.make_person(factories.make_organisation("university", division="340111"))
    reviewer = factories.make_staff(Role.ACHIEVEMENT_REVIEWER, Role.DEMAND_REVIEWER)

    def publish(title: str, kind: str = "achievement", **content: Any) -> Listing:
        return factories.make_published(owner, kind, reviewer, title=title, **content)

    return publish


def test_title_hits_come_first_and_passages_are_marked(
    seller: Callable[..., Listing], drain: Callable[[], int]
) -> None:
    """A word in the title beats the same word in the text; the passage shows it marked."""
    seller(
        "脱脂豆粕制胶", summary="以石墨烯为填料的胶粘剂，石墨烯分散均匀，石墨烯含量可调，成本低于同类产品。"
    )
    seller("石墨烯散热膜卷材")
    drain()
    found = ask("石墨烯")
    assert titles(found) == ["石墨烯散热膜卷材", "脱脂豆粕制胶"]
    assert [part.text for part in found.results[0].title or () if part.marked] == ["石墨烯"]
    assert "石墨烯" in [part.text for part in found.results[1].passage or () if part.marked]
    assert not found.relaxed


def test_few_results_are_relaxed_and_said_so(
    seller: Callable[..., Listing], drain: Callable[[], int]
) -> None:
    """All words are required first; too few results widen to a ranked partial match."""
    seller("石墨烯散热膜卷材")
    seller("石墨烯导电浆料")
    drain()
    found = ask("石墨烯 散热膜 鹦鹉螺")
    assert found.relaxed
    assert titles(found)[0] == "石墨烯散热膜卷材"
    assert ask("石墨烯 -导电").total == 1
    assert ask('"散热膜卷材"').total == 1
    assert ask("鹦鹉螺").total == 0


def test_facets_tell_what_choosing_them_gives(
    seller: Callable[..., Listing], drain: Callable[[], int]
) -> None:
    """Each count is the number of results after choosing that value, other facets applied."""
    seller("甲", field="05", price_fen=30_000_000, ways=["transfer"])
    seller("乙", field="05", price_fen=100_000_000, ways=["ordinary", "equity"])
    seller("丙", field="09", price_fen=None, pricing="negotiable", ways=["ordinary"])
    drain()
    plain = ask()
    for group in plain.groups:
        for value in group.values:
            narrowed = ask(chosen={group.name: [value.value]})
            assert narrowed.total == value.count, (group.name, value.value)
    found = ask(chosen={"field": ["05"]})
    counts = {group.name: {value.value: value.count for value in group.values} for group in found.groups}
    assert counts["field"] == {"05": 2, "09": 1}
    assert counts["way"] == {"transfer": 1, "ordinary": 1, "equity": 1}
    assert counts["price"] == {"0-50": 1, "50-200": 1}
    assert counts["origin"] == {"outside": 2}
    assert [value.checked for group in found.groups if group.name == "field" for value in group.values] == [
        True,
        False,
    ]


def test_only_values_the_page_could_have_produced_pass() -> None:
    """Unknown facets, values and orders are dropped; pages below one are the first."""
    asked = search.question(
        "achievement",
        "  石墨烯\x00 " + "长" * 400,
        {
            "field": ["05", "99", "05", "' OR 1=1"],
            "organisation": ["7", "seven", "-7", "9" * 30],
            "region": ["340000", "341300", "xx"],
            "audience": ["admin"],
            "price": ["0-50", "0-51"],
        },
        sort="password",
        page=-3,
    )
    assert asked.filters == {
        "field": ("05",),
        "price": ("0-50",),
        "region": ("340000",),
        "organisation": ("7",),
    }
    assert asked.sort == "relevance"
    assert asked.page == 1
    assert len(asked.text) == search.LONGEST_TEXT
    assert search.question("demand", sort="maturity").sort == "newest"
    assert search.question("achievement", sort="relevance").sort == "newest"


def test_orders(seller: Callable[..., Listing], drain: Callable[[], int]) -> None:
    """Price orders put the unpriced last; the ripest comes first by maturity."""
    seller("中", price_fen=20_000_000, maturity=("generic", 5))
    seller("低", price_fen=10_000_000, maturity=("generic", 9))
    seller("议", price_fen=None, pricing="negotiable", maturity=("generic", 3))
    seller("高", price_fen=30_000_000, maturity=("gbt22900", 13))
    drain()
    assert titles(ask(sort="price_asc")) == ["低", "中", "高", "议"]
    assert titles(ask(sort="price_desc")) == ["高", "中", "低", "议"]
    assert titles(ask(sort="maturity")) == ["高", "低", "中", "议"]
    assert titles(ask())[0] == "高"


def test_pages_are_stable_and_end(drain: Callable[[], int]) -> None:
    """Every result stands on exactly one page; a page beyond the last shows the last."""
    owner = factories.make_organisation("university")
    made = factories.make_many_published(owner, 45)
    drain()
    pages = [ask(page=number) for number in (1, 2, 3)]
    ids = [hit.row.id for page in pages for hit in page.results]
    assert sorted(ids) == sorted(listing.id for listing in made)
    assert [len(page.results) for page in pages] == [20, 20, 5]
    beyond = ask(page=99)
    assert (beyond.page, beyond.pages) == (3, 3)
    assert [hit.row.id for hit in beyond.results] == ids[40:]


@pytest.mark.parametrize("kind", ["achievement", "demand", "organisation"])
def test_a_list_takes_as_many_queries_for_25_rows_as_for_5(kind: str, drain: Callable[[], int]) -> None:
    """Nothing is asked of the database for each row."""
    counts = []
    for number in (5, 20):
        if kind == "organisation":
            for _ in range(number):
                organisation = factories.make_organisation()
                with unit_of_work():
                    indexing.enqueue("organisation", organisation.id)
        else:
            for _ in range(number):
                factories.make_many_published(factories.make_organisation(), 1, kind)
        drain()
        db.session.expunge_all()
        actor = factories.actor(factories.make_person(factories.make_organisation("university")))
        with counted_queries() as seen:
            found = search.search(actor, search.question(kind))  # type: ignore[arg-type]
            if kind == "organisation":
                directory.numbers_of(actor, [hit.row.id for hit in found.results])
            for hit in found.results:
                _ = hit.row.name if kind == "organisation" else hit.row.organisation.name  # type: ignore[union-attr]
        assert len(found.results) >= min(number, 5)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 4


@pytest.fixture
def demonstration(drain: Callable[[], int]) -> dict[int, str]:
    """Every text of the demonstration, published as rows; id → all its text that a visitor may read."""
    owner = factories.make_organisation("university", name="演示文本研究院")
    ids = []
    with unit_of_work():
        for text in demo_texts.load().listings:
            listing = Listing(kind=text.kind, organisation_id=owner.id, state="draft")
            db.session.add(listing)
            db.session.flush()
            model = AchievementRevision if text.kind == "achievement" else DemandRevision
            revision = model(listing_id=listing.id, ordinal=1, state="approved")
            revision.submitted_at = revision.decided_at = clock.now()
            revisions.write(revision, typing_of(text.raw, clock.today()))
            db.session.add(revision)
            db.session.flush()
            listing.published_id, listing.published_at, listing.state = revision.id, clock.now(), "published"
            indexing.enqueue(text.kind, listing.id)  # type: ignore[arg-type]
            ids.append(listing.id)
    drain()
    documents = [
        document
        for listing_id in ids
        for document in indexing.listing_documents(db.session.get_one(Listing, listing_id))
        if "public" in document.audiences
    ]
    return {document.subject_id: f"{document.title}\n{document.body}" for document in documents}


def test_any_string_of_a_demonstration_text_finds_it(demonstration: dict[int, str]) -> None:
    """Han strings of 2 to 10 characters, Latin and digit strings from the start of a run: each finds its item."""
    chance = random.Random(20260318)
    missed = []
    for listing_id, text in demonstration.items():
        han = HAN.findall(text)
        runs = RUN.findall(text)
        for _ in range(12):
            run = chance.choice(han)
            length = chance.randint(2, min(10, len(run)))
            start = chance.randint(0, len(run) - length)
            typed = run[start : start + length]
            if listing_id not in _ids(typed):
                missed.append((listing_id, typed))
        for run in chance.sample(runs, min(4, len(runs))):
            typed = run[: chance.randint(1, len(run))]
            if listing_id not in _ids(typed):
                missed.append((listing_id, typed))
    assert len(demonstration) > 50
    assert missed == []


def _ids(typed: str) -> set[int]:
    found = outside().index.search(SearchRequest(text=typed, limit=1000))
    return {hit.subject_id for hit in found.hits}
