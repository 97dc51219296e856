"""What the clock does to offers: a word to the other side before the last day, and their end after it."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.models.matching import Negotiation, Offer
from marketplace.services.matching.negotiations import records
from marketplace.services.matching.negotiations.offers import move
from marketplace.services.unit import unit_of_work

AHEAD = timedelta(days=2)
"""How long before its last day the side that owes an answer to an offer is told."""
CHUNK = 200


def lapse_due() -> int:
    """Let every offer lapse whose day is over; return how many. Each chunk is a transaction."""
    return _each(Offer.valid_until < clock.today(), _lapse)


def remind_due() -> int:
    """Tell whoever owes an answer to an offer that ends soon, once; return of how many offers."""
    soon = Offer.valid_until.between(clock.today(), clock.today() + AHEAD)
    return _each(soon & Offer.reminded_at.is_(None), _remind)


def _each(due: ColumnElement[bool], do: Callable[[Negotiation, Offer], None]) -> int:
    """Do something with every open offer that is due, unless somebody answered it or took it back first."""
    done = 0
    query = select(Offer.id, Offer.negotiation_id).where(Offer.state == "open", due)
    while ids := list(db.session.execute(query.order_by(Offer.id).limit(CHUNK))):
        db.session.rollback()
        with unit_of_work():
            for offer_id, negotiation_id in ids:
                negotiation = records.locked(negotiation_id)
                offer = db.session.get_one(Offer, offer_id, populate_existing=True)
                if negotiation is not None and offer.state == "open":
                    do(negotiation, offer)
                    done += 1
    db.session.rollback()
    return done


def _lapse(negotiation: Negotiation, offer: Offer) -> None:
    move(SYSTEM, negotiation, offer, "lapse")
    records.tell(SYSTEM, negotiation, "offer_lapsed", number=offer.ordinal)


def _remind(negotiation: Negotiation, offer: Offer) -> None:
    offer.reminded_at = clock.now()
    others = {negotiation.buyer_id, negotiation.seller_id} - {offer.organisation_id}
    words = {"number": offer.ordinal, "day": offer.valid_until.isoformat()}
    records.tell(SYSTEM, negotiation, "offer_ending", only=others, **words)
