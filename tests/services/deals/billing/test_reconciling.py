"""Provider against ledger: what is missing on either side, amounts, refunds, and catching up."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.errors import DomainError
from marketplace.extensions import db
from marketplace.models.deals import Checkout, Payment
from marketplace.services.deals.billing import reconciling, settling
from marketplace.services.deals.payments import paid
from tests.deals import WAN
from tests.services.deals.billing.steps import make_deal, open_checkout
from tests.support.billing import ACCOUNT

pytestmark = pytest.mark.usefixtures("session")


def compare():
    return reconciling.compare(clock.today() - timedelta(days=30))


def kinds():
    return [(one.kind, one.ledger_fen, one.provider_fen) for one in compare()]


def test_what_was_never_told_is_found_and_caught_up(provider):
    deal = make_deal()
    row = open_checkout(deal)
    assert kinds() == []
    charge = provider.book.pay(row.session)["id"]
    assert kinds() == [("missing_here", 0, 20 * WAN)]
    assert reconciling.catch_up(compare()) == 1
    assert kinds() == []
    provider.book.refund(ACCOUNT, charge, 7, None)
    assert kinds() == [("refund", 0, 7)]
    reconciling.catch_up(compare())
    assert kinds() == []
    assert paid.net(deal.contract.id) == 20 * WAN - 7


def test_rows_that_the_provider_does_not_know_or_knows_otherwise_are_named(provider):
    row = open_checkout(make_deal())
    charge = provider.book.pay(row.session)
    settling.ask(row.id)
    payment = db.session.scalars(select(Payment)).one()
    checkout_id = row.id
    payment.amount_fen += 1
    db.session.commit()
    assert kinds() == [("amount", 20 * WAN + 1, 20 * WAN)]
    payment.amount_fen -= 1
    payment.serial = "ch_elsewhere"
    db.session.commit()
    found = compare()
    assert [(one.kind, one.object_id) for one in found] == [
        ("missing_there", "ch_elsewhere"), ("missing_here", charge["id"]),
    ] or [(one.kind, one.object_id) for one in found] == [
        ("missing_here", charge["id"]), ("missing_there", "ch_elsewhere"),
    ]  # fmt: skip
    assert {one.checkout_id for one in found} == {checkout_id}


def test_a_failed_refund_that_was_taken_back_is_no_difference(provider):
    row = open_checkout(make_deal())
    charge = provider.book.pay(row.session)["id"]
    refund = provider.book.refund(ACCOUNT, charge, WAN, None)["id"]
    settling.ask(row.id)
    provider.book.settle_refund(refund, "failed")
    assert kinds() == [("refund", WAN, 0)]
    settling.ask(row.id)
    assert kinds() == []


def test_an_account_that_we_may_no_longer_see_is_named(provider):
    row = open_checkout(make_deal())
    provider.book.pay(row.session)
    settling.ask(row.id)
    del provider.book.accounts[ACCOUNT]
    assert kinds() == [("hidden", 20 * WAN, 0)]
    assert db.session.get_one(Checkout, row.id).state == "paid"


def test_without_a_provider_there_is_nothing_to_compare():
    with pytest.raises(DomainError):
        compare()
