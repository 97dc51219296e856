"""Addresses of further pages, other orders and exports, whatever a reader's address asks for."""

import re

import pytest

from marketplace.domain.access import Role
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

ODD = "endpoint=x&source=y&_external=1&_scheme=javascript&_anchor=a&_method=DELETE&values=1"


@pytest.mark.parametrize(
    "path", ["/achievements", "/demands", "/organisations", "/desk/listings", "/desk/notices"]
)
def test_names_that_the_framework_uses_are_a_readers_words(
    client: InspectingClient, path: str, drain: object
) -> None:
    """They neither break a list nor send its buttons to another host."""
    owner = factories.make_person(factories.make_organisation())
    factories.make_published(owner)
    client.sign_in(owner.id)
    page = client.get(f"{path}?{ODD}")
    assert page.status_code == 200
    assert 'action="http' not in page.text
    assert 'action="javascript' not in page.text


@pytest.mark.parametrize(
    "path", ["/admin/people", "/admin/audit", "/admin/contracts", "/admin/reviews", "/admin/operations/mails"]
)
def test_lists_of_the_administration_too(client: InspectingClient, path: str) -> None:
    """All of them make their addresses in one way."""
    client.sign_in(factories.make_staff(Role.SYSTEM_ADMIN, Role.AUDITOR, Role.ACHIEVEMENT_REVIEWER).id)
    assert client.get(f"{path}?{ODD}&page=2").status_code in (200, 403)


def test_an_export_keeps_every_value_of_a_filter(client: InspectingClient, drain: object) -> None:
    """Two fields ticked are two fields exported."""
    owner = factories.make_person(factories.make_organisation())
    client.sign_in(owner.id)
    factories.make_published(owner)
    page = client.get("/desk/listings?tab=all&field=05&field=09").text
    assert re.search(r"/exports/my-achievements\?tab=all&amp;field=05&amp;field=09", page)
