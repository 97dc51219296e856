"""The turnover ledger: differences, each on its day and under the place where it belongs."""

from datetime import date

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.deals import TurnoverEntry
from marketplace.services.deals.turnover import entries
from marketplace.services.unit import unit_of_work
from tests import deals, factories

pytestmark = pytest.mark.usefixtures("session")
WAN = deals.WAN
DAY = date(2026, 3, 18)


def rows(contract):
    """Every entry of a contract: kind, 万元, number, buyer's division, field."""
    query = select(TurnoverEntry).where(TurnoverEntry.contract_id == contract.id).order_by(TurnoverEntry.id)
    return [
        (row.kind, row.amount_fen // WAN, row.contracts, row.buyer_division, row.field)
        for row in db.session.scalars(query)
    ]


def post(contract, kind):
    with unit_of_work():
        return len(entries.post(contract, kind, DAY))


def test_an_amendment_posts_only_the_difference_and_once():
    contract = deals.make_contract(factories.make_organisation())
    with unit_of_work():
        contract.registration.turnover_fen = contract.registration.technical_fen = 250 * WAN
    assert (post(contract, "amend"), post(contract, "amend")) == (1, 0)
    assert rows(contract) == [
        ("register", 300, 1, "341302", "05"), ("amend", -50, 0, "341302", "05"),
    ]  # fmt: skip


def test_what_counts_elsewhere_now_is_taken_back_where_it_was():
    """Another field and another buyer's county; then out of the city, where nothing counts any more."""
    contract = deals.make_contract(factories.make_organisation())
    with unit_of_work():
        contract.current.field, contract.current.parties[0].division = "09", "341323"
    assert post(contract, "amend") == 2
    with unit_of_work():
        contract.current.parties[0].division = "110101"
    assert post(contract, "amend") == 1
    assert rows(contract) == [
        ("register", 300, 1, "341302", "05"),
        ("amend", -300, -1, "341302", "05"), ("amend", 300, 1, "341323", "09"),
        ("amend", -300, -1, "341323", "09"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["deregistered", "revoked"])
def test_what_was_cancelled_leaves_nothing(state):
    contract = deals.make_contract(factories.make_organisation(), state=state)
    assert [row[1:3] for row in rows(contract)] == [(300, 1), (-300, -1)]


def test_what_was_performed_before_rescission_stays_counted():
    contract = deals.make_contract(factories.make_organisation())
    deals.make_payment(contract, 120 * WAN)
    with unit_of_work():
        contract.state = "rescinded"
    assert post(contract, "rescind") == 1
    assert [row[1:3] for row in rows(contract)] == [(300, 1), (-180, 0)]


def test_contracts_without_the_city_or_without_an_amount_do_not_count():
    outside = factories.make_organisation(division="340111")
    assert rows(deals.make_contract(outside)) == []
    assert (
        rows(deals.make_contract(factories.make_organisation(), amounts=(0,), instalments=[(1, None)])) == []
    )
