"""Inquiries on the workbench, and how many wait to be read."""

from sqlalchemy import Select, func, or_, select

from marketplace.domain.access import REVIEWERS, Actor, Permission, may
from marketplace.domain.matching.threads import ASKER, OWNER
from marketplace.domain.states.inquiries import WAITING_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, InquiryMessage
from marketplace.services.matching.inquiries import reading, threads
from marketplace.services.matching.inquiries.reading import Step

SHOWN = 60


def of_actor(actor: Actor) -> list[tuple[Inquiry, str, Step]]:
    """Return the inquiries that wait for somebody, as the actor sees them: (inquiry, title, step)."""
    found = []
    for inquiry in db.session.scalars(_query(actor)).all() if actor.signed_in else ():
        step = reading.next_step(actor, inquiry)
        if step is not None:
            found.append((inquiry, step))
    titles = threads.titles_of([inquiry for inquiry, _step in found])
    return [(inquiry, titles[inquiry.revision_id], step) for inquiry, step in found]


def _query(actor: Actor) -> Select[Inquiry]:
    query = select(Inquiry).join(Listing, Listing.id == Inquiry.listing_id)
    query = query.order_by(Inquiry.due_on, Inquiry.id).limit(SHOWN)
    if may(actor, Permission.OVERSEE_INQUIRIES):
        kinds = [kind for kind, roles in REVIEWERS.items() if roles & actor.roles]
        return query.where(Inquiry.state == "with_admin", Listing.kind.in_(kinds))
    own = actor.organisation_id or 0
    return query.where(
        or_(
            Inquiry.state.in_(WAITING_STATES)
            & or_(Listing.organisation_id == own, Inquiry.organisation_id == own),
            (Inquiry.state == "answered") & (Inquiry.organisation_id == own),
            (Inquiry.state == "with_broker") & (Inquiry.broker_id == own),
        )
    )


def unread_count(actor: Actor) -> int:
    """Return in how many threads of the actor's organisation nobody has read what the others wrote."""
    if actor.organisation_id is None:
        return 0
    unread = select(InquiryMessage.inquiry_id).where(InquiryMessage.read_at.is_(None))
    asked = (
        unread.join(Inquiry, Inquiry.id == InquiryMessage.inquiry_id)
        .where(Inquiry.organisation_id == actor.organisation_id, InquiryMessage.side != ASKER)
    )  # fmt: skip
    owned = (
        unread.join(Inquiry, Inquiry.id == InquiryMessage.inquiry_id)
        .join(Listing, Listing.id == Inquiry.listing_id)
        .where(Listing.organisation_id == actor.organisation_id, InquiryMessage.side != OWNER)
    )
    return db.session.scalar(select(func.count()).select_from(asked.union(owned).subquery())) or 0
