"""Pages that travel: canonical addresses, structured data, site map, share pictures, fact sheets. Public text only."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from PIL import Image

from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.catalogue import listings
from marketplace.services.catalogue.outward import sitemap
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

SITE = "http://localhost"
SECRET = {"organisation": "埇桥暗河机械厂", "situation": "我厂在暗河路有三条生产线，胶耗一年四千吨。" * 6}


@pytest.fixture
def maker() -> Person:
    """A person of a university."""
    return factories.make_person(factories.make_organisation("university", "星河研究院", "340111"), "manager")


@pytest.fixture
def buyer() -> Person:
    """A person of an enterprise that keeps its name to itself."""
    return factories.make_person(factories.make_organisation("enterprise", SECRET["organisation"]), "manager")


def structured(source: str) -> dict[str, Any]:
    """Return the structured data of a page; there is exactly one block."""
    found = re.findall(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', source, re.DOTALL)
    assert len(found) == 1
    data: dict[str, Any] = json.loads(found[0])
    assert data["@context"] == "https://schema.org"
    return data


def heads(source: str) -> dict[str, str]:
    """Return canonical address and Open Graph of a page."""
    found = dict(re.findall(r'<meta property="(og:[a-z:]+)" content="([^"]*)">', source))
    canonical = re.search(r'<link rel="canonical" href="([^"]+)">', source)
    return found | ({"canonical": canonical.group(1)} if canonical else {})


def source(client: InspectingClient, address: str) -> str:
    """Return the text of a page."""
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


def test_an_achievement_tells_machines_what_it_is(client: InspectingClient, maker: Person) -> None:
    """A Product with an offer where it has a price; the address never comes from the Host header."""
    priced = factories.make_published(maker, price_fen=104_000_000)
    page = client.get(f"/achievements/{priced.id}", headers={"Host": "evil.example"}).get_data(as_text=True)
    assert "evil.example" not in page
    item, trail, owner = structured(page)["@graph"]
    assert (item["@type"], item["offers"]["price"], item["offers"]["priceCurrency"]) == (
        "Product", "1040000.00", "CNY",
    )  # fmt: skip
    assert item["url"] == f"{SITE}/achievements/{priced.id}"
    assert [one["position"] for one in trail["itemListElement"]] == [1, 2, 3]
    assert (owner["name"], item["offers"]["seller"]["@id"]) == ("星河研究院", owner["@id"])
    told = heads(page)
    assert told["canonical"] == told["og:url"] == item["url"]
    assert told["og:title"] == priced.published.title if priced.published else ""
    assert told["og:image"] == f"{SITE}/share/achievement/{priced.id}.png"
    free = factories.make_published(maker, price_fen=None, pricing="negotiated", title="面议的装配工艺成果")
    assert structured(source(client, f"/achievements/{free.id}"))["@graph"][0]["@type"] == "CreativeWork"


def test_nothing_that_travels_tells_whose_an_anonymous_demand_is(
    client: InspectingClient, buyer: Person, login: Callable[..., InspectingClient]
) -> None:
    """Structured data, share picture, sheet and PDF page hold the public text, whoever asks for them."""
    demand = factories.make_published(
        buyer, "demand", disclosure="anonymous", situation=SECRET["situation"], budget_fen=50_000_000
    )
    graph = structured(source(client, f"/demands/{demand.id}"))["@graph"]
    assert graph[0]["@type"] == "Demand"
    assert graph[0]["priceSpecification"]["maxPrice"] == "500000.00"
    public = client.get(f"/share/demand/{demand.id}.png").data
    login(buyer)
    assert client.get(f"/share/demand/{demand.id}.png").data == public
    for address in (f"/demand-sheets/{demand.id}", f"/demand-sheets/{demand.id}.pdf"):
        response = client.get(address)
        assert response.status_code == 200
        if response.mimetype == "text/html":
            text = response.get_data(as_text=True)
            assert SECRET["organisation"] not in re.sub(r"<nav.*?</nav>", "", text, flags=re.DOTALL)
            assert "暗河路" not in text
            assert "匿名单位" in text
    assert f"/organisations/{demand.organisation_id}" not in json.dumps(graph)


def test_what_a_visitor_may_not_see_does_not_travel(
    client: InspectingClient, buyer: Person, maker: Person, login: Callable[..., InspectingClient]
) -> None:
    """Hidden demands and drafts have no sheet, no picture, no code and no line in the map, their owners included."""
    hidden = factories.make_published(buyer, "demand", disclosure="verified")
    draft = factories.make_draft(maker)
    login(buyer)
    for path in (
        "/demand-sheets/{}",
        "/demand-sheets/{}.pdf",
        "/share/demand/{}.png",
        "/share/demand/{}.svg",
    ):
        assert client.get(path.format(hidden.id)).status_code == 404
    assert client.get(f"/achievement-sheets/{draft.id}").status_code == 404
    assert "/demand-sheets/" not in source(client, f"/demands/{hidden.id}")
    for number in (0, 1, 2, 10**15, 10**30):
        assert client.get(f"/sitemap-demand-{number}.xml").status_code == 404


def test_filters_lead_to_the_bare_list_and_answers_are_not_listed(client: InspectingClient) -> None:
    """A filtered list is the list; its second page is a page of its own; a search is nobody else's result."""
    bare = f"{SITE}/achievements"
    assert heads(source(client, "/achievements?field=05&sort=price_asc&page=2"))["canonical"] == bare
    for page in ("2", "0002"):
        assert heads(source(client, f"/achievements?page={page}"))["canonical"] == f"{bare}?page=2"
    for page in ("0", "1", "-2", "²", "9" * 20):
        assert heads(source(client, f"/achievements?page={page}"))["canonical"] == bare
    asked = source(client, "/achievements?q=%E8%83%B6")
    assert "canonical" not in heads(asked)
    assert '<meta name="robots" content="noindex, follow">' in asked
    assert heads(source(client, "/login")) == {}
    assert "canonical" not in heads(client.get("/achievements/999999").get_data(as_text=True))


@pytest.mark.parametrize(("address", "type_"), [("/", "WebSite"), ("/turnover", "Dataset")])
def test_entrances_say_what_they_are(client: InspectingClient, address: str, type_: str) -> None:
    """The site with its search, the turnover as a data set with its download."""
    data = structured(source(client, address))
    node = data.get("@graph", [data])[0]
    assert node["@type"] == type_
    if type_ == "Dataset":
        assert client.get(node["distribution"]["contentUrl"].removeprefix(SITE)).status_code == 200
    else:
        assert "{search_term_string}" in node["potentialAction"]["target"]["urlTemplate"]


def test_an_organisation_says_what_it_is(client: InspectingClient, maker: Person) -> None:
    """A university is one, with name, address and code."""
    page = source(client, f"/organisations/{maker.memberships[0].organisation_id}")
    node = structured(page)["@graph"][0]
    assert (node["@type"], node["name"]) == ("CollegeOrUniversity", "星河研究院")


def test_the_map_lists_what_is_public_and_nothing_else(
    client: InspectingClient, maker: Person, buyer: Person
) -> None:
    """Index, parts of a bounded size, days of change; a listing taken off leaves the map."""
    many = factories.make_many_published(maker.memberships[0].organisation, 5)
    shown = factories.make_published(buyer, "demand", disclosure="anonymous")
    factories.make_published(buyer, "demand", disclosure="admin", title="只给管理员看的一项需求")
    assert [(part.kind, part.number) for part in sitemap.parts(most=2)] == [
        ("achievement", 1), ("achievement", 2), ("achievement", 3), ("demand", 1), ("organisation", 1),
    ]  # fmt: skip
    assert [row for row, _at in sitemap.pages("achievement", 3, most=2)] == [many[4].id]
    index = ET.fromstring(client.get("/sitemap.xml").data)  # noqa: S314
    addresses = [one.text or "" for one in index.iter() if one.tag.endswith("loc")]
    assert all(one.startswith(f"{SITE}/sitemap-") for one in addresses)
    assert f"{SITE}/demands/{shown.id}" in client.get("/sitemap-demand-1.xml").get_data(as_text=True)
    assert client.get("/sitemap-demand-1.xml").get_data(as_text=True).count("<loc>") == 1
    part = client.get("/sitemap-achievement-1.xml").get_data(as_text=True)
    assert part.count("<loc>") == part.count("<lastmod>") == 5
    with unit_of_work():
        listings.act(factories.actor(maker), many[0], "unlist", note="改由他人转化")
    assert client.get("/sitemap-achievement-1.xml").get_data(as_text=True).count("<loc>") == 4
    for address in addresses:
        for line in ET.fromstring(client.get(address.removeprefix(SITE)).data).iter():  # noqa: S314
            if line.tag.endswith("loc"):
                assert client.get((line.text or "").removeprefix(SITE)).status_code == 200


def test_robots_are_told_the_way(client: InspectingClient) -> None:
    """What needs a login is closed, the map is named."""
    text = source(client, "/robots.txt")
    assert "Disallow: /desk" in text
    assert f"Sitemap: {SITE}/sitemap.xml" in text
    assert (
        client.get(
            "/robots.txt", headers={"If-None-Match": client.get("/robots.txt").headers["ETag"]}
        ).status_code
        == 304
    )


def test_nobody_lists_a_demonstration(
    app: Flask, client: InspectingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is invented says so to search engines; a real site says nothing of the kind."""
    assert "X-Robots-Tag" not in client.get("/achievements").headers
    monkeypatch.setitem(app.config, "DEMO_MODE", True)
    assert client.get("/achievements").headers["X-Robots-Tag"] == "noindex"


def test_share_pictures_are_pictures(client: InspectingClient, maker: Person) -> None:
    """1200 × 630, of every length of title, the same bytes twice, not asked for again while they stand."""
    short = factories.make_published(maker)
    long = factories.make_published(
        maker, title="一种" + "用于采煤沉陷区的" * 8 + "装置", benefit="，。" * 30
    )
    for address in (
        "/share/site.png",
        f"/share/achievement/{short.id}.png",
        f"/share/achievement/{long.id}.png",
    ):
        first = client.get(address)
        assert (first.status_code, first.mimetype) == (200, "image/png")
        assert Image.open(BytesIO(first.data)).size == (1200, 630)
        assert len(first.data) < 200_000
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
    assert client.get(f"/share/achievement/{short.id}.svg").data.lstrip().startswith(b"<?xml")


def test_a_fact_sheet_prints_what_the_page_says(client: InspectingClient, maker: Person) -> None:
    """On one page: benefit, numbers, rights, address, QR code; the PDF is one."""
    listing: Listing = factories.make_published(maker)
    page = client.page(f"/achievement-sheets/{listing.id}")
    assert listing.published is not None
    assert page.h1 == listing.published.title
    for words in ("科技成果信息单", "甲醛未检出", f"{SITE}/achievements/{listing.id}", "星河研究院"):
        assert words in page.text
    assert any(one.get("src", "").startswith("data:image/svg+xml") for one in page.all("img"))
    assert f'rel="canonical" href="{SITE}/achievements/{listing.id}"' in source(
        client, f"/achievement-sheets/{listing.id}"
    )
    pdf = client.get(f"/achievement-sheets/{listing.id}.pdf")
    assert pdf.status_code == 302 or pdf.data.startswith(b"%PDF")
    assert f"/achievement-sheets/{listing.id}" in client.page(f"/achievements/{listing.id}").links
