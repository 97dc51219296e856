"""Demands in public: a secret word is looked for in everything the site sends to each reader."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from marketplace.domain.access import DISCLOSURE_TABLE, Audience, Role, Shown
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.catalogue import listings
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

SECRETS = ("现状暗号鸬鹚", "指标暗号鹈鹕", "要求暗号鸊鷉", "单位暗号鸳鸯集团")
PUBLIC = "公开暗号鹡鸰"


def publish(disclosure: str) -> tuple[Person, Listing]:
    """A demand with a secret in every part."""
    owner = factories.make_person(factories.make_organisation(name=SECRETS[3]), "manager")
    listing = factories.make_published(
        owner,
        "demand",
        disclosure=disclosure,
        title="寻找无醛胶替代技术",
        summary=f"现用胶不达标，需要替代方案，{PUBLIC}，改造费用尽量低，产线节拍不能变慢。",
        situation=f"年产六万立方米，{SECRETS[0]}，试过两种均停用，出口订单受到影响。",
        metrics=[{"indicator": SECRETS[1], "present": "0.8", "target": "0.05"}],
        requirements=SECRETS[2],
    )
    return owner, listing


def everything(visitor: InspectingClient, listing: Listing) -> str:
    """All that the site answers about a demand, headers and machine-readable parts included."""
    addresses = [
        "/", "/demands", f"/demands?q={quote(PUBLIC)}", "/demands?county=341302", "/demands?sort=price_desc",
        f"/demands?organisation={listing.organisation_id}", f"/demands/{listing.id}", "/organisations",
        f"/achievements?q={quote(PUBLIC)}", f"/corrections/demand/{listing.id}",
        *(f"/demands?q={quote(secret)}" for secret in SECRETS),
    ]  # fmt: skip
    told = []
    for address in addresses:
        answer = visitor.get(address, follow_redirects=True)
        body = answer.get_data(as_text=True)
        for secret in SECRETS:
            # The words of the question itself come back in the box and the sentence; cards are what counts.
            if quote(secret) in address:
                body = body.partition('<ul class="results">')[2]
        told.append(f"{answer.headers}\n{body}")
    return "\n".join(told)


@pytest.mark.parametrize("disclosure", sorted(DISCLOSURE_TABLE))
def test_pages_tell_each_reader_what_the_table_says(
    disclosure: str, new_client: Callable[[], InspectingClient], drain: Callable[[], int],
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """Lists, pages, home, organisations: no page leaks what its reader may not see, none hides what they may."""
    owner, listing = publish(disclosure)
    drain()
    readers: dict[str, tuple[Person | None, Audience]] = {
        "visitor": (None, Audience.PUBLIC),
        "unverified": (factories.make_person(factories.make_organisation(verified=False)), Audience.PUBLIC),
        "verified": (factories.make_person(factories.make_organisation("university")), Audience.VERIFIED),
        "reviewer": (factories.make_staff(Role.DEMAND_REVIEWER), Audience.ADMIN),
    }
    for name, (person, audience) in readers.items():
        visitor = new_client()
        if person is not None:
            login(person, visitor)
        told = everything(visitor, listing)
        shown = DISCLOSURE_TABLE[disclosure][audience]
        assert (f"/demands/{listing.id}" in told) is (shown is not Shown.NOTHING), name
        for secret in SECRETS[:3]:
            assert (secret in told) is (shown is Shown.FULL_TEXT), (name, secret)
    owners = login(owner, new_client())
    assert all(secret in owners.page(f"/demands/{listing.id}").text for secret in SECRETS)


def test_the_public_page_of_an_anonymous_demand(client: InspectingClient, drain: Callable[[], int]) -> None:
    """It says that more is to be seen, and neither name nor mark nor structured data tell whose it is."""
    _, listing = publish("anonymous")
    drain()
    page = client.page(f"/demands/{listing.id}")
    assert "匿名单位" in page.text
    assert "还有一部分内容只给认证单位看" in page.text
    source = client.get(f"/demands/{listing.id}").get_data(as_text=True)
    assert SECRETS[3] not in source
    assert f'"url": "http://localhost/demands/{listing.id}"' in source
    assert f"/organisations/{listing.organisation_id}" not in source
    organisation = client.get(f"/organisations/{listing.organisation_id}").get_data(as_text=True)
    assert f"/demands/{listing.id}" not in organisation
    assert "寻找无醛胶替代技术" not in organisation


def test_a_solved_demand_stays_readable(
    client: InspectingClient, login: Callable[..., InspectingClient], drain: Callable[[], int]
) -> None:
    """Its page says so and no longer asks for answers; the list does not show it."""
    owner, listing = publish("public")
    with unit_of_work():
        listings.act(factories.actor(owner), listing, "solve")
    drain()
    page = client.page(f"/demands/{listing.id}")
    assert "已解决" in page.text
    assert "我能解决" not in page.text
    assert f"/demands/{listing.id}" not in client.page("/demands").links
    assert "已解决需求" in client.page("/").text
