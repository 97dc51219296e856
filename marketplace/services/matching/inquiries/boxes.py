"""The boxes of an organisation: what others asked it, what it asked, what it follows as a broker; and the late ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Shown, require
from marketplace.domain.matching.threads import ASKER, OWNER
from marketplace.domain.states import INQUIRY, State
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage
from marketplace.services.catalogue import visibility
from marketplace.services.matching.inquiries import threads
from marketplace.services.paging import paged

PAGE_SIZE = 20


@dataclass(frozen=True)
class Line:
    """An inquiry in a list; ``owner`` is '' where the reader may not know the organisation. ``last`` is the newest
    message, ``unread`` whether the reader's side has not opened it yet."""

    inquiry: Inquiry
    title: str
    owner: str
    state: State
    last: InquiryMessage | None
    unread: bool


@dataclass(frozen=True)
class Page:
    """A page of inquiries."""

    lines: Sequence[Line]
    page: int
    pages: int
    total: int


def received(actor: Actor, number: int = 1) -> Page:
    """Return what others asked the actor's organisation, last touched first."""
    return _page(actor, _query().where(Listing.organisation_id == actor.organisation_id), number)


def sent(actor: Actor, number: int = 1) -> Page:
    """Return what the actor's organisation asked others, last touched first."""
    return _page(actor, _query().where(Inquiry.organisation_id == actor.organisation_id), number)


def followed(actor: Actor, number: int = 1) -> Page:
    """Return what the actor's organisation follows as a broker, last touched first."""
    return _page(actor, _query().where(Inquiry.broker_id == actor.organisation_id), number)


def overdue(actor: Actor, number: int = 1, raised: bool = True) -> Page:
    """Return inquiries without an answer in time, oldest first: those with the authority, or those not there yet.

    Raises NotAllowed for whoever does not oversee inquiries.
    """
    require(actor, Permission.OVERSEE_INQUIRIES)
    late = Inquiry.state.in_(("waiting", "with_broker")) & (Inquiry.due_on < clock.today())
    condition = (Inquiry.state == "with_admin") if raised else late
    return _page(actor, _query().where(condition).order_by(None).order_by(Inquiry.created_at), number)


def _query() -> Select[Inquiry]:
    query = select(Inquiry).join(Listing, Inquiry.listing_id == Listing.id)
    query = query.options(joinedload(Inquiry.listing).joinedload(Listing.organisation))
    return query.order_by(Inquiry.last_at.desc(), Inquiry.id.desc())


def _page(actor: Actor, query: Select[Inquiry], number: int) -> Page:
    found = paged(query, number, PAGE_SIZE)
    rows = found.items
    titles, last = threads.titles_of(rows), _last_messages(rows)
    seen = _seen(actor, [row for row in rows if row.organisation_id == actor.organisation_id])
    lines = []
    for row in rows:
        hidden = row.organisation_id == actor.organisation_id and row.answered_at is None
        named = not hidden or seen.get(row.listing_id) is Shown.FULL_TEXT
        newest = last.get(row.id) if threads.reads_messages(actor, row) else None
        side = threads.side_of(actor, row)
        unread = newest is not None and newest.read_at is None and side in (ASKER, OWNER)
        lines.append(
            Line(
                inquiry=row,
                title=titles[row.revision_id],
                owner=row.listing.organisation.name if named else "",
                state=INQUIRY.states[row.state],
                last=newest,
                unread=unread and newest is not None and newest.side != side,
            )
        )
    return Page(lines, found.page, found.pages, found.total)


def _last_messages(rows: Sequence[Inquiry]) -> dict[int, InquiryMessage]:
    newest = select(func.max(InquiryMessage.id)).where(
        InquiryMessage.inquiry_id.in_([row.id for row in rows])
    )
    query = select(InquiryMessage).where(
        InquiryMessage.id.in_(newest.group_by(InquiryMessage.inquiry_id).scalar_subquery())
    )
    return {message.inquiry_id: message for message in db.session.scalars(query)}


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
