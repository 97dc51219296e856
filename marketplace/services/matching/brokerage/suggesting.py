"""Pairs worth an introduction: strong matches that the broker may see and nobody has taken up."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Inquiry, Lead, MatchFeedback, Ranking
from marketplace.services.catalogue import visibility
from marketplace.services.matching.judging.strengths import strength

NEWEST = 300
"""Demands looked at: the newest published ones."""
WORTH = ("strong", "fair")


@dataclass(frozen=True)
class Suggestion:
    """A pair without contact, by what its texts share."""

    demand: Listing
    achievement: Listing
    strength: str
    score: float


def suggestions(actor: Actor, limit: int = 20) -> list[Suggestion]:
    """Return pairs to introduce, the strongest first, by a fixed number of queries.

    Left out: what the desk works on already, what an owner found not to fit, and pairs whose owners talk already.
    """
    demands = _visible(actor, "demand")
    scores = _scores(demands)
    achievements = _visible(actor, "achievement", {pair[1] for pair in scores})
    taken = _taken(actor, set(demands))
    found = [
        Suggestion(demands[demand], achievements[achievement], strength(score), score)
        for (demand, achievement), score in scores.items()
        if achievement in achievements
        and (demand, achievement) not in taken
        and demands[demand].organisation_id != achievements[achievement].organisation_id
    ]
    return sorted(found, key=lambda one: (-one.score, one.demand.id, one.achievement.id))[:limit]


def _visible(actor: Actor, kind: str, ids: Collection[int] | None = None) -> dict[int, Listing]:
    query = visibility.visible_listings(actor, kind, ("published",)).where(Listing.state == "published")
    if ids is not None:
        query = query.where(Listing.id.in_(ids))
    else:
        query = query.order_by(Listing.published_at.desc(), Listing.id.desc()).limit(NEWEST)
    rows = db.session.scalars(query).unique() if ids is None or ids else ()
    return {row.id: row for row in rows if row.organisation.state == "verified"}


def _scores(demands: Collection[int]) -> dict[tuple[int, int], float]:
    rows = db.session.execute(
        select(Ranking.listing_id, Ranking.entries).where(Ranking.listing_id.in_(demands))
    )
    return {
        (demand, int(key)): float(score)
        for demand, entries in rows
        for key, score in entries
        if strength(float(score)) in WORTH
    }


def _taken(actor: Actor, demands: Collection[int]) -> set[tuple[int, int]]:
    """Return the pairs of these demands that need no introduction."""
    mine = db.session.execute(
        select(Lead.demand_id, Lead.achievement_id).where(
            Lead.organisation_id == actor.organisation_id,
            Lead.demand_id.in_(demands),
            Lead.achievement_id.is_not(None),
        )
    )
    misfits = db.session.execute(
        select(MatchFeedback.demand_id, MatchFeedback.achievement_id).where(
            MatchFeedback.demand_id.in_(demands),
            MatchFeedback.verdict == "misfits",
            MatchFeedback.replaced_at.is_(None),
        )
    )
    asked = db.session.execute(
        select(Inquiry.listing_id, Inquiry.pair_id).where(
            Inquiry.pair_id.is_not(None),
            Inquiry.listing_id.in_(demands) | Inquiry.pair_id.in_(demands),
        )
    )
    found = {(row[0], row[1]) for row in (*mine, *misfits)}
    for listing_id, pair_id in asked:
        found |= {(listing_id, pair_id), (pair_id, listing_id)}
    return found
