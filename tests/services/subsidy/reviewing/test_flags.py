"""What the radar finds, and amounts taken out by a reviewer."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.extensions import db
from marketplace.models.deals import Payment
from marketplace.models.subsidy import DishonestEntry, PolicyVersion
from marketplace.services.platform import files
from marketplace.services.subsidy.applying import evidence
from marketplace.services.subsidy.reviewing import checking, competence, flags
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make
from tests.deals import WAN
from tests.reviewing import again, check_all, city, decide, office, submitted

pytestmark = pytest.mark.usefixtures("session")


def found(case):
    case = again(case)
    return {flag.code: flag for flag in flags.flags(case, evidence.sum_of(case))}


def first_allocation(case):
    contract = competence.contracts_of(case)[0]
    return (
        db.session.query(Payment)
        .filter(Payment.allocations.any(contract_id=contract.id))
        .one()
        .allocations[0]
    )


def test_a_plain_case_has_nothing_to_look_at_twice():
    case, _agent = submitted()
    assert {code for code, flag in found(case).items() if flag.tone == "bad"} == set()


def test_related_parties_are_found_behind_another_address():
    """The seller of this contract once stood elsewhere with the buyer's own representative and telephone."""
    case, _agent = submitted()
    profile = case.organisation.profile
    third = make.make_organisation()
    contract = deals.make_contract(third)
    with unit_of_work():
        seller = contract.current.parties[1]
        seller.legal_representative, seller.contact_phone = (
            profile.legal_representative,
            profile.contact_phone,
        )
    radar = found(case)
    assert {"same_representative", "same_phone"} <= set(radar)
    assert "same_address" not in radar
    assert radar["same_representative"].tone == "bad"


def test_the_list_of_the_dishonest_an_ended_contract_and_a_changed_sum_are_told():
    case, _agent = submitted()
    contract = competence.contracts_of(case)[0]
    with unit_of_work():
        db.session.add(
            DishonestEntry(
                uscc=case.organisation.uscc, source="信用中国", listed_on=clock.today() - timedelta(days=1)
            )
        )
        contract.state = "deregistered"
    deals.make_payment(contract, 10 * WAN)
    assert {"dishonest", "contract_deregistered", "sum_changed"} <= set(found(case))


def test_a_reviewer_takes_a_part_out_with_a_reason_and_puts_it_back():
    """DOMAIN §3, 8 and 12: the part without an invoice, or paid before signing, is excluded by decision."""
    case, agent = submitted()
    reviewer = office()
    row = first_allocation(case)
    before = evidence.sum_of(case).eligible_fen
    with pytest.raises(DomainError, match="请写明剔除的理由"), unit_of_work():
        checking.exclude(reviewer, case.id, row.id, 30 * WAN, " ")
    with unit_of_work():
        checking.exclude(reviewer, case.id, row.id, 30 * WAN, "没有发票的部分")
    case = again(case)
    assert evidence.sum_of(case).eligible_fen == before - 30 * WAN
    assert ("没有发票的部分", 30 * WAN) in [
        (words.params["why"], fen) for words, fen in evidence.sum_of(case).left_out
    ]
    with unit_of_work():
        checking.exclude(reviewer, case.id, row.id, 0, "")
    assert evidence.sum_of(again(case)).eligible_fen == before
    for person in (agent, office("341321")):
        with pytest.raises(NotFound), unit_of_work():
            checking.exclude(person, case.id, row.id, 1, "x")


def test_only_amounts_of_the_case_under_review_can_be_taken_out():
    case, _agent = submitted()
    other, _agent = submitted()
    reviewer = office()
    foreign = first_allocation(other)
    with pytest.raises(NotFound), unit_of_work():
        checking.exclude(reviewer, case.id, foreign.id, 1, "x")
    check_all(reviewer, case)
    decide(reviewer, case, "pass")
    second = city()
    case = decide(second, case, "pass")
    with pytest.raises(Conflict), unit_of_work():
        checking.exclude(second, case.id, first_allocation(case).id, 1, "x")


def test_a_policy_replaced_meanwhile_leaves_the_case_under_its_own():
    """DOMAIN §3, 22: the pinned version decides to the end."""
    case, _agent = submitted()
    pinned = case.policy_version_id
    with unit_of_work():
        db.session.get_one(PolicyVersion, pinned).state = "repealed"
    subsidies.make_policy(rate=100)
    assert "version_repealed" in found(case)
    reviewer = office()
    check_all(reviewer, case)
    case = decide(city(), decide(reviewer, case, "pass"), "pass")
    assert (case.state, case.policy_version_id) == ("accepted", pinned)
    assert evidence.sum_of(case).rate == 1000


def test_the_same_voucher_in_two_cases_is_told_on_both():
    """DOMAIN §3, 11: the very same file under another serial number."""
    case, _agent = submitted()
    other, _agent = submitted()
    payments = [first_allocation(one).payment for one in (case, other)]
    with unit_of_work():
        for link in files.links_of("payment", payments[1].id):
            files.detach(SYSTEM, link)
        (same,) = files.links_of("payment", payments[0].id)
        files.attach(SYSTEM, same.file, "payment", payments[1].id, "voucher")
    assert found(case)["same_voucher"].tone == found(other)["same_voucher"].tone == "bad"


def test_a_snapshot_that_was_tampered_with_is_flagged():
    case, _agent = submitted()
    assert "seal_broken" not in found(case)
    with unit_of_work():
        content = case.snapshot["content"] | {"clause": "other"}
        case.snapshot = case.snapshot | {"content": content}
    assert found(again(case))["seal_broken"].tone == "bad"
