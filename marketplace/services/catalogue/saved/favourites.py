"""Favourites: listings that a person starred, with a note, read by colleagues unless they are kept private."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.catalogue.saved import MOST_FAVOURITES, NOTE_LENGTH
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import Favourite, Listing
from marketplace.services.catalogue import pages, visibility
from marketplace.services.paging import Page, paged
from marketplace.services.unit import insert_new

PAGE_SIZE = 20


@dataclass(frozen=True)
class Line:
    """A favourite of a list. ``listing`` is None where its reader may not see it now; ``mine``: they may change it."""

    favourite: Favourite
    listing: Listing | None
    mine: bool


def star(actor: Actor, kind: str, listing_id: int) -> Favourite:
    """Star a listing that the actor may read; starred already, nothing changes.

    Raises NotFound for one they may not read, DomainError for one favourite too many.
    """
    if actor.person_id is None:
        raise NotFound()
    listing = pages.get(actor, kind, listing_id)
    found = _of(actor, listing.id)
    if found is not None:
        return found
    if count(actor) >= MOST_FAVOURITES:
        raise DomainError(
            "favourites_full", N_("最多收藏 %(most)s 项，请先移除不再需要的"), most=MOST_FAVOURITES
        )
    row = {
        "person_id": actor.person_id, "listing_id": listing.id, "organisation_id": actor.organisation_id,
        "note": "", "shared": actor.organisation_id is not None, "created_at": clock.now(), "version": 1,
    }  # fmt: skip
    insert_new(Favourite, [row], ("person_id", "listing_id"))
    starred = _of(actor, listing.id)
    assert starred is not None  # noqa: S101
    return starred


def unstar(actor: Actor, listing_id: int) -> None:
    """Take a star away, with its note; without a star nothing changes."""
    found = _of(actor, listing_id)
    if found is not None:
        db.session.delete(found)
        db.session.flush()


def _of(actor: Actor, listing_id: int) -> Favourite | None:
    return db.session.scalar(
        select(Favourite).where(Favourite.person_id == actor.person_id, Favourite.listing_id == listing_id)
    )


def get(actor: Actor, favourite_id: int) -> Favourite:
    """Return one of the actor's own favourites; NotFound for any other, a colleague's included."""
    row = db.session.get(Favourite, favourite_id)
    if row is None or actor.person_id is None or row.person_id != actor.person_id:
        raise NotFound()
    return row


def annotate(actor: Actor, favourite_id: int, note: str, shared: bool) -> Favourite:
    """Write the note of an own favourite, and say whether colleagues read it.

    Shared is with the people of the organisation that the actor belongs to now. Raises DomainError for a long note.
    """
    row = get(actor, favourite_id)
    note = clean_text(note)
    if len(note) > NOTE_LENGTH:
        raise DomainError(
            "note_long", N_("备注最多%(longest)d个字，请缩短"), field="note", longest=NOTE_LENGTH
        )
    row.note = note
    row.organisation_id = actor.organisation_id
    row.shared = shared and actor.organisation_id is not None
    db.session.flush()
    return row


def count(actor: Actor) -> int:
    """Return how many favourites the actor has."""
    return db.session.scalar(select(func.count()).where(Favourite.person_id == actor.person_id)) or 0


def count_of_colleagues(actor: Actor) -> int:
    """Return how many favourites colleagues share with the actor."""
    return db.session.scalar(select(func.count()).select_from(_of_colleagues(actor, "").subquery())) or 0


def starred(actor: Actor) -> set[int]:
    """Return the ids of the listings that the actor starred."""
    if actor.person_id is None:
        return set()
    return set(db.session.scalars(select(Favourite.listing_id).where(Favourite.person_id == actor.person_id)))


def lines(actor: Actor, number: int, kind: str = "", colleagues: bool = False) -> Page[Line]:
    """Return a page of favourites, own or colleagues', of one kind where one is given; the newest first."""
    page = paged(_of_colleagues(actor, kind) if colleagues else _mine(actor, kind), number, PAGE_SIZE)
    seen = _readable(actor, [row.listing_id for row in page.items])
    found = [Line(row, seen.get(row.listing_id), row.person_id == actor.person_id) for row in page.items]
    return Page(found, page.page, page.pages, page.total)


def line(actor: Actor, favourite_id: int) -> Line:
    """Return one of the actor's own favourites as it stands in a list. Raises as ``get``."""
    row = get(actor, favourite_id)
    return Line(row, _readable(actor, [row.listing_id]).get(row.listing_id), True)


def _mine(actor: Actor, kind: str) -> Select[Favourite]:
    return _query(kind).where(Favourite.person_id == actor.person_id)


def _of_colleagues(actor: Actor, kind: str) -> Select[Favourite]:
    return _query(kind).where(
        Favourite.organisation_id == actor.organisation_id,
        Favourite.shared,
        Favourite.person_id != actor.person_id,
    )


def _query(kind: str) -> Select[Favourite]:
    query = select(Favourite).options(joinedload(Favourite.person)).order_by(Favourite.id.desc())
    if kind:
        query = query.join(Listing, Listing.id == Favourite.listing_id).where(Listing.kind == kind)
    return query


def _readable(actor: Actor, ids: Collection[int]) -> dict[int, Listing]:
    found: dict[int, Listing] = {}
    for kind in visibility.KINDS:
        query = visibility.visible_listings(actor, kind).where(Listing.id.in_(ids))
        found.update({row.id: row for row in db.session.scalars(query).unique()})
    return found
