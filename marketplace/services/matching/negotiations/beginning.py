"""Beginning to negotiate: from an inquiry, about the achievement, the demand, or both."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, Shown, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, Negotiation
from marketplace.models.people import Organisation
from marketplace.services.catalogue import visibility
from marketplace.services.matching.brokerage import hooks
from marketplace.services.matching.inquiries import threads
from marketplace.services.matching.negotiations import records
from marketplace.services.platform import audit

MOST_CHOICES = 50


@dataclass(frozen=True)
class Beginning:
    """What may be negotiated from an inquiry. ``other_kind``: the kind of the listing that may stand beside it.

    ``choices``: published listings of that kind, of the side that would have one and readable in full by the actor.
    """

    inquiry: Inquiry
    buyer: Organisation
    seller: Organisation
    other_kind: str
    choices: Sequence[Listing]


def of_inquiry(actor: Actor, inquiry_id: int) -> Beginning:
    """Return what the actor may negotiate from an inquiry of theirs; NotFound or NotAllowed otherwise.

    Who owns the achievement sells, who has the demand buys.
    """
    inquiry = threads.get(actor, inquiry_id)
    require(actor, Permission.HANDLE_INQUIRY, threads.subject_of(inquiry))
    if actor.organisation_id not in (inquiry.organisation_id, inquiry.listing.organisation_id):
        # A broker who follows the thread is no side of the deal.
        raise NotFound()
    owner, asker = inquiry.listing.organisation, inquiry.organisation
    sells = inquiry.listing.kind == "achievement"
    buyer, seller = (asker, owner) if sells else (owner, asker)
    other = "demand" if sells else "achievement"
    return Beginning(inquiry, buyer, seller, other, _choices(actor, inquiry, other))


def _choices(actor: Actor, inquiry: Inquiry, kind: str) -> list[Listing]:
    query = (
        visibility.visible_listings(actor, kind, ("published",))
        .where(Listing.organisation_id == inquiry.organisation_id)
        .order_by(Listing.id.desc())
        .limit(MOST_CHOICES)
    )
    found = db.session.scalars(query).unique()
    return [
        one
        for one in found
        if one.published is not None and visibility.text_for(actor, one, one.published) is Shown.FULL_TEXT
    ]


def current_of(inquiry_id: int) -> Negotiation | None:
    """Return the negotiation of an inquiry that goes on or succeeded."""
    query = select(Negotiation).where(Negotiation.inquiry_id == inquiry_id, Negotiation.state != "ended")
    return db.session.scalar(query)


def open_from(actor: Actor, inquiry: Inquiry, other_id: int | None = None) -> Negotiation:
    """Begin to negotiate from ``inquiry``; ``other_id`` is a listing of ``Beginning.choices``, or None.

    A second press finds the same negotiation. Raises DomainError for a listing that was not offered (``other``), and
    where one side cannot be dealt with now.
    """
    threads.get(actor, inquiry.id, lock=True)
    begun = of_inquiry(actor, inquiry.id)
    known = current_of(inquiry.id)
    if known is not None:
        return known
    chosen = next((one for one in begun.choices if one.id == other_id), None)
    if other_id is not None and chosen is None:
        raise DomainError("other_unknown", N_("请从列表中选择"), field="other")
    subjects = {inquiry.listing.kind: inquiry.listing_id, begun.other_kind: chosen.id if chosen else None}
    revision = inquiry.listing.published
    third = inquiry.broker_id not in (begun.buyer.id, begun.seller.id)
    negotiation = Negotiation(
        inquiry_id=inquiry.id,
        achievement_id=subjects["achievement"],
        demand_id=subjects["demand"],
        buyer_id=begun.buyer.id,
        seller_id=begun.seller.id,
        broker_id=inquiry.broker_id if third else None,
        title=revision.title if revision is not None else "",
    )
    db.session.add(negotiation)
    db.session.flush()
    records.check_other_side(actor, negotiation)
    audit.record(actor, "negotiation.create", "negotiation", negotiation.id, inquiry=inquiry.id)
    threads.act(actor, inquiry, "negotiate")
    hooks.opened(negotiation)
    records.tell(actor, negotiation, "negotiation_opened")
    return negotiation
