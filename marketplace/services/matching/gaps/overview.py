"""The map of gaps: for each field what is wanted and not found, and who works in it. Counted after visibility.

Every reader of an audience gets the same numbers: demands that the audience may read, and the achievements of
everybody's site. A demand that a reader may not see is in none of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import func, select

from marketplace.domain import clock, taxonomy
from marketplace.domain.access import Actor, Audience, audience_of
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.taxonomy import Term
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision, Listing, Revision
from marketplace.models.matching import Gap
from marketplace.models.people import Organisation, OrganisationProfile
from marketplace.services.catalogue import visibility
from marketplace.services.paging import Page

MOST_INSTITUTIONS = 3
PAGE_SIZE = 12


@dataclass(frozen=True)
class Wanted:
    """A demand on offer: what the map needs of it. ``waits``: days since it was published. ``gap``: nothing fits."""

    id: int
    field: str
    tags: Sequence[str]
    waits: int
    gap: bool


@dataclass(frozen=True)
class Institution:
    """A university or institute with achievements on offer in a field."""

    id: int
    name: str
    achievements: int


@dataclass(frozen=True)
class Line:
    """A field or a direction: demands on offer, those that nothing fits, the median of their days of waiting.

    ``institutions`` are the first of ``institution_count``; directions have none.
    """

    term: Term
    demands: int
    gaps: int
    days: int | None
    institutions: Sequence[Institution] = ()
    institution_count: int = 0
    own: bool = False


@dataclass(frozen=True)
class Map:
    """The whole map. ``own``: the fields in which the reader's organisation has achievements on offer."""

    fields: Sequence[Line]
    directions: Sequence[Line]
    demands: int
    gaps: int
    own: frozenset[str]
    wanted: Sequence[Wanted]
    synced_at: datetime | None


@dataclass(frozen=True)
class GapLine:
    """A gap in the list, as its reader may see the demand."""

    gap: Gap
    demand: Listing
    waits: int


def draw(actor: Actor) -> Map:
    """Return the map as the actor's audience sees it; the reader's own fields first."""
    wanted = _wanted(audience_of(actor))
    institutions = _institutions()
    own = frozenset(
        field
        for field, found in institutions.items()
        if any(one.id == actor.organisation_id for one in found)
    )
    fields = [
        _line(term, [one for one in wanted if one.field == term.code], institutions.get(term.code, ()), own)
        for term in taxonomy.NATIONAL_FIELDS
    ]
    offered = {term.code for term in taxonomy.CITY_TAGS.offered}
    directions = [
        _line(term, found)
        for term in taxonomy.CITY_TAGS
        # A direction that is no longer offered stands only as long as a demand holds it.
        if (found := [one for one in wanted if term.code in one.tags]) or term.code in offered
    ]
    return Map(
        # Sorted by own field only: the order of the list of fields is the one everybody knows.
        fields=sorted(fields, key=lambda line: not line.own),
        directions=[line for line in directions if line.demands],
        demands=len(wanted),
        gaps=sum(one.gap for one in wanted),
        own=own,
        wanted=wanted,
        synced_at=db.session.scalar(select(func.max(func.coalesce(Gap.closed_at, Gap.opened_at)))),
    )


def gaps(actor: Actor, drawn: Map, number: int, field: str = "", tag: str = "") -> Page[GapLine]:
    """Return a page of the gaps of a map drawn for the actor, in a field or a direction where one is given.

    Those of the reader's own fields come first, then those that wait longest.
    """
    found = [
        one
        for one in drawn.wanted
        if one.gap and (not field or one.field == field) and (not tag or tag in one.tags)
    ]
    found.sort(key=lambda one: (one.field not in drawn.own, -one.waits, one.id))
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(number, 1), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Page(_lines(actor, shown), page, pages, len(found))


def _lines(actor: Actor, wanted: Sequence[Wanted]) -> list[GapLine]:
    ids = [one.id for one in wanted]
    query = visibility.visible_listings(actor, "demand").where(Listing.id.in_(ids))
    demands = {row.id: row for row in db.session.scalars(query).unique()}
    kept = {row.demand_id: row for row in db.session.scalars(select(Gap).where(Gap.demand_id.in_(ids)))}
    return [GapLine(kept[one.id], demands[one.id], one.waits) for one in wanted if one.id in demands]


def new_since(actor: Actor, fields: Iterable[str], since: datetime) -> int:
    """Return how many gaps in ``fields`` that the actor's audience may read were opened after a moment."""
    opened = select(Gap.demand_id).where(Gap.closed_at.is_(None), Gap.opened_at > since)
    recent = set(db.session.scalars(opened))
    wanted = set(fields)
    return sum(one.gap and one.id in recent and one.field in wanted for one in _wanted(audience_of(actor)))


def fields_of(organisation_id: int | None) -> frozenset[str]:
    """Return the fields in which an organisation has achievements on offer."""
    if organisation_id is None:
        return frozenset()
    query = visibility.public_listings(Audience.PUBLIC, "achievement", SEARCHABLE_STATES).where(
        Listing.organisation_id == organisation_id
    )
    return frozenset(db.session.scalars(query.with_only_columns(Revision.field).distinct()))


def _wanted(audience: Audience) -> list[Wanted]:
    query = visibility.public_listings(audience, "demand", SEARCHABLE_STATES).outerjoin(
        Gap, (Gap.demand_id == Listing.id) & Gap.closed_at.is_(None)
    )
    columns = (Listing.id, Listing.published_at, DemandRevision.field, DemandRevision.tags, Gap.opened_at)
    today = clock.today()
    return [
        Wanted(
            id=row.id,
            field=row.field,
            tags=row.tags,
            waits=max((today - clock.beijing(row.published_at).date()).days, 0),
            gap=row.opened_at is not None,
        )
        for row in db.session.execute(query.with_only_columns(*columns).order_by(Listing.id))
    ]


def _institutions() -> Mapping[str, Sequence[Institution]]:
    """Return by field the universities and institutes with achievements on offer, those with most first."""
    number = func.count().label("number")
    # The fewest joins: this counts every achievement of the site.
    query = (
        select(Revision.field, Listing.organisation_id, number)
        .select_from(Listing)
        .join(Revision, Revision.id == Listing.published_id)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .where(
            Listing.kind == "achievement",
            Organisation.kind == "university",
            visibility.shown_to(Audience.PUBLIC, "achievement", SEARCHABLE_STATES),
        )
        .group_by(Revision.field, Listing.organisation_id)
        .order_by(Revision.field, number.desc(), Listing.organisation_id)
    )
    rows = db.session.execute(query).all()
    names = _names({row.organisation_id for row in rows})
    found: dict[str, list[Institution]] = {}
    for row in rows:
        one = Institution(row.organisation_id, names.get(row.organisation_id, ""), row.number)
        found.setdefault(row.field, []).append(one)
    return found


def _names(organisation_ids: Collection[int]) -> dict[int, str]:
    query = (
        select(Organisation.id, OrganisationProfile.name)
        .join(OrganisationProfile, OrganisationProfile.id == Organisation.profile_id)
        .where(Organisation.id.in_(organisation_ids))
    )
    return {row.id: row.name for row in db.session.execute(query)}


def _line(
    term: Term, wanted: Sequence[Wanted], institutions: Sequence[Institution] = (), own: Iterable[str] = ()
) -> Line:
    waits = [one.waits for one in wanted if one.gap]
    return Line(
        term=term,
        demands=len(wanted),
        gaps=len(waits),
        days=round(median(waits)) if waits else None,
        institutions=institutions[:MOST_INSTITUTIONS],
        institution_count=len(institutions),
        own=term.code in own,
    )
