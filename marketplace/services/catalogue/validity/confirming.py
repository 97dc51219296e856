"""Confirming that a listing still holds: by the signed link of a reminder, or several at once on the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, or_, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.errors import DomainError, NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue import listings
from marketplace.services.people import actors, tokens
from marketplace.services.platform import settings

PURPOSE = "reconfirm"
STATES = ("published", "expired")


@dataclass(frozen=True)
class Asked:
    """What a link speaks of. ``open``: it may still confirm; else that was done, or the listing has ended."""

    actor: Actor
    listing: Listing
    open: bool


def path(person_id: int, listing: Listing) -> str:
    """Return the path at which the person confirms a listing without signing in; good for this last day alone."""
    last = listing.expires_on.toordinal() if listing.expires_on else 0
    return f"/desk/reconfirm/link/{tokens.signed(PURPOSE, person_id, listing.id, last)}"


def asked_by(token: str) -> Asked:
    """Return what a link speaks of.

    Raises NotFound for anything this site did not sign, and where the person may no longer edit the listing.
    """
    person_id, listing_id, last = tokens.read_signed(PURPOSE, token, 3)
    actor, listing = actors.actor_of(person_id), db.session.get(Listing, listing_id)
    if listing is None or not may(actor, Permission.EDIT_LISTING, listings.subject_of(listing)):
        raise NotFound()
    same = listing.expires_on is not None and listing.expires_on.toordinal() == last
    return Asked(actor, listing, same and listing.state in STATES)


def confirm_by(token: str) -> Listing:
    """Do what the link promises, as the person who got it; used again it changes nothing. Raises as ``confirm``."""
    asked = asked_by(token)
    listings.lock_row(asked.listing.id)
    db.session.refresh(asked.listing)
    asked = asked_by(token)
    return confirm(asked.actor, asked.listing.id) if asked.open else asked.listing


def confirm(actor: Actor, listing_id: int) -> Listing:
    """Confirm a listing of the actor's organisation. Raises as ``listings.get_own`` and ``listings.act``."""
    return listings.act(actor, listings.get_own(actor, listing_id, lock=True), "reconfirm")


def due(actor: Actor) -> Select[Listing]:
    """Return the query of listings of the actor's organisation that expired or soon will, the first to end first."""
    horizon = clock.today() + timedelta(days=settings.get("listing.first_reminder_days"))
    return (
        select(Listing)
        .where(
            Listing.organisation_id == actor.organisation_id,
            or_(Listing.state == "expired", (Listing.state == "published") & (Listing.expires_on <= horizon)),
        )
        .order_by(Listing.expires_on, Listing.id)
    )


def confirm_all(actor: Actor, listing_ids: Iterable[int]) -> tuple[int, list[tuple[Listing, DomainError]]]:
    """Confirm several listings; return how many, and those that a rule refuses with its words.

    Raises NotFound for a listing of another organisation. What another person confirmed meanwhile counts as done.
    """
    done = 0
    refused = []
    for listing_id in sorted(set(listing_ids)):
        listing = listings.get_own(actor, listing_id, lock=True)
        try:
            listings.act(actor, listing, "reconfirm")
        except DomainError as error:
            db.session.expire(listing)  # whatever the rule had set before it refused
            refused.append((listing, error))
        else:
            done += 1
    return done, refused
