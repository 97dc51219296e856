"""Every row of the table of decided cases (docs/domain.md §13), its number in the name, by the real services."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Role
from marketplace.domain.errors import DomainError, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import ContractChange, Payment, PaymentEvidence, TradedRight
from marketplace.models.subsidy import CapGroup, DishonestEntry, PolicyVersion, SubsidyBatch, SubsidyCase
from marketplace.services.deals.drafts import versions
from marketplace.services.deals.payments import decisions as vouchers_seen
from marketplace.services.deals.payments import invoices, paid
from marketplace.services.platform import files
from marketplace.services.subsidy import case_facts, opening, recoveries
from marketplace.services.subsidy.applying import declaring, evidence, lacking, materials, submitting, terms
from marketplace.services.subsidy.granting import paying, releasing, standing
from marketplace.services.subsidy.registers import decisions, groups
from marketplace.services.subsidy.reviewing import competence, flags
from marketplace.services.unit import unit_of_work
from tests import applications, deals, grants, reviewing, subsidies
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment, make_traded
from tests.services.deals.payments import money
from tests.services.subsidy.purchases import bought, fix, ready, refusals, thought, traded_of

pytestmark = pytest.mark.usefixtures("session")


def test_00_a_case_is_one_buyer_one_achievement_one_batch_over_all_its_contracts():
    policy, buyer, traded = subsidies.make_policy(), make.make_organisation(), make_traded()

    def follow(contract):
        with unit_of_work():
            opening.follow([{"contract": contract.id}])
        return list(db.session.scalars(select(SubsidyCase).order_by(SubsidyCase.id)))

    first = make_contract(buyer, traded=[traded])
    assert follow(first) == []
    make_payment(first, 100 * WAN)
    (case,) = follow(first)
    second = bought(60, buyer, traded)
    assert follow(second) == [case]
    found = evidence.sum_of(case)
    assert (found.eligible_fen, len(found.contracts)) == (160 * WAN, 2)
    assert len(follow(bought(10, traded=traded))) == 2
    today = clock.today()
    batch = subsidies.make_batch(policy)
    with unit_of_work():
        row = db.session.get_one(SubsidyBatch, batch.id)
        row.apply_from, row.apply_to = today + timedelta(days=9), today + timedelta(days=40)
    assert terms.window_of(case) == terms.Window(None, row)
    assert "batch_open" not in case_facts.facts_of(case, SYSTEM)


def test_01_the_cap_is_the_achievements_over_contracts_buyers_and_years():
    policy, traded = subsidies.make_policy(), make_traded()
    assert fix(ready(bought(300, traded=traded), policy)) == [30 * WAN]
    assert fix(ready(bought(400, traded=traded), policy)) == [20 * WAN]
    last = ready(bought(100, traded=traded), policy)
    assert (fix(last), grants.fresh(last).reasons) == ([None], ["CAP_EXHAUSTED"])
    each = subsidies.make_policy(cap_scope="achievement_buyer")
    shared = make_traded()
    two = [ready(bought(wan, traded=shared), each) for wan in (300, 400)]
    assert fix(*two) == [30 * WAN, 40 * WAN]


def test_01_a_shared_number_proposes_a_group_that_acts_from_its_confirmation_on():
    policy = subsidies.make_policy()
    contract, twin = bought(400), bought(400)
    with unit_of_work():
        number = traded_of(contract).rights[0].number
        traded_of(twin).rights.append(TradedRight(ip_type="invention", number=number))
    first = ready(contract, policy)
    fix(first)
    with unit_of_work():
        (group,) = groups.propose([contract.id])
    assert thought(policy, twin).likely_fen == 40 * WAN
    reviewer, group_id = grants.staff(Role.SUBSIDY_REVIEWER), group.id
    with unit_of_work():
        groups.act(reviewer, group_id, "confirm", "同一专利")
    assert db.session.get_one(CapGroup, group_id).state == "confirmed"
    assert fix(ready(twin, policy)) == [10 * WAN]
    assert grants.fresh(first).fixed_fen == 40 * WAN


def test_02_a_queued_case_holds_a_place_and_no_money_and_submission_order_decides():
    policy, traded = subsidies.make_policy(), make_traded()
    early, late = (ready(bought(400, traded=traded), policy) for _ in range(2))
    queued = evidence.sum_of(late)
    assert (queued.queued, queued.free_fen) == (1, 50 * WAN)
    assert fix(late, early) == [10 * WAN, 40 * WAN]
    reviewer = grants.staff(Role.SUBSIDY_REVIEWER)
    with unit_of_work():
        releasing.give_up(reviewer, early.id, "成果信息有误")
    assert fix(ready(bought(900, traded=traded), policy)) == [40 * WAN]
    reduced = grants.fixed_case()
    grants.published(reduced)
    grants.paid_back(reduced, 100)
    # Changed after 公示: published again.
    assert (grants.fresh(reduced).state, grants.fresh(reduced).fixed_fen) == ("proposed", 20 * WAN)


def test_03_each_line_is_an_achievement_and_gets_its_own_share_of_a_payment():
    policy, buyer, both = subsidies.make_policy(), make.make_organisation(), [make_traded(), make_traded()]
    contract = make_contract(buyer, amounts=(200 * WAN, 100 * WAN), traded=both)
    make_payment(contract, 230 * WAN, shares=[(both[0].id, 150 * WAN), (both[1].id, 80 * WAN)])
    assert contract.current.amount_fen == 300 * WAN
    each = [evidence.of_purchase(policy, one.id, buyer.uscc).likely_fen for one in both]
    assert each == [15 * WAN, 8 * WAN]
    assert len(bought().current.lines) == 1


def test_04_each_case_takes_what_is_not_claimed_and_the_entitlement_is_cumulative():
    policy = subsidies.make_policy()
    contract = bought(200, amount_wan=600)
    assert fix(ready(contract, policy)) == [20 * WAN]
    nothing = ready(contract, policy)
    assert (fix(nothing), grants.fresh(nothing).reasons) == ([None], ["NOTHING_NEW"])
    with clock.frozen(clock.now() + timedelta(days=370)):
        make_payment(contract, 400 * WAN)
        assert fix(ready(contract, policy)) == [30 * WAN]


def test_05_a_refund_reduces_before_the_payout_and_is_asked_back_after_it():
    before, after = grants.fixed_case(), grants.paid_case()
    (reduction,), (recovery,) = grants.paid_back(before, 100), grants.paid_back(after, 100)
    assert (reduction.kind, reduction.state, grants.fresh(before).fixed_fen) == (
        "reduction", "settled", 20 * WAN
    )  # fmt: skip
    assert (recovery.kind, recovery.state, recovery.amount_fen) == ("recovery", "open", 10 * WAN)
    resting = ready(bought(400, traded=after.traded), after.policy)
    assert fix(resting) == [30 * WAN]
    assert standing.burdens([grants.fresh(resting)])
    grants.receive_all(recovery)
    assert not standing.burdens([grants.fresh(resting)])


def test_06_no_more_than_the_price_as_amended_is_eligible():
    policy = subsidies.make_policy()
    contract = bought(130, amount_wan=100)
    found = thought(policy, contract)
    assert found.eligible_fen == 100 * WAN
    assert [(words.message, fen) for words, fen in found.left_out] == [("超出合同约定的金额", 30 * WAN)]
    with unit_of_work():
        more = versions.next_version(SYSTEM, contract, contract.current)
        more.lines[0].amount_fen = more.lines[0].technical_fen = 120 * WAN
        change = ContractChange(
            contract_id=contract.id, kind="amend", state="approved", version_id=more.id,
            organisation_id=contract.organisation_id, signed_on=clock.today(), decided_at=clock.now(),
        )  # fmt: skip
        db.session.add(change)
        contract.version_id = more.id
    db.session.expire_all()
    assert thought(policy, contract).eligible_fen == 120 * WAN


def test_07_the_base_is_what_was_paid_unless_the_version_says_otherwise():
    contract = bought(300, technical=(200 * WAN,))
    words, technical = subsidies.make_policy(), subsidies.make_policy(base="min_paid_technical")
    assert [thought(one, contract).eligible_fen for one in (words, technical)] == [300 * WAN, 200 * WAN]


def test_08_the_voucher_counts_and_a_difference_to_the_invoice_is_explained_or_taken_out():
    case, agent = applications.open_case()
    contract = grants.contract_of(case)
    row = make_payment(contract, 40 * WAN)

    def invoice():
        found = evidence.sum_of(case)
        states = {item.material.code: item.state for item in materials.checklist(case, found)}
        return found.eligible_fen, states["invoice"]

    assert invoice() == (140 * WAN, "missing")
    with unit_of_work():
        invoices.explain(agent, contract.id, case.traded_id, 40 * WAN, "卖方尚未开具第二张发票")
    assert invoice() == (140 * WAN, "provided")
    finance = grants.staff(Role.FINANCE)
    with pytest.raises(DomainError, match="理由"), unit_of_work():
        vouchers_seen.exclude(finance, row.allocations[0].id, 15 * WAN, "")
    with unit_of_work():
        vouchers_seen.exclude(finance, row.allocations[0].id, 15 * WAN, "没有发票的部分")
    assert invoice()[0] == 125 * WAN


def test_09_what_is_no_transfer_from_buyer_to_seller_is_paid_and_not_eligible():
    policy, contract = subsidies.make_policy(), make_contract(make.make_organisation())
    for kind in ("cash", "acceptance_bill", "offset", "equity"):
        make_payment(contract, 50 * WAN, evidence=kind)
    for side in ("payer_uscc", "payee_uscc"):
        make_payment(contract, 50 * WAN, **{side: "123400004850123499"})
    found = thought(policy, contract)
    assert (paid.net(contract.id), found.eligible_fen) == (300 * WAN, 0)
    assert [len(term.reasons) for term in found.contracts[0].terms] == [1] * 6


def test_10_a_card_payment_counts_on_the_contract_and_for_the_aid_once_a_statement_is_there():
    policy, contract = subsidies.make_policy(), make_contract(make.make_organisation())
    taken = subsidies.make_policy(accepted_evidence=["bank_transfer", "stripe"])
    card = make_payment(contract, 50 * WAN, evidence="stripe", serial="", bank="")
    assert paid.net(contract.id) == 50 * WAN
    assert [thought(one, contract).eligible_fen for one in (policy, taken)] == [0, 50 * WAN]
    with unit_of_work():
        db.session.get_one(Payment, card.id).evidences.append(
            PaymentEvidence(
                ordinal=1, state="verified", evidence="bank_transfer", bank="HSB", serial="S1",
                organisation_id=contract.organisation_id, verified_at=clock.now(),
            )
        )  # fmt: skip
    assert thought(policy, contract).eligible_fen == 50 * WAN


def test_11_a_voucher_serves_once_may_be_shared_and_never_beyond_its_amount():
    policy, trade = subsidies.make_policy(), money.make_trade()
    one, two = (make_contract(trade.buyer, traded=[make_traded()]) for _ in range(2))

    def shares(*wan):
        return tuple(
            money.Share(each.id, traded_of(each).id, fen * WAN)
            for each, fen in zip((one, two), wan, strict=True)
        )

    with pytest.raises(ValidationFailed):
        money.record(trade.buys, one, 100 * WAN, shares=shares(70, 40), serial="HS1")
    same = money.pdf("同一回单")
    row = money.record(trade.buys, one, 100 * WAN, shares=shares(70, 30), serial="HS1", uploads=(same,))
    with pytest.raises(DomainError) as refused:
        money.record(trade.buys, two, 100 * WAN, serial=" hs1 ")
    assert refused.value.field == "serial"
    money.decide(trade.verifier, money.task_of(row))
    assert [thought(policy, each).eligible_fen for each in (one, two)] == [70 * WAN, 30 * WAN]
    # The same file again: kept once inside an organisation, told across them.
    other = money.make_trade()
    again = money.record(other.buys, make_contract(other.buyer), 9 * WAN, uploads=(same,))
    assert len(vouchers_seen.same_files(files.links_of("payment", again.id))) == 1


def test_12_before_signing_is_flagged_for_a_decision_and_the_window_is_by_payment_date():
    case, _agent = reviewing.submitted()
    contract = competence.contracts_of(case)[0]
    with unit_of_work():
        row = db.session.scalars(select(Payment).order_by(Payment.id)).first()
        row.paid_on = contract.signed_on - timedelta(days=1)
    assert "paid_before_signing" in {flag.code for flag in flags.flags(case, evidence.sum_of(case))}
    assert evidence.sum_of(case).eligible_fen == 100 * WAN
    closed = subsidies.make_policy(window=(contract.signed_on, None))
    assert thought(closed, contract).eligible_fen == 0
    assert thought(subsidies.make_policy(window=(row.paid_on, row.paid_on)), contract).eligible_fen


def test_13_the_base_of_foreign_money_is_the_rmb_debit():
    policy, trade = subsidies.make_policy(), money.make_trade()
    contract = make_contract(trade.buyer)
    abroad = {"currency": "USD", "foreign_amount": 10_000_000, "rate": "7.1"}
    with pytest.raises(ValidationFailed) as refused:
        money.record(trade.buys, contract, 72 * WAN, **abroad)
    assert [fault.field for fault in refused.value.errors] == ["rate_on"]
    money.verified(trade, contract, 72 * WAN, **abroad, rate_on=date(2026, 1, 5))
    assert thought(policy, contract).eligible_fen == 72 * WAN


def test_14_related_parties_stop_and_the_declaration_is_required():
    policy = subsidies.make_policy()
    assert refusals(policy, bought(related_party=True)) == {"合同属于关联交易"}
    case, agent = applications.open_case()
    assert "declarations" in {problem.anchor for problem in lacking.problems(case)}
    with pytest.raises(ValidationFailed) as refused, unit_of_work():
        declaring.declare(agent, case.id, declaring.Declared(False, True, "none", "", agent.name))
    assert [fault.field for fault in refused.value.errors] == ["unrelated"]
    with unit_of_work():
        seller, buyer = grants.contract_of(case).current.parties[1], case.organisation.profile
        seller.legal_representative, seller.address = buyer.legal_representative, buyer.address
        seller.contact_phone = buyer.contact_phone
    found = {flag.code for flag in flags.flags(case, None)}
    assert {"same_representative", "same_address", "same_phone"} <= found


@pytest.mark.parametrize(("aid", "stopped"), [("none", False), ("other", False), ("provincial", True)])
def test_15_a_provincial_subsidy_for_the_same_contract_stops(aid, stopped):
    case, agent = applications.open_case()
    applications.complete(case, agent, aid)
    case = reviewing.again(case)
    assert any(problem.stop for problem in lacking.problems(case)) is stopped
    assert ("ready" in case_facts.facts_of(case, agent)) is not stopped


def test_16_the_division_at_signing_decides_and_joint_sellers_by_decision():
    policy = subsidies.make_policy()
    assert refusals(policy, bought(buyer=make.make_organisation(division="340111"))) == {"买方不是市内企业"}
    contract = bought()
    with unit_of_work():
        # A code of the city says nothing: the division does.
        contract.current.parties[1].uscc = "12341300485012345X"
        joint = deals.party("seller", 2, uscc="12341300485012349B", division="341302", name="合作方")
        contract.current.parties.append(joint)
    make_payment(contract, 50 * WAN, payee_uscc="12341300485012345X")
    assert refusals(policy, contract) == {"卖方在市内，不是购买市外成果"}
    reviewer = grants.staff(Role.SUBSIDY_REVIEWER)
    for outcome, eligible in (("outside", 50), ("inside", 0)):
        with unit_of_work():
            decisions.sellers(reviewer, contract.id, outcome, "成果由市外第一卖方单独完成，见补充材料")
        assert thought(policy, contract).eligible_fen == eligible * WAN
    imported = make_contract(make.make_organisation())
    with unit_of_work():
        seller = imported.current.parties[1]
        seller.country, seller.foreign_number, seller.uscc, seller.division = "DE", "HRB 7744", "", None
    make_payment(imported, 30 * WAN, payee_uscc="", payee_name=imported.current.parties[1].name)
    assert thought(policy, imported).eligible_fen == 30 * WAN


def test_17_an_unregistered_contract_is_not_submitted_and_a_cancelled_one_is_asked_back():
    policy = subsidies.make_policy()
    assert refusals(policy, bought(state="submitted", signed_on=clock.today())) == {"合同还没有登记"}
    assert refusals(policy, bought(state="deregistered")) == {"合同登记已注销或撤销"}
    case = grants.paid_case()
    with unit_of_work():
        contract = grants.contract_of(case)
        contract.state, contract.state_at = "revoked", clock.now()
        (posted,) = recoveries.sync(case.policy)
    assert (posted.kind, posted.amount_fen) == ("recovery", 30 * WAN)


def test_18_development_transfer_and_licence_are_purchases_and_nothing_else():
    policy, buyer = subsidies.make_policy(), make.make_organisation()
    for kind in ("development.joint", "transfer.secret", "licence.patent"):
        assert thought(policy, bought(buyer=buyer, kind=kind)).eligible_fen == 100 * WAN
    for kind in ("consulting.general", "service.general", "service.training", "service.brokerage"):
        assert refusals(policy, bought(buyer=buyer, kind=kind)) == {"合同类型不在适用范围内"}


def test_19_evidence_of_conversion_is_asked_for_before_the_city_passes():
    case, _agent = reviewing.passed_first()
    row = next(one for one in case.materials if one.code == "conversion")
    with unit_of_work():
        for link in files.links_of("case_material", row.id):
            files.detach(SYSTEM, link)
        row.state = "missing"
    assert not lacking.is_converted(case)
    with pytest.raises(DomainError, match="佐证"):
        reviewing.decide(reviewing.city(), case, "pass")
    assert reviewing.again(case).state == "review"


def test_20_a_listed_buyer_is_stopped_at_submission_and_payout_but_for_a_decision():
    draft, agent = applications.open_case()
    applications.complete(draft, agent)
    case = grants.approved_case()
    with unit_of_work():
        for one in (draft, case):
            entry = DishonestEntry(uscc=one.organisation.uscc, source="信用中国", listed_on=clock.today())
            db.session.add(entry)
    with pytest.raises(DomainError, match="失信"), unit_of_work():
        submitting.submit(agent, draft.id)
    finance = grants.staff(Role.FINANCE)
    with pytest.raises(DomainError, match="失信"), unit_of_work():
        paying.pay(finance, case.id, grants.transfer(case))
    approver = grants.staff(Role.SUBSIDY_APPROVER)
    with unit_of_work():
        decisions.dishonest(approver, case.id, "overridden", "已履行完毕，正在办理移出")
    with unit_of_work():
        assert paying.pay(finance, case.id, grants.transfer(case)).amount_fen == case.fixed_fen


def test_21_beyond_the_budget_a_case_waits_and_is_not_paid():
    policy = subsidies.make_policy(annual_budget_fen=40 * WAN)
    first, second = (ready(bought(300), policy) for _ in range(2))
    assert fix(first, second) == [30 * WAN, None]
    assert grants.fresh(second).state == "waiting_budget"
    finance = grants.staff(Role.FINANCE)
    with pytest.raises(DomainError), unit_of_work():
        paying.pay(finance, second.id, grants.transfer(second, amount_fen=30 * WAN))
    assert paying.of_case(second.id) is None
    with unit_of_work():
        row = db.session.get_one(PolicyVersion, policy.id)
        row.parameters = row.parameters | {"annual_budget_fen": 60 * WAN}
    assert grants.fresh(second).state == "waiting_budget"
    assert fix(second) == [30 * WAN]


def test_22_the_pinned_version_decides_to_the_end():
    case, _agent = reviewing.passed_first()
    case = reviewing.decide(reviewing.city(), case, "pass")
    with unit_of_work():
        case.policy.state = "repealed"
    later = subsidies.make_policy(rate=500)
    assert fix(case) == [10 * WAN]
    assert thought(later, grants.contract_of(case)).entitlement_fen == 5 * WAN
