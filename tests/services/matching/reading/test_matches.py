"""Matches as one reader may see them: order, conflicts, feedback, and never more than the reader may read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, Listing
from marketplace.models.people import Person
from marketplace.retrieval.matching.fit import WEIGHTS, Verdict
from marketplace.services.catalogue import listings, pages
from marketplace.services.matching.reading import matches
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.rankings import rank
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def seller() -> Person:
    """A person of a university in Nanjing."""
    return make.make_person(make.make_organisation("university", "星河研究院", division="320102"))


@pytest.fixture
def buyer() -> Person:
    """A person of an enterprise in Suzhou."""
    return make.make_person(make.make_organisation("enterprise", "砀山板材公司"))


def offers(seller: Person, number: int) -> list[Listing]:
    """Some published achievements of one university."""
    return make.make_many_published(seller.memberships[0].organisation, number)


def cost(listing: Listing, fen: int) -> None:
    """Give an achievement another price."""
    with unit_of_work():
        revision = db.session.get_one(AchievementRevision, listing.published_id)
        revision.price_fen = fen


def test_conflicts_lower_a_match_and_are_said_but_never_hide_it(seller: Person, buyer: Person) -> None:
    """The nearer text with a price above the budget stands behind; with the price switched off it leads again."""
    demand = make.make_published(buyer, "demand")
    dear, cheap = offers(seller, 2)
    cost(dear, 90_000_000)
    rank(demand, (dear, 0.30), (cheap, 0.29))
    found = matches.matches_of(make.actor(buyer), demand)
    assert [pair.achievement.id for pair in found] == [cheap.id, dear.id]
    assert [one.name for one in found[1].fit.missing if one.name == "price"] == ["price"]
    assert [pair.strength for pair in found] == ["strong", "strong"]
    freed = matches.matches_of(make.actor(buyer), demand, without={"price"})
    assert [pair.achievement.id for pair in freed] == [dear.id, cheap.id]
    assert "price" not in {one.name for one in freed[0].fit.findings}


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_any_test_can_be_switched_off(seller: Person, buyer: Person, name: str) -> None:
    """Its finding is gone, and the others stay."""
    demand = make.make_published(buyer, "demand")
    rank(demand, (offers(seller, 1)[0], 0.2))
    pair = matches.matches_of(make.actor(buyer), demand, without={name})[0]
    assert {one.name for one in pair.fit.findings} == set(WEIGHTS) - {name}


def test_what_shares_too_little_is_no_match_but_the_nearest(seller: Person, buyer: Person) -> None:
    """Below the least threshold nothing is called a match."""
    demand = make.make_published(buyer, "demand")
    near, far = offers(seller, 2)
    rank(demand, (near, 0.2), (far, 0.04))
    assert [pair.achievement.id for pair in matches.matches_of(make.actor(buyer), demand)] == [near.id]
    assert [pair.achievement.id for pair in matches.nearest_to(make.actor(buyer), demand)] == [far.id]


@pytest.mark.parametrize(
    ("disclosure", "seen_by"),
    [
        ("public", {"visitor", "unverified", "verified", "reviewer", "owner"}),
        ("anonymous", {"visitor", "unverified", "verified", "reviewer", "owner"}),
        ("verified", {"verified", "reviewer", "owner"}),
        ("admin", {"reviewer", "owner"}),
    ],
)
def test_a_demand_matches_only_for_those_who_see_it(
    seller: Person, buyer: Person, disclosure: str, seen_by: set[str]
) -> None:
    """In lists, by its own address and for mail, for every kind of reader."""
    demand = make.make_published(buyer, "demand", disclosure=disclosure)
    offer = offers(seller, 1)[0]
    rank(offer, (demand, 0.3))
    stranger = make.make_person(make.make_organisation(verified=False))
    readers = {
        "visitor": VISITOR,
        "unverified": make.actor(stranger),
        "verified": make.actor(seller),
        "reviewer": make.actor(make.make_staff(Role.DEMAND_REVIEWER)),
        "owner": make.actor(buyer),
    }
    for name, reader in readers.items():
        found = matches.matches_of(reader, offer)
        assert bool(found) == (name in seen_by), name
        if name in seen_by:
            assert matches.pair(reader, demand.id, offer.id).text_score == 0.3
        else:
            with pytest.raises(NotFound):
                matches.pair(reader, demand.id, offer.id)
    told = matches.for_audience(offer, offer.organisation_id)
    assert bool(told) == ("verified" in seen_by)


def test_the_public_learns_only_the_province_of_an_anonymous_demand(seller: Person, buyer: Person) -> None:
    """Its county is a fact of the full text."""
    demand = make.make_published(buyer, "demand", disclosure="anonymous")
    near = make.make_person(make.make_organisation("university", division="341302"))
    offer = make.make_published(near)
    rank(offer, (demand, 0.3))
    codes = {}
    for name, reader in (("visitor", VISITOR), ("verified", make.actor(seller))):
        found = matches.matches_of(reader, offer)[0].fit.findings
        codes[name] = next(one for one in found if one.name == "region")
    assert codes["visitor"].params["demand"] == "340000"
    assert codes["visitor"].code == "region_same_province"
    assert codes["verified"].code == "region_same_city"


def test_what_is_no_longer_offered_is_no_match(seller: Person, buyer: Person) -> None:
    """Withdrawn, or of an organisation that lost its verification, whatever the ranking still says."""
    demand = make.make_published(buyer, "demand")
    gone, doubted, stays = (
        make.make_published(seller),
        make.make_published(make.make_person(make.make_organisation("university"))),
        make.make_published(seller, title="豆粕胶粘剂"),
    )
    rank(demand, (gone, 0.4), (doubted, 0.3), (stays, 0.2))
    with unit_of_work():
        listings.act(make.actor(seller), gone, "unlist")
        doubted.organisation.state = "suspended"
    for reader in (buyer, seller):
        found = matches.matches_of(make.actor(reader), demand)
        assert [pair.achievement.id for pair in found] == [stays.id]


def test_an_organisation_does_not_match_itself(buyer: Person) -> None:
    """Its demand and its achievement are no pair."""
    demand, offer = make.make_published(buyer, "demand"), make.make_published(buyer)
    rank(demand, (offer, 0.9))
    assert matches.matches_of(make.actor(buyer), demand) == []


def test_a_pair_takes_its_score_from_either_ranking(seller: Person, buyer: Person) -> None:
    """Where neither side ranked the other the texts count as sharing nothing."""
    demand = make.make_published(buyer, "demand")
    first, second = offers(seller, 2)
    rank(first, (demand, 0.22))
    assert matches.pair(VISITOR, demand.id, first.id).text_score == 0.22
    assert matches.pair(VISITOR, demand.id, second.id).strength == "none"


def test_a_list_takes_the_same_few_queries_however_many_match(seller: Person, buyer: Person) -> None:
    """The ranking, the other side, its rights, the feedback; thresholds of the words and weights of the fields."""
    demand = make.make_published(buyer, "demand")
    several = offers(seller, 12)
    rank(demand, (several[0], 0.3))
    reader = make.actor(buyer)
    used = []
    matches.matches_of(reader, demand)  # what is the same for all lists is kept: settings, learnt weights
    for number in (2, 12):
        rank(demand, *((one, 0.3) for one in several[:number]))
        db.session.expire_all()
        fresh = pages.get(reader, "demand", demand.id)
        db.session().info.clear()  # as a request begins: thresholds and weights are read once in each
        with count_queries() as counted:
            assert len(matches.matches_of(reader, fresh)) == number
        used.append(len(counted))
    assert used[0] == used[1] <= 8


def test_the_end_of_an_offer_is_a_missing_condition(seller: Person, buyer: Person) -> None:
    """An offer that ended yesterday still stands in the list, marked."""
    demand = make.make_published(buyer, "demand")
    offer = offers(seller, 1)[0]
    with unit_of_work():
        revision = db.session.get_one(AchievementRevision, offer.published_id)
        revision.valid_until = clock.today() - timedelta(days=1)
    rank(demand, (offer, 0.3))
    found = matches.matches_of(make.actor(buyer), demand)[0].fit.findings
    assert next(one for one in found if one.name == "time").verdict is Verdict.NO
