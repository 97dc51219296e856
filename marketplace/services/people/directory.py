"""The public view of organisations: what everybody may know, and what they offer and seek."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func

from marketplace.domain import regions, taxonomy
from marketplace.domain.access import Actor, audience_of
from marketplace.domain.errors import NotFound
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation, OrganisationProfile
from marketplace.services.catalogue import pages, visibility
from marketplace.services.catalogue.finding import facets
from marketplace.services.catalogue.finding.texts import label

ITEMS = 60
"""Items of one kind on an organisation's page; the search has them all."""


@dataclass(frozen=True)
class OrganisationView:
    """An organisation's public page; ``public`` is False where only its own people and administrators see it."""

    id: int
    name: str
    kind: str
    kind_code: str
    uscc: str
    region: str
    origin: str
    address: str
    size: str
    sector: str
    website: str
    introduction: str
    verified_at: datetime | None
    public: bool
    own: bool
    achievements: Sequence[Listing]
    demands: Sequence[Listing]


def get(actor: Actor, organisation_id: int) -> OrganisationView:
    """Return the page of an organisation as ``actor`` may see it; NotFound for every other."""
    query = visibility.visible_organisations(actor).where(Organisation.id == organisation_id)
    organisation = db.session.scalar(query)
    if organisation is None or organisation.profile is None:
        raise NotFound()
    profile = organisation.profile
    return OrganisationView(
        id=organisation.id,
        name=organisation.name,
        kind=label(taxonomy.ORGANISATION_KINDS, organisation.kind),
        kind_code=organisation.kind,
        uscc=organisation.uscc,
        region=regions.full_name(profile.division) if regions.exists(profile.division) else "",
        origin=facets.origin_of(profile.division),
        address=profile.address,
        size=label(taxonomy.ORGANISATION_SIZES, profile.size),
        sector=label(taxonomy.APPLICATION_SECTORS, profile.sector),
        website=profile.website if profile.website.startswith(("https://", "http://")) else "",
        introduction=profile.introduction,
        verified_at=organisation.verified_at if organisation.state == "verified" else None,
        public=organisation.state == "verified",
        own=organisation.id == actor.organisation_id,
        achievements=_items(actor, organisation, "achievement"),
        demands=_items(actor, organisation, "demand"),
    )


def _items(actor: Actor, organisation: Organisation, kind: str) -> list[Listing]:
    query = pages.listings_of(actor, organisation.id, kind).limit(ITEMS)
    return list(db.session.scalars(query))


def numbers_of(actor: Actor, organisation_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return for each organisation how many listings of each kind ``actor`` may know it has, in two queries."""
    found: dict[int, dict[str, int]] = {each: {} for each in organisation_ids}
    for kind in visibility.KINDS:
        query = (
            visibility.public_listings(audience_of(actor), kind, SEARCHABLE_STATES)
            .where(
                Listing.organisation_id.in_(organisation_ids), visibility.named_to(audience_of(actor), kind)
            )
            .with_only_columns(Listing.organisation_id, func.count())
            .group_by(Listing.organisation_id)
        )
        for organisation_id, count in db.session.execute(query):
            found[organisation_id][kind] = count
    return found


def brokers(actor: Actor, without: Collection[int]) -> list[Organisation]:
    """Return the verified 技术经理人 organisations by name, but those whose ids are in ``without``."""
    query = visibility.visible_organisations(actor).where(
        Organisation.kind == "broker", Organisation.state == "verified", Organisation.id.not_in(without)
    )
    return list(db.session.scalars(query.order_by(OrganisationProfile.name, Organisation.id)))
