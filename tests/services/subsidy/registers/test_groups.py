"""Cap groups: proposed by a shared number, acting from confirmation on, found again and again only once."""

import pytest

from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.models.deals import TradedRight
from marketplace.services.platform import outbox
from marketplace.services.subsidy import world
from marketplace.services.subsidy.registers import groups
from marketplace.services.unit import unit_of_work
from tests import deals
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
NUMBER = "201310699744.2"


@pytest.fixture
def reviewer():
    return make.actor(make.make_staff(Role.SUBSIDY_REVIEWER))


@pytest.fixture
def buyer():
    return make.make_organisation("enterprise")


def bought(buyer, number=NUMBER, listing=None, state="registered"):
    """A contract about an achievement with that right."""
    traded = deals.make_traded(listing=listing)
    if listing is None:
        with unit_of_work():
            traded.rights = [TradedRight(ip_type="invention", number=number)]
    return deals.make_contract(buyer, traded=[traded], state=state)


def propose(*contracts):
    with unit_of_work():
        return groups.propose([contract.id for contract in contracts])


def act(actor, row, action, note="同一专利"):
    with unit_of_work():
        return groups.act(actor, row.id, action, note)


def line(contract):
    return str(contract.current.lines[0].traded_id)


def test_a_shared_number_of_a_listing_and_a_record_proposes_a_group(buyer):
    university = make.make_organisation("university", division="340111")
    listing = make.make_published(make.make_person(university), ip_rights=[make.PATENT])
    first, second, other = bought(buyer, listing=listing), bought(buyer), bought(buyer, "201110000001.6")
    (row,) = propose(second, other)
    assert row.shared_number == NUMBER
    assert {str(one.traded_id) for one in row.members} == {line(first), line(second)}
    assert propose(first, second) == []
    assert world.cap_groups() == {}


def test_what_only_a_draft_names_is_no_reason(buyer):
    bought(buyer, state="draft")
    assert propose(bought(buyer)) == []


def test_a_group_acts_once_confirmed_with_a_reason(buyer, reviewer):
    first, second = bought(buyer), bought(buyer)
    (row,) = propose(first)
    with pytest.raises(DomainError, match="理由"):
        act(reviewer, row, "confirm", " ")
    with pytest.raises(NotAllowed):
        act(make.actor(make.make_staff(Role.POLICY_MANAGER)), row, "confirm")
    act(reviewer, row, "confirm")
    assert row.confirmed_at is not None
    assert world.cap_groups() == {line(one): f"group-{row.id}" for one in (first, second)}
    with pytest.raises(Conflict):
        act(reviewer, row, "reject")


def test_an_achievement_found_later_waits_for_its_own_decision(buyer, reviewer):
    first, second = bought(buyer), bought(buyer)
    (row,) = propose(first)
    act(reviewer, row, "confirm")
    third = bought(buyer)
    assert propose(third) == [row]
    assert groups.waits(row)
    assert line(third) not in world.cap_groups()
    act(reviewer, row, "reject_member", "权利要求不同")
    fourth = bought(buyer)
    propose(fourth)
    act(reviewer, row, "confirm_member")
    assert set(world.cap_groups()) == {line(first), line(second), line(fourth)}
    assert propose(third, fourth) == []
    with pytest.raises(DomainError, match="没有待确认"):
        act(reviewer, row, "confirm_member")


def test_a_rejected_group_stays_so_until_somebody_confirms_it(buyer, reviewer):
    first, second = bought(buyer), bought(buyer)
    (row,) = propose(first)
    act(reviewer, row, "reject", "不是同一成果")
    assert not groups.waits(row)
    assert world.cap_groups() == {}
    third = bought(buyer)
    propose(third)
    assert groups.waits(row)
    act(reviewer, row, "confirm")
    assert set(world.cap_groups()) == {line(first), line(second), line(third)}


def test_the_worker_proposes_for_every_contract_it_is_told_of(buyer, reviewer, drain):
    bought(buyer)
    told = bought(buyer).id
    with unit_of_work():
        outbox.enqueue("contract", contract=told)
    drain()
    assert [row.shared_number for row in groups.listing(reviewer)] == [NUMBER]
