"""Rankings follow the listings: by the worker's drain, whatever happens, and like ones learnt anew."""

from collections.abc import Callable

import pytest

from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchFeedback, Ranking
from marketplace.models.people import Organisation
from marketplace.models.platform import OutboxMessage
from marketplace.retrieval.matching.matcher import KINDS
from marketplace.retrieval.matching.ownership import Home
from marketplace.services import dispatch
from marketplace.services.catalogue import listings
from marketplace.services.matching.ranking import changes, following, learning, rows, stored, updating
from marketplace.services.outside import outside
from marketplace.services.people import organisations
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.retrieval.matching.conftest import ACHIEVEMENTS, DEMANDS

pytestmark = pytest.mark.usefixtures("session", "home")

Drain = Callable[[], int]


@pytest.fixture
def work(drain: Drain) -> Drain:
    """The worker's part; afterwards the test reads what was committed."""

    def kept() -> int:
        number = drain()
        db.session.rollback()
        return number

    return kept


class Market:
    """The small market of the matcher's tests, published on the site."""

    def __init__(self) -> None:
        self.university = factories.make_organisation("university", division="340111")
        self.factory = factories.make_organisation()
        self.researcher = factories.make_person(self.university)
        self.engineer = factories.make_person(self.factory)
        self.ids: dict[int, int] = {}

    def publish(self, number: int) -> int:
        """Publish a text of the sample; return its listing."""
        kind = "achievement" if number in ACHIEVEMENTS else "demand"
        text = (ACHIEVEMENTS | DEMANDS)[number]
        listing = factories.make_many_published(
            self.university if kind == "achievement" else self.factory, 1, kind
        )[0]
        with unit_of_work():
            revision = db.session.get_one(Listing, listing.id).published
            assert revision is not None
            for name in (
                "benefit",
                "problem",
                "advantages",
                "maturity_proof",
                "cases",
                "situation",
                "requirements",
            ):
                if hasattr(revision, name):
                    setattr(revision, name, "")
            revision.title, revision.summary = text.title, text.content
            changes.changed(kind, listing.id)
        self.ids[number] = listing.id
        return listing.id

    def move(self, number: int, action: str) -> None:
        """Do something to a listing as its owner."""
        with unit_of_work():
            listing = db.session.get_one(Listing, self.ids[number])
            owner = self.researcher if listing.kind == "achievement" else self.engineer
            listings.act(factories.actor(owner), listing, action, note="测试")

    def best(self, number: int) -> list[int]:
        """The numbers of what is ranked for a text, best first."""
        number_of = {listing: each for each, listing in self.ids.items()}
        return [number_of[key] for key, _ in stored.entries(self.ids[number])]


@pytest.fixture
def market() -> Market:
    """Everything but the achievement 1, 金属双极板."""
    made = Market()
    for number in (*ACHIEVEMENTS, *DEMANDS):
        if number != 1:
            made.publish(number)
    return made


def everything() -> dict[int, list[tuple[int, float]]]:
    """All lists, scores rounded to what weights of one moment agree in."""
    found = db.session.query(Ranking).order_by(Ranking.listing_id)
    return {one.listing_id: [(key, round(score, 4)) for key, score in one.entries] for one in found}


def test_a_new_item_enters_the_lists_it_fits(market: Market, work: Drain) -> None:
    """Published, it has its own list and stands first where it fits best, by one drain of the worker."""
    work()
    assert 1 not in market.best(11)
    market.publish(1)
    work()
    assert market.best(11)[0] == 1
    assert market.best(1) == [11]
    assert stored.ranked_at(market.ids[1]) is not None
    assert stored.entries(10**6) == []
    assert stored.ranked_at(10**6) is None


def test_what_is_withdrawn_leaves_all_lists_and_comes_back(market: Market, work: Drain) -> None:
    market.publish(1)
    work()
    before = everything()
    market.move(1, "unlist")
    work()
    assert 1 not in market.best(11)
    assert stored.entries(market.ids[1]) == []
    market.move(1, "relist")
    work()
    assert everything() == before


def test_an_organisation_that_loses_verification_takes_its_items_along(market: Market, work: Drain) -> None:
    work()
    assert market.best(12)[0] == 2
    with unit_of_work():
        university = db.session.get_one(Organisation, market.university.id)
        university.state = "suspended"
        organisations.announce(university)
    work()
    assert [market.best(number) for number in DEMANDS] == [[], [], []]


def test_following_equals_learning_anew(
    market: Market, work: Drain, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes one by one end in the lists that are written when all is learnt with the same weights."""
    monkeypatch.setattr(following, "LEARNT_SHARE", 9.0)
    work()
    market.publish(1)
    market.move(2, "unlist")
    work()
    market.move(13, "unlist")
    work()
    followed = everything()
    with home.own() as held:
        assert held is not None
        for kind in KINDS:
            rows.write(learning.lists(held, kind))
    assert everything() == followed
    assert learning.refresh()["documents"] == 6
    assert {key: [one[0] for one in entries] for key, entries in everything().items()} == {
        key: [one[0] for one in entries] for key, entries in followed.items()
    }


def test_another_process_and_a_killed_one_are_found_out(market: Market, work: Drain, home: Home) -> None:
    """A second worker changes what the first holds in memory; a third begins from the disk, where less was saved."""
    work()
    second = Home(home.folder)
    market.publish(1)
    market.move(2, "unlist")
    _by(second, work)
    assert market.best(11)[0] == 1
    market.move(3, "unlist")
    work()
    with home.own() as held:
        assert held is not None
        assert sorted(held.marks) == sorted(
            market.ids[number] for number in (*ACHIEVEMENTS, *DEMANDS) if number not in (2, 3)
        )
    third = Home(home.folder)
    _by(third, work)
    with third.own() as held:
        assert held is not None
        assert held.strange
        updating.update(held, list(updating.differences(held)))
        assert list(updating.differences(held)) == []


@pytest.mark.parametrize("saved", ["withdrawn", "offered"])
def test_what_came_and_went_since_the_state_was_saved_stands_in_no_wrong_list(
    market: Market, work: Drain, home: Home, saved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One owner changes an item and dies unsaved; for the next one it is again as the state on disk has it."""
    monkeypatch.setattr(following, "LEARNT_SHARE", 9.0)
    market.publish(1)
    work()
    steps = ["unlist", "relist"]
    if saved == "withdrawn":
        market.move(1, steps[0])
        work()
        steps.reverse()
    before = everything()
    with home.own() as held:
        assert held is not None
        home.save_if_due(held, now=True)
    market.move(1, steps[0])
    _by(Home(home.folder), work)
    assert everything() != before
    market.move(1, steps[1])
    _by(Home(home.folder), work)
    assert everything() == before


def _by(home: Home, work: Drain) -> None:
    before, outside().matcher = outside().matcher, home
    work()
    outside().matcher = before


def test_while_somebody_else_ranks_promises_wait(market: Market, home: Home) -> None:
    """The lock of the folder: a busy matcher costs no attempt, the promise is kept afterwards."""
    with Home(home.folder).own():
        dispatch.drain()
        waiting = db.session.query(OutboxMessage).filter_by(topic="match", state="waiting").all()
        assert waiting
        assert {(one.attempts, one.last_error) for one in waiting} == {(0, "")}
    assert everything() == {}


def test_judgements_move_the_list_of_the_judge(market: Market, work: Drain) -> None:
    """合适 on the maize line lifts its likes in the demand's list; the achievement's own list stays as it was."""
    market.publish(1)
    work()
    before, own = dict(stored.entries(market.ids[12])), stored.entries(market.ids[5])
    say(market, 12, 5, "fits")
    work()
    after = dict(stored.entries(market.ids[12]))
    assert after[market.ids[5]] > before.get(market.ids[5], 0.0)
    assert stored.entries(market.ids[5]) == own
    with unit_of_work():
        db.session.query(MatchFeedback).delete()
        changes.changed("demand", market.ids[12])
    work()
    assert dict(stored.entries(market.ids[12])) == before


def test_a_price_that_is_too_high_says_nothing_about_the_text(market: Market, work: Drain) -> None:
    work()
    before = everything()
    say(market, 12, 2, "misfits", "price")
    work()
    assert everything() == before
    say(market, 13, 4, "misfits", "field")
    work()
    assert dict(everything()[market.ids[13]])[market.ids[4]] < dict(before[market.ids[13]])[market.ids[4]]


def say(market: Market, demand: int, achievement: int, verdict: str, reason: str = "") -> None:
    """The demander's word on a pair."""
    with unit_of_work():
        db.session.add(
            MatchFeedback(
                demand_id=market.ids[demand],
                achievement_id=market.ids[achievement],
                organisation_id=market.factory.id,
                person_id=market.engineer.id,
                verdict=verdict,
                reason=reason,
            )
        )
        changes.changed("demand", market.ids[demand])
