"""Pictures on cards: one query a page, only what the reader may open, a drawn ground where there is none."""

from collections.abc import Callable

import pytest

from marketplace.models.catalogue import Listing
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient
from tests.support.inspector import Page
from tests.support.people import png
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")


def _draw(listing: Listing, level: str = "public", shade: int = 100) -> int:
    owner = factories.make_person(listing.organisation)
    with unit_of_work():
        file = files.store(factories.actor(owner), f"{shade}.png", png(shade), "image")
        revision = listing.published_id
        assert revision is not None
        return files.attach(factories.actor(owner), file, "revision", revision, "image", level).id


def _pictures(page: Page) -> list[str]:
    """Return the addresses of the pictures on a page's cards."""
    return [one.get("src", "") for one in page.all("img") if "small=1" in one.get("src", "")]


def _drawn(page: Page) -> int:
    return sum("card-thumb-drawn" in one.get("class", "") for one in page.all("div"))


def test_cards_show_the_first_picture_that_the_reader_may_open(
    client: InspectingClient, drain: Callable[[], int]
) -> None:
    """A picture for verified organisations alone is no picture for a visitor; the next public one is."""
    organisation = factories.make_organisation("university")
    first, second, bare = factories.make_many_published(organisation, 3)
    locked, shown = _draw(first, "verified"), _draw(first, "public", 150)
    only_locked = _draw(second, "parties", 30)
    drain()
    page = client.page("/achievements")
    assert (_pictures(page), _drawn(page)) == ([f"/files/{shown}?small=1"], 2)
    assert client.get(_pictures(page)[0]).status_code == 200
    for link in (locked, only_locked):
        assert client.get(f"/files/{link}?small=1").status_code == 404
    of_organisation = client.page(f"/organisations/{organisation.id}")
    assert (len(_pictures(of_organisation)), _drawn(of_organisation)) == (1, 2)
    assert _drawn(client.page(f"/achievements/{bare.id}")) == 1


def test_pictures_cost_one_query_however_many_cards(
    client: InspectingClient, drain: Callable[[], int]
) -> None:
    """Twenty cards ask as often as two."""
    organisation = factories.make_organisation("university")
    listings = factories.make_many_published(organisation, 12)
    _draw(listings[0])
    drain()
    client.page("/achievements")
    with count_queries() as few:
        client.page("/achievements?q=no-such-word-at-all")
    for number, listing in enumerate(listings[1:], 40):
        _draw(listing, shade=number)
    with count_queries() as many:
        assert len(_pictures(client.page("/achievements"))) == 12
    asked = [one for one in many if "file_links" in one]
    assert len(asked) == 1
    assert not [one for one in few if "file_links" in one]
