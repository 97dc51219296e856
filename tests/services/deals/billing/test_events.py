"""Events: forged, late, twice, in any order; the ledger comes out the same."""

import json
import random

import pytest
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.integrations.billing import ForgedEvent
from marketplace.models.deals import BillingDispute, BillingEvent, Checkout, Payment
from marketplace.models.platform import Notice, OutboxMessage
from marketplace.services import dispatch
from marketplace.services.deals.billing import accounts, events, settling
from marketplace.services.deals.payments import paid
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN
from tests.services.deals.billing.steps import hear, ledger, make_deal, make_deal_like, open_checkout
from tests.support.billing import ACCOUNT, letter

pytestmark = pytest.mark.usefixtures("session")


def paid_deal(provider, **contract):
    """A deal whose first instalment was paid online, heard and settled."""
    deal = make_deal(**contract)
    charge = provider.book.pay(open_checkout(deal).session)["id"]
    hear(provider.book.events())
    dispatch.drain()
    return deal, charge, db.session.scalars(select(Payment)).one()


def settle_all(provider):
    hear(provider.book.events())
    dispatch.drain()
    db.session.expire_all()


def test_refunds_on_the_providers_side_are_rows_divided_over_the_lines(provider):
    deal, charge, payment = paid_deal(provider)
    first = provider.book.refund(ACCOUNT, charge, 1, None)["id"]
    provider.book.refund(ACCOUNT, charge, 5 * WAN, None)
    settle_all(provider)
    provider.book.refund(ACCOUNT, charge, None, None)
    settle_all(provider)
    rows = db.session.scalars(select(Payment).where(Payment.kind == "refund").order_by(Payment.id)).all()
    assert [row.amount_fen for row in rows] == [1, 5 * WAN, 15 * WAN - 1]
    assert {row.returns_id for row in rows} == {payment.id}
    assert rows[0].serial == first
    assert rows[0].payer_uscc == deal.seller.uscc
    assert set(paid.net_by_line([deal.contract.id])[deal.contract.id].values()) == {0}


def test_a_failed_refund_is_taken_back_by_a_row_of_its_own_and_may_be_made_anew(provider):
    deal, charge, _payment = paid_deal(provider)
    refund = provider.book.refund(ACCOUNT, charge, 20 * WAN, None)["id"]
    settle_all(provider)
    assert paid.net(deal.contract.id) == 0
    provider.book.settle_refund(refund, "failed")
    settle_all(provider)
    settle_all(provider)
    assert paid.net(deal.contract.id) == 20 * WAN
    corrected = db.session.scalars(select(Payment).where(Payment.note == refund)).one()
    assert (corrected.kind, corrected.evidence, corrected.serial) == ("payment", "stripe", refund)
    provider.book.refund(ACCOUNT, charge, 20 * WAN, None)
    settle_all(provider)
    assert set(paid.net_by_line([deal.contract.id])[deal.contract.id].values()) == {0}


def test_a_pending_refund_counts_when_it_succeeds(provider):
    deal, charge, _payment = paid_deal(provider)
    provider.book.refund_status = "pending"
    refund = provider.book.refund(ACCOUNT, charge, WAN, None)["id"]
    settle_all(provider)
    assert paid.net(deal.contract.id) == 20 * WAN
    provider.book.settle_refund(refund, "succeeded")
    settle_all(provider)
    assert paid.net(deal.contract.id) == 19 * WAN


@pytest.mark.parametrize(("status", "net"), [("won", 20 * WAN), ("lost", 0)])
def test_a_dispute_is_told_and_a_lost_one_is_money_that_went_back(provider, status, net):
    deal, charge, payment = paid_deal(provider)
    dispute = provider.book.dispute(charge)["id"]
    settle_all(provider)
    row = db.session.get_one(BillingDispute, dispute)
    assert (row.payment_id, row.status, row.amount_fen) == (payment.id, "needs_response", 20 * WAN)
    told = select(func.count()).select_from(Notice).where(Notice.kind == "online_disputed")
    assert db.session.scalar(told) == 2
    assert paid.net(deal.contract.id) == 20 * WAN
    provider.book.close_dispute(dispute, status)
    settle_all(provider)
    assert (row.status, paid.net(deal.contract.id)) == (status, net)
    assert db.session.scalar(told) == 2


def test_money_that_goes_back_brings_a_completed_contract_to_life(provider):
    deal, charge, _payment = paid_deal(provider, instalments=[(50 * WAN, None)])
    deal.contract.state = "completed"
    db.session.commit()
    provider.book.refund(ACCOUNT, charge, 1, None)
    settle_all(provider)
    assert deal.contract.state == "registered"


def test_the_seller_sends_money_back_from_here(provider):
    deal, _charge, payment = paid_deal(provider)
    manager = make.actor(deal.manager)
    assert settling.refundable(manager, payment) == 20 * WAN
    settling.give_back(manager, payment.id, 5 * WAN, "form-1")
    settling.give_back(manager, payment.id, 5 * WAN, "form-1")
    assert paid.net(deal.contract.id) == 15 * WAN
    with pytest.raises(DomainError) as refused:
        settling.give_back(manager, payment.id, 16 * WAN, "form-2")
    assert refused.value.field == "amount"
    settle_all(provider)
    assert paid.net(deal.contract.id) == 15 * WAN
    assert settling.refundable(manager, payment) == 15 * WAN


def test_nobody_else_sends_money_back(provider):
    deal, _charge, payment = paid_deal(provider)
    agent = make.make_person(deal.seller)
    for person in (deal.payer, agent, make.make_staff(Role.FINANCE)):
        assert settling.refundable(make.actor(person), payment) == 0
        with pytest.raises(NotAllowed):
            settling.give_back(make.actor(person), payment.id, 1, "f")
    for actor in (make.actor(make.make_person(make.make_organisation(), "manager")), Actor()):
        with pytest.raises(NotFound):
            settling.give_back(actor, payment.id, 1, "f")


def test_what_is_of_no_concern_is_written_down_and_left_alone(provider, drain):
    _deal, charge, _payment = paid_deal(provider)
    book = provider.book
    told = [
        book.tell(ACCOUNT, "payout.paid", {"id": "po_1", "object": "payout"}),
        book.tell("", "charge.succeeded", {"id": charge, "object": "charge"}),
        book.tell(ACCOUNT, "charge.succeeded", {"id": "ch_unknown", "object": "charge"}),
        book.tell("acct_of_nobody", "charge.succeeded", {"id": "ch_x", "object": "charge"}),
        book.tell("acct_demo0000000002", "charge.succeeded", {"id": charge, "object": "charge"}),
        book.tell(ACCOUNT, "charge.succeeded", {"object": "charge"}),
    ]
    hear(told)
    drain()
    rows = db.session.scalars(select(BillingEvent).where(BillingEvent.id.in_([one["id"] for one in told])))
    assert {row.state for row in rows} <= {"ignored", "done"}
    assert len(ledger()) == 1


def test_an_account_that_is_closed_at_the_provider_is_offered_no_more(provider, drain):
    deal = make_deal()
    provider.book.add_account(ACCOUNT, "x", charges_enabled=False)
    provider.book.tell(ACCOUNT, "account.updated", provider.book.accounts[ACCOUNT])
    hear(provider.book.events())
    drain()
    assert accounts.of(deal.seller.id).may_charge is False


def test_an_event_is_stored_once(provider):
    event = provider.book.tell(ACCOUNT, "charge.succeeded", {"id": "ch_1", "object": "charge"})
    hear([event, event])
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1
    assert db.session.get_one(BillingEvent, event["id"]).state == "stored"


def test_a_silent_provider_is_asked_again_and_nothing_is_given_up(provider):
    deal = make_deal()
    provider.book.pay(open_checkout(deal).session)
    hear(provider.book.events())
    provider.silent = True
    dispatch.drain()
    waiting = db.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "billing")).all()
    assert {(row.state, row.attempts) for row in waiting} == {("waiting", 0)}
    assert ledger() == []
    provider.silent = False
    with clock.frozen(clock.now() + dispatch.BILLING_PAUSE):
        dispatch.drain()
    assert len(ledger()) == 1


def happen(provider, deals):
    """Everything that can happen online, to several contracts."""
    book = provider.book
    for number, deal in enumerate(deals):
        page = open_checkout(deal).session
        if number % 5 == 4:
            book.expire(page)
            continue
        if number % 2:
            book.decline(page)
        charge = book.pay(page)["id"]
        book.refund(ACCOUNT, charge, 3 * WAN + number, None)
        if number % 3 == 0:
            failed = book.refund(ACCOUNT, charge, WAN, None)["id"]
            book.settle_refund(failed, "failed")
        if number % 3 == 1:
            book.close_dispute(book.dispute(charge, 2 * WAN)["id"], "lost")
        if number % 3 == 2:
            book.close_dispute(book.dispute(charge)["id"], "won")


def test_a_storm_of_events_leaves_the_same_ledger_as_silence_and_one_question(provider, drain):
    """100 events and more, shuffled, repeated, forged and truncated, in batches: the ledger is the provider's."""
    dice = random.Random(3)
    deals = [make_deal()]
    deals += [make_deal_like(deals[0]) for _ in range(7)]
    happen(provider, deals)
    true = provider.book.events()
    storm = [*true, *true, *dice.sample(true, 20)]
    assert len(storm) >= 100
    dice.shuffle(storm)
    refused = 0
    for place, event in enumerate(storm):
        if place % 7 == 0:
            refused += forged(event, place)
        hear([event])
        if dice.random() < 0.05:
            drain()
    drain()
    assert refused == len(storm[::7])
    nets = [paid.net(deal.contract.id) for deal in deals]
    kept = ledger()
    expected = []
    for number, deal in enumerate(deals):
        lost = 2 * WAN if number % 3 == 1 else 0
        expected.append(0 if number % 5 == 4 else 20 * WAN - 3 * WAN - number - lost)
        row = db.session.scalars(select(Checkout).where(Checkout.contract_id == deal.contract.id)).one()
        assert row.state == ("expired" if number % 5 == 4 else "paid")
    assert nets == expected
    assert len({(row[0], row[1]) for row in kept}) == len(kept)
    assert set(db.session.scalars(select(BillingEvent.state))) == {"done"}
    assert db.session.scalar(select(func.count()).select_from(BillingEvent)) == len(true)
    for row in db.session.scalars(select(Checkout.id)).all():
        settling.ask(row)
    assert ledger() == kept


def forged(event, place):
    """Send a letter that is not the provider's; return 1 when it was refused."""
    sent = letter({**event, "id": f"evt_forged{place}"}, secret="whsec_somebody_else")
    if place % 2:
        true = letter(event)
        sent = {**true, "data": true["data"][: place % 50 + 1]}
    try:
        outside().billing.receive(sent["data"], sent["headers"]["Stripe-Signature"])
    except ForgedEvent:
        return 1
    return 0


def test_an_event_may_say_what_it_likes_the_provider_is_read(provider, drain):
    deal = make_deal()
    row = open_checkout(deal)
    lie = json.loads(json.dumps(provider.book.find("sessions", ACCOUNT, row.session)))
    lie |= {"status": "complete", "payment_status": "paid", "amount_total": 99}
    hear([provider.book.tell(ACCOUNT, "checkout.session.completed", lie)])
    drain()
    db.session.refresh(row)
    assert (row.state, ledger()) == ("open", [])


def test_events_left_over_when_the_key_is_taken_away_come_to_an_end(provider, drain):
    event = provider.book.tell(ACCOUNT, "charge.succeeded", {"id": "ch_1", "object": "charge"})
    hear([event])
    billing, outside().billing = outside().billing, None
    drain()
    outside().billing = billing
    row = db.session.get_one(BillingEvent, event["id"])
    assert (row.state, row.outcome) == ("ignored", "no key")


def test_storing_reports_whether_it_was_new(provider):
    event = provider.book.tell(ACCOUNT, "charge.succeeded", {"id": "ch_1", "object": "charge"})
    sent = letter(event)
    told = outside().billing.receive(sent["data"], sent["headers"]["Stripe-Signature"])
    with unit_of_work():
        assert events.store(told) is True
        assert events.store(told) is False
