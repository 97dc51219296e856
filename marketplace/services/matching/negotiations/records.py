"""Negotiations: who may reach one, what the rules know of it, and whom it concerns."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.states import NEGOTIATION, OFFER, Transition
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.matching import Negotiation, Offer
from marketplace.models.people import Organisation
from marketplace.services import workflow
from marketplace.services.platform import notices

TABS: dict[str, tuple[str, ...]] = {
    "open": ("open", "agreed"),
    "drafted": ("drafted",),
    "ended": ("ended",),
}


def readers_of(negotiation: Negotiation) -> Subject:
    """Return what the rules need to know of who reads: both sides, and the broker beside them."""
    parties = {negotiation.buyer_id, negotiation.seller_id, negotiation.broker_id} - {None}
    return Subject("negotiation", parties=frozenset(each for each in parties if each is not None))


def sides_of(negotiation: Negotiation, actor: Actor | None = None, offer: Offer | None = None) -> Subject:
    """Return what the rules need to know of who decides: the two sides alone, with the facts of ``offer``."""
    sides = frozenset({negotiation.buyer_id, negotiation.seller_id})
    facts = set()
    if offer is not None and actor is not None and actor.organisation_id in sides:
        facts.add("own_offer" if offer.organisation_id == actor.organisation_id else "other_side")
    if offer is not None and offer.valid_until >= clock.today():
        facts.add("not_expired")
    return Subject("negotiation", parties=sides, facts=frozenset(facts))


def side_of(actor: Actor, negotiation: Negotiation) -> str:
    """Return buyer, seller or broker; '' for who is none of them."""
    sides = {
        negotiation.buyer_id: "buyer", negotiation.seller_id: "seller", negotiation.broker_id: "broker",
    }  # fmt: skip
    return sides.get(actor.organisation_id, "") if actor.organisation_id is not None else ""


def get(actor: Actor, negotiation_id: int, lock: bool = False) -> Negotiation:
    """Return a negotiation that concerns the actor's organisation (or an auditor); NotFound otherwise.

    ``lock`` makes a second writer wait its turn, so that it then sees what the first one wrote.
    """
    found = locked(negotiation_id) if lock else db.session.get(Negotiation, negotiation_id)
    if found is None or not may(actor, Permission.READ_NEGOTIATION, readers_of(found)):
        raise NotFound()
    return found


def locked(negotiation_id: int) -> Negotiation | None:
    """Make other writers of a negotiation wait until this transaction ends; return it as it is now."""
    # Only the id is selected: PostgreSQL locks no row that stands on the far side of an outer join.
    db.session.execute(select(Negotiation.id).where(Negotiation.id == negotiation_id).with_for_update())
    return db.session.get(Negotiation, negotiation_id, populate_existing=True)


def get_own(actor: Actor, negotiation_id: int, lock: bool = False) -> Negotiation:
    """Return a negotiation in which the actor's organisation buys or sells; NotFound or NotAllowed otherwise."""
    found = get(actor, negotiation_id, lock)
    require(actor, Permission.NEGOTIATE, sides_of(found))
    return found


def listed(actor: Actor, tab: str) -> Select[Negotiation]:
    """Return the query of the negotiations of the actor's organisation, the newest first."""
    concerned = or_(
        Negotiation.buyer_id == actor.organisation_id,
        Negotiation.seller_id == actor.organisation_id,
        Negotiation.broker_id == actor.organisation_id,
    )
    return (
        select(Negotiation)
        .where(concerned, Negotiation.state.in_(TABS[tab]))
        .options(selectinload(Negotiation.offers), joinedload(Negotiation.broker))
        .order_by(Negotiation.id.desc())
    )


def other_side(actor: Actor, negotiation: Negotiation) -> Organisation:
    """Return the organisation across the table; for who is no side, the seller."""
    return negotiation.buyer if side_of(actor, negotiation) == "seller" else negotiation.seller


def check_other_side(actor: Actor, negotiation: Negotiation) -> None:
    """Raise DomainError unless the other side can be dealt with now: a suspended organisation signs nothing."""
    if other_side(actor, negotiation).state != "verified":
        raise DomainError(
            "other_side_unverified", N_("对方单位目前没有有效的认证，暂时不能继续；恢复后可以接着谈")
        )


def check_open(negotiation: Negotiation, *states: str) -> None:
    """Raise Conflict unless the negotiation is in one of ``states``."""
    if negotiation.state not in states:
        raise Conflict(
            N_("这次洽谈现在是“%(state)s”，不能进行此操作"),
            code="wrong_state",
            state=NEGOTIATION.states[negotiation.state].label,
        )


def available(actor: Actor, negotiation: Negotiation) -> list[Transition]:
    """Return what the actor may do with a negotiation now."""
    return workflow.available_actions(NEGOTIATION, negotiation, actor, sides_of(negotiation))


def available_for(actor: Actor, negotiation: Negotiation, offer: Offer) -> list[Transition]:
    """Return what the actor may do with an offer now."""
    return workflow.available_actions(OFFER, offer, actor, sides_of(negotiation, actor, offer))


def tell(
    actor: Actor,
    negotiation: Negotiation,
    kind: str,
    only: Collection[int | None] | None = None,
    **params: Any,
) -> None:
    """Leave a notice for the people of every organisation concerned (or ``only`` these), but not for who acts."""
    concerned = (
        only if only is not None else (negotiation.buyer_id, negotiation.seller_id, negotiation.broker_id)
    )
    people = {
        person
        for organisation_id in concerned
        if organisation_id is not None
        for person in notices.members_of(organisation_id)
    }
    notices.notify(
        people - {actor.person_id}, kind, "negotiation", negotiation.id, title=negotiation.title, **params
    )
