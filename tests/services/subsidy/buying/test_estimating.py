"""The cap before buying: with its group, per buyer, and the queue weighed in the order of submission."""

from datetime import date, timedelta

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.subsidy import CapGroup, CapGroupMember, DishonestEntry
from marketplace.services.subsidy.buying import estimating
from marketplace.services.subsidy.buying.conditions import conditions_of
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
WAN = deals.WAN


@pytest.fixture
def listing():
    return make.make_published(make.make_person(make.make_organisation("university", division="340111")))


@pytest.fixture
def buyer():
    return make.make_organisation("enterprise")


def paid(buyer, traded, wan, policy, state, granted=None, **values):
    """A case about money that was really paid."""
    contract = deals.make_contract(buyer, traded=[traded], amounts=(wan * WAN,))
    deals.make_payment(contract, wan * WAN)
    return subsidies.make_case(buyer, traded, policy, subsidies.make_batch(policy), state, granted, **values)


def test_nobody_has_taken_anything(listing):
    policy = subsidies.make_policy()
    assert estimating.cap_of(policy, listing.id) == estimating.Cap(50 * WAN)
    deals.make_traded(listing=listing)
    assert estimating.cap_of(policy, listing.id).free_fen == 50 * WAN


def test_the_group_shares_the_cap_and_the_queue_takes_what_is_left_in_order(listing, buyer):
    policy = subsidies.make_policy()
    mine, twin = deals.make_traded(listing=listing), deals.make_traded()
    with unit_of_work():
        group = CapGroup(state="confirmed", shared_number="ZL1", confirmed_at=clock.now())
        group.members = [CapGroupMember(traded_id=mine.id), CapGroupMember(traded_id=twin.id)]
        db.session.add(group)
    paid(make.make_organisation("enterprise"), twin, 300, policy, "tracking", 30 * WAN)
    for enterprise in (buyer, make.make_organisation("enterprise")):
        paid(enterprise, mine, 150, policy, "accepted")
    # 30 are taken; of the rest the first in the queue may get 15, the second the last 5.
    assert estimating.cap_of(policy, listing.id) == estimating.Cap(50 * WAN, 30 * WAN, 20 * WAN, 1, 2)


def test_a_cap_for_each_buyer_is_this_buyers(listing, buyer):
    policy = subsidies.make_policy(cap_scope="achievement_buyer")
    traded = deals.make_traded(listing=listing)
    paid(make.make_organisation("enterprise"), traded, 300, policy, "approved", 30 * WAN)
    assert estimating.cap_of(policy, listing.id, buyer).used_fen == 0
    paid(buyer, traded, 100, policy, "approved", 10 * WAN)
    assert estimating.cap_of(policy, listing.id, buyer).used_fen == 10 * WAN
    assert estimating.cap_of(policy, listing.id) == estimating.Cap(50 * WAN, per_buyer=True)


def test_what_waits_for_a_budget_stands_in_the_queue_with_its_likely_sum(listing, buyer):
    policy = subsidies.make_policy(annual_budget_fen=0)
    paid(buyer, deals.make_traded(listing=listing), 100, policy, "waiting_budget")
    assert estimating.cap_of(policy, listing.id).queued_fen == 10 * WAN


def test_a_day_of_a_year_lies_in_the_window_where_one_does():
    year = clock.today().year
    policy = subsidies.make_policy(window=(date(year - 1, 3, 1), date(year + 1, 6, 30)))
    assert estimating.day_in(policy, year) == clock.today()
    assert estimating.day_in(policy, year - 1) == date(year - 1, 12, 31)
    assert estimating.day_in(policy, year + 1) == date(year + 1, 6, 30)
    assert estimating.day_in(policy, year + 2) == date(year + 2, 12, 31)


def test_conditions_tell_a_dishonest_and_a_related_buyer(listing, buyer):
    policy = subsidies.make_policy(min_grant_fen=WAN)
    with unit_of_work():
        db.session.add(
            DishonestEntry(uscc=buyer.uscc, source="名单", listed_on=clock.today() - timedelta(days=1))
        )
    found = {
        one.code: one.tone for one in conditions_of(policy, buyer, listing.organisation, "licence.patent")
    }
    assert found["dishonest"] == "bad"
    # Test organisations share an address.
    assert found["related"] == "warn"
    assert found["seller"] == found["type"] == found["buyer"] == "ok"
    assert found["min_grant_fen"] == "info"
    assert {one.code for one in conditions_of(policy, None, None, "service") if one.tone == "bad"} == {"type"}
