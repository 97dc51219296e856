"""What a purchase would bring, by the arithmetic of real cases (the worked numbers of docs/subsidy.md)."""

from datetime import date

import pytest

from marketplace.domain.policy.outcome import Decision, Ground, Refusal
from marketplace.domain.subsidy.estimates import Purchase, estimate
from marketplace.domain.subsidy.parameters import PURCHASE, initial, policy_of

WAN = 1_000_000


def policy(**parameters):
    return policy_of(initial(PURCHASE) | parameters, (None, None))


def purchase(*instalments, kind="licence.patent", seller="340111", buyer="341302", enterprise=True):
    paid = [(date(year, 6, 30), wan * WAN) for year, wan in instalments]
    return Purchase(paid, kind, buyer, enterprise, seller)


@pytest.mark.parametrize(("paid", "aid"), [(300, 30), (500, 50), (1200, 50)])
def test_one_payment(paid, aid):
    found = estimate(policy(), purchase((2026, paid)))
    assert (found.aid_fen, found.paid_fen) == (aid * WAN, paid * WAN)
    assert found.cap_reached_in == (2026 if aid == 50 else None)


def test_years_add_up_to_the_cap():
    found = estimate(policy(), purchase((2026, 200), (2027, 400), (2028, 100)))
    assert [one.aid_fen // WAN for one in found.years] == [20, 30, 0]
    assert found.cap_reached_in == 2027
    assert found.years[2].reasons == (Refusal.CAP_EXHAUSTED,)


def test_what_others_used_of_the_cap_is_gone():
    found = estimate(policy(), purchase((2026, 500)), used_fen=20 * WAN)
    assert (found.aid_fen, found.cap_reached_in) == (30 * WAN, 2026)
    none_left = estimate(policy(), purchase((2026, 500)), used_fen=50 * WAN)
    assert none_left.years[0].reasons == (Refusal.CAP_EXHAUSTED,)


@pytest.mark.parametrize(
    ("thought", "ground"),
    [
        (purchase((2026, 300), seller="341302"), Ground.SELLER_IN_CITY),
        (purchase((2026, 300), buyer="340111"), Ground.BUYER_OUTSIDE_CITY),
        (purchase((2026, 300), enterprise=False), Ground.BUYER_NOT_ENTERPRISE),
        (purchase((2026, 300), kind="service.general"), Ground.TYPE_NOT_ELIGIBLE),
    ],
    ids=lambda value: getattr(value, "value", ""),
)
def test_a_condition_that_does_not_hold_is_named(thought, ground):
    found = estimate(policy(), thought)
    assert (found.aid_fen, found.years[0].reasons) == (0, (ground,))


def test_a_seller_abroad_is_outside_and_a_budget_may_be_missing():
    found = estimate(policy(annual_budget_fen=10 * WAN), purchase((2026, 300), seller=None))
    assert (found.aid_fen, found.years[0].decision) == (0, Decision.WAITING_BUDGET)


def test_nothing_paid_brings_nothing():
    assert estimate(policy(), purchase()).years == ()
