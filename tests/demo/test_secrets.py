"""What an anonymous or restricted demand keeps to itself reaches no visitor by any door."""

import re
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.demo import texts
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.retrieval.index import SearchRequest
from marketplace.services.outside import outside
from tests.support.client import InspectingClient

DEMANDS = [each for each in texts.load().listings if each.kind == "demand"]
RANDOM = re.compile(r'nonce="[^"]*"|csrf[_-]token"[^>]*?(?:value|content)="[^"]*"')
KEPT = [each for each in DEMANDS if each.raw["disclosure"] != "public"]
DISTINCT = [
    (each, secret)
    for each in KEPT
    for secret in each.secrets
    # A bare number such as 40% may stand in somebody else's public text: it is looked for on the demand's own page.
    if not secret.replace("%", "").replace("℃", "").strip().isdigit()
]


def owner_name(demand: texts.ListingText) -> str:
    """Name of the owning organisation."""
    return texts.load().organisation(demand.organisation).name


def listing_of(demand: texts.ListingText) -> Listing:
    """The listing of a demand."""
    found = db.session.scalars(select(Revision).where(Revision.title == demand.raw["title"])).first()
    assert found is not None
    return found.listing


@pytest.mark.parametrize("demand", KEPT, ids=lambda demand: demand.key)
def test_the_page_of_a_demand(visitor: InspectingClient, demand: texts.ListingText) -> None:
    """匿名公开 shows its public text alone; the others are not there at all."""
    listing = listing_of(demand)
    answer = visitor.get(f"/demands/{listing.id}")
    body = told(answer)
    open_to_all = listing.state == "published" and demand.raw["disclosure"] == "anonymous"
    assert answer.status_code == (200 if open_to_all else 404)
    for secret in (*demand.secrets, owner_name(demand), demand.raw["contact"]["name"]):
        assert secret not in body
    if not open_to_all:
        assert str(demand.raw["title"]) not in body


def told(answer: TestResponse) -> str:
    """What a page says, without the random values that change with every request."""
    return RANDOM.sub("", answer.get_data(as_text=True))


def pages_of(visitor: InspectingClient, address: str) -> list[str]:
    """The bodies of all pages of a list."""
    found = []
    joint = "&" if "?" in address else "?"
    for number in range(1, 8):
        answer = visitor.get(f"{address}{joint}page={number}")
        if answer.status_code != 200:
            break
        found.append(told(answer))
    return found


def test_lists_organisations_home_and_help(visitor: InspectingClient) -> None:
    """No list names a secret, nor the title of a demand that is not for everybody."""
    addresses = ["/", "/demands", "/achievements", "/organisations", "/help", "/demands?sort=newest"]
    organisations = {listing_of(demand).organisation_id for demand in KEPT}
    addresses += [f"/organisations/{key}" for key in sorted(organisations)]
    hidden = [str(each.raw["title"]) for each in KEPT if each.raw["disclosure"] in ("verified", "admin")]
    for address in addresses:
        bodies = pages_of(visitor, address)
        assert bodies, address
        for body in bodies:
            for demand, secret in DISTINCT:
                if secret not in owner_name(demand):
                    assert secret not in body, (address, secret)
            assert not [title for title in hidden if title in body], address


def test_an_organisations_page_does_not_give_its_anonymous_demand_away(visitor: InspectingClient) -> None:
    """The title of an anonymous demand stands on no page of its owner."""
    for demand in KEPT:
        body = told(visitor.get(f"/organisations/{listing_of(demand).organisation_id}"))
        assert str(demand.raw["title"]) not in body


@pytest.mark.parametrize(("demand", "secret"), DISTINCT, ids=lambda value: getattr(value, "key", value))
def test_searching_for_a_secret(visitor: InspectingClient, demand: texts.ListingText, secret: str) -> None:
    """Neither result, nor count, nor snippet, nor facet tells that the words stand anywhere."""
    listing = listing_of(demand)
    phrase = f'"{secret}"'
    body = told(visitor.get(f"/demands?q={quote(phrase)}"))
    assert f'/demands/{listing.id}"' not in body
    assert f"/demands/{listing.id}?" not in body
    found = outside().index.search(SearchRequest(text=phrase, audience="public", limit=100))
    assert ("demand", listing.id) not in {(hit.kind, hit.subject_id) for hit in found.hits}
    reviewers = outside().index.search(SearchRequest(text=phrase, audience="admin", limit=100))
    if listing.state == "published":
        assert ("demand", listing.id) in {(hit.kind, hit.subject_id) for hit in reviewers.hits}


def test_the_public_index_names_no_hidden_owner(demonstration: Flask) -> None:
    """The organisation's name finds none of its anonymous demands, and its facet does not count them."""
    for demand in KEPT:
        listing = listing_of(demand)
        name = owner_name(demand).removesuffix(texts.MARK)
        found = outside().index.search(SearchRequest(text=f'"{name}"', audience="public", limit=100))
        assert ("demand", listing.id) not in {(hit.kind, hit.subject_id) for hit in found.hits}
