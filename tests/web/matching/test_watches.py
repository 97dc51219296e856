"""我的匹配, and the link in a mail that ends the notices of one listing."""

import pytest

from marketplace.extensions import db
from marketplace.models.matching import MatchWatch
from marketplace.services.catalogue import listings
from marketplace.services.matching.telling import watches
from marketplace.services.unit import unit_of_work
from tests.factories import actor
from tests.services.matching.telling.world import World, world

pytestmark = pytest.mark.usefixtures("session")


def wish(here: World) -> str:
    """What the buyer has chosen for the demand."""
    db.session.expire_all()
    row = db.session.get(MatchWatch, (here.demand.id, here.buyer.id))
    return row.frequency if row else ""


def test_each_listing_has_its_matches_and_a_wish(login) -> None:
    """Chosen, chosen again, taken back."""
    here = world()
    here.rank(0.3, 0.13)
    client = login(here.buyer)
    page = client.get("/desk/matches").text
    assert "2 项未看" in page
    assert f"/demands/{here.demand.id}/matches" in page
    for value in ("weekly", "weekly", "off", ""):
        answer = client.post(f"/desk/matches/{here.demand.id}", data={"frequency": value})
        assert answer.status_code == 302
        assert wish(here) == value
    assert client.post(f"/desk/matches/{here.demand.id}", data={"frequency": "hourly"}).status_code == 400
    assert client.post(f"/desk/matches/{here.offers[0].id}", data={"frequency": "off"}).status_code == 404


def test_an_organisation_without_listings_is_shown_the_next_step(login) -> None:
    """Not an empty table."""
    here = world(offers=1)

    with unit_of_work():
        listings.act(actor(here.seller), here.offers[0], "unlist")
    assert "还没有已发布的成果或需求" in login(here.seller).get("/desk/matches").text


def test_the_link_asks_first_and_needs_no_account(client) -> None:
    """A mail scanner that opens it mutes nothing; the button does, and twice is harmless."""
    here = world()
    path = watches.mute_path(here.buyer.id, here.demand.id)
    assert "停止这一项的通知" in client.get(path).text
    assert wish(here) == ""
    for _ in range(2):
        assert "已停止匹配通知" in client.post(path).text
    assert wish(here) == "off"
    assert client.get(path[:-1] + "!").status_code == 404
    assert client.post(path[:-1] + "!").status_code == 404


def test_the_home_page_names_the_best_match_to_its_own_people_alone(login, client) -> None:
    """A visitor reads nothing of it."""
    here = world()
    here.rank(0.3, 0.13)
    assert "为您匹配" not in client.get("/").text
    page = login(here.buyer).get("/").text
    assert "为您匹配" in page
    assert f"/matches/{here.demand.id}/{here.offers[0].id}" in page
    assert f"/matches/{here.demand.id}/{here.offers[1].id}" not in page
