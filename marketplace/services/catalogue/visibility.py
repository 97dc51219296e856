"""Who sees which listing, and how much of it: the one decision for SQL, index, pages, matcher and mail.

The tables are in the domain (access.DISCLOSURE_TABLE, states/listings); this module only turns them into
conditions and amounts. Whoever may not see the full text of a demand does not learn its organisation either.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, true
from sqlalchemy.orm import contains_eager, selectinload

from marketplace.domain.access import (
    Actor,
    Audience,
    Permission,
    Shown,
    Subject,
    audience_of,
    disclosures_showing,
    may,
    text_shown,
)
from marketplace.domain.states.listings import VISIBLE_STATES
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing, Revision
from marketplace.models.people import Organisation, OrganisationProfile

REVISIONS: dict[str, type[AchievementRevision] | type[DemandRevision]] = {
    "achievement": AchievementRevision,
    "demand": DemandRevision,
}
KINDS = tuple(REVISIONS)
_DEMANDS = DemandRevision.__table__

LISTED_ORGANISATIONS = ("university", "enterprise", "broker")
"""Kinds of organisations with a public page: the authority's offices trade nothing."""


def visible_listings(actor: Actor, kind: str, states: Collection[str] = VISIBLE_STATES) -> Select[Listing]:
    """Return the query of the listings of ``kind`` that ``actor`` may read, published revision loaded with them.

    Everybody reads what stands in one of ``states`` and belongs to a verified organisation, as far as its
    disclosure goes; people of the owning organisation, reviewers and auditors read whatever was ever published.
    """
    return loaded(_published(kind), kind).where(
        or_(shown_to(audience_of(actor), kind, states), reads_anyway(actor, kind))
    )


def loaded(query: Select[Listing], kind: str) -> Select[Listing]:
    """Have a query of this module bring everything a page or a document needs, in a constant number of queries."""
    revision = contains_eager(Listing.published.of_type(REVISIONS[kind]))
    if kind == "achievement":
        revision = revision.options(selectinload(AchievementRevision.ip_rights))
    return query.options(revision, contains_eager(Listing.organisation).contains_eager(Organisation.profile))


def public_listings(
    audience: Audience, kind: str, states: Collection[str] = VISIBLE_STATES
) -> Select[Listing]:
    """Return the query of what an audience as such may read: for the index, figures and mail to many."""
    return _published(kind).where(shown_to(audience, kind, states))


def count_public(kind: str, states: Collection[str], since: datetime | None = None) -> Select[Any]:
    """Return the query (all, published since a moment) that counts what everybody may see, with the fewest joins."""
    recent = case((Listing.published_at >= since, 1), else_=0) if since else literal(0)
    query = select(func.count(), func.coalesce(func.sum(recent), 0)).select_from(Listing)
    query = query.join(Organisation, Listing.organisation_id == Organisation.id)
    if kind == "demand":
        query = query.join(_DEMANDS, Listing.published_id == _DEMANDS.c.id)
    return query.where(Listing.kind == kind, shown_to(Audience.PUBLIC, kind, states))


def _published(kind: str) -> Select[Listing]:
    # The table of the revision tells the kind. Asking for it by its column as well would lead SQLite, which keeps
    # no statistics, to read all published listings where a page wants twenty by their keys.
    revision = REVISIONS[kind]
    return (
        select(Listing)
        .join(revision, Listing.published_id == revision.id)
        .join(Listing.organisation)
        .outerjoin(OrganisationProfile, Organisation.profile_id == OrganisationProfile.id)
    )


def shown_to(audience: Audience, kind: str, states: Collection[str] = VISIBLE_STATES) -> ColumnElement[bool]:
    """Return the condition that an audience sees a listing at all; needs organisation and revision joined."""
    conditions = [Listing.state.in_(states), Organisation.state == "verified"]
    if kind == "demand":
        readable = disclosures_showing(audience, Shown.PUBLIC_TEXT, Shown.FULL_TEXT)
        conditions.append(_DEMANDS.c.disclosure.in_(sorted(readable)))
    return and_(*conditions)


def named_to(audience: Audience, kind: str) -> ColumnElement[bool]:
    """Return the condition that an audience may connect a listing with its organisation."""
    if kind == "achievement":
        return true()
    return _DEMANDS.c.disclosure.in_(sorted(disclosures_showing(audience, Shown.FULL_TEXT)))


def reads_anyway(actor: Actor, kind: str) -> ColumnElement[bool]:
    """Return the condition under which ``actor`` reads a listing whatever its state and disclosure."""
    if not actor.signed_in:
        return false()
    if may(actor, Permission.READ_LISTING, Subject(kind)):
        return true()
    return Listing.organisation_id == actor.organisation_id if actor.organisation_id else false()


def text_for(actor: Actor, listing: Listing, revision: Revision) -> Shown:
    """Return how much of ``revision`` the actor sees. Whether they see the listing at all is for the query."""
    if listing.kind == "achievement":
        return Shown.FULL_TEXT
    if may(actor, Permission.READ_LISTING, Subject(listing.kind, listing.organisation_id)):
        return Shown.FULL_TEXT
    assert isinstance(revision, DemandRevision)  # noqa: S101
    return text_shown(revision.disclosure, audience_of(actor))


def visible_organisations(actor: Actor) -> Select[Organisation]:
    """Return the query of organisations with a page for ``actor``: verified ones, and always one's own."""
    shown = Organisation.state == "verified"
    if actor.organisation_id is not None:
        shown = or_(shown, Organisation.id == actor.organisation_id)
    if may(actor, Permission.READ_ORGANISATIONS):
        shown = true()
    return (
        select(Organisation)
        .join(Organisation.profile)
        .options(contains_eager(Organisation.profile))
        .where(Organisation.kind.in_(LISTED_ORGANISATIONS), shown)
    )
