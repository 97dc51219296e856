"""Stages of the turnover towards the subsidy, and what the public sees of them."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.services.subsidy.granting import figures, paying
from marketplace.services.unit import unit_of_work
from tests import deals, grants
from tests import factories as make
from tests.deals import WAN

pytestmark = pytest.mark.usefixtures("session")


def of_today(everything=True):
    return figures.of_year(clock.today().year, clock.today(), everything)


def told(found):
    return [(one.stage, one.contracts, one.amount_fen and one.amount_fen // WAN) for one in found.stages]


def make_contract(buyer, seller=None, **values):
    return deals.make_contract(buyer, seller, registered_on=clock.today(), **values)


def test_each_stage_lies_within_the_one_before_and_aid_is_net_of_what_came_back():
    buyer = make.make_organisation()
    paid, asked = grants.paid_case(), grants.ready_case(paid_wan=500)
    make_contract(buyer)
    make_contract(buyer, make.make_organisation("university"))
    for case in (paid, asked):
        assert grants.contract_of(case).registration.registered_on <= clock.today()
    found = of_today()
    assert told(found) == [("outside", 3, 1100), ("applied", 2, 800), ("paid", 1, 300)]
    assert (found.aid_fen, found.leverage) == (30 * WAN, 10.0)
    (recovery,) = grants.paid_back(paid, 100)
    grants.receive_all(recovery)
    assert of_today().aid_fen == 20 * WAN


def test_a_stage_is_told_as_of_its_day():
    with clock.frozen(clock.now() - timedelta(days=10)):
        case = grants.approved_case()
        registered = grants.contract_of(case).registration.registered_on
    payer = grants.staff(deals.Role.FINANCE)
    with unit_of_work():
        paying.pay(payer, case.id, grants.transfer(case))
    yesterday = figures.of_year(registered.year, clock.today() - timedelta(days=1), everything=True)
    assert [one.contracts for one in yesterday.stages] == [1, 1, 0]
    assert yesterday.aid_fen == 0
    assert [one.contracts for one in figures.of_year(registered.year, clock.today(), True).stages] == [
        1,
        1,
        1,
    ]


def test_the_public_sees_no_small_figure_nor_one_that_gives_it_away():
    Figure = figures.Figure
    stages = [Figure("outside", 9, 900), Figure("applied", 4, 400), Figure("paid", 3, 300)]
    assert [one.contracts for one in figures._shown(stages)] == [9, 4, None]
    stages = [Figure("outside", 9, 900), Figure("applied", 2, 200), Figure("paid", 2, 200)]
    assert [one.contracts for one in figures._shown(stages)] == [9, None, None]
    grants.paid_case()
    hidden = of_today(everything=False)
    assert [one.contracts for one in hidden.stages] == [None, None, None]
    assert (hidden.aid_fen, hidden.leverage) == (None, None)


def test_the_ledger_opens_the_contracts_of_a_stage(client, login):
    case = grants.paid_case()
    other = make_contract(make.make_organisation())
    login(make.make_staff(deals.Role.AUDITOR))
    page = client.get("/turnover").text
    assert "市外购买，补助已拨付" in page
    day = clock.today()
    address = f"/admin/contracts?subsidy=paid&counted_from={day.year}-01-01&counted_to={day.isoformat()}"
    found = client.get(address).text
    assert grants.contract_of(case).current.title in found
    assert other.current.title not in found
