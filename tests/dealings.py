"""Negotiations and leads for tests: an enterprise with a demand, a university with an achievement, a broker."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.matching.offers import OfferData
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, Lead, Negotiation, Offer
from marketplace.models.people import Organisation, Person
from marketplace.services.matching.brokerage import leads
from marketplace.services.matching.inquiries import asking
from marketplace.services.matching.negotiations import beginning, offers
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN

TERMS = "乙方交付配方、工艺文件和样品，现场指导三次；验收以第三方检测报告为准，后续改进归各自所有。"
_serial = count(1)
Made = TypeVar("Made")


def key() -> str:
    """Return the key of a form that was sent once."""
    return f"dealing-{next(_serial)}"


@dataclass
class Table:
    """Who sits at the table, each an actor; ``broker`` beside it. Listings are the seller's and the buyer's."""

    buyer: Actor
    seller: Actor
    broker: Actor
    achievement: Listing
    demand: Listing
    people: dict[str, Person]

    def actor(self, side: str) -> Actor:
        """Return the buyer, the seller, the broker, or a stranger."""
        return make.actor(self.people[side])


def make_table(*, buyer_division: str = "341302") -> Table:
    """Make both sides with a published listing each, a broker and a stranger. Fast: rows, no review."""
    homes = {
        "buyer": make.make_organisation("enterprise", division=buyer_division),
        "seller": make.make_organisation("university", division="340111"),
        "broker": make.make_organisation("broker"),
        "stranger": make.make_organisation("broker"),
    }
    people = {name: make.make_person(home, "manager") for name, home in homes.items()}
    achievement = make.make_many_published(homes["seller"], 1)[0]
    demand = make.make_many_published(homes["buyer"], 1, "demand")[0]
    actors = {name: make.actor(person) for name, person in people.items()}
    return Table(actors["buyer"], actors["seller"], actors["broker"], achievement, demand, people)


def make_inquiry(table: Table, broker: bool = False) -> Inquiry:
    """Have the buyer ask about the achievement, with the broker attached where ``broker``."""
    with unit_of_work():
        listing = db.session.get_one(Listing, table.achievement.id)
        made = asking.ask(
            table.buyer,
            listing,
            f"请问冬季固化时间和最小起订量是多少，第{next(_serial)}次询问。",
            key(),
            table.demand.id,
            table.broker.organisation_id if broker else None,
        )
    return db.session.get_one(Inquiry, made.id)


def make_negotiation(table: Table, broker: bool = False, **inquiry: Any) -> Negotiation:
    """Have the seller begin to negotiate from the buyer's inquiry, about both listings."""
    asked = inquiry.get("of") or make_inquiry(table, broker)
    with unit_of_work():
        made = beginning.open_from(table.seller, db.session.get_one(Inquiry, asked.id), table.demand.id)
    return db.session.get_one(Negotiation, made.id)


def terms(**changes: Any) -> OfferData:
    """Return an offer that can be made: 60 万元 in two parts, an ordinary licence."""
    today = clock.today()
    return replace(
        OfferData(
            kind="licence.patent",
            licence_scope="ordinary",
            amount_fen=60 * WAN,
            payment_mode="instalments",
            instalments=(
                InstalmentData("首付款", "fixed", today + timedelta(days=20), "", 20 * WAN),
                InstalmentData("验收款", "fixed", None, "验收合格后10日内", 40 * WAN),
            ),
            terms=TERMS,
            valid_until=today + timedelta(days=15),
        ),
        **changes,
    )


def make_offer(table: Table, negotiation: Negotiation, side: str = "seller", **changes: Any) -> Offer:
    """Put an offer on the table."""
    with unit_of_work():
        made = offers.make(table.actor(side), negotiation.id, terms(**changes), key())
    return fresh(made)


def make_lead(table: Table, pair: bool = True, side: str = "broker") -> Lead:
    """Have the broker work on the pair, or on the demand alone."""
    with unit_of_work():
        made = leads.create(table.actor(side), table.demand.id, table.achievement.id if pair else None)
    return fresh(made)


def run(act: Callable[..., Made], *values: Any, **named: Any) -> Made:
    """Do one thing in a unit of work of its own."""
    with unit_of_work():
        return act(*values, **named)


def fresh(row: Made) -> Made:
    """Return a row as the database has it now."""
    key_ = row.id  # type: ignore[attr-defined]
    db.session.rollback()
    return db.session.get_one(type(row), key_, populate_existing=True)


def suspend(organisation_id: int) -> None:
    """Take an organisation's verification away."""
    with unit_of_work():
        db.session.get_one(Organisation, organisation_id).state = "suspended"
