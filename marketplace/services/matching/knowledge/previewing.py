"""What a change of the table would do: words it would gain from the site's texts, and a demand's order before and
after, over a sample of the achievements. Nothing is written."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_

from marketplace.domain.access import Audience
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing
from marketplace.retrieval.matching.knowledge import Concept, KnowledgeTable
from marketplace.retrieval.matching.learnt.proposing import propose
from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.reading import Reader, Text
from marketplace.services.catalogue import visibility
from marketplace.services.catalogue.words import table as words
from marketplace.services.matching.knowledge import table
from marketplace.services.matching.ranking import collecting, stored
from marketplace.services.matching.reading import explaining, weights

SAMPLE = 120
"""Achievements compared: the demand's best, those that hold a word of the concept, and the newest."""
BEST = 10
WORDS = 12
"""Words of a concept looked for in titles."""


@dataclass(frozen=True)
class Moved:
    """An achievement of the list: its places from 1, None where it does not stand among the best."""

    listing_id: int
    title: str
    before: int | None
    after: int | None
    score_before: float
    score_after: float


def proposals(concept: Concept) -> list[str]:
    """Return words of the site's own texts that keep company with a concept's words and are not in the table."""
    with weights.lock:
        held = weights.held(explaining.folder())
        if held.matcher is None:
            return []
        return propose(held.matcher, concept.name, concept.group, concept.field)


def demands(limit: int = 30) -> list[tuple[int, str]]:
    """Return the newest published demands an administrator may try a change on, as (listing, title)."""
    published = visibility.public_listings(Audience.ADMIN, "demand", SEARCHABLE_STATES)
    query: Any = published.with_only_columns(Listing.id, DemandRevision.title)
    query = query.order_by(Listing.published_at.desc(), Listing.id)
    return [(row.id, row.title) for row in db.session.execute(query.limit(limit))]


def preview(key: str | None, concept: Concept, demand_id: int) -> list[Moved]:
    """Return the best achievements of a demand with the table as it is and with ``concept`` in it, over a sample.

    ``key`` is the concept it replaces, None for a new one. The weights are learnt from the sample alone, so that the
    scores differ from those of the site; the order is what counts.
    """
    question = next((text for _, _, text in collecting.read("demand", [demand_id])), None)
    if question is None:
        return []
    sample = {one: text for one, _, text in collecting.read("achievement", _sample(demand_id, concept))}
    changed = table.concepts()
    changed[key or table.key_of(concept.field, concept.group, concept.name)] = concept
    before = _ranked(table.reader(), demand_id, question, sample)
    after = _ranked(Reader(words.analyzer(), KnowledgeTable(changed.values())), demand_id, question, sample)
    places = [{one: at for at, one in enumerate(list(ranked)[:BEST], start=1)} for ranked in (before, after)]
    shown = sorted(
        {*places[0], *places[1]}, key=lambda one: (places[1].get(one, BEST + 1), places[0].get(one, 0))
    )
    return [
        Moved(
            one, sample[one].title, places[0].get(one), places[1].get(one),
            before.get(one, 0.0), after.get(one, 0.0),
        )
        for one in shown
    ]  # fmt: skip


def _ranked(reader: Reader, demand_id: int, question: Text, sample: dict[int, Text]) -> dict[int, float]:
    matcher = Matcher.build(sample, {demand_id: question}, reader)
    return {
        match.key: match.score for match in matcher.top("demand", [demand_id], len(sample) or 1)[demand_id]
    }


def _sample(demand_id: int, concept: Concept) -> list[int]:
    found = [key for key, _ in stored.entries(demand_id)]
    published = visibility.public_listings(Audience.ADMIN, "achievement", SEARCHABLE_STATES)
    newest = (
        published.with_only_columns(Listing.id)
        .order_by(Listing.published_at.desc(), Listing.id)
        .limit(SAMPLE)
    )
    speaking = newest.where(
        or_(*(AchievementRevision.title.contains(word, autoescape=True) for word in concept.words[:WORDS]))
    ).limit(SAMPLE // 3)
    for query in (speaking, newest):
        found += [key for key in db.session.scalars(query) if key not in found]
    return found[:SAMPLE]
