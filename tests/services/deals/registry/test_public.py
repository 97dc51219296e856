"""What everybody may verify: registered contracts only, amounts only where all parties agree."""

import pytest

from marketplace.extensions import db
from marketplace.services.deals.registry import public
from tests import deals
from tests import factories as make
from tests.deals import WAN


@pytest.fixture
def buyer(session):
    return make.make_organisation("enterprise")


def disclose(contract, *levels):
    for party, level in zip(contract.current.parties, levels, strict=True):
        party.disclosure = level
    db.session.commit()


def test_a_registered_contract_says_who_and_what(buyer):
    contract = deals.make_contract(buyer, number="2025340101000001", field="05")
    found = public.by_code(contract.public_code)
    assert (found.number, found.buyer, found.sellers) == ("2025340101000001", buyer.name, ("合肥测试大学",))
    assert (found.stands, found.local, found.amount_fen) == (True, False, None)
    assert (found.kind, found.field) == ("专利实施许可", "新材料及其应用")


@pytest.mark.parametrize("state", ["draft", "offered", "confirmed", "submitted", "returned", "voided"])
def test_what_is_not_registered_is_not_there(buyer, state):
    contract = deals.make_contract(buyer, state=state)
    assert public.by_code(contract.public_code) is None


@pytest.mark.parametrize("state", ["rescinded", "deregistered", "revoked"])
def test_what_came_to_an_end_says_so(buyer, state):
    found = public.by_code(deals.make_contract(buyer, state=state).public_code)
    assert (found.stands, found.state.code) == (False, state)


@pytest.mark.parametrize(
    ("levels", "shown"),
    [(("amount", "amount"), 300 * WAN), (("amount", "parties"), None), (("amount", ""), None)],
)
def test_amounts_only_where_every_party_agrees(buyer, levels, shown):
    contract = deals.make_contract(buyer)
    disclose(contract, *levels)
    assert public.by_code(contract.public_code).amount_fen == shown


def test_both_numbers_are_needed(buyer):
    contract = deals.make_contract(buyer, number="2025340101000001")
    other = deals.make_contract(buyer)
    found = public.by_numbers(" 2025 3401 01 000001 ", contract.filing_number.lower())
    assert found.public_code == contract.public_code
    assert public.by_numbers("2025340101000001", other.filing_number) is None
    assert public.by_numbers("", contract.filing_number) is None
    assert public.by_code("") is None
