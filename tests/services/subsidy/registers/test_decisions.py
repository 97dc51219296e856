"""Written decisions: joint or doubtful sellers, a 失信 applicant; with a reason, the last one holds."""

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, NotAllowed
from marketplace.extensions import db
from marketplace.models.subsidy import DishonestEntry
from marketplace.services.subsidy import case_facts, world
from marketplace.services.subsidy.applying import submitting
from marketplace.services.subsidy.registers import decisions
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make
from tests.reviewing import decide, office, submitted

pytestmark = pytest.mark.usefixtures("session")
WAN = deals.WAN


@pytest.fixture
def reviewer():
    return make.actor(make.make_staff(Role.SUBSIDY_REVIEWER))


def test_joint_sellers_count_as_was_decided_last(reviewer):
    policy = subsidies.make_policy()
    buyer = make.make_organisation("enterprise")
    contract = deals.make_contract(buyer)
    with unit_of_work():
        contract.current.parties.append(
            deals.party("seller", 2, name="宿州共同卖方", division="341302", uscc="X")
        )
    deals.make_payment(contract, 100 * WAN)
    assert decisions.is_doubtful(contract)
    claim = world.claim("thought", contract.current.lines[0].traded_id, buyer.uscc, clock.today())

    def likely():
        outcome = world.world_of(policy).ledger().weigh(claim)
        return outcome.grant_fen, [str(one) for one in outcome.reasons]

    assert likely() == (0, ["SELLER_IN_CITY"])
    for outcome, expected in (("outside", (10 * WAN, [])), ("inside", (0, ["SELLER_IN_CITY"]))):
        with unit_of_work():
            decisions.sellers(reviewer, contract.id, outcome, "第二卖方不持有该成果")
        assert likely() == expected
    assert [row.outcome for row in decisions.of("sellers", contract.id)] == ["inside", "outside"]


def test_one_seller_outside_is_not_doubtful_and_a_reason_is_asked_for(reviewer):
    contract = deals.make_contract(make.make_organisation("enterprise"))
    assert not decisions.is_doubtful(contract)
    for outcome, words in (("outside", " "), ("perhaps", "理由")):
        with pytest.raises(DomainError):
            decisions.sellers(reviewer, contract.id, outcome, words)
    with pytest.raises(NotAllowed):
        decisions.sellers(make.actor(make.make_staff(Role.FINANCE)), contract.id, "outside", "理由")


def test_a_dishonest_applicant_goes_on_only_by_decision():
    policy = subsidies.make_policy()
    buyer = make.make_organisation("enterprise")
    case = subsidies.make_case(buyer, deals.make_traded(), policy, subsidies.make_batch(policy), "approved")
    with unit_of_work():
        db.session.add(DishonestEntry(uscc=buyer.uscc, source="名单", listed_on=clock.today()))
    assert not case_facts.is_trustworthy(case)
    approver = make.actor(make.make_staff(Role.SUBSIDY_APPROVER))
    with unit_of_work():
        decisions.dishonest(approver, case.id, "overridden", "债务已履行，待移出")
    assert case_facts.is_trustworthy(case)
    with unit_of_work():
        decisions.dishonest(approver, case.id, "upheld", "核实未履行")
    assert not case_facts.is_trustworthy(case)


def test_a_listed_applicant_is_stopped_at_a_supplement_too_and_reads_by_which_list():
    """DOMAIN §3, 20: every submission, not the first alone."""
    case, agent = submitted()
    decide(office(), case, "return", "paper_unclear", remarks={"form": "看不清"})
    with unit_of_work():
        db.session.add(
            DishonestEntry(uscc=case.organisation.uscc, source="信用中国", listed_on=clock.today())
        )
    with pytest.raises(DomainError, match=r"信用中国，.*书面决定.*第8条") as refused, unit_of_work():
        submitting.resubmit(agent, case.id)
    assert refused.value.code == "guard_trustworthy"
    approver = make.actor(make.make_staff(Role.SUBSIDY_APPROVER))
    with unit_of_work():
        decisions.dishonest(approver, case.id, "overridden", "债务已履行，待移出")
    with unit_of_work():
        assert submitting.resubmit(agent, case.id).state == "first_review"
