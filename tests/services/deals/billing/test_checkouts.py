"""Paying an instalment online: what is offered, the page, the money, and a kill at the worst moment."""

import pytest
from sqlalchemy import func, select

from marketplace.domain.access import Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.platform.settings import SETTINGS
from marketplace.extensions import db
from marketplace.models.deals import Checkout, ContractParty, Payment
from marketplace.models.platform import Notice, SettingValue
from marketplace.services.deals.billing import checkouts, settling
from marketplace.services.deals.payments import paid
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment
from tests.services.deals.billing.steps import hear, ledger, make_deal, open_checkout

pytestmark = pytest.mark.usefixtures("session")


def offer(deal, person=None):
    return checkouts.offer_for(deal.contract, make.actor(person or deal.payer))


def test_the_next_open_instalment_is_offered_to_the_buyer_alone(provider):
    deal = make_deal()
    found = offer(deal)
    assert (found.instalment.position, found.amount_fen, found.reason) == (0, 20 * WAN, "")
    for person in (deal.manager, make.make_person(make.make_organisation()), make.make_staff(Role.FINANCE)):
        assert offer(deal, person) == checkouts.Offer()
    make_payment(deal.contract, 5 * WAN, state="submitted")
    assert offer(deal).amount_fen == 15 * WAN
    make_payment(deal.contract, 15 * WAN)
    assert (offer(deal).instalment.position, offer(deal).amount_fen) == (1, 30 * WAN)


def test_reasons_are_given_where_nothing_can_be_paid_online(provider):
    assert "没有开通" in offer(make_deal(connect=False)).reason
    assert "签订" in offer(make_deal(connect=False, state="offered")).reason
    deal = make_deal(instalments=[(100 * WAN, None)], amounts=(100 * WAN,))
    found = offer(deal)
    assert "上限" in found.reason
    assert found.params == {"amount": "1,000,000.00", "largest": "999,999.00"}
    make_payment(deal.contract, 100 * WAN)
    assert "没有待付" in offer(deal).reason


def test_several_sellers_and_sellers_who_are_no_members_are_paid_by_transfer(provider):
    deal = make_deal()
    deal.contract.current.parties.append(
        ContractParty(role="seller", position=2, name="另一所大学", disclosure="none")
    )
    db.session.commit()
    assert "不止一家" in offer(deal).reason
    buyer = make.make_organisation()
    outsider = make_contract(buyer)
    payer = make.actor(make.make_person(buyer))
    assert "没有开通" in checkouts.offer_for(outsider, payer).reason


def test_the_limit_is_a_setting(provider):
    deal = make_deal()
    with unit_of_work():
        db.session.add(
            SettingValue(
                key="billing.largest_yuan",
                value=199_999,
                valid_from=deal.contract.signed_on,
                state="effective",
            )
        )
    assert SETTINGS["billing.largest_yuan"].initial == 999_999
    assert "上限" in offer(deal).reason


def test_nothing_is_offered_without_a_provider():
    deal = make_deal(connect=False)
    assert outside().billing is None
    assert offer(deal) == checkouts.Offer()
    with pytest.raises(DomainError), unit_of_work():
        checkouts.begin(make.actor(deal.payer), deal.contract.id)


def test_who_may_begin(provider):
    deal = make_deal()
    stranger = make.actor(make.make_person(make.make_organisation()))
    with pytest.raises(NotFound), unit_of_work():
        checkouts.begin(stranger, deal.contract.id)
    finance = make.actor(make.make_staff(Role.FINANCE))
    with pytest.raises(NotAllowed), unit_of_work():
        checkouts.begin(finance, deal.contract.id)
    with pytest.raises(DomainError), unit_of_work():
        checkouts.begin(make.actor(deal.manager), deal.contract.id)
    row = open_checkout(deal)
    assert checkouts.get_for(make.actor(deal.payer), row.id).id == row.id
    for actor in (stranger, make.actor(deal.manager), Actor()):
        with pytest.raises(NotFound):
            checkouts.get_for(actor, row.id)


def test_money_paid_online_stands_on_the_contract_by_line_to_the_fen(provider, drain):
    deal = make_deal()
    row = open_checkout(deal)
    assert (row.state, row.amount_fen, row.session is not None) == ("open", 20 * WAN, True)
    charge = provider.book.pay(row.session)
    hear(provider.book.events())
    drain()
    db.session.refresh(row)
    assert (row.state, row.intent, row.receipt_url) == (
        "paid",
        charge["payment_intent"],
        charge["receipt_url"],
    )
    (payment,) = db.session.scalars(select(Payment))
    first, second = (line.traded_id for line in deal.contract.current.lines)
    assert (payment.evidence, payment.bank, payment.serial) == ("stripe", "STRIPE", charge["id"])
    assert (payment.state, payment.checkout_id, payment.organisation_id) == ("verified", row.id, None)
    assert payment.payer_uscc == deal.buyer.uscc
    assert payment.payee_uscc == deal.seller.uscc
    assert {each.traded_id: each.amount_fen for each in payment.allocations} == {
        first: 16 * WAN,
        second: 4 * WAN,
    }
    assert paid.net(deal.contract.id) == 20 * WAN
    told = select(func.count()).select_from(Notice).where(Notice.kind == "online_paid")
    assert db.session.scalar(told) == 2
    assert offer(deal).amount_fen == 30 * WAN


def test_pressed_twice_or_by_two_people_it_is_one_page(provider):
    deal = make_deal()
    colleague = make.make_person(deal.buyer)
    first = open_checkout(deal)
    with unit_of_work():
        assert checkouts.begin(make.actor(colleague), deal.contract.id).id == first.id
    assert len(list(provider.book.newest("sessions", first.account))) == 1


def test_a_page_with_another_amount_must_be_given_up_first(provider):
    deal = make_deal()
    row = open_checkout(deal)
    make_payment(deal.contract, 5 * WAN)
    with pytest.raises(Conflict), unit_of_work():
        checkouts.begin(make.actor(deal.payer), deal.contract.id)
    settling.abandon(row.id)
    assert db.session.get_one(Checkout, row.id, populate_existing=True).state == "expired"
    assert open_checkout(deal).amount_fen == 15 * WAN


def test_giving_up_a_page_that_was_paid_meanwhile_records_the_money(provider):
    deal = make_deal()
    row = open_checkout(deal)
    provider.book.pay(row.session)
    settling.abandon(row.id)
    assert db.session.get_one(Checkout, row.id, populate_existing=True).state == "paid"
    assert paid.net(deal.contract.id) == 20 * WAN


def test_a_refused_card_leaves_the_page_open_for_another_try(provider, drain):
    deal = make_deal()
    row = open_checkout(deal)
    provider.book.decline(row.session)
    hear(provider.book.events())
    drain()
    db.session.refresh(row)
    assert row.state == "failed"
    assert offer(deal).living.id == row.id
    provider.book.pay(row.session)
    hear(provider.book.events())
    drain()
    db.session.refresh(row)
    assert row.state == "paid"


def test_an_expired_page_makes_room_for_the_next(provider, drain):
    deal = make_deal()
    row = open_checkout(deal)
    provider.book.expire(row.session)
    hear(provider.book.events())
    drain()
    db.session.refresh(row)
    assert row.state == "expired"
    assert open_checkout(deal).id != row.id


def test_a_kill_between_the_provider_and_our_commit_heals_by_trying_again(provider, monkeypatch):
    deal = make_deal()
    with unit_of_work():
        key = checkouts.begin(make.actor(deal.payer), deal.contract.id).id
    with monkeypatch.context() as patched:
        patched.setattr(checkouts, "locked", lambda _key: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            checkouts.connect(key)
    row = db.session.get_one(Checkout, key, populate_existing=True)
    assert (row.state, row.session) == ("new", None)
    (made,) = provider.book.newest("sessions", row.account)
    checkouts.connect(key)
    checkouts.connect(key)
    db.session.refresh(row)
    assert (row.state, row.session) == ("open", made["id"])
    assert len(list(provider.book.newest("sessions", row.account))) == 1


@pytest.mark.parametrize("first", ["checkout.session.completed", "charge.succeeded"])
def test_a_kill_heals_by_the_event_when_nobody_tries_again(provider, drain, monkeypatch, first):
    deal = make_deal()
    with unit_of_work():
        key = checkouts.begin(make.actor(deal.payer), deal.contract.id).id
    with monkeypatch.context() as patched:
        patched.setattr(checkouts, "locked", lambda _key: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            checkouts.connect(key)
    (made,) = provider.book.newest("sessions", "acct_demo0000000001")
    provider.book.pay(made["id"])
    hear([event for event in provider.book.events() if event["type"] == first])
    drain()
    row = db.session.get_one(Checkout, key, populate_existing=True)
    assert (row.state, row.session) == ("paid", made["id"])
    assert paid.net(deal.contract.id) == 20 * WAN


def test_a_seller_who_may_no_longer_charge_ends_the_attempt(provider):
    deal = make_deal()
    provider.book.add_account("acct_demo0000000001", "x", charges_enabled=False)
    with unit_of_work():
        key = checkouts.begin(make.actor(deal.payer), deal.contract.id).id
    with pytest.raises(DomainError) as refused:
        checkouts.connect(key)
    assert refused.value.code == "checkout_refused"
    assert db.session.get_one(Checkout, key, populate_existing=True).state == "expired"


def test_a_silent_provider_leaves_everything_to_try_again(provider, session):
    deal = make_deal()
    with unit_of_work():
        key = checkouts.begin(make.actor(deal.payer), deal.contract.id).id
    provider.silent = True
    with pytest.raises(DomainError) as silent:
        checkouts.connect(key)
    assert silent.value.code == "billing_silent"
    assert db.session.get_one(Checkout, key, populate_existing=True).state == "new"
    assert ledger() == []


def test_the_seller_cannot_pass_off_another_charge_as_ours(provider, drain):
    deal = make_deal()
    row = open_checkout(deal)
    page = provider.book.find("sessions", row.account, row.session)
    forged = provider.book.add("sessions", row.account, {**page, "id": "cs_test_forged", "amount_total": 1})
    provider.book.pay(forged["id"])
    hear(provider.book.events())
    drain()
    db.session.refresh(row)
    assert (row.state, ledger()) == ("open", [])
