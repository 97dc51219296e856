"""Which published demands nothing on the site fits: kept by the worker whenever rankings change."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Audience
from marketplace.domain.matching.strengths import reaches
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Gap, Ranking
from marketplace.services.catalogue import visibility
from marketplace.services.matching.judging.strengths import strength
from marketplace.services.matching.reading import matches
from marketplace.services.unit import unit_of_work

FITS = "fair"
"""A demand is a gap while nothing on offer is of this strength."""

AT_ONCE = 100


def sync(listing_ids: Collection[int]) -> int:
    """Open and close the gaps of these demands and of those these achievements stand near; return how many changed.

    Opens units of its own, and may be repeated. A demand that was never ranked is left alone.
    """
    demands = _concerned(listing_ids)
    changed = 0
    for start in range(0, len(demands), AT_ONCE):
        with unit_of_work():
            changed += _sync(demands[start : start + AT_ONCE])
    return changed


def sync_all() -> int:
    """Do the same for every demand that was ranked or is a gap."""
    ranked = select(Ranking.listing_id).join(Listing, Listing.id == Ranking.listing_id)
    found = set(db.session.scalars(ranked.where(Listing.kind == "demand")))
    found |= set(db.session.scalars(select(Gap.demand_id).where(Gap.closed_at.is_(None))))
    db.session.rollback()
    return sync(found)


def _concerned(listing_ids: Collection[int]) -> list[int]:
    """Return the demands among some listings, and those in the lists of the achievements among them."""
    ids = sorted(set(listing_ids))
    found: set[int] = set()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        query = select(Listing.id, Listing.kind, Ranking.entries).where(Listing.id.in_(some))
        for row in db.session.execute(query.outerjoin(Ranking, Ranking.listing_id == Listing.id)):
            found |= {row.id} if row.kind == "demand" else {int(other) for other, _ in row.entries or ()}
    db.session.rollback()
    return sorted(found)


def _sync(ids: Sequence[int]) -> int:
    query = visibility.loaded(
        visibility.public_listings(Audience.ADMIN, "demand", SEARCHABLE_STATES).where(Listing.id.in_(ids)),
        "demand",
    )
    offered = {row.id: row for row in db.session.scalars(query).unique()}
    entries = {
        row.listing_id: [(int(other), float(score)) for other, score in row.entries]
        for row in db.session.scalars(select(Ranking).where(Ranking.listing_id.in_(ids)))
    }
    kept = {row.demand_id: row for row in db.session.scalars(select(Gap).where(Gap.demand_id.in_(ids)))}
    changed = 0
    for one in ids:
        if one in offered and one not in entries:
            continue
        gap = kept.get(one)
        nearest = _nearest(offered[one], entries[one]) if one in offered else None
        changed += _keep(one, gap, nearest)
    return changed


def _nearest(demand: Listing, entries: list[tuple[int, float]]) -> float | None:
    """Return the score of the nearest achievement on offer, or None when one of them fits."""
    best = max((score for _, score in entries), default=0.0)
    if not entries or best == 0.0:
        return 0.0
    # The achievements are those of everybody's site; what the owner turned down does not fit.
    owner = matches.people_of(demand.organisation)
    pairs = [*matches.matches_of(owner, demand), *matches.nearest_to(owner, demand, limit=1)]
    if any(reaches(pair.strength, FITS) for pair in pairs):
        return None
    return max((pair.text_score for pair in pairs), default=0.0)


def _keep(demand_id: int, gap: Gap | None, nearest: float | None) -> int:
    if nearest is None:
        if gap is None or gap.closed_at is not None:
            return 0
        gap.closed_at = clock.now()
        return 1
    if gap is None:
        db.session.add(Gap(demand_id=demand_id, opened_at=clock.now(), nearest=nearest))
        return 1
    if gap.closed_at is not None:
        gap.opened_at, gap.closed_at = clock.now(), None
    elif gap.nearest == nearest:
        return 0
    gap.nearest = nearest
    return 1


def distance(gap: Gap) -> str:
    """Return how far the nearest achievement is: ``weak`` (touches it), ``none`` (hardly), ``nothing``."""
    return "nothing" if gap.nearest == 0 else "weak" if strength(gap.nearest) == "weak" else "none"
