"""An organisation's listings and their matches: how many, how many nobody there has opened, how strong the best is."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, select

from marketplace.domain.access import Actor, Audience
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchShown
from marketplace.services.catalogue import visibility
from marketplace.services.matching.reading import matches
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.matching.telling import watches
from marketplace.services.paging import Page, paged

PAGE_SIZE = 10
MOST = 40
"""Matches counted of a listing: as many as the worker keeps."""


@dataclass(frozen=True)
class Line:
    """A listing on offer. ``strength`` is '' without a match; ``wish`` is '' where the actor chose nothing for it."""

    listing: Listing
    matches: int
    unopened: int
    strength: str
    wish: str


def lines(actor: Actor, number: int) -> Page[Line]:
    """Return a page of the listings on offer of the actor's organisation, the newest first."""
    page = paged(_own(actor), number, PAGE_SIZE)
    wishes = watches.chosen(actor, [one.id for one in page.items])
    loaded = _loaded(page.items)
    found = [_line(actor, loaded.get(one.id, one), wishes[one.id]) for one in page.items]
    return Page(found, page.page, page.pages, page.total)


def best(actor: Actor, limit: int) -> list[tuple[Listing, Pair]]:
    """Return the ``limit`` newest listings on offer of the actor's organisation, each with its best match if any."""
    if actor.organisation_id is None:
        return []
    newest = list(db.session.scalars(_own(actor).limit(limit)))
    loaded = _loaded(newest)
    found = [(one, matches.matches_of(actor, loaded.get(one.id, one), limit=1)) for one in newest]
    return [(one, pairs[0]) for one, pairs in found if pairs]


def _own(actor: Actor) -> Select[Listing]:
    return (
        select(Listing)
        .where(Listing.organisation_id == actor.organisation_id, Listing.state.in_(SEARCHABLE_STATES))
        .order_by(Listing.published_at.desc(), Listing.id.desc())
    )


def _loaded(listings: Iterable[Listing]) -> dict[int, Listing]:
    """Return listings with what matching reads of them, in one query a kind."""
    ids = [one.id for one in listings]
    found: dict[int, Listing] = {}
    for kind in visibility.KINDS:
        query = visibility.public_listings(Audience.ADMIN, kind).where(Listing.id.in_(ids))
        found.update({row.id: row for row in db.session.scalars(visibility.loaded(query, kind)).unique()})
    return found


def _line(actor: Actor, listing: Listing, wish: str) -> Line:
    pairs = matches.matches_of(actor, listing, limit=MOST)
    opened = _opened(actor, listing)
    return Line(
        listing=listing,
        matches=len(pairs),
        unopened=sum(pair.other(listing).id not in opened for pair in pairs),
        strength=pairs[0].strength if pairs else "",
        wish=wish,
    )


def _opened(actor: Actor, listing: Listing) -> set[int]:
    sides = (MatchShown.demand_id, MatchShown.achievement_id)
    mine, other = sides if listing.kind == "demand" else sides[::-1]
    query = select(other).where(
        mine == listing.id,
        MatchShown.organisation_id == actor.organisation_id,
        MatchShown.opened_at.is_not(None),
    )
    return set(db.session.scalars(query))
