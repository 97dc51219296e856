"""Who sees which text: secret words planted in every part of a demand, looked for everywhere as everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.domain.access import DISCLOSURE_TABLE, VISITOR, Actor, Audience, Role, Shown, audience_of
from marketplace.domain.errors import NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation, Person
from marketplace.services import showcase
from marketplace.services.catalogue import indexing, listings, pages, search, visibility
from marketplace.services.catalogue.finding import texts
from marketplace.services.matching.inquiries import asking, boxes
from marketplace.services.people import directory
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")

PUBLIC_WORD = "公开暗号鹡鸰"
FULL_WORDS = {
    "situation": "现状暗号鸬鹚",
    "metrics": "指标暗号鹈鹕",
    "requirements": "要求暗号鸊鷉",
    "contact_name": "联系暗号鸲鹆",
    "owner": "单位暗号鸳鸯集团",
}


@dataclass
class World:
    """A demand full of secrets, and everybody who might look at it."""

    listing: Listing
    owner: Organisation
    readers: dict[str, Person | None]

    def actor(self, name: str) -> Actor:
        """Return a reader as an actor."""
        person = self.readers[name]
        return factories.actor(person) if person else VISITOR


@pytest.fixture
def make_world(session: Any, drain: Callable[[], int]) -> Callable[[str], World]:
    """Make the world for a disclosure, and index it."""

    def make(disclosure: str) -> World:
        owner = factories.make_organisation(name=FULL_WORDS["owner"])
        person = factories.make_person(owner, "manager")
        listing = factories.make_published(
            person,
            "demand",
            disclosure=disclosure,
            title="寻找无醛胶替代技术",
            summary=f"现用胶不达标，需要替代方案，{PUBLIC_WORD}，改造费用尽量低，产线节拍不能变慢。",
            situation=f"年产六万立方米，{FULL_WORDS['situation']}，试过两种均停用，出口订单受到影响。",
            metrics=[{"indicator": FULL_WORDS["metrics"], "present": "0.8", "target": "0.05"}],
            requirements=FULL_WORDS["requirements"],
            contact_name=FULL_WORDS["contact_name"],
        )
        readers = {
            "visitor": None,
            "unverified": factories.make_person(factories.make_organisation(verified=False)),
            "other": factories.make_person(factories.make_organisation("university")),
            "reviewer": factories.make_staff(Role.DEMAND_REVIEWER),
            "auditor": factories.make_staff(Role.AUDITOR),
            "achievement_reviewer": factories.make_staff(Role.ACHIEVEMENT_REVIEWER),
            "owner": person,
        }
        drain()
        return World(listing, owner, readers)

    return make


READERS = ("visitor", "unverified", "other", "reviewer", "auditor", "achievement_reviewer", "owner")
# Whoever belongs to a verified organisation reads as one: the office of a reviewer of achievements too.
AUDIENCES = {
    "visitor": Audience.PUBLIC,
    "unverified": Audience.PUBLIC,
    "other": Audience.VERIFIED,
    "reviewer": Audience.ADMIN,
    "auditor": Audience.ADMIN,
    "achievement_reviewer": Audience.VERIFIED,
    "owner": Audience.VERIFIED,
}


def expected(disclosure: str, reader: str) -> Shown:
    """What the table of the domain says, and the owner's privilege."""
    return Shown.FULL_TEXT if reader == "owner" else DISCLOSURE_TABLE[disclosure][AUDIENCES[reader]]


def everything(actor: Actor, world: World, text: str) -> str:
    """Everything that services give a reader who searches for ``text``, as one string."""
    found = search.search(actor, search.question("demand", text))
    told = [repr((found.total, found.groups, [(hit.title, hit.passage) for hit in found.results]))]
    for hit in found.results:
        assert isinstance(hit.row, Listing)
        assert hit.row.published is not None
        told.append(texts.body(hit.row, hit.row.published, hit.shown))
    told.append(repr(_view(actor, world.listing.id)))
    told += [repr(line) for line in boxes.sent(actor).lines]
    return "\n".join(told)


def _view(actor: Actor, listing_id: int) -> Any:
    try:
        return pages.of_listing(actor, pages.get(actor, "demand", listing_id))
    except NotFound:
        return None


@pytest.mark.parametrize("disclosure", sorted(DISCLOSURE_TABLE))
def test_secrets_stay_with_those_who_may_read_them(
    disclosure: str, make_world: Callable[[str], World]
) -> None:
    """Every secret word, searched for by every reader, appears exactly where the table allows it."""
    world = make_world(disclosure)
    for reader in READERS:
        actor = world.actor(reader)
        assert audience_of(actor) is AUDIENCES[reader]
        shown = expected(disclosure, reader)
        view = repr(_view(actor, world.listing.id))
        assert (PUBLIC_WORD in view) is (shown is not Shown.NOTHING), (reader, "page")
        for part, word in FULL_WORDS.items():
            may = shown is Shown.FULL_TEXT
            if part == "contact_name":
                # Contacts are for verified readers even where the text is for everybody.
                may = may and (reader == "owner" or AUDIENCES[reader] is not Audience.PUBLIC)
            assert (word in view) is may, (reader, part)
            told = everything(actor, world, word)
            if not may:
                assert word not in told, (reader, part)


@pytest.mark.parametrize("disclosure", sorted(DISCLOSURE_TABLE))
def test_the_search_finds_by_a_secret_only_for_its_readers(
    disclosure: str, make_world: Callable[[str], World]
) -> None:
    """Not even the number of results tells that a text holds a word its reader may not see."""
    world = make_world(disclosure)
    for reader in READERS:
        actor = world.actor(reader)
        # The index knows audiences, not owners: people find their own unpublished texts on their desk.
        shown = DISCLOSURE_TABLE[disclosure][AUDIENCES[reader]]
        for part, word in FULL_WORDS.items():
            found = search.search(actor, search.question("demand", f'"{word}"'))
            finds = shown is Shown.FULL_TEXT and part != "contact_name"
            assert found.total == len(found.results) == int(finds), (reader, part)
        by_public_word = search.search(actor, search.question("demand", f'"{PUBLIC_WORD}"'))
        assert by_public_word.total == int(shown is not Shown.NOTHING), reader


def test_an_anonymous_demand_has_no_facet_that_names_its_owner(make_world: Callable[[str], World]) -> None:
    """Neither facets nor filters nor the owner's page lead the public from the owner to the demand."""
    world = make_world("anonymous")
    found = search.search(VISITOR, search.question("demand"))
    assert found.total == 1
    assert {group.name for group in found.groups} >= {"region", "origin"}
    assert {group.name for group in found.groups}.isdisjoint({"organisation", "county"})
    assert {value.value for group in found.groups for value in group.values if group.name == "region"} == {
        "340000"
    }
    chosen = {"organisation": [str(world.owner.id)]}
    assert search.search(VISITOR, search.question("demand", chosen=chosen)).total == 0
    assert search.search(VISITOR, search.question("demand", chosen={"county": ["341302"]})).total == 0
    assert directory.get(VISITOR, world.owner.id).demands == []
    assert directory.numbers_of(VISITOR, [world.owner.id]) == {world.owner.id: {}}
    other = world.actor("other")
    assert search.search(other, search.question("demand", chosen=chosen)).total == 1
    assert [row.id for row in directory.get(other, world.owner.id).demands] == [world.listing.id]
    assert directory.numbers_of(other, [world.owner.id]) == {world.owner.id: {"demand": 1}}


def test_an_anonymous_question_keeps_the_owner_unknown(make_world: Callable[[str], World]) -> None:
    """Only verified organisations ask; one that is suspended later no longer sees whom it asked."""
    world = make_world("anonymous")
    with pytest.raises(NotAllowed):
        asking.target(world.actor("unverified"), "demand", world.listing.id)
    actor = world.actor("other")
    with unit_of_work():
        listing = asking.target(actor, "demand", world.listing.id)
        asking.ask(actor, listing, "我们有一种替代胶，可以先送样试用。", "key-other")
    assert [line.owner for line in boxes.sent(actor).lines] == [FULL_WORDS["owner"]]
    with unit_of_work():
        db.session.get_one(Organisation, actor.organisation_id).state = "suspended"
    assert [line.owner for line in boxes.sent(world.actor("other")).lines] == [""]
    assert len(boxes.received(world.actor("owner")).lines) == 1


@pytest.mark.parametrize("disclosure", sorted(DISCLOSURE_TABLE))
def test_the_home_page_shows_the_public_text_only(
    disclosure: str, make_world: Callable[[str], World]
) -> None:
    """Demands and figures of the home page are what a visitor may see."""
    make_world(disclosure)
    visible = DISCLOSURE_TABLE[disclosure][Audience.PUBLIC] is not Shown.NOTHING
    show = showcase.showcase()
    assert len(show.demands) == show.figures.demands == show.figures.new_demands == int(visible)


def _seen(actor: Actor, kind: str) -> set[int]:
    return {row.id for row in db.session.scalars(visibility.visible_listings(actor, kind))}


@pytest.mark.parametrize(
    ("action", "seen_by_all"), [("unlist", False), ("take_down", False), ("solve", True), (None, True)]
)
def test_states_decide_what_stands_in_public(
    action: str | None, seen_by_all: bool, make_world: Callable[[str], World], drain: Callable[[], int]
) -> None:
    """Solved items stay readable, out of the search; unlisted ones are for owner and reviewers only."""
    world = make_world("public")
    if action:
        by = world.actor("reviewer" if action == "take_down" else "owner")
        with unit_of_work():
            listing = db.session.get_one(Listing, world.listing.id)
            listings.act(by, listing, action, reasons=["false"], note="不实")
        drain()
    for reader in READERS:
        insider = reader in ("owner", "reviewer", "auditor")
        assert (_seen(world.actor(reader), "demand") == {world.listing.id}) is (seen_by_all or insider), (
            reader
        )
        total = search.search(world.actor(reader), search.question("demand", PUBLIC_WORD)).total
        assert total == int(action is None), reader


def test_a_suspended_organisation_disappears_with_its_listings(
    make_world: Callable[[str], World], drain: Callable[[], int]
) -> None:
    """The organisation's state counts for everything it has published, in SQL at once and in the index after it."""
    world = make_world("public")
    with unit_of_work():
        db.session.get_one(Organisation, world.owner.id).state = "suspended"
        indexing.enqueue("organisation", world.owner.id)
    assert _seen(VISITOR, "demand") == set()
    stale = search.search(VISITOR, search.question("demand", PUBLIC_WORD))
    assert stale.results == ()
    drain()
    assert search.search(VISITOR, search.question("demand", PUBLIC_WORD)).total == 0
    assert search.search(VISITOR, search.question("organisation", FULL_WORDS["owner"])).total == 0
    with pytest.raises(NotFound):
        directory.get(VISITOR, world.owner.id)
    assert _seen(world.actor("owner"), "demand") == {world.listing.id}


def test_the_authority_has_no_page_and_drafts_are_nobodys(make_world: Callable[[str], World]) -> None:
    """Offices trade nothing; what was never published has no public page even for its owner."""
    world = make_world("public")
    office = db.session.scalars(select(Organisation).where(Organisation.kind == "authority")).first()
    assert office is not None
    with pytest.raises(NotFound):
        directory.get(VISITOR, office.id)
    draft = factories.make_draft(world.readers["owner"], "achievement")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        pages.get(world.actor("owner"), "achievement", draft.id)
