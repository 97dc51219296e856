"""First contact about a listing: a question that reaches the owner's people, once however often it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from marketplace.domain.access import REVIEWERS, Actor, Permission, Shown, Subject, require
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.domain.identifiers import parse_email
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import Inquiry, Listing, Revision
from marketplace.models.people import Organisation, Person
from marketplace.services.catalogue import pages, visibility
from marketplace.services.people import actors
from marketplace.services.platform import audit, notices

SHORTEST, LONGEST = 10, 2000
CORRECTION_LONGEST = 300
PAGE_SIZE = 20


def subject_of(listing: Listing) -> Subject:
    """Return what the rules need to know of the listing that is asked about."""
    return Subject(listing.kind, listing.organisation_id)


def target(actor: Actor, kind: str, listing_id: int) -> Listing:
    """Return a listing that ``actor`` may ask about now.

    Raises NotFound for one they may not see, NotAllowed for their own, DomainError where it is no longer offered.
    """
    listing = pages.get(actor, kind, listing_id)
    _check(actor, listing)
    return listing


def _check(actor: Actor, listing: Listing) -> None:
    if listing.organisation_id == actor.organisation_id:
        raise NotAllowed(N_("这是贵单位自己发布的内容，不需要询问"), code="own_listing")
    if actor.organisation_id is not None and not actor.organisation_verified:
        raise NotAllowed(N_("贵单位通过认证后才能联系对方"), code="asker_unverified")
    require(actor, Permission.ASK_ABOUT_LISTING, subject_of(listing))
    if listing.state not in SEARCHABLE_STATES or listing.organisation.state != "verified":
        raise DomainError("not_offered", N_("这项内容已不再公开征集，不能再询问"))


def may_ask(actor: Actor, listing: Listing) -> bool:
    """Return whether the actor may ask about this listing, which they see."""
    try:
        _check(actor, listing)
    except DomainError:
        return False
    return True


def reply_address(actor: Actor) -> str:
    """Return the address that answers go to unless another is typed: the actor's own."""
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    return person.email if person else ""


def ask(actor: Actor, listing: Listing, message: str, reply_to: str, request_key: str) -> Inquiry:
    """Ask the owner of ``listing``, tell its people by notice and mail, and return the inquiry.

    The same ``request_key`` again from the same person returns the first inquiry and tells nobody twice.
    Raises DomainError with a field for a message too short or too long and for a wrong address.
    """
    known = db.session.scalar(select(Inquiry).where(Inquiry.request_key == request_key))
    if known is not None:
        if (known.sender_id, known.listing_id) != (actor.person_id, listing.id):
            raise NotFound()
        return known
    inquiry = Inquiry(
        listing_id=listing.id,
        revision_id=listing.published_id,
        sender_id=actor.person_id,
        organisation_id=actor.organisation_id,
        message=_checked(message),
        reply_to=_address(reply_to),
        request_key=request_key,
    )
    db.session.add(inquiry)
    db.session.flush()
    audit.record(
        actor, "inquiry.create", "inquiry", inquiry.id, listing=listing.id, revision=listing.published_id
    )
    _tell(actor, listing, inquiry)
    return inquiry


def _checked(message: str) -> str:
    text = clean_text(message)
    if len(text) < SHORTEST:
        raise DomainError(
            "message_short", N_("请写明您想了解什么，至少 %(n)s 个字"), field="message", n=SHORTEST
        )
    if len(text) > LONGEST:
        raise DomainError(
            "message_long",
            N_("最多 %(limit)s 字，您写了 %(length)s 字，请删减"),
            field="message",
            limit=LONGEST,
            length=len(text),
        )
    return text


def _address(text: str) -> str:
    try:
        return parse_email(text)
    except DomainError as error:
        error.field = "reply_to"
        raise


def _tell(actor: Actor, listing: Listing, inquiry: Inquiry) -> None:
    """Notify the owner's people; the mail carries the question, so that it can be answered from the letter box."""
    assert listing.published is not None  # noqa: S101
    asker = db.session.get_one(Organisation, actor.organisation_id)
    notices.notify(
        notices.members_of(listing.organisation_id),
        "inquiry_received",
        "my_inquiries",
        inquiry.id,
        letter="inquiry",
        letter_params={
            "sender": actor.name,
            "organisation": asker.name,
            "message": inquiry.message,
            "reply_to": inquiry.reply_to,
        },
        title=listing.published.title,
    )


def correct(actor: Actor, listing: Listing, message: str) -> None:
    """Tell the reviewers of this kind what a reader finds wrong with a listing they see.

    Raises DomainError (field ``message``) for a text too short or too long. The owner does not learn who it was.
    """
    text = clean_line(message)
    if not SHORTEST <= len(text) <= CORRECTION_LONGEST:
        raise DomainError(
            "message_length",
            N_("请写 %(least)s 到 %(most)s 个字"),
            field="message",
            least=SHORTEST,
            most=CORRECTION_LONGEST,
        )
    assert listing.published is not None  # noqa: S101
    audit.record(actor, "listing.correction", "listing", listing.id, revision=listing.published_id)
    notices.notify(
        actors.holders_of(*REVIEWERS[listing.kind]),
        "correction_received",
        listing.kind,
        listing.id,
        title=listing.published.title,
        message=text,
    )


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
