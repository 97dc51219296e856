"""First contact about a listing: a question that reaches the owner's people, once however often it is sent."""

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage
from marketplace.models.people import Organisation
from marketplace.services.catalogue import pages
from marketplace.services.platform import audit, notices

SHORTEST, LONGEST = 10, 2000


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


def ask(actor: Actor, listing: Listing, message: str, request_key: str) -> Inquiry:
    """Ask the owner of ``listing``, tell its people by notice and mail, and return the inquiry.

    The same ``request_key`` again from the same person returns the first inquiry and tells nobody twice.
    Raises DomainError with a field for a message too short or too long.
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
        last_at=clock.now(),
        request_key=request_key,
    )
    db.session.add(inquiry)
    db.session.flush()
    db.session.add(
        InquiryMessage(
            inquiry_id=inquiry.id,
            person_id=actor.person_id,
            organisation_id=actor.organisation_id,
            side="asker",
            body=_checked(message),
            request_key=request_key,
        )
    )
    audit.record(
        actor, "inquiry.create", "inquiry", inquiry.id, listing=listing.id, revision=listing.published_id
    )
    _tell(actor, listing, inquiry, message)
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


def _tell(actor: Actor, listing: Listing, inquiry: Inquiry, message: str) -> None:
    """Notify the owner's people; the mail carries the question, so that it can be answered from the letter box."""
    assert listing.published is not None  # noqa: S101
    asker = db.session.get_one(Organisation, actor.organisation_id)
    notices.notify(
        notices.members_of(listing.organisation_id),
        "inquiry_received",
        "inquiry",
        inquiry.id,
        letter="inquiry",
        letter_params={
            "sender": actor.name,
            "organisation": asker.name,
            "message": message,
        },
        title=listing.published.title,
    )
