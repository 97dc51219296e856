"""Two at once: two people who press the button, two workers that hear the same events."""

import threading

import pytest
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.deals import Checkout
from marketplace.services.deals.billing import checkouts, settling
from marketplace.services.deals.payments import paid
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN
from tests.services.deals.billing.steps import ledger, make_deal, open_checkout
from tests.support.billing import ACCOUNT

pytestmark = pytest.mark.usefixtures("session")


def at_once(app, *works):
    """Run ``works`` in threads that start together; return what they returned or raised."""
    gate, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        with app.app_context():
            gate.wait()
            try:
                found[place] = work()
            except Exception as error:
                found[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


def test_two_people_who_press_at_once_open_one_page(app, provider):
    deal = make_deal()
    actors = [make.actor(deal.payer), make.actor(make.make_person(deal.buyer))]
    contract_id = deal.contract.id
    db.session.rollback()

    def press(actor):
        with unit_of_work():
            key = checkouts.begin(actor, contract_id).id
        checkouts.connect(key)
        return key

    first, second = at_once(app, *[lambda actor=actor: press(actor) for actor in actors])
    assert first == second
    assert db.session.scalar(select(func.count()).select_from(Checkout)) == 1
    assert len(list(provider.book.newest("sessions", ACCOUNT))) == 1


def test_the_same_news_heard_twice_at_once_is_written_once(app, provider):
    deal = make_deal()
    row = open_checkout(deal)
    charge = provider.book.pay(row.session)["id"]
    provider.book.refund(ACCOUNT, charge, WAN, None)
    key, contract_id = row.id, deal.contract.id
    db.session.rollback()
    found = at_once(app, *[lambda: settling.ask(key)] * 4)
    assert found == ["paid"] * 4
    assert [each[1] for each in ledger()] == ["payment", "refund"]
    assert paid.net(contract_id) == 19 * WAN
