"""Numbers in addresses and forms that no row can have: a page that does not exist, never an error of the database."""

from typing import Any

import pytest

from marketplace.domain.access import Role
from marketplace.web.numbers import row_number
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

HUGE = ("9223372036854775808", "9" * 40, "9" * 5000)


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("address", ["/achievements/%s", "/demands/%s", "/organisations/%s", "/files/%s"])
def test_a_number_no_row_can_have_is_not_found(client: InspectingClient, address: str, number: str) -> None:
    """SQLite and PostgreSQL alike would refuse to compare it."""
    assert client.get(address % number).status_code == 404


@pytest.mark.parametrize("text", ["", "-1", "²", "１", "1.0", "9" * 19, " 1"])
def test_only_plain_numbers_are_read(text: str) -> None:
    """What int() reads or str.isdigit() calls a digit is not enough."""
    with pytest.raises(ValueError, match="not the number of a row"):
        row_number(text)
    assert row_number("9" * 18) == 10**18 - 1


@pytest.mark.parametrize("number", [*HUGE, "²", "x", ""])
def test_numbers_beside_the_address(login: Any, number: str) -> None:
    """Versions of a listing and tasks of a reviewer: an impossible number counts as none."""
    owner = factories.make_person(factories.make_organisation())
    listing = factories.make_published(owner)
    visitor = login(owner)
    for query in ("preview?version=", "history?new=", "history?old="):
        assert visitor.get(f"/desk/listings/{listing.id}/{query}{number}").status_code == 200
    reviewer = login(factories.make_staff(Role.ACHIEVEMENT_REVIEWER))
    assert reviewer.post("/admin/reviews/batch", data={"task": number}).status_code == 302
