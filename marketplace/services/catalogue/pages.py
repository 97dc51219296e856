"""What the detail page of a listing shows, as plain values.

The public page, the author's preview and the reviewer's page draw the very same view, so that nobody approves
something other than what is published. A view holds nothing that its reader may not see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select

from marketplace.domain import regions, taxonomy
from marketplace.domain.access import (
    FILE_AUDIENCES,
    Actor,
    Audience,
    Permission,
    Shown,
    Subject,
    audience_of,
    may,
)
from marketplace.domain.errors import NotFound
from marketplace.domain.states import LISTING
from marketplace.domain.states.listings import SEARCHABLE_STATES, VISIBLE_STATES
from marketplace.domain.states.machine import State
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing, Revision
from marketplace.models.people import Organisation
from marketplace.models.platform import FileLink
from marketplace.services.catalogue import visibility
from marketplace.services.catalogue.finding import facets
from marketplace.services.catalogue.finding.texts import label, labels
from marketplace.services.platform import files

OTHERS = 4
"""Further items of the same organisation beside a page."""

LOCKED_WORDS: Mapping[str, str] = {
    "verified": N_("认证单位登录后可看"),
    "parties": N_("仅供双方，可在询问中向发布单位索取"),
}
"""Why a file cannot be opened, by its level."""

IP_TONES: Mapping[str, str] = {"valid": "ok", "pending": "waiting", "lapsed": "bad"}


@dataclass(frozen=True)
class Owner:
    """The organisation behind a listing: what everybody may know of it."""

    id: int
    name: str
    kind: str
    region: str
    verified_on: datetime | None


@dataclass(frozen=True)
class Contact:
    """Whom to ring or write to."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class FileLine:
    """A file as the reader sees it; ``reason`` says why it is locked, '' where it may be opened."""

    link_id: int
    name: str
    size: int
    level: str
    reason: str


@dataclass(frozen=True)
class Picture:
    """An image of the page that this reader may open."""

    link_id: int
    caption: str


@dataclass(frozen=True)
class Right:
    """A line of 知识产权."""

    type: str
    number: str
    status: str
    tone: str
    owner: str


@dataclass(frozen=True)
class Metric:
    """A line of numbers: for an achievement current → achieved with evidence, for a demand present → target."""

    indicator: str
    before: str
    after: str
    evidence: str


@dataclass(frozen=True)
class View:
    """What every detail page has. ``state`` is None before anything was published."""

    kind: str
    listing_id: int
    number: str
    ordinal: int
    title: str
    summary: str
    field: str
    field_code: str
    tags: Sequence[str]
    keywords: Sequence[str]
    ways: Sequence[str]
    metrics: Sequence[Metric]
    owner: Owner | None
    origin: str
    own: bool
    state: State | None
    public: bool
    published_at: datetime | None
    updated_at: datetime | None
    confirmed_at: datetime | None
    contact: Contact | None
    contact_reason: str
    pictures: Sequence[Picture]
    files: Sequence[FileLine]


@dataclass(frozen=True)
class AchievementView(View):
    """An achievement in full; everybody who sees it sees all of it but files and contact."""

    benefit: str
    problem: str
    advantages: str
    maturity_level: int | None
    maturity_scale: Sequence[tuple[int, str]]
    maturity_scale_name: str
    maturity_proof: str
    rights: Sequence[Right]
    pricing: str
    price_fen: int | None
    valid_until: date | None
    team: Sequence[str]
    completed_by: Sequence[str]
    cases: str
    registration_number: str
    research: tuple[date | None, date | None]
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DemandView(View):
    """A demand as far as its reader is shown; ``full`` is False where only the public text is."""

    full: bool
    disclosure: str
    demand_type: str
    situation: str
    requirements: str
    due_on: date | None
    budget_fen: int | None
    ip_ownership: str


def get(actor: Actor, kind: str, listing_id: int) -> Listing:
    """Return a listing that ``actor`` may read; NotFound for every other, so that ids tell nothing."""
    query = visibility.visible_listings(actor, kind).where(Listing.id == listing_id)
    listing = db.session.scalar(query)
    if listing is None:
        raise NotFound()
    return listing


def of_listing(actor: Actor, listing: Listing) -> AchievementView | DemandView:
    """Return the public page of a listing as ``actor`` sees it."""
    if listing.published is None:
        raise NotFound()
    shown = visibility.text_for(actor, listing, listing.published)
    return _view(actor, listing, listing.published, shown)


def of_revision(
    actor: Actor, revision: Revision, shown: Shown = Shown.FULL_TEXT
) -> AchievementView | DemandView:
    """Return the page a revision would make: for its authors and reviewers. The caller checks rights."""
    return _view(actor, revision.listing, revision, shown)


def _view(actor: Actor, listing: Listing, revision: Revision, shown: Shown) -> AchievementView | DemandView:
    if isinstance(revision, AchievementRevision):
        return AchievementView(**_common(actor, listing, revision, shown), **_achievement(revision))
    if isinstance(revision, DemandRevision):
        return DemandView(**_common(actor, listing, revision, shown), **_demand(revision, shown))
    raise TypeError(f"no page for {type(revision).__name__}")


def _common(actor: Actor, listing: Listing, revision: Revision, shown: Shown) -> dict[str, Any]:
    full = shown is Shown.FULL_TEXT
    links = files.links_of("revision", revision.id) if full else []
    contact, contact_reason = _contact(actor, listing, revision, full)
    achievement = listing.kind == "achievement"
    ways = taxonomy.COOPERATION_WAYS if achievement else taxonomy.DEMAND_COOPERATION_WAYS
    division = listing.organisation.profile.division if listing.organisation.profile else ""
    return {
        "kind": listing.kind,
        "listing_id": listing.id,
        "number": listing.number or "",
        "ordinal": revision.ordinal,
        "title": revision.title,
        "summary": revision.summary,
        "field": label(taxonomy.NATIONAL_FIELDS, revision.field),
        "field_code": revision.field,
        "tags": labels(taxonomy.CITY_TAGS, revision.tags),
        "keywords": revision.keywords,
        "ways": labels(ways, revision.ways),
        "metrics": [_metric(row) for row in revision.metrics] if full else [],
        "owner": owner(listing.organisation) if full else None,
        "origin": facets.origin_of(division),
        "own": listing.organisation_id == actor.organisation_id,
        "state": LISTING.states[listing.state] if listing.published_id else None,
        "public": listing.state in VISIBLE_STATES and listing.organisation.state == "verified",
        "published_at": listing.published_at,
        "updated_at": revision.decided_at or revision.updated_at,
        "confirmed_at": listing.confirmed_at,
        "contact": contact,
        "contact_reason": contact_reason,
        "pictures": _pictures(actor, listing, links),
        "files": _files(actor, listing, links),
    }


def owner(organisation: Organisation) -> Owner:
    """Return what everybody may know of an organisation that stands behind a listing."""
    profile = organisation.profile
    return Owner(
        id=organisation.id,
        name=organisation.name,
        kind=label(taxonomy.ORGANISATION_KINDS, organisation.kind),
        region=regions.full_name(profile.division) if profile and regions.exists(profile.division) else "",
        verified_on=organisation.verified_at if organisation.state == "verified" else None,
    )


def _metric(row: Any) -> Metric:
    return Metric(
        indicator=row.get("indicator") or "",
        before=row.get("current") or row.get("present") or "",
        after=row.get("achieved") or row.get("target") or "",
        evidence=row.get("evidence") or "",
    )


def reads_all(actor: Actor, listing: Listing) -> bool:
    """Return whether ``actor`` reads every part of a listing: its owner's people, reviewers and auditors."""
    return may(actor, Permission.READ_LISTING, Subject(listing.kind, listing.organisation_id))


def _contact(actor: Actor, listing: Listing, revision: Revision, full: bool) -> tuple[Contact | None, str]:
    if full and (reads_all(actor, listing) or audience_of(actor) is not Audience.PUBLIC):
        return Contact(revision.contact_name, revision.contact_phone, revision.contact_email), ""
    return None, N_("认证单位登录后可看联系人和电话")


def may_read_file(actor: Actor, listing: Listing, level: str) -> bool:
    """Return whether ``actor``, who is shown the full text of ``listing``, may open its files of a level."""
    return reads_all(actor, listing) or audience_of(actor) in FILE_AUDIENCES[level]


def _pictures(actor: Actor, listing: Listing, links: Iterable[FileLink]) -> list[Picture]:
    return [
        Picture(link.id, link.caption)
        for link in links
        if link.purpose == "image" and may_read_file(actor, listing, link.level)
    ]


def _files(actor: Actor, listing: Listing, links: Iterable[FileLink]) -> list[FileLine]:
    lines = []
    for link in links:
        readable = may_read_file(actor, listing, link.level)
        if link.purpose != "image" or not readable:
            reason = "" if readable else LOCKED_WORDS.get(link.level, "")
            lines.append(
                FileLine(link.id, link.caption or link.file.name, link.file.size, link.level, reason)
            )
    return lines


def _achievement(revision: AchievementRevision) -> dict[str, Any]:
    sectors = labels(taxonomy.APPLICATION_SECTORS, revision.sectors)
    return {
        "benefit": revision.benefit,
        "problem": revision.problem,
        "advantages": revision.advantages,
        "maturity_level": revision.maturity_level,
        "maturity_scale": taxonomy.MATURITY_SCALES[revision.maturity_scale],
        "maturity_scale_name": label(taxonomy.MATURITY_SCALE_NAMES, revision.maturity_scale),
        "maturity_proof": revision.maturity_proof,
        "rights": [
            Right(
                label(taxonomy.IP_TYPES, right.ip_type),
                right.number,
                label(taxonomy.IP_STATUSES, right.status),
                IP_TONES.get(right.status, "info"),
                right.owner,
            )
            for right in revision.ip_rights
        ],
        "pricing": label(taxonomy.PRICING_METHODS, revision.pricing),
        "price_fen": revision.price_fen,
        "valid_until": revision.valid_until,
        "team": revision.team,
        "completed_by": revision.completed_by,
        "cases": revision.cases,
        "registration_number": revision.registration_number,
        "research": (revision.research_from, revision.research_to),
        "facts": (
            (taxonomy.ACHIEVEMENT_FORMS.label, "、".join(labels(taxonomy.ACHIEVEMENT_FORMS, revision.forms))),
            (
                taxonomy.ACHIEVEMENT_ATTRIBUTES.label,
                label(taxonomy.ACHIEVEMENT_ATTRIBUTES, revision.attribute),
            ),
            (taxonomy.ACHIEVEMENT_LEVELS.label, label(taxonomy.ACHIEVEMENT_LEVELS, revision.level)),
            (taxonomy.EVALUATION_METHODS.label, label(taxonomy.EVALUATION_METHODS, revision.evaluation)),
            (taxonomy.STAGES.label, label(taxonomy.STAGES, revision.stage)),
            (taxonomy.APPLICATION_SECTORS.label, "、".join(sectors)),
        ),
    }


def _demand(revision: DemandRevision, shown: Shown) -> dict[str, Any]:
    full = shown is Shown.FULL_TEXT
    return {
        "full": full,
        "disclosure": revision.disclosure,
        "demand_type": label(taxonomy.DEMAND_TYPES, revision.demand_type),
        "situation": revision.situation if full else "",
        "requirements": revision.requirements if full else "",
        "due_on": revision.due_on,
        "budget_fen": revision.budget_fen,
        "ip_ownership": label(taxonomy.IP_OWNERSHIPS, revision.ip_ownership),
    }


def others_of(actor: Actor, view: View) -> list[Listing]:
    """Return further listings of the same kind and organisation, newest first; none where it is not named."""
    if view.owner is None:
        return []
    query = listings_of(actor, view.owner.id, view.kind).where(Listing.id != view.listing_id)
    return list(db.session.scalars(query.limit(OTHERS)))


def listings_of(actor: Actor, organisation_id: int, kind: str) -> Select[Listing]:
    """Return the query of what ``actor`` may know an organisation to offer or seek now, newest first."""
    query = visibility.visible_listings(actor, kind, SEARCHABLE_STATES).where(
        Listing.organisation_id == organisation_id, Listing.state.in_(SEARCHABLE_STATES)
    )
    if organisation_id != actor.organisation_id:
        query = query.where(visibility.named_to(audience_of(actor), kind))
    return query.order_by(Listing.published_at.desc(), Listing.id.desc())


@files.reader("revision")
def reads_file(actor: Actor, link: FileLink) -> bool:
    """Judge over the files of revisions: the published one as its page shows it, others for owner and reviewers."""
    revision = db.session.get(Revision, link.subject_id)
    if revision is None:
        return False
    listing = revision.listing
    if reads_all(actor, listing):
        return True
    if listing.published_id != revision.id:
        return False
    query = visibility.visible_listings(actor, listing.kind).where(Listing.id == listing.id)
    seen = db.session.scalar(query)
    if seen is None or visibility.text_for(actor, seen, revision) is not Shown.FULL_TEXT:
        return False
    return may_read_file(actor, seen, link.level)
