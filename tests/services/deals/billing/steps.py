"""What the tests of payment online begin with: a signed contract whose seller takes money online."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.deals import Checkout, Contract, Payment
from marketplace.models.people import Organisation, Person
from marketplace.services.deals.billing import accounts, checkouts, events
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract
from tests.support.billing import ACCOUNT, letter


@dataclass
class Deal:
    """A contract of 50万 in two instalments over two achievements, and its people."""

    buyer: Organisation
    seller: Organisation
    payer: Person
    manager: Person
    contract: Contract


def make_deal(instalments=None, connect: bool = True, **contract) -> Deal:
    """Make a registered contract between members; with ``connect`` the seller's account is on file."""
    buyer = make.make_organisation("enterprise")
    seller = make.make_organisation("university", division="340111")
    payer, manager = make.make_person(buyer), make.make_person(seller, "manager")
    plan = instalments or [(20 * WAN, clock.today()), (30 * WAN, clock.today() + timedelta(days=30))]
    values = {"amounts": (40 * WAN, 10 * WAN)} | contract
    made = make_contract(buyer, seller, instalments=plan, **values)
    if connect:
        actor = make.actor(manager)
        found = accounts.look_up(actor, ACCOUNT)
        with unit_of_work():
            accounts.keep(actor, found)
    return Deal(buyer, seller, payer, manager, made)


def make_deal_like(first: Deal) -> Deal:
    """Another deal of the same two organisations, without another account."""
    plan = [(20 * WAN, None), (30 * WAN, None)]
    made = make_contract(first.buyer, first.seller, instalments=plan, amounts=(40 * WAN, 10 * WAN))
    return Deal(first.buyer, first.seller, first.payer, first.manager, made)


def open_checkout(deal: Deal) -> Checkout:
    """Begin to pay the next instalment, as the page does."""
    with unit_of_work():
        key = checkouts.begin(make.actor(deal.payer), deal.contract.id).id
    checkouts.connect(key)
    return db.session.get_one(Checkout, key, populate_existing=True)


def hear(told: list[dict]) -> None:
    """Have the site receive events, signed, in this order; each in a transaction of its own."""
    for event in told:
        sent = letter(event)
        found = outside().billing.receive(sent["data"], sent["headers"]["Stripe-Signature"])
        with unit_of_work():
            events.store(found)


def ledger() -> list[tuple]:
    """Return every online row as (kind, 分, serial kind, [(traded, 分)]), by serial and kind."""
    rows = db.session.scalars(select(Payment).where(Payment.bank == "STRIPE"))
    return sorted(
        (
            row.serial, row.kind, row.amount_fen, row.state,
            tuple(sorted((each.traded_id, each.amount_fen) for each in row.allocations)),
        )
        for row in rows
    )  # fmt: skip
