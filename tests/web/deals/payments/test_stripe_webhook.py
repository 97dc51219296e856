"""The address to which the provider tells: forged, cut off, oversized, repeated."""

import pytest
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.deals import BillingEvent, Checkout
from marketplace.models.platform import OutboxMessage
from tests.services.deals.billing.steps import make_deal, open_checkout
from tests.support.billing import ACCOUNT, letter

ADDRESS = "/webhooks/stripe"

pytestmark = pytest.mark.usefixtures("session")


def post(client, sent):
    """Send as a machine does: without a token, without cookies."""
    return client.post(ADDRESS, csrf=False, **sent)


def stored():
    return db.session.scalar(select(func.count()).select_from(BillingEvent))


def test_an_event_is_written_down_answered_at_once_and_followed_by_the_worker(provider, client, drain):
    row = open_checkout(make_deal())
    provider.book.pay(row.session)
    for event in provider.book.events():
        answer = post(client, letter(event))
        assert (answer.status_code, answer.data) == (200, b"")
        assert "Set-Cookie" not in answer.headers
    assert db.session.get_one(Checkout, row.id, populate_existing=True).state == "open"
    db.session.rollback()
    drain()
    assert db.session.get_one(Checkout, row.id, populate_existing=True).state == "paid"


def test_the_same_event_again_is_answered_and_changes_nothing(provider, client):
    event = provider.book.tell(ACCOUNT, "charge.succeeded", {"id": "ch_1", "object": "charge"})
    assert [post(client, letter(event)).status_code for _ in range(3)] == [200, 200, 200]
    assert stored() == 1
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_what_is_not_signed_is_refused_and_leaves_no_trace(provider, client):
    event = provider.book.tell(ACCOUNT, "charge.succeeded", {"id": "ch_1", "object": "charge"})
    true = letter(event)
    for sent in (
        {**true, "headers": {}}, letter(event, secret="whsec_other"), letter(event, at=1),
        {**true, "data": true["data"][:-5]}, {**true, "data": b""}, {**true, "data": b"\xff" * 100},
    ):  # fmt: skip
        assert post(client, sent).status_code == 400
    assert stored() == 0


def test_what_is_too_large_is_refused_unread(provider, client):
    event = provider.book.tell(
        ACCOUNT, "charge.succeeded", {"id": "ch_1", "object": "charge", "x": "y" * 300_000}
    )
    assert post(client, letter(event)).status_code == 413
    assert stored() == 0


def test_without_a_key_there_is_no_such_address(client):
    assert post(client, {"data": b"{}"}).status_code == 404
    assert client.get(ADDRESS).status_code == 405
