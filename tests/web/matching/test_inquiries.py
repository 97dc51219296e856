"""First contact: one question however often it is sent, heard by the owner's people and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry
from marketplace.models.people import Person
from marketplace.services.catalogue import listings
from marketplace.services.platform import notices
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient
from tests.support.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("session")

MESSAGE = "我们有两条四辊涂胶线，想了解冬季固化时间和最小起订量。"


@pytest.fixture
def seller() -> Person:
    """The manager of a university."""
    return factories.make_person(factories.make_organisation("university", "星河研究院"), "manager")


@pytest.fixture
def listing(seller: Person) -> Listing:
    """A published achievement."""
    return factories.make_published(seller)


@pytest.fixture
def buyer() -> Person:
    """A person of a verified enterprise."""
    return factories.make_person(factories.make_organisation("enterprise", "砀山板材公司"))


def address(listing: Listing) -> str:
    """Where one asks about a listing."""
    return f"/desk/inquiries/new/{listing.kind}/{listing.id}"


def count() -> int:
    """How many inquiries there are."""
    return db.session.scalar(select(func.count()).select_from(Inquiry)) or 0


def test_a_question_reaches_everybody_of_the_owner(
    listing: Listing, seller: Person, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient], drain: Callable[[], int], mailbox: Mailbox,
) -> None:  # fmt: skip
    """Notice and mail to each of the owner's people, the mail with the question and where to answer."""
    colleague = factories.make_person(db.session.get_one(Person, seller.id).memberships[0].organisation)
    outsider = factories.make_person(factories.make_organisation())
    login(buyer)
    done = client.submit(address(listing), {"message": MESSAGE, "reply_to": "buyer@example.com"})
    assert done.status_code == 200
    assert "已发送" in done.get_data(as_text=True)
    drain()
    for person in (seller, colleague):
        mail = mailbox.last(person.email)
        assert MESSAGE in mail.body
        assert "buyer@example.com" in mail.body
        assert "砀山板材公司" in mail.body
        assert any(link.endswith("/desk/inquiries") for link in mail.links)
        assert notices.unread_count(factories.actor(person)) >= 1
    assert mailbox.to(outsider.email) == []
    received = login(seller).page("/desk/inquiries")
    assert MESSAGE in received.text
    assert "砀山板材公司" in received.text
    assert MESSAGE in login(buyer).page("/desk/inquiries?box=sent").text
    assert MESSAGE not in login(outsider).page("/desk/inquiries").text
    assert MESSAGE not in login(outsider).page("/desk/inquiries?box=sent").text


def test_sent_twice_is_one_question(
    listing: Listing, buyer: Person, seller: Person, client: InspectingClient,
    login: Callable[..., InspectingClient], drain: Callable[[], int], mailbox: Mailbox,
) -> None:  # fmt: skip
    """The form's own key makes a second press the same inquiry; a stranger cannot use it."""
    login(buyer)
    data = {"message": MESSAGE, "reply_to": "buyer@example.com", "request_key": "one-press"}
    for _ in range(3):
        assert client.post(address(listing), data=data).status_code == 302
    assert count() == 1
    drain()
    assert len(mailbox.to(seller.email)) == len({mail.subject for mail in mailbox.to(seller.email)})
    stranger = login(factories.make_person(factories.make_organisation()))
    stranger.post(address(listing), data=data)
    assert count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message", "在吗"),
        ("message", ""),
        ("message", "长" * 2001),
        ("reply_to", "nobody"),
        ("reply_to", ""),
    ],
)
def test_bad_input_keeps_what_was_typed(
    field: str, value: str, listing: Listing, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """The page comes back with the error at its field, the other field filled in, and nothing sent."""
    login(buyer)
    data = {"message": MESSAGE, "reply_to": "buyer@example.com", field: value}
    answer = client.submit(address(listing), data)
    assert answer.status_code == 422
    body = answer.get_data(as_text=True)
    assert "field-error" in body
    assert ("buyer@example.com" if field == "message" else MESSAGE) in body
    assert count() == 0


def test_who_may_ask(
    listing: Listing, seller: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """Visitors sign in first; own items and hidden ones are refused, and whose organisation is unverified."""
    assert "/login" in client.get(address(listing)).headers["Location"]
    login(seller)
    refused = client.get(address(listing))
    assert refused.status_code == 403
    assert "贵单位自己发布" in refused.get_data(as_text=True)
    login(factories.make_person())
    assert client.get(address(listing)).status_code == 403
    login(factories.make_person(factories.make_organisation(verified=False)))
    assert "贵单位通过认证后才能联系对方" in client.page(address(listing), status=403).text
    page = client.page(f"/achievements/{listing.id}")
    assert "所在单位通过认证后，可以从这里联系对方" in page.text
    assert address(listing) not in page.links
    login(factories.make_person(factories.make_organisation()))
    assert client.get(address(listing)).status_code == 200
    with unit_of_work():
        listings.act(factories.actor(seller), db.session.get_one(Listing, listing.id), "unlist")
    assert client.get(address(listing)).status_code == 404
    assert client.get("/desk/inquiries/new/contract/1").status_code == 404


def test_asking_is_limited(
    listing: Listing, buyer: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """Nobody fills letter boxes from here."""
    login(buyer)
    data = {"message": "短", "reply_to": "buyer@example.com"}
    codes = [client.post(address(listing), data=data).status_code for _ in range(31)]
    assert set(codes[:30]) == {422}
    assert codes[30] == 429
