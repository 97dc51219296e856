"""The matches of a listing as one reader may see them: texts ranked by the worker, weighed with fields and feedback.

A fixed number of queries however many match: the listing's ranking, the other side's listings through the visibility
query, and what people said of the pairs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchFeedback
from marketplace.models.people import Organisation
from marketplace.retrieval.matching.fit import Fit, blended, fit
from marketplace.services.catalogue import pages, visibility
from marketplace.services.matching.judging import weighing
from marketplace.services.matching.judging.strengths import strength
from marketplace.services.matching.ranking import stored
from marketplace.services.matching.reading import sides

OTHER: Mapping[str, str] = {"achievement": "demand", "demand": "achievement"}

FEEDBACK: Mapping[str, float] = {"fits": 1.2, "misfits": 0.6}
"""What a word of either side makes of the score that ranks a pair; the side itself no longer sees its misfits."""


@dataclass(frozen=True)
class Pair:
    """A demand and an achievement as one reader sees them.

    ``text_score`` is what the texts share, ``strength`` its word; ``score`` ranks: that, lowered by what the fields
    do not agree in, moved by feedback. ``verdict``: what the reader's own organisation said of it, '' for nothing.
    """

    demand: Listing
    achievement: Listing
    score: float
    strength: str
    fit: Fit
    verdict: str
    text_score: float

    def other(self, listing: Listing) -> Listing:
        """Return the side that is not ``listing``."""
        return self.achievement if listing.kind == "demand" else self.demand

    @property
    def address(self) -> dict[str, Any]:
        """The pair as the values of an address."""
        return {"demand_id": self.demand.id, "achievement_id": self.achievement.id}


def matches_of(
    actor: Actor, listing: Listing, *, without: Collection[str] = (), limit: int = 20
) -> list[Pair]:
    """Return the matches of ``listing``, which ``actor`` sees, the best first.

    ``without``: names of structured tests (retrieval/matching/fit.WEIGHTS) that are switched off. What the actor's own
    organisation found not to fit is left out, and so is what shares too little to be called a match.
    """
    found = [pair for pair in _pairs(actor, listing, without) if pair.strength != "none"]
    return [pair for pair in found if pair.verdict != "misfits"][:limit]


def nearest_to(actor: Actor, listing: Listing, limit: int = 3) -> list[Pair]:
    """Return what comes nearest where nothing matches: pairs that share less than a match does."""
    found = [pair for pair in _pairs(actor, listing, ()) if pair.strength == "none"]
    return [pair for pair in found if pair.verdict != "misfits"][:limit]


def dismissed(actor: Actor, listing: Listing) -> list[Pair]:
    """Return the pairs of ``listing`` that the actor's organisation found not to fit, the latest first."""
    if actor.organisation_id is None:
        return []
    side, other = _columns(listing)
    query = select(other).where(
        side == listing.id,
        MatchFeedback.organisation_id == actor.organisation_id,
        MatchFeedback.verdict == "misfits",
        MatchFeedback.replaced_at.is_(None),
    )
    keys = list(db.session.scalars(query.order_by(MatchFeedback.id.desc())))
    scores = dict(stored.entries(listing.id))
    return _made(actor, listing, {key: scores.get(key, 0.0) for key in keys}, ())


def for_audience(listing: Listing, organisation_id: int, limit: int = 20) -> list[Pair]:
    """Return the matches of ``listing`` as the people of an organisation see them: for mail and notices."""
    organisation = db.session.get_one(Organisation, organisation_id)
    return matches_of(people_of(organisation), listing, limit=limit)


def people_of(organisation: Organisation) -> Actor:
    """Return an actor that stands for the people of an organisation, without any office."""
    return Actor(
        person_id=0,
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        organisation_name=organisation.name,
        organisation_verified=organisation.state == "verified",
    )


def pair(actor: Actor, demand_id: int, achievement_id: int) -> Pair:
    """Return a pair, ranked or not; raises NotFound when ``actor`` may not see both of it."""
    demand = pages.get(actor, "demand", demand_id)
    achievement = pages.get(actor, "achievement", achievement_id)
    said = _feedback(demand, [achievement.id])
    return _pair(actor, demand, achievement, text_score(demand_id, achievement_id), said, ())


def text_score(demand_id: int, achievement_id: int) -> float:
    """Return what the worker found two texts to share; 0 where neither is among the other's best."""
    found = dict(stored.entries(demand_id)).get(achievement_id)
    return dict(stored.entries(achievement_id)).get(demand_id, 0.0) if found is None else found


def _pairs(actor: Actor, listing: Listing, without: Collection[str]) -> list[Pair]:
    """Return all stored matches that the actor sees and that are still offered, the best first."""
    scores = dict(stored.entries(listing.id))
    found = _made(actor, listing, scores, without) if scores else []
    offered = [
        one
        for one in found
        if one.other(listing).state in SEARCHABLE_STATES
        and one.other(listing).organisation.state == "verified"
        and one.demand.organisation_id != one.achievement.organisation_id
    ]
    return sorted(offered, key=lambda one: (-one.score, one.other(listing).id))


def _made(
    actor: Actor, listing: Listing, scores: Mapping[int, float], without: Collection[str]
) -> list[Pair]:
    """Return the visible pairs of ``listing`` with these others, in their order."""
    if not scores:
        return []
    query = visibility.visible_listings(actor, OTHER[listing.kind]).where(Listing.id.in_(scores))
    rows = {row.id: row for row in db.session.scalars(query)}
    said = _feedback(listing, rows)
    made = []
    for key in [key for key in scores if key in rows]:
        demand, achievement = (listing, rows[key]) if listing.kind == "demand" else (rows[key], listing)
        made.append(_pair(actor, demand, achievement, scores[key], said, without))
    return made


def _pair(
    actor: Actor, demand: Listing, achievement: Listing, text: float, said: "Said", without: Collection[str]
) -> Pair:
    assert demand.published is not None  # noqa: S101
    shown = visibility.text_for(actor, demand, demand.published)
    found = fit(
        sides.of_demand(demand, shown), sides.of_achievement(achievement), clock.today(), weighing.weights()
    )
    found = found.without(without) if without else found
    words = said.get((demand.id, achievement.id), {})
    score = blended(text, found)
    for word in words.values():
        score *= FEEDBACK[word]
    own = words.get(actor.organisation_id, "") if actor.organisation_id is not None else ""
    return Pair(demand, achievement, min(score, 1.0), strength(text), found, own, text)


Said = Mapping[tuple[int, int], Mapping[int | None, str]]
"""By pair: the verdict of each organisation."""


def _columns(listing: Listing) -> tuple[Any, Any]:
    sides = (MatchFeedback.demand_id, MatchFeedback.achievement_id)
    return sides if listing.kind == "demand" else (sides[1], sides[0])


def _feedback(listing: Listing, others: Iterable[int]) -> Said:
    side, other = _columns(listing)
    query = select(
        MatchFeedback.demand_id,
        MatchFeedback.achievement_id,
        MatchFeedback.organisation_id,
        MatchFeedback.verdict,
    ).where(side == listing.id, other.in_(list(others)), MatchFeedback.replaced_at.is_(None))
    found: dict[tuple[int, int], dict[int | None, str]] = {}
    for row in db.session.execute(query):
        found.setdefault((row.demand_id, row.achievement_id), {})[row.organisation_id] = row.verdict
    return found


def place(pairs: Sequence[Pair], wanted: Pair) -> int | None:
    """Return at which place, from 1, a pair stands among others; None where it is not among them."""
    addresses = [one.address for one in pairs]
    return addresses.index(wanted.address) + 1 if wanted.address in addresses else None
