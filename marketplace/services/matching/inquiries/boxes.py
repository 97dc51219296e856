"""The two boxes of an organisation: what others asked it, and what it asked others."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from marketplace.domain.access import Actor, Shown
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, Revision
from marketplace.models.matching import Inquiry
from marketplace.services.catalogue import visibility

PAGE_SIZE = 20


@dataclass(frozen=True)
class Line:
    """An inquiry in a list; ``counterpart`` is '' where the reader may not know the organisation."""

    inquiry: Inquiry
    title: str
    counterpart: str
    readable: bool


@dataclass(frozen=True)
class Page:
    """A page of inquiries."""

    lines: Sequence[Line]
    page: int
    pages: int
    total: int


def received(actor: Actor, number: int = 1) -> Page:
    """Return what others asked the actor's organisation, newest first."""
    query = _query().where(Listing.organisation_id == actor.organisation_id)
    return _page(actor, query, number, sent=False)


def sent(actor: Actor, number: int = 1) -> Page:
    """Return what the actor's organisation asked others, newest first."""
    query = _query().where(Inquiry.organisation_id == actor.organisation_id)
    return _page(actor, query, number, sent=True)


def _query() -> Select[Inquiry]:
    return (
        select(Inquiry).join(Listing, Inquiry.listing_id == Listing.id).options(joinedload(Inquiry.listing))
    )


def _page(actor: Actor, query: Select[Inquiry], number: int, sent: bool) -> Page:
    total = (
        db.session.scalar(select(func.count()).select_from(query.with_only_columns(Inquiry.id).subquery()))
        or 0
    )
    pages_ = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages_)
    rows = db.session.scalars(
        query.order_by(Inquiry.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ).all()
    titles = _titles([row.revision_id for row in rows])
    seen = _seen(actor, rows) if sent else {}
    lines = []
    for row in rows:
        shown = seen.get(row.listing_id, Shown.NOTHING)
        named = row.organisation.name if not sent else ""
        if sent and shown is Shown.FULL_TEXT:
            named = row.listing.organisation.name
        lines.append(Line(row, titles[row.revision_id], named, not sent or shown is not Shown.NOTHING))
    return Page(lines, number, pages_, total)


def _titles(revision_ids: Sequence[int]) -> dict[int, str]:
    query = select(Revision.id, Revision.title).where(Revision.id.in_(revision_ids))
    return {row.id: row.title for row in db.session.execute(query)}


def _seen(actor: Actor, rows: Sequence[Inquiry]) -> dict[int, Shown]:
    """Return how much ``actor`` is shown now of the listings they asked about; what they may not see is missing."""
    found: dict[int, Shown] = {}
    for kind in visibility.KINDS:
        ids = [row.listing_id for row in rows if row.listing.kind == kind]
        if not ids:
            continue
        for listing in db.session.scalars(
            visibility.visible_listings(actor, kind).where(Listing.id.in_(ids))
        ):
            assert listing.published is not None  # noqa: S101
            found[listing.id] = visibility.text_for(actor, listing, listing.published)
    return found
