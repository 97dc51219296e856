"""DOMAIN §3, 0: a case takes the payments of its batch's days; what is left says so and waits for its own batch."""

from datetime import date

import pytest

from marketplace.domain.policy.arithmetic import decide
from marketplace.domain.policy.records import Claim
from marketplace.extensions import db
from marketplace.services.subsidy import fixing, taking, world
from marketplace.services.subsidy.applying import evidence, lacking
from marketplace.services.subsidy.granting import queue
from marketplace.services.unit import unit_of_work
from tests import deals, grants, subsidies
from tests import factories as make
from tests.deals import WAN
from tests.services.subsidy.purchases import fix

pytestmark = pytest.mark.usefixtures("session")

FIRST, SECOND = date(2025, 6, 1), date(2026, 6, 1)


def batch_of(policy, year):
    batch = subsidies.make_batch(policy)
    with unit_of_work():
        batch = db.session.merge(batch)
        batch.paid_from, batch.paid_to = date(year, 1, 1), date(year, 12, 31)
    return batch


def bought(*payments, amount=1000):
    """Return (buyer, traded, contract) with payments of (万元, day)."""
    buyer, traded = make.make_organisation(), deals.make_traded()
    contract = deals.make_contract(buyer, amounts=(amount * WAN,), traded=[traded])
    for wan, day in payments:
        deals.make_payment(contract, wan * WAN, paid_on=day)
    return buyer, traded, contract


def test_each_batch_takes_the_payments_of_its_own_days_and_the_sum_is_cumulative():
    policy = subsidies.make_policy()
    buyer, traded, contract = bought((200, FIRST), (400, SECOND))
    first = subsidies.make_case(buyer, traded, policy, batch_of(policy, 2025))
    assert fix(first) == [20 * WAN]
    with unit_of_work():
        grants.fresh(first).state = "tracking"
    # Verified after the first case was fixed, though of its days: no later batch takes it.
    deals.make_payment(contract, 30 * WAN, paid_on=FIRST)
    second = subsidies.make_case(buyer, traded, policy, batch_of(policy, 2026))
    assert fix(second) == [30 * WAN], "min(50, 60) − 20, the cap being reached"
    assert [term.counted_fen for each in evidence.sum_of(grants.fresh(second)).contracts for term in each.terms] == [
        200 * WAN, 400 * WAN, 0,
    ]  # fmt: skip


def test_what_is_left_names_its_batch_and_a_refund_of_it_takes_nothing():
    policy = subsidies.make_policy()
    buyer, traded, contract = bought((100, FIRST))
    other = deals.make_payment(contract, 50 * WAN, paid_on=SECOND)
    deals.make_payment(contract, 50 * WAN, kind="refund", paid_on=SECOND, returns_id=other.id)
    later = batch_of(policy, 2026)
    case = subsidies.make_case(buyer, traded, policy, batch_of(policy, 2025))
    found = evidence.sum_of(case)
    terms = found.contracts[0].terms
    assert [term.counted_fen for term in terms] == [100 * WAN, 0, 0]
    assert (found.eligible_fen, found.contracts[0].net_paid_fen) == (100 * WAN, 100 * WAN)
    assert later.title in terms[1].reasons[0].params["title"]
    assert fix(case) == [10 * WAN]


def test_a_case_whose_batch_asks_for_none_of_its_payments_is_told_so_and_gets_nothing():
    policy = subsidies.make_policy()
    buyer, traded, _contract = bought((100, SECOND))
    case = subsidies.make_case(buyer, traded, policy, batch_of(policy, 2025))
    found = evidence.sum_of(case)
    assert "留待其他批次" in found.reasons[0].message
    assert any("留待其他批次" in one.words.message for one in lacking.problems(case))
    assert fix(case) == [None]
    assert grants.fresh(case).reasons == ["NOTHING_NEW"]


def test_a_payment_of_another_version_names_that_version():
    last = subsidies.make_policy(window=(date(2025, 1, 1), date(2025, 12, 31)))
    this = subsidies.make_policy(window=(date(2026, 1, 1), None))
    buyer, traded, _contract = bought((100, FIRST), (100, SECOND))
    case = subsidies.make_case(buyer, traded, this, batch_of(this, 2026))
    reasons = evidence.sum_of(case).contracts[0].terms[0].reasons
    assert (taking.left_by(case).keys, reasons[0].params) == (frozenset(), {"n": last.ordinal})


def test_what_the_queue_foretells_is_what_is_fixed():
    policy = subsidies.make_policy()
    buyer, traded, _contract = bought((300, FIRST), (100, SECOND))
    case = subsidies.make_case(buyer, traded, policy, batch_of(policy, 2025))
    (likely,) = queue.likely([case])
    assert likely.outcome.grant_fen == 30 * WAN
    assert fix(case) == [30 * WAN]


def test_a_claim_that_leaves_payments_is_the_claim_of_a_world_without_them():
    """`subsidy compute` gives the same for the world that somebody writes down without the payments left aside."""
    policy = subsidies.make_policy()
    buyer, traded, _contract = bought((120, FIRST), (80, SECOND), amount=150)
    case = subsidies.make_case(buyer, traded, policy, batch_of(policy, 2025))
    seen = world.world_of(policy)
    left = taking.left_by(case).keys
    claim = Claim("x", str(traded.id), buyer.uscc, SECOND)
    without = [entry.event for entry in seen.entries if getattr(entry.event, "id", None) not in left]
    computed = decide(seen.policy, [*without, claim]).claims[0]
    here = fixing.weigh(case)
    assert (here.grant_fen, here.eligible_paid_fen) == (computed.grant_fen, computed.eligible_paid_fen)
    assert (here.grant_fen, len(left)) == (12 * WAN, 1)
