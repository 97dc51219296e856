"""The stand-in keeps the provider's rules, seen through the official client and through our own door."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import stripe

from marketplace.integrations.billing import (
    CHECKOUT_KEY,
    LARGEST_FEN,
    BillingMissing,
    BillingRefused,
    BillingUnavailable,
    ForgedEvent,
    Order,
    StripeBilling,
    open_billing,
)
from marketplace.integrations.billing_fake import FakeStripe
from marketplace.integrations.billing_fake.api import parse
from marketplace.integrations.billing_fake.courier import signed, written
from marketplace.integrations.billing_fake.server import KEY, SECRET
from tests.support.billing import ACCOUNT

OTHER = "acct_demo0000000002"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def fake(tmp_path):
    running = FakeStripe(store=tmp_path / "stripe.json")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def billing(fake):
    door = StripeBilling(KEY, SECRET, fake.base)
    yield door
    door.close()


@pytest.fixture
def client(fake):
    http = stripe.RequestsClient(timeout=5)
    yield stripe.StripeClient(
        KEY, base_addresses={"api": fake.base}, http_client=http, max_network_retries=0
    ).v1
    http.close()


def order(key="k1", amount=30_000_00, **changes):
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    values = {
        "account": ACCOUNT, "key": key, "amount_fen": amount, "title": "技术合同第1期",
        "success_url": "http://localhost/ok", "cancel_url": "http://localhost/no", "expires_at": soon,
    } | changes  # fmt: skip
    return Order(**values)


def open_page(address, data=None, follow=True):
    """Open a page of the stand-in as a browser does; return status, body and where it leads."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args):
            return None

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
    body = urlencode(data).encode() if data is not None else None
    try:
        with opener.open(address, body, timeout=5) as answer:
            return answer.status, answer.read().decode(), None
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers.get("Location")


def test_a_page_is_paid_and_the_charge_tells_what_the_ledger_needs(fake, billing):
    page = billing.open_session(order())
    assert (page.status, page.amount_fen, page.currency, page.checkout_key) == (
        "open",
        30_000_00,
        "cny",
        "k1",
    )
    assert page.url.startswith(fake.base)
    assert page.charge is None
    assert page.intent is None
    fake.book.pay(page.id)
    paid = billing.session(ACCOUNT, page.id)
    assert (paid.status, paid.charge.amount_fen, paid.charge.checkout_key) == ("complete", 30_000_00, "k1")
    assert paid.charge.intent == paid.intent
    assert paid.charge.receipt_url.startswith(f"{fake.base}/receipts/ch_")


def test_the_same_key_is_the_same_page_and_other_words_under_it_are_refused(billing):
    first = order()
    assert billing.open_session(first) == billing.open_session(first)
    with pytest.raises(BillingRefused):
        billing.open_session(order(amount=1_00))
    assert billing.open_session(order(account=OTHER)).id != billing.open_session(first).id


@pytest.mark.parametrize("amount", [0, LARGEST_FEN + 1, 10**12])
def test_amounts_that_no_charge_takes_are_refused(billing, amount):
    with pytest.raises(BillingRefused):
        billing.open_session(order(amount=amount))


@pytest.mark.parametrize("amount", [1, LARGEST_FEN])
def test_the_smallest_and_the_largest_amount_pass(billing, amount):
    assert billing.open_session(order(amount=amount)).amount_fen == amount


def test_who_may_charge_and_who_is_unknown(billing):
    assert billing.account(ACCOUNT).may_charge is True
    assert billing.account("acct_demo0000000009").may_charge is False
    with pytest.raises(BillingMissing):
        billing.account("acct_nobody00000000")
    with pytest.raises(BillingRefused):
        billing.open_session(order(account="acct_demo0000000009"))


def test_an_account_sees_only_what_is_its_own(fake, billing):
    page = billing.open_session(order())
    with pytest.raises(BillingMissing):
        billing.session(OTHER, page.id)
    charge = fake.book.pay(page.id)
    with pytest.raises(BillingMissing):
        billing.refund(OTHER, charge["id"], 1, "r")


def test_refunds_stay_within_the_charge_and_count_once_for_a_key(fake, billing):
    page = billing.open_session(order(amount=100))
    charge = fake.book.pay(page.id)["id"]
    billing.refund(ACCOUNT, charge, 60, "r1")
    billing.refund(ACCOUNT, charge, 60, "r1")
    with pytest.raises(BillingRefused):
        billing.refund(ACCOUNT, charge, 41, "r2")
    billing.refund(ACCOUNT, charge, 40, "r3")
    with pytest.raises(BillingRefused) as again:
        billing.refund(ACCOUNT, charge, 1, "r4")
    assert again.value.code == "charge_already_refunded"
    found = billing.session(ACCOUNT, page.id).charge
    assert [(one.amount_fen, one.stands) for one in found.refunds] == [(60, True), (40, True)]
    assert found.gone_fen == 100


def test_a_refund_that_fails_later_stands_no_more_and_can_be_made_anew(fake, billing):
    page = billing.open_session(order(amount=100))
    charge = fake.book.pay(page.id)["id"]
    billing.refund(ACCOUNT, charge, 100, "r1")
    (refund,) = billing.session(ACCOUNT, page.id).charge.refunds
    fake.book.settle_refund(refund.id, "failed")
    assert billing.session(ACCOUNT, page.id).charge.gone_fen == 0
    billing.refund(ACCOUNT, charge, 100, "r2")
    assert billing.session(ACCOUNT, page.id).charge.gone_fen == 100


def test_a_pending_refund_does_not_stand_yet(fake, billing):
    page = billing.open_session(order(amount=100))
    charge = fake.book.pay(page.id)["id"]
    fake.book.refund_status = "pending"
    billing.refund(ACCOUNT, charge, 30, "r1")
    (refund,) = billing.session(ACCOUNT, page.id).charge.refunds
    assert (refund.status, refund.stands) == ("pending", False)
    fake.book.settle_refund(refund.id, "succeeded")
    assert billing.session(ACCOUNT, page.id).charge.gone_fen == 30


def test_a_dispute_takes_money_only_when_it_is_lost(fake, billing):
    page = billing.open_session(order(amount=100))
    charge = fake.book.pay(page.id)["id"]
    dispute = fake.book.dispute(charge)["id"]
    assert billing.session(ACCOUNT, page.id).charge.gone_fen == 0
    with pytest.raises(BillingRefused):
        billing.refund(ACCOUNT, charge, 1, "r1")
    fake.book.close_dispute(dispute, "lost")
    assert billing.session(ACCOUNT, page.id).charge.gone_fen == 100


def test_every_object_leads_back_to_its_page(fake, billing):
    page = billing.open_session(order())
    charge = fake.book.pay(page.id)
    billing.refund(ACCOUNT, charge["id"], 1, "r1")
    (refund,) = billing.session(ACCOUNT, page.id).charge.refunds
    dispute = fake.book.dispute(charge["id"])["id"]
    for each in (page.id, charge["payment_intent"], charge["id"], refund.id, dispute):
        assert billing.page_behind(ACCOUNT, each) == (page.id, "k1")
    assert billing.page_behind(ACCOUNT, "po_payout") is None
    with pytest.raises(BillingMissing):
        billing.page_behind(ACCOUNT, "ch_unknown")


def test_lists_come_in_pages_and_only_with_what_this_site_began(fake, billing, client):
    for number in range(3):
        fake.book.pay(billing.open_session(order(key=f"k{number}", amount=100 + number)).id)
    sold = client.checkout.sessions.create(
        {
            "mode": "payment", "success_url": "http://localhost/",
            "line_items": [
                {"quantity": 1, "price_data": {"currency": "cny", "unit_amount": 5, "product_data": {"name": "x"}}}
            ],
        },
        {"stripe_account": ACCOUNT},
    )  # fmt: skip
    fake.book.pay(sold.id)
    assert [one.amount_fen for one in billing.charges(ACCOUNT, LONG_AGO)] == [102, 101, 100]
    first = client.charges.list({"limit": 2}, {"stripe_account": ACCOUNT})
    assert first.has_more is True
    assert len(first.data) == 2
    assert len(list(first.auto_paging_iter())) == 4
    assert list(billing.charges(OTHER, LONG_AGO)) == []
    assert list(billing.charges(ACCOUNT, datetime.now(UTC) + timedelta(days=1))) == []


def test_unknown_parameters_paths_and_keys_are_refused(fake, client):
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        client.refunds.create({"charge": "ch_1", "colour": "red"}, {"stripe_account": ACCOUNT})
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized"):
        client.products.list()
    stranger = stripe.StripeClient("sk_test_other", base_addresses={"api": fake.base}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.accounts.retrieve(ACCOUNT)
    stranger._requestor._client.close()


def test_the_account_of_the_header_can_be_asked_for(client):
    assert client.accounts.retrieve_current({}, {"stripe_account": ACCOUNT}).id == ACCOUNT


def test_the_hosted_page_pays_declines_and_says_that_it_is_no_real_one(fake, billing):
    page = billing.open_session(order(title="<b>合同</b>"))
    status, body, _to = open_page(page.url)
    assert status == 200
    assert "演示" in body
    assert "30,000.00" in body
    assert "&lt;b&gt;合同" in body
    assert "http://localhost/no" in body
    status, body, _to = open_page(f"{page.url}/decline", {})
    assert status == 200
    assert "拒绝" in body
    assert billing.session(ACCOUNT, page.id).failed is True
    status, _body, target = open_page(f"{page.url}/confirm", {})
    assert (status, target) == (303, "http://localhost/ok")
    assert "已经付款" in open_page(page.url)[1]
    receipt = billing.session(ACCOUNT, page.id).charge.receipt_url
    assert "30,000.00" in open_page(receipt)[1]
    assert open_page(f"{fake.base}/pay/cs_unknown")[0] == 404


def test_a_page_expires_by_itself_or_when_told_and_only_while_open(fake, billing):
    page = billing.open_session(order())
    billing.expire_session(ACCOUNT, page.id)
    assert billing.session(ACCOUNT, page.id).status == "expired"
    with pytest.raises(BillingRefused):
        billing.expire_session(ACCOUNT, page.id)
    second = billing.open_session(order(key="k2"))
    fake.book.find("sessions", ACCOUNT, second.id)["expires_at"] = 1
    assert billing.session(ACCOUNT, second.id).status == "expired"


def test_events_tell_of_everything_and_are_signed_as_the_official_client_wants(fake, billing):
    page = billing.open_session(order(amount=100))
    fake.book.decline(page.id)
    charge = fake.book.pay(page.id)["id"]
    billing.refund(ACCOUNT, charge, 30, "r")
    (refund,) = billing.session(ACCOUNT, page.id).charge.refunds
    fake.book.settle_refund(refund.id, "failed")
    fake.book.close_dispute(fake.book.dispute(charge)["id"], "won")
    fake.book.expire(billing.open_session(order(key="k2")).id)
    told = [event["type"] for event in fake.book.events()]
    assert told == [
        "payment_intent.payment_failed", "charge.succeeded", "payment_intent.succeeded",
        "checkout.session.completed", "refund.created", "charge.refunded", "refund.updated", "refund.failed",
        "charge.dispute.created", "charge.dispute.closed", "checkout.session.expired",
    ]  # fmt: skip
    assert len({event["id"] for event in fake.book.events()}) == len(told)
    for event in fake.book.events():
        body = written(event)
        assert stripe.Webhook.construct_event(body, signed(body, SECRET), SECRET).id == event["id"]
        found = billing.receive(body, signed(body, SECRET))
        assert (found.id, found.account, found.type) == (event["id"], ACCOUNT, event["type"])


def test_what_is_forged_stale_or_cut_off_is_no_event(fake, billing):
    billing.expire_session(ACCOUNT, billing.open_session(order()).id)
    body = written(fake.book.events()[0])
    now = int(datetime.now(UTC).timestamp())
    cut = body[:-20]
    strange = json.dumps({"object": "event", "id": "evt_1"}).encode()
    for payload, signature in [
        (body, ""), (body, "t=1,v1=00"), (body, signed(body, "whsec_other")), (body, signed(body, SECRET, now - 301)),
        (body + b" ", signed(body, SECRET)), (cut, signed(cut, SECRET)), (b"", signed(b"", SECRET)),
        (strange, signed(strange, SECRET)), (b"[]", signed(b"[]", SECRET)), (b"\xff\xfe", signed(b"\xff\xfe", SECRET)),
    ]:  # fmt: skip
        with pytest.raises(ForgedEvent):
            billing.receive(payload, signature)


def test_the_memory_survives_a_restart(fake, billing, tmp_path):
    page = billing.open_session(order())
    fake.book.pay(page.id)
    fake.book.keep()
    later = FakeStripe(store=tmp_path / "stripe.json")
    assert later.book.find("sessions", ACCOUNT, page.id)["status"] == "complete"
    assert [event["id"] for event in later.book.events()] == [event["id"] for event in fake.book.events()]
    later._server.server_close()


def test_silence_is_not_a_refusal(fake):
    door = StripeBilling(KEY, SECRET, fake.base, retries=0)
    fake.silent = True
    with pytest.raises(BillingUnavailable):
        door.account(ACCOUNT)
    fake.silent = False
    assert door.account(ACCOUNT).may_charge is True
    door.close()


def test_without_a_key_there_is_no_provider():
    assert open_billing("", "whsec_x", "") is None
    real = open_billing("sk_test_x", "whsec_x", "")
    assert real is not None
    assert real.is_fake is False


def test_nested_parameters_are_read_as_they_are_written():
    assert parse("a[b][0][c]=1&a[b][1][c]=2&d=x&metadata[k]=v") == {
        "a": {"b": [{"c": "1"}, {"c": "2"}]}, "d": "x", "metadata": {"k": "v"},
    }  # fmt: skip
    assert parse(f"metadata[{CHECKOUT_KEY}]=k") == {"metadata": {CHECKOUT_KEY: "k"}}
