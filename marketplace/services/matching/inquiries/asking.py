"""First contact about a listing: a question that reaches the owner's people, once however often it is sent."""

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.domain.matching.threads import ASKER, BROKER, QUESTION_SHORTEST, SAME_TEXT_MOST
from marketplace.domain.states.inquiries import OPEN_STATES
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage, MatchShown
from marketplace.models.people import Organisation
from marketplace.services.catalogue import pages
from marketplace.services.matching.inquiries import threads, writing
from marketplace.services.matching.telling import shown
from marketplace.services.platform import audit, deadlines, notices, settings
from marketplace.services.unit import made_before

_OTHER = {"demand": "achievement", "achievement": "demand"}


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


def ask(
    actor: Actor,
    listing: Listing,
    message: str,
    request_key: str,
    pair_id: int | None = None,
    broker_id: int | None = None,
) -> Inquiry:
    """Ask the owner of ``listing``, tell its people by notice and mail, and return the inquiry.

    ``pair_id``: the asker's own listing of the other kind, where they come from a match. ``broker_id``: the
    organisation of the 技术经理人 who is to follow it. The same ``request_key`` again from the same person returns
    the first inquiry and tells nobody twice. Raises DomainError with a field for a message too short or too long,
    for one that was sent before, and beyond what an organisation may ask in a day.
    """
    known = made_before(Inquiry, request_key, sender_id=actor.person_id, listing_id=listing.id)
    if known is not None:
        return known
    text = writing.checked(message, QUESTION_SHORTEST)
    _check_measure(actor, listing, text)
    inquiry = Inquiry(
        listing_id=listing.id,
        revision_id=listing.published_id,
        pair_id=_own_pair(actor, listing, pair_id),
        broker_id=_broker(actor, listing, broker_id),
        sender_id=actor.person_id,
        organisation_id=actor.organisation_id,
        due_on=deadlines.due("inquiry.answer_limit"),
        last_at=clock.now(),
        request_key=request_key,
    )
    db.session.add(inquiry)
    db.session.flush()
    audit.record(
        actor, "inquiry.create", "inquiry", inquiry.id, listing=listing.id, revision=listing.published_id
    )
    writing.add(actor, inquiry, ASKER, text, request_key)
    if inquiry.broker_id is not None:
        audit.record(actor, "inquiry.broker", "inquiry", inquiry.id, organisation=inquiry.broker_id)
    _note_pair(actor, listing, inquiry)
    _tell(actor, listing, inquiry, text)
    return inquiry


def own_pair(actor: Actor, listing: Listing, pair_id: int) -> Listing | None:
    """Return the actor's own published listing of the other kind; None for anything else."""
    pair = db.session.get(Listing, pair_id)
    if pair is None or pair.organisation_id != actor.organisation_id or pair.kind == listing.kind:
        return None
    return pair if pair.published_id is not None else None


def _own_pair(actor: Actor, listing: Listing, pair_id: int | None) -> int | None:
    if pair_id is None:
        return None
    pair = own_pair(actor, listing, pair_id)
    if pair is None:
        raise NotFound()
    return pair.id


def broker_named(actor: Actor, listing: Listing, broker_id: int) -> Organisation | None:
    """Return the organisation of a 技术经理人 who may follow this inquiry: verified, and on neither side."""
    broker = db.session.get(Organisation, broker_id)
    if broker is None or (broker.kind, broker.state) != ("broker", "verified"):
        return None
    return None if broker.id in (actor.organisation_id, listing.organisation_id) else broker


def _broker(actor: Actor, listing: Listing, broker_id: int | None) -> int | None:
    if broker_id is None:
        return None
    broker = broker_named(actor, listing, broker_id)
    if broker is None:
        raise NotFound()
    return broker.id


def open_thread(actor: Actor, listing: Listing) -> Inquiry | None:
    """Return the thread in which the actor's organisation already asks about ``listing``, if one is open."""
    query = select(Inquiry).where(
        Inquiry.organisation_id == actor.organisation_id,
        Inquiry.listing_id == listing.id,
        Inquiry.state.in_(OPEN_STATES),
    )
    return db.session.scalar(query.order_by(Inquiry.id.desc()).limit(1))


def _check_measure(actor: Actor, listing: Listing, text: str) -> None:
    """Refuse a second thread about the same, the same words to everybody, and more than a day's measure."""
    # Colleagues who ask at the same moment wait for each other, so that together they keep the measure.
    db.session.execute(
        select(Organisation.id).where(Organisation.id == actor.organisation_id).with_for_update()
    )
    if open_thread(actor, listing) is not None:
        raise DomainError(
            "asked_already", N_("贵单位已就这项内容发起询问，请在原来的询问里继续留言"), field="message"
        )
    midnight = clock.beijing(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = select(func.count()).where(
        Inquiry.organisation_id == actor.organisation_id, Inquiry.created_at >= midnight
    )
    most = settings.get("inquiry.new_daily")
    if (db.session.scalar(asked) or 0) >= most:
        raise DomainError(
            "too_many",
            N_("贵单位今天发起的询问已达 %(most)s 条，请明天再问；已有的询问可以继续留言"),
            field="message",
            most=most,
        )
    same = select(func.count()).where(
        InquiryMessage.organisation_id == actor.organisation_id,
        InquiryMessage.created_at >= midnight,
        InquiryMessage.side == ASKER,
        InquiryMessage.body == text,
    )
    if (db.session.scalar(same) or 0) >= SAME_TEXT_MOST:
        raise DomainError(
            "same_text",
            N_("同样的内容今天已发给 %(most)s 家，请针对这项内容写明您的问题"),
            field="message",
            most=SAME_TEXT_MOST,
        )


def _note_pair(actor: Actor, listing: Listing, inquiry: Inquiry) -> None:
    """Have the pair counted among those that led to an inquiry; without one, those that the asker was shown."""
    if actor.organisation_id is None:
        return
    if inquiry.pair_id is not None:
        ids = {listing.kind: listing.id, _OTHER[listing.kind]: inquiry.pair_id}
        shown.inquired(actor.organisation_id, ids["demand"], ids["achievement"])
        return
    column = MatchShown.demand_id if listing.kind == "demand" else MatchShown.achievement_id
    query = select(MatchShown.demand_id, MatchShown.achievement_id).where(
        column == listing.id, MatchShown.organisation_id == actor.organisation_id
    )
    for demand_id, achievement_id in db.session.execute(query.order_by(MatchShown.id)).all():
        shown.inquired(actor.organisation_id, demand_id, achievement_id)


def _tell(actor: Actor, listing: Listing, inquiry: Inquiry, message: str) -> None:
    """Notify the owner's people; the mail carries the question. A broker learns that there is one."""
    letter_params = {"sender": actor.name, "organisation": actor.organisation_name, "message": message}
    people = notices.members_of(listing.organisation_id)
    threads.tell(inquiry, people, "inquiry_received", letter="inquiry", letter_params=letter_params)
    if inquiry.broker_id is not None:
        threads.tell(inquiry, threads.people_of(inquiry, BROKER), "inquiry_message")
