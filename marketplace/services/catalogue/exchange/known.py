"""What the site knows already of the rows of a table of listings: asked once for all rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain.access import Actor
from marketplace.domain.states import LISTING, REVISION
from marketplace.domain.states.revisions import EDITABLE_STATES
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import (
    AchievementRevision,
    DemandRevision,
    ImportedListing,
    Listing,
    Revision,
)
from marketplace.services.catalogue import revisions

ASKED_AT_ONCE = 500
DRAFT = "草稿"
LONGEST_ID = 15


@dataclass(frozen=True)
class Existing:
    """A listing of the importing organisation. ``hindrance``: why its text cannot be changed now, or None.

    ``content`` is what is in work, else what is public; None where its only draft was given up.
    """

    listing_id: int
    number: str
    content: Mapping[str, Any] | None
    hindrance: Words | None
    external_key: str = ""


@dataclass(frozen=True)
class Known:
    """Listings by number, by 外部编号 and by the digest of the row they came from; own titles with their number."""

    by_number: Mapping[str, Existing]
    by_key: Mapping[str, Existing]
    by_digest: Mapping[str, Existing]
    digests: Mapping[int, str]
    titles: Mapping[str, str]


def of(actor: Actor, kind: str, numbers: Iterable[str], keys: Iterable[str], digests: Iterable[str]) -> Known:
    """Return what the actor's organisation has of these numbers, keys and digests; nobody else's counts."""
    own = (Listing.organisation_id == actor.organisation_id, Listing.kind == kind)
    listed = list(_numbered(select(Listing).where(*own), numbers))
    claimed = (
        select(ImportedListing)
        .where(ImportedListing.organisation_id == actor.organisation_id, ImportedListing.kind == kind)
        .options(joinedload(ImportedListing.listing))
    )
    rows = {
        row.listing_id: row
        for column, wanted in ((ImportedListing.external_key, keys), (ImportedListing.digest, digests))
        for row in _asked(claimed, column, wanted)
    }
    found = {row.id: row for row in listed} | {row.listing_id: row.listing for row in rows.values()}
    rows |= {row.listing_id: row for row in _asked(claimed, ImportedListing.listing_id, found)}
    existing = _existing(kind, found, {key: row.external_key for key, row in rows.items()})
    return Known(
        {name: existing[row.id] for row in listed for name in (row.number, _draft_number(row.id)) if name},
        {row.external_key: existing[key] for key, row in rows.items() if row.external_key},
        {row.digest: existing[key] for key, row in rows.items()},
        {key: row.digest for key, row in rows.items()},
        _titles(own),
    )


def number_of(listing: Listing) -> str:
    """Return the number of a listing in its owner's table; a draft that was never submitted has one for it alone."""
    return listing.number or _draft_number(listing.id)


def _draft_number(listing_id: int) -> str:
    return f"{DRAFT}{listing_id}"


def _numbered(query: Select[Any], numbers: Iterable[str]) -> Iterator[Listing]:
    wanted = {number for number in numbers if number}
    drafts = {number.removeprefix(DRAFT) for number in wanted if number.startswith(DRAFT)}
    ids = [int(each) for each in drafts if each.isascii() and each.isdigit() and len(each) <= LONGEST_ID]
    yield from _asked(query, Listing.number, wanted)
    yield from _asked(query, Listing.id, ids)


def _asked(query: Select[Any], column: Any, values: Iterable[Any]) -> Iterator[Any]:
    wanted = sorted({value for value in values if value})
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        yield from db.session.scalars(query.where(column.in_(wanted[start : start + ASKED_AT_ONCE])))


def _existing(kind: str, found: Mapping[int, Listing], keys: Mapping[int, str]) -> dict[int, Existing]:
    texts = current_texts(kind, found.values())
    return {
        key: Existing(
            key,
            number_of(row),
            _content(texts.get(key)),
            _hindrance(row, texts.get(key)),
            keys.get(key, ""),
        )
        for key, row in found.items()
    }


def _content(revision: Revision | None) -> Mapping[str, Any] | None:
    return revisions.content_of(revision) if revision is not None else None


def _hindrance(listing: Listing, revision: Revision | None) -> Words | None:
    """Return why no new text may be written now: one is under review, or the listing has ended."""
    if revision is not None and revision.state in revisions.IN_WORK - EDITABLE_STATES:
        state = REVISION.states[revision.state].label
        return Words(N_("这一项当前为“%(state)s”，撤回后才能再导入"), {"state": state})
    if (listing.state, "publish") not in LISTING.table:
        return Words(N_("这一项当前为“%(state)s”，不能再改"), {"state": LISTING.states[listing.state].label})
    return None


def current_texts(kind: str, listings: Iterable[Listing]) -> dict[int, Revision]:
    """Return for each listing the text that its owner sees: the one in work, else the public one."""
    public = {row.id: row.published_id for row in listings}
    found: dict[int, Revision] = {}
    for revision in _asked(_whole(kind), Revision.listing_id, public):
        if revision.state in revisions.IN_WORK or (
            revision.id == public[revision.listing_id] and revision.listing_id not in found
        ):
            found[revision.listing_id] = revision
    return found


def _whole(kind: str) -> Select[Any]:
    current = or_(Revision.state.in_(revisions.IN_WORK), Revision.id == Listing.published_id)
    model = AchievementRevision if kind == "achievement" else DemandRevision
    query = select(model).join(Listing, Listing.id == Revision.listing_id).where(current)
    if kind == "achievement":
        query = query.options(selectinload(AchievementRevision.ip_rights))
    return query.order_by(Revision.id)


def _titles(own: tuple[ColumnElement[bool], ...]) -> dict[str, str]:
    """Return title → number of everything the organisation has in work or in public."""
    current = or_(Revision.state.in_(revisions.IN_WORK), Revision.id == Listing.published_id)
    query = (
        select(Revision.title, Listing.number, Listing.id)
        .join(Listing, Listing.id == Revision.listing_id)
        .where(*own, current)
        .order_by(Revision.id)
    )
    found = db.session.execute(query)
    return {title: number or _draft_number(key) for title, number, key in found if title}
