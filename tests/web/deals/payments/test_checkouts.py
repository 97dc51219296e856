"""Paying online by real requests: the buyer, the seller, everybody else, wrong input, twice in a row."""

import re

import pytest
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import Checkout, ConnectedAccount, Payment
from marketplace.services import dispatch
from marketplace.services.deals.payments import paid
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment
from tests.services.deals.billing.steps import hear, make_deal, open_checkout
from tests.support.billing import ACCOUNT

pytestmark = pytest.mark.usefixtures("session")


def the_checkout():
    return db.session.scalars(select(Checkout).order_by(Checkout.id.desc())).first()


def settle(provider):
    hear(provider.book.events())
    dispatch.drain()
    db.session.expire_all()


def test_the_buyer_pays_and_sees_the_money_arrive(provider, client, login):
    deal = make_deal()
    login(deal.payer)
    money = f"/desk/contracts/{deal.contract.id}/payments"
    begin = f"/desk/contracts/{deal.contract.id}/checkout"
    assert begin in client.page(money).links
    look = client.page(begin)
    assert "200,000.00" in look.text
    assert "acct_…0001" in look.text
    assert ACCOUNT not in look.text
    opened = client.submit(begin)
    row = the_checkout()
    assert row.url in opened.get_data(as_text=True)
    provider.book.pay(row.session)
    waiting = client.get(f"/desk/checkouts/{row.id}?back=paid")
    assert waiting.headers["Refresh"] == f"3; url=/desk/checkouts/{row.id}?back=paid&turn=1"
    assert row.url not in waiting.get_data(as_text=True)
    settle(provider)
    done = client.get(f"/desk/checkouts/{row.id}?back=paid")
    assert "Refresh" not in done.headers
    page = client.page(f"/desk/checkouts/{row.id}")
    payment = db.session.scalars(select(Payment)).one()
    assert f"/desk/payments/{payment.id}" in page.links
    assert row.receipt_url in page.links
    detail = client.page(f"/desk/payments/{payment.id}")
    assert row.receipt_url in detail.links
    assert "在线支付" in client.page(money).text


def test_the_page_that_waits_gives_up_after_two_minutes(provider, client, login):
    deal = make_deal()
    row = open_checkout(deal)
    login(deal.payer)
    for turn in ("40", "99999", "-1"):
        assert "Refresh" not in client.get(f"/desk/checkouts/{row.id}?back=paid&turn={turn}").headers
    assert "还没有确认到账" in client.page(f"/desk/checkouts/{row.id}?back=paid&turn=40").text
    assert "您还没有付款" in client.page(f"/desk/checkouts/{row.id}?back=cancelled").text


def test_pressing_twice_opens_one_page(provider, client, login):
    deal = make_deal()
    login(deal.payer)
    begin = f"/desk/contracts/{deal.contract.id}/checkout"
    for _ in range(2):
        assert client.post(begin).headers["Location"] == f"/desk/checkouts/{the_checkout().id}"
    assert db.session.scalar(select(func.count()).select_from(Checkout)) == 1
    assert client.get(begin).headers["Location"] == f"/desk/checkouts/{the_checkout().id}"


def test_a_page_of_another_amount_is_shown_to_be_given_up(provider, client, login):
    deal = make_deal()
    row = open_checkout(deal)
    make_payment(deal.contract, 5 * WAN)
    login(deal.payer)
    sent = client.post(f"/desk/contracts/{deal.contract.id}/checkout")
    assert sent.headers["Location"] == f"/desk/checkouts/{row.id}"
    client.submit(f"/desk/checkouts/{row.id}", form="abandon")
    db.session.refresh(row)
    assert row.state == "expired"
    assert "支付页已失效" in client.page(f"/desk/checkouts/{row.id}").h1


def test_asking_the_provider_heals_a_lost_event(provider, client, login):
    deal = make_deal()
    row = open_checkout(deal)
    provider.book.pay(row.session)
    login(deal.payer)
    client.submit(f"/desk/checkouts/{row.id}", form="ask")
    assert paid.net(deal.contract.id) == 20 * WAN


def test_a_refused_card_and_a_silent_provider_are_said_in_words(provider, client, login):
    deal = make_deal()
    login(deal.payer)
    provider.silent = True
    page = client.submit(f"/desk/contracts/{deal.contract.id}/checkout")
    assert "没有应答" in page.get_data(as_text=True)
    row = the_checkout()
    assert row.state == "new"
    provider.silent = False
    client.submit(f"/desk/checkouts/{row.id}", form="connect")
    db.session.refresh(row)
    assert row.state == "open"
    provider.book.decline(row.session)
    settle(provider)
    assert "没有成功" in client.page(f"/desk/checkouts/{row.id}").text


def test_nobody_else_reaches_a_checkout(provider, client, login):
    deal = make_deal()
    row = open_checkout(deal)
    staff = make.make_staff(Role.FINANCE, Role.CONTRACT_REGISTRAR)
    others = [deal.manager, make.make_person(make.make_organisation()), staff]
    for person in others:
        login(person)
        assert client.get(f"/desk/checkouts/{row.id}").status_code in (403, 404)
        for verb in ("connect", "check", "abandon"):
            assert client.post(f"/desk/checkouts/{row.id}/{verb}").status_code in (403, 404)
    login(others[1])
    assert client.post(f"/desk/contracts/{deal.contract.id}/checkout").status_code == 404
    login(deal.manager)
    money = client.page(f"/desk/contracts/{deal.contract.id}/payments")
    assert not [one for one in money.links if "checkout" in one]
    refused = client.post(f"/desk/contracts/{deal.contract.id}/checkout")
    assert refused.status_code == 422


def test_the_reason_is_told_where_there_is_no_button(provider, client, login):
    buyer = make.make_organisation()
    contract = make_contract(buyer)
    login(make.make_person(buyer))
    money = client.page(f"/desk/contracts/{contract.id}/payments")
    assert "卖方没有开通在线收款" in money.text
    assert not [one for one in money.links if "checkout" in one]


def test_without_a_key_there_is_no_button_and_no_word(client, login):
    deal = make_deal(connect=False)
    login(deal.payer)
    money = client.page(f"/desk/contracts/{deal.contract.id}/payments")
    assert not [one for one in money.links if "checkout" in one]
    assert "在线收款" not in money.text
    assert client.post(f"/desk/contracts/{deal.contract.id}/checkout").status_code == 422
    login(deal.manager)
    assert "没有开通在线支付" in client.page("/desk/billing").text
    assert "/desk/billing" not in client.page("/desk").links


def test_the_seller_sends_money_back(provider, client, login):
    deal = make_deal()
    provider.book.pay(open_checkout(deal).session)
    settle(provider)
    payment = db.session.scalars(select(Payment)).one()
    here = f"/desk/payments/{payment.id}"
    login(deal.payer)
    assert f"{here}/give-back" not in client.page(here).links
    assert "没有可以在线退回的金额" in client.page(f"{here}/give-back").text
    assert client.post(f"{here}/give-back", data={"amount": "1", "request_key": "k"}).status_code == 403
    login(deal.manager)
    assert f"{here}/give-back" in client.page(here).links
    for typed in ("", "0", "abc", "200000.01"):
        refused = client.submit(f"{here}/give-back", {"amount": typed})
        assert refused.status_code == 422, typed
        assert 'id="error-summary"' in refused.get_data(as_text=True)
    assert paid.net(deal.contract.id) == 20 * WAN
    form = re.search(
        r'name="request_key"[^>]*value="([^"]+)"', client.get(f"{here}/give-back").get_data(as_text=True)
    )
    for _ in range(2):
        sent = client.post(f"{here}/give-back", data={"amount": "50000", "request_key": form[1]})
        assert sent.headers["Location"] == here
    assert paid.net(deal.contract.id) == 15 * WAN


def test_sending_money_back_asks_for_the_password_again(provider, client, login):
    deal = make_deal()
    provider.book.pay(open_checkout(deal).session)
    settle(provider)
    payment = db.session.scalars(select(Payment)).one()
    login(deal.manager)
    with client.session_transaction() as session:
        session["password_at"] = clock.now().timestamp() - 3600
    sent = client.post(f"/desk/payments/{payment.id}/give-back", data={"amount": "1", "request_key": "k"})
    assert sent.headers["Location"].startswith("/confirm-password")
    assert paid.net(deal.contract.id) == 20 * WAN


def test_the_manager_enters_checks_changes_and_removes_the_account(provider, client, login):
    seller = make.make_organisation("university")
    manager = make.make_person(seller, "manager")
    login(manager)
    assert "/desk/billing" in client.page("/desk").links
    for typed in ("", "acct_", "acct_demo0000000009", "acct_nobody00000000", "<b>"):
        refused = client.submit("/desk/billing/account", {"account": typed})
        assert refused.status_code == 422, typed
    client.submit("/desk/billing/account", {"account": f" {ACCOUNT}"})
    row = db.session.scalars(select(ConnectedAccount)).one()
    assert (row.organisation_id, row.account, row.entered_by) == (seller.id, ACCOUNT, manager.id)
    page = client.page("/desk/billing")
    assert "acct_…0001" in page.text
    provider.book.add_account(ACCOUNT, "x", charges_enabled=False)
    client.submit("/desk/billing", form="check")
    assert "不能收款" in client.page("/desk/billing").text
    login(make.make_person(seller, "agent"))
    agents = client.page("/desk/billing")
    assert "/desk/billing/account" not in agents.links
    assert client.post("/desk/billing/account", data={"account": ACCOUNT}).status_code == 403
    assert client.post("/desk/billing/remove").status_code == 403
    login(manager)
    client.submit("/desk/billing/remove")
    assert db.session.scalars(select(ConnectedAccount)).all() == []
    assert client.get("/desk/billing/remove").headers["Location"] == "/desk/billing"


def test_an_account_of_another_organisation_is_refused_at_the_field(provider, client, login):
    make_deal()
    login(make.make_person(make.make_organisation(), "manager"))
    refused = client.submit("/desk/billing/account", {"account": ACCOUNT})
    assert refused.status_code == 422
    assert "另一家单位" in refused.get_data(as_text=True)
