"""Expiry: what nobody has confirmed within the set time leaves the search, and its owner is told."""

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue import listings
from marketplace.services.unit import unit_of_work

CHUNK = 200


def expire_due() -> int:
    """Expire every published listing whose last day is over; return how many. Each chunk is a transaction."""
    expired = 0
    while ids := _due():
        with unit_of_work():
            for listing_id in ids:
                expired += _expire(listing_id)
    return expired


def _due() -> list[int]:
    query = (
        select(Listing.id)
        .where(Listing.state == "published", Listing.expires_on < clock.today())
        .order_by(Listing.id)
        .limit(CHUNK)
    )
    found = list(db.session.scalars(query))
    db.session.rollback()
    return found


def _expire(listing_id: int) -> bool:
    """Expire one listing unless its owner was faster."""
    listings.lock_row(listing_id)
    listing = db.session.get_one(Listing, listing_id, populate_existing=True)
    if listing.state != "published" or listing.expires_on is None or listing.expires_on >= clock.today():
        return False
    listings.act(SYSTEM, listing, "expire")
    return True
