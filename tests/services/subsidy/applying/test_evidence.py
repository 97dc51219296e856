"""The sum that a page shows, term by term, is the ledger's own; a part of the world decides as the whole does."""

from datetime import date, timedelta

import pytest

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.deals import Payment, PaymentAllocation
from marketplace.models.subsidy import CapGroup, CapGroupMember, PolicyVersion, SubsidyCase
from marketplace.services.subsidy import recoveries, world
from marketplace.services.subsidy.applying import evidence
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import subsidies
from tests.deals import WAN, make_contract, make_payment, make_traded

pytestmark = pytest.mark.usefixtures("session")


def words(term):
    return [reason.message % reason.params for reason in term.reasons]


def test_every_term_and_every_amount_that_is_left_out_has_its_reason():
    policy = subsidies.make_policy(window=(date(2020, 1, 1), None), base="min_paid_technical")
    buyer = make.make_organisation()
    contract = make_contract(buyer, amounts=(300 * WAN,), technical=(200 * WAN,))
    traded = contract.current.lines[0].traded_id
    make_payment(contract, 250 * WAN)
    make_payment(contract, 20 * WAN, evidence="cash")
    make_payment(contract, 10 * WAN, payer_uscc="123400004850123499", payer_name="别家")
    make_payment(contract, 5 * WAN, payee_uscc="123400004850123499", payee_name="别家")
    make_payment(contract, 4 * WAN, paid_on=date(2019, 1, 1))
    partly = make_payment(contract, 80 * WAN)
    make_payment(contract, 10 * WAN, "refund")
    with unit_of_work():
        share = db.session.query(PaymentAllocation).filter_by(payment_id=partly.id).one()
        share.excluded_fen, share.exclusion_reason = 3 * WAN, "签订前付款"
    found = evidence.of_purchase(policy, traded, buyer.uscc)
    (each,) = found.contracts
    assert [(term.counted_fen // WAN, term.left_out_fen // WAN) for term in each.terms] == [
        (250, 0), (0, 20), (0, 10), (0, 5), (0, 4), (77, 3), (-10, 0),
    ]  # fmt: skip
    said = [words(term) for term in each.terms]
    assert said[0] == said[6] == []
    assert "认可范围" in said[1][0]
    assert said[2:5] == [["付款人不是合同买方"], ["收款人不是合同卖方"], ["付款日期不在政策的付款期间内"]]
    assert said[5] == ["审核剔除：签订前付款"]
    assert sum(term.counted_fen for term in each.terms) == each.net_paid_fen == 317 * WAN
    assert [(cut.message, fen // WAN) for cut, fen in each.cut] == [
        ("超出合同约定的金额", 17),
        ("超出技术交易额", 100),
    ]
    assert each.eligible_fen == found.eligible_fen == 200 * WAN
    assert (found.entitlement_fen, found.likely_fen) == (20 * WAN, 20 * WAN)


def test_a_refund_of_a_payment_that_does_not_count_takes_nothing():
    policy, buyer = subsidies.make_policy(), make.make_organisation()
    contract = make_contract(buyer)
    card = make_payment(contract, 30 * WAN, evidence="stripe")
    make_payment(contract, 50 * WAN)
    make_payment(contract, 30 * WAN, "refund", returns_id=card.id)
    found = evidence.of_purchase(policy, contract.current.lines[0].traded_id, buyer.uscc)
    assert [term.counted_fen // WAN for term in found.contracts[0].terms] == [0, 50, 0]
    assert found.eligible_fen == 50 * WAN


def test_a_contract_that_is_not_eligible_says_so_and_gives_nothing():
    policy, buyer = subsidies.make_policy(), make.make_organisation()
    contract = make_contract(buyer, state="deregistered", related_party=True)
    make_payment(contract, 50 * WAN)
    found = evidence.of_purchase(policy, contract.current.lines[0].traded_id, buyer.uscc)
    (each,) = found.contracts
    assert [ground.message for ground in each.grounds] == ["合同登记已注销或撤销", "合同属于关联交易"]
    assert (each.eligible_fen, found.likely_fen, found.left_out[0][1]) == (0, 0, 50 * WAN)
    assert [reason.message for reason in found.reasons] == ["合同登记已注销或撤销", "合同属于关联交易"]


def test_a_decided_case_shows_what_was_decided_at_its_moment():
    policy, buyer = subsidies.make_policy(), make.make_organisation()
    batch = subsidies.make_batch(policy)
    contract = make_contract(buyer)
    make_payment(contract, 100 * WAN)
    traded = contract.current.lines[0].traded
    case = subsidies.make_case(buyer, traded, policy, batch, "approved", fixed_fen=10 * WAN)
    later = make_payment(contract, 80 * WAN)
    with unit_of_work():
        db.session.get_one(Payment, later.id).verified_at = clock.now() + timedelta(seconds=5)
    then, now = evidence.sum_of(case), evidence.of_purchase(policy, traded.id, buyer.uscc)
    assert (then.eligible_fen, then.granted_fen, then.likely_fen) == (100 * WAN, 0, 10 * WAN)
    assert (now.eligible_fen, now.granted_fen, now.likely_fen) == (180 * WAN, 10 * WAN, 8 * WAN)


@pytest.mark.parametrize(
    "limits", [{}, {"annual_budget_fen": 45 * WAN}, {"enterprise_year_cap_fen": 12 * WAN}]
)
def test_a_part_of_the_world_decides_as_the_whole_does(limits):
    policy = subsidies.make_policy(**limits)
    batch = subsidies.make_batch(policy)
    first, second = make.make_organisation(), make.make_organisation()
    shared, twin, other = make_traded(), make_traded(), make_traded()
    with unit_of_work():
        group = CapGroup(state="confirmed", shared_number="ZL1", confirmed_at=clock.now())
        group.members = [CapGroupMember(traded_id=shared.id), CapGroupMember(traded_id=twin.id)]
        db.session.add(group)
    for buyer, bought, paid in [
        (first, shared, 90),
        (second, twin, 300),
        (first, other, 60),
        (second, other, 200),
    ]:
        make_payment(make_contract(buyer, traded=[bought]), paid * WAN)
    both = make_contract(first, amounts=(100 * WAN, 50 * WAN), traded=[shared, other])
    make_payment(both, 70 * WAN, shares=[(shared.id, 40 * WAN), (other.id, 30 * WAN)])
    make_payment(both, 10 * WAN, "refund", shares=[(shared.id, 10 * WAN)])
    subsidies.make_case(second, twin, policy, batch, "approved", fixed_fen=30 * WAN)
    subsidies.make_case(first, other, policy, batch, "proposed", fixed_fen=6 * WAN)
    given_up = subsidies.make_case(second, other, policy, batch, "proposed", fixed_fen=20 * WAN)
    with unit_of_work():
        row = db.session.get_one(SubsidyCase, given_up.id)
        row.state, row.fixed_fen, row.released_at = "withdrawn", None, clock.now()
    whole, pair = world.world_of(policy).ledger(), world.part_about(policy, [twin.id, other.id]).ledger()
    for buyer in (first, second):
        for traded in (shared, twin, other):
            claim = world.claim("thought", traded.id, buyer.uscc, clock.today())
            for part in (world.part_of(policy, traded.id).ledger(), pair):
                assert part.weigh(claim) == whole.weigh(claim)
                used = [one.cap_used_fen(str(traded.id), buyer.uscc) for one in (part, whole)]
                assert used[0] == used[1]


def test_the_queue_counts_earlier_cases_of_the_achievement_only():
    policy, buyer, rival = subsidies.make_policy(), make.make_organisation(), make.make_organisation()
    batch, traded = subsidies.make_batch(policy), make_traded()
    early = subsidies.make_case(rival, traded, policy, batch, "review")
    late = subsidies.make_case(buyer, traded, policy, batch, "first_review")
    assert (evidence.sum_of(early).queued, evidence.sum_of(late).queued) == (0, 1)


def test_what_is_asked_back_for_one_achievement_is_what_the_whole_world_asks_back():
    policy, buyer = subsidies.make_policy(), make.make_organisation()
    batch = subsidies.make_batch(policy)
    contracts = [make_contract(buyer), make_contract(buyer)]
    for contract in contracts:
        make_payment(contract, 100 * WAN)
        traded = contract.current.lines[0].traded
        subsidies.make_case(buyer, traded, policy, batch, "tracking", fixed_fen=10 * WAN)
        make_payment(contract, 40 * WAN, "refund")
    with unit_of_work():
        posted = recoveries.sync(policy, [contracts[0].current.lines[0].traded_id])
        assert [(row.traded_id, row.amount_fen // WAN) for row in posted] == [
            (contracts[0].current.lines[0].traded_id, 4)
        ]
    with unit_of_work():
        posted = recoveries.sync(db.session.get_one(PolicyVersion, policy.id))
        assert [row.traded_id for row in posted] == [contracts[1].current.lines[0].traded_id]
    with unit_of_work():
        assert recoveries.sync(db.session.get_one(PolicyVersion, policy.id)) == []
