"""A thread as its reader sees it: the newest messages, who has read them, what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, update

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Shown, may
from marketplace.domain.matching.threads import ASKER, AUTHORITY, BROKER, OWNER
from marketplace.domain.states import INQUIRY, State, Transition
from marketplace.domain.states.inquiries import WAITING_STATES
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage
from marketplace.services.catalogue import visibility
from marketplace.services.matching.inquiries import exchange, threads
from marketplace.services.matching.inquiries.exchange import FileLine
from marketplace.services.platform import deadlines

SHOWN = 50
_READ_BY = {ASKER: (OWNER, BROKER, AUTHORITY), OWNER: (ASKER, BROKER, AUTHORITY)}
"""Whose messages somebody of a side reads for it: those of the other side, and of those who help."""


@dataclass(frozen=True)
class Step:
    """等谁 · 还差什么 · 最迟哪天. ``mine``: it waits for the reader's side."""

    waits_for: Words
    missing: Words
    due: date | None
    mine: bool


@dataclass(frozen=True)
class Thread:
    """A page of a thread. ``older`` is the id before which there is more, or None; ``at_end``: nothing is newer."""

    inquiry: Inquiry
    title: str
    side: str
    state: State
    owner_name: str
    readable: bool
    messages: Sequence[InquiryMessage]
    files: Mapping[int, Sequence[FileLine]]
    older: int | None
    at_end: bool
    refusal: Words | None
    step: Step | None
    days_left: int | None
    actions: Mapping[str, Transition]


def page(actor: Actor, inquiry: Inquiry, before: int | None = None) -> Thread:
    """Return the last messages of a thread, or the last ones before message ``before``; oldest first.

    The number of queries does not grow with the thread.
    """
    reads = threads.reads_messages(actor, inquiry)
    query = select(InquiryMessage).where(InquiryMessage.inquiry_id == inquiry.id)
    if before is not None:
        query = query.where(InquiryMessage.id < before)
    found = (
        list(db.session.scalars(query.order_by(InquiryMessage.id.desc()).limit(SHOWN + 1))) if reads else []
    )
    messages = found[:SHOWN][::-1]
    return Thread(
        inquiry=inquiry,
        title=threads.title_of(inquiry),
        side=threads.side_of(actor, inquiry),
        state=INQUIRY.states[inquiry.state],
        owner_name=owner_name(actor, inquiry),
        readable=visible(actor, inquiry.listing) is not Shown.NOTHING,
        messages=messages,
        files=exchange.lines_of(exchange.reader_of(actor, inquiry), messages) if messages else {},
        older=messages[0].id if len(found) > SHOWN else None,
        at_end=before is None,
        refusal=threads.refusal(actor, inquiry),
        step=next_step(actor, inquiry),
        days_left=deadlines.days_left(inquiry.due_on) if inquiry.due_on is not None else None,
        actions=threads.available(actor, inquiry),
    )


def visible(actor: Actor, listing: Listing) -> Shown:
    """Return how much of what is asked about the actor is shown now."""
    seen = db.session.scalar(visibility.visible_listings(actor, listing.kind).where(Listing.id == listing.id))
    if seen is None or seen.published is None:
        return Shown.NOTHING
    return visibility.text_for(actor, seen, seen.published)


def owner_name(actor: Actor, inquiry: Inquiry) -> str:
    """Return the owner's name; '' for an asker who is not shown it now and has not heard from them."""
    name = inquiry.listing.organisation.name
    if threads.side_of(actor, inquiry) != ASKER or inquiry.answered_at is not None:
        return name
    return name if visible(actor, inquiry.listing) is Shown.FULL_TEXT else ""


def next_step(actor: Actor, inquiry: Inquiry) -> Step | None:
    """Return what comes next as the actor sees it; None where nothing is left to do."""
    side = threads.side_of(actor, inquiry)
    if inquiry.state == "answered":
        return Step(
            Words(N_("贵单位")) if side == ASKER else Words(N_("询问单位")),
            Words(N_("查看答复，再追问、洽谈或结束询问")),
            None,
            side == ASKER,
        )
    if inquiry.state not in WAITING_STATES:
        return None
    whom = {
        "waiting": Words(N_("发布单位")),
        "with_broker": Words(N_("发布单位（技术经理人跟进）")),
        "with_admin": Words(N_("发布单位（管理部门督促）")),
    }[inquiry.state]
    helps = (side, inquiry.state) in ((BROKER, "with_broker"), (AUTHORITY, "with_admin"))
    if side == OWNER:
        whom = Words(N_("贵单位"))
    missing = Words(N_("提醒发布单位答复")) if helps else Words(N_("对询问的答复"))
    oversees = side != AUTHORITY or may(actor, Permission.OVERSEE_INQUIRIES)
    return Step(whom, missing, inquiry.due_on, side == OWNER or (helps and oversees))


def unread(actor: Actor, inquiry: Inquiry) -> bool:
    """Return whether the thread has something that nobody of the actor's side has read yet."""
    written_by = _READ_BY.get(threads.side_of(actor, inquiry))
    if written_by is None:
        return False
    query = select(InquiryMessage.id).where(*_unread(inquiry, written_by))
    return db.session.scalar(query.limit(1)) is not None


def mark_read(actor: Actor, inquiry_id: int) -> None:
    """Keep that somebody of the actor's side has opened the thread. Needs a unit of work."""
    inquiry = threads.get(actor, inquiry_id)
    written_by = _READ_BY.get(threads.side_of(actor, inquiry))
    if written_by is not None:
        change = update(InquiryMessage).where(*_unread(inquiry, written_by))
        db.session.execute(change.values(read_at=clock.now()))


def _unread(inquiry: Inquiry, written_by: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    return (
        InquiryMessage.inquiry_id == inquiry.id,
        InquiryMessage.side.in_(written_by),
        InquiryMessage.read_at.is_(None),
    )
