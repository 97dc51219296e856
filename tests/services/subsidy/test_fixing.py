"""拟补助: the amount is fixed by the arithmetic and taken once, however many press at the same time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy import fixing, recoveries
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make
from tests.deals import WAN

pytestmark = pytest.mark.usefixtures("session")


def reviewer():
    return make.actor(make.make_staff(Role.SUBSIDY_REVIEWER))


def paid_contract(buyer, paid_wan, traded=None, amount_wan=None, **text):
    """A registered contract with an outside university, ``paid_wan`` of it paid and verified."""
    traded = traded or deals.make_traded()
    contract = deals.make_contract(buyer, amounts=((amount_wan or paid_wan) * WAN,), traded=[traded], **text)
    deals.make_payment(contract, paid_wan * WAN)
    return contract, traded


def fix(actor, *cases):
    with unit_of_work():
        return fixing.fix(actor, [case.id for case in cases])


@pytest.mark.parametrize(("paid", "aid"), [(300, 30), (500, 50), (1200, 50)])
def test_ten_percent_of_what_was_paid_up_to_the_cap(paid, aid):
    buyer, policy = make.make_organisation(), subsidies.make_policy()
    _contract, traded = paid_contract(buyer, paid)
    case = subsidies.make_case(buyer, traded, policy, subsidies.make_batch(policy))
    fix(reviewer(), case)
    db.session.refresh(case)
    assert (case.state, case.fixed_fen, case.granted_fen) == ("proposed", aid * WAN, aid * WAN)


def test_two_years_together_stay_below_the_cap_and_a_refund_takes_back():
    """DOMAIN §3: 200万 then 400万 bring 20 + 30; a refund of 350万 leaves 25万, so 25万 comes back."""
    buyer, policy = make.make_organisation(), subsidies.make_policy()
    contract, traded = paid_contract(buyer, 200, amount_wan=600)
    first = subsidies.make_case(buyer, traded, policy, subsidies.make_batch(policy))
    fix(reviewer(), first)
    with unit_of_work():
        case = db.session.get_one(SubsidyCase, first.id)
        case.state = "tracking"
    deals.make_payment(contract, 400 * WAN)
    second = subsidies.make_case(buyer, traded, policy, subsidies.make_batch(policy))
    fix(reviewer(), second)
    assert db.session.get_one(SubsidyCase, second.id).fixed_fen == 30 * WAN
    deals.make_payment(contract, 350 * WAN, kind="refund")
    with unit_of_work():
        posted = recoveries.sync(policy)
    # What is not paid out yet is reduced first.
    assert [(row.kind, row.amount_fen, row.case_id) for row in posted] == [("reduction", 25 * WAN, second.id)]
    assert db.session.get_one(SubsidyCase, second.id).fixed_fen == 5 * WAN
    with unit_of_work():
        assert recoveries.sync(policy) == []


def test_the_arithmetic_refuses_with_its_reasons():
    buyer, policy = make.make_organisation(), subsidies.make_policy()
    inside = make.make_organisation("university")
    traded = deals.make_traded()
    contract = deals.make_contract(buyer, inside, traded=[traded])
    deals.make_payment(contract, 100 * WAN)
    case = subsidies.make_case(buyer, traded, policy, subsidies.make_batch(policy))
    fix(reviewer(), case)
    db.session.refresh(case)
    assert (case.state, case.reasons, case.fixed_fen) == ("refused", ["SELLER_IN_CITY"], None)


def test_what_is_above_the_budget_waits_and_is_taken_later():
    buyer = make.make_organisation()
    policy = subsidies.make_policy(annual_budget_fen=40 * WAN)
    batch = subsidies.make_batch(policy)
    made = [subsidies.make_case(buyer, paid_contract(buyer, 300)[1], policy, batch) for _ in range(2)]
    fix(reviewer(), *made)
    assert [db.session.get_one(SubsidyCase, one.id).state for one in made] == ["proposed", "waiting_budget"]


def test_a_second_press_and_a_draft_policy_are_refused():
    buyer = make.make_organisation()
    policy, draft = subsidies.make_policy(), subsidies.make_policy(state="drafted")
    case = subsidies.make_case(buyer, paid_contract(buyer, 300)[1], policy, subsidies.make_batch(policy))
    fix(reviewer(), case)
    with pytest.raises(Conflict):
        fix(reviewer(), case)
    early = subsidies.make_case(buyer, paid_contract(buyer, 300)[1], draft, subsidies.make_batch(draft))
    with pytest.raises(DomainError, match="草案"):
        fix(reviewer(), early)
    with pytest.raises(NotAllowed):
        fix(make.actor(make.make_staff(Role.FINANCE)), early)


def press_at_once(app, cases):
    """Fix each case from a connection of its own, eight at a time."""
    who, ids = reviewer(), [case.id for case in cases]
    db.session.rollback()

    def press(case_id):
        with app.app_context(), unit_of_work():
            return fixing.fix(who, [case_id])[0].outcome.decision

    with ThreadPoolExecutor(8) as pool:
        decisions = list(pool.map(press, ids))
    rows = [db.session.get_one(SubsidyCase, case_id) for case_id in ids]
    return rows, decisions


def test_fifty_at_once_share_the_last_of_a_cap(app):
    """DOMAIN §3, 2: one achievement, its cap is good for 25 of 50 cases of many buyers."""
    shared, policy = deals.make_traded(), subsidies.make_policy()
    batch = subsidies.make_batch(policy)
    buyers = [make.make_organisation() for _ in range(50)]
    made = [subsidies.make_case(one, paid_contract(one, 20, shared)[1], policy, batch) for one in buyers]
    rows, decisions = press_at_once(app, made)
    assert Counter(decisions) == {"granted": 25, "refused": 25}
    assert sum(row.fixed_fen or 0 for row in rows) == 50 * WAN
    assert {row.state for row in rows} == {"proposed", "refused"}


def test_fifty_at_once_share_the_last_of_a_budget(app):
    """DOMAIN §3, 21: the budget is good for 43 grants of 7.7万; the rest waits, nobody is cut."""
    buyer, policy = make.make_organisation(), subsidies.make_policy(annual_budget_fen=333 * WAN)
    batch = subsidies.make_batch(policy)
    bought = [deals.make_traded() for _ in range(50)]
    contract = deals.make_contract(buyer, amounts=(77 * WAN,) * 50, traded=bought)
    deals.make_payment(contract, 50 * 77 * WAN, shares=[(traded.id, 77 * WAN) for traded in bought])
    made = [subsidies.make_case(buyer, traded, policy, batch) for traded in bought]
    rows, decisions = press_at_once(app, made)
    assert Counter(decisions) == {"granted": 43, "waiting_budget": 7}
    assert sum(row.fixed_fen or 0 for row in rows) == 43 * 7_700_000
    assert {row.state for row in rows} == {"proposed", "waiting_budget"}


def test_what_is_given_up_is_free_for_the_next():
    buyer = make.make_organisation()
    policy = subsidies.make_policy(annual_budget_fen=30 * WAN)
    batch = subsidies.make_batch(policy)
    first, second = (
        subsidies.make_case(buyer, paid_contract(buyer, 300)[1], policy, batch) for _ in range(2)
    )
    who = reviewer()
    fix(who, first, second)
    with unit_of_work():
        row = db.session.get_one(SubsidyCase, first.id)
        row.fixed_fen, row.released_at, row.state = None, clock.now() + timedelta(seconds=1), "accepted"
    fix(who, second)
    assert db.session.get_one(SubsidyCase, second.id).state == "proposed"
