"""Several purchases together: one achievement alone as the single estimate says, and the limits they share."""

from datetime import date

import pytest

from marketplace.domain.policy.outcome import Decision
from marketplace.domain.subsidy.estimates import Purchase, estimate
from marketplace.domain.subsidy.parameters import PURCHASE, initial, policy_of
from marketplace.domain.subsidy.portfolio import Item, portfolio

WAN = 1_000_000


def policy(**parameters):
    return policy_of(initial(PURCHASE) | parameters, (None, None))


def item(name, wan, year=2026, category="transfer", outside=True):
    return Item(name, date(year, 6, 1), wan * WAN, category, outside)


@pytest.mark.parametrize("years", [{2026: 300}, {2026: 300, 2027: 400}, {2026: 499, 2028: 1}, {2026: 0}])
def test_one_achievement_alone_brings_what_the_single_estimate_says(years):
    items = [item("甲", wan, year) for year, wan in years.items() if wan]
    alone = estimate(
        policy(),
        Purchase([(one.paid_on, one.amount_fen) for one in items], "transfer", "341302", True, "340111"),
    )
    together = portfolio(policy(), items)
    assert [row.aid_fen for row in together.rows] == [one.aid_fen for one in alone.years]
    assert (together.paid_fen, together.aid_fen) == (alone.paid_fen, alone.aid_fen)


def test_equal_names_share_the_cap_and_others_do_not():
    found = portfolio(policy(), [item("甲", 400), item("乙", 400), item("甲", 400)])
    assert found.by_achievement == [("甲", 800 * WAN, 50 * WAN), ("乙", 400 * WAN, 40 * WAN)]
    assert found.by_year == [(2026, 1200 * WAN, 90 * WAN)]


def test_the_year_of_the_enterprise_and_the_budget_hold_over_all():
    capped = portfolio(policy(enterprise_year_cap_fen=60 * WAN), [item("甲", 450), item("乙", 300)])
    assert [row.aid_fen for row in capped.rows] == [45 * WAN, 15 * WAN]
    short = portfolio(
        policy(annual_budget_fen=60 * WAN), [item("甲", 450), item("乙", 300), item("乙", 1, 2027)]
    )
    assert [(row.aid_fen, row.decision) for row in short.rows] == [
        (45 * WAN, Decision.GRANTED), (0, Decision.WAITING_BUDGET), (30 * WAN + WAN // 10, Decision.GRANTED),
    ]  # fmt: skip


def test_what_is_not_eligible_says_why():
    rows = portfolio(policy(), [item("甲", 10, outside=False), item("乙", 10, category="service")]).rows
    assert [[str(reason) for reason in row.reasons] for row in rows] == [
        ["SELLER_IN_CITY"],
        ["TYPE_NOT_ELIGIBLE"],
    ]
