"""Which requests count as views, and that counting never costs a page anything."""

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.domain.access import Role
from marketplace.models.catalogue import Listing
from marketplace.services.platform import counts
from marketplace.services.platform.counts import Totals
from tests import factories
from tests.support.client import InspectingClient

PERSON = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


@pytest.fixture
def listing(app: Flask, session: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
    """A public achievement on a site that writes its counts after every response."""
    counts.forget()
    made = factories.make_published(
        factories.make_person(factories.make_organisation()),
        reviewer=factories.make_staff(Role.ACHIEVEMENT_REVIEWER),
    )
    monkeypatch.setitem(app.config, "COUNTS_FLUSH_SECONDS", 0)
    yield made
    counts.forget()


def test_people_count_and_robots_do_not(client: InspectingClient, listing: Listing) -> None:
    """Two visits of a browser are two; a crawler, a script, a preview and a page fetched ahead are none."""
    address, number = f"/achievements/{listing.id}", listing.id
    for _ in range(2):
        assert client.get(address, headers={"User-Agent": PERSON}).status_code == 200
    for agent in ("Baiduspider/2.0", "curl/8.5", ""):
        assert client.get(address, headers={"User-Agent": agent}).status_code == 200
    client.get(address, headers={"User-Agent": PERSON, "Sec-Purpose": "prefetch;prerender"})
    client.head(address, headers={"User-Agent": PERSON})
    assert counts.totals("achievement", [number])[number].opened == 2


def test_a_page_stands_when_its_count_cannot_be_written(
    client: InspectingClient, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter's table is locked, full or gone: the reader sees the page all the same."""
    monkeypatch.setattr(counts, "_write", lambda rows: 1 / 0)
    answer = client.get(f"/achievements/{listing.id}", headers={"User-Agent": PERSON})
    assert answer.status_code == 200
    monkeypatch.undo()
    counts.flush()
    assert counts.totals("achievement", [listing.id]) == {listing.id: Totals(0, 1)}
