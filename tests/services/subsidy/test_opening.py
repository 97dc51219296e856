"""A case opens itself at the later of registration and first verified voucher; once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.platform import Notice
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy import opening
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make
from tests.deals import WAN

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("session")


def follow(contract):
    with unit_of_work():
        opening.follow([{"contract": contract.id}])
    return list(db.session.scalars(select(SubsidyCase).order_by(SubsidyCase.id)))


def test_registered_and_paid_opens_one_case_and_tells_the_buyer():
    policy, buyer = subsidies.make_policy(), make.make_organisation()
    person = make.make_person(buyer)
    contract = deals.make_contract(buyer)
    assert follow(contract) == []
    deals.make_payment(contract, 100 * WAN)
    (case,) = follow(contract)
    assert (case.state, case.traded_id, case.policy_version_id, case.created_by) == (
        "draft", contract.current.lines[0].traded_id, policy.id, None
    )  # fmt: skip
    assert {material.code for material in case.materials} >= {"contract", "voucher", "conversion"}
    assert db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)).all() == [
        "case_opened"
    ]
    deals.make_payment(contract, 50 * WAN)
    assert len(follow(contract)) == 1


@pytest.mark.parametrize("state", ["submitted", "returned", "deregistered"])
def test_an_unregistered_contract_opens_nothing(state):
    subsidies.make_policy()
    buyer = make.make_organisation()
    contract = deals.make_contract(buyer, state=state, signed_on=deals.clock.today())
    deals.make_payment(contract, 100 * WAN)
    assert follow(contract) == []


def test_a_seller_in_the_city_or_a_draft_policy_opens_nothing():
    subsidies.make_policy(state="drafted")
    buyer = make.make_organisation()
    outside = deals.make_contract(buyer)
    deals.make_payment(outside, 100 * WAN)
    assert follow(outside) == []
    subsidies.make_policy()
    inside = deals.make_contract(buyer, make.make_organisation("university"))
    deals.make_payment(inside, 100 * WAN)
    assert follow(inside) == []


def test_by_hand_for_what_one_bought_only():
    subsidies.make_policy(state="drafted")
    buyer = make.make_organisation()
    agent = make.actor(make.make_person(buyer))
    contract = deals.make_contract(buyer)
    traded = contract.current.lines[0].traded_id
    with unit_of_work():
        first = opening.open_by_hand(agent, traded).id
        assert opening.open_by_hand(agent, traded).id == first
    other = make.actor(make.make_person(make.make_organisation()))
    with pytest.raises(NotFound), unit_of_work():
        opening.open_by_hand(other, traded)
    reviewer = make.actor(make.make_staff(Role.SUBSIDY_REVIEWER))
    with pytest.raises(NotAllowed), unit_of_work():
        opening.open_by_hand(reviewer, traded)


def test_a_certificate_of_the_enterprise_itself():
    buyer = make.make_organisation()
    agent = make.actor(make.make_person(buyer))
    with pytest.raises(DomainError, match="政策版本"), unit_of_work():
        opening.open_for_certificate(agent, "high_tech")
    subsidies.make_policy("high_tech")
    with unit_of_work():
        case = opening.open_for_certificate(agent, "high_tech")
        assert (case.traded_id, [one.code for one in case.materials]) == (
            None,
            ["form", "certificate", "licence"],
        )


def test_who_paid_before_a_window_was_closed_still_opens_under_its_version():
    today = deals.clock.today()
    closed = subsidies.make_policy(window=(None, today))
    buyer = make.make_organisation()
    contract = deals.make_contract(buyer)
    deals.make_payment(contract, 100 * WAN)
    agent, traded_id = make.actor(make.make_person(buyer)), contract.current.lines[0].traded_id
    subsidies.make_policy(window=(today + DAY, None))
    with deals.clock.frozen(deals.clock.now() + 2 * DAY), unit_of_work():
        assert opening.open_by_hand(agent, traded_id).policy_version_id == closed.id
