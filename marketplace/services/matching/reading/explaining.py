"""Why a pair matches, over the texts its reader may see and nothing else."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from marketplace.domain.access import Actor, Shown
from marketplace.models.catalogue import Listing
from marketplace.retrieval.matching.explain import Explanation, explain
from marketplace.retrieval.matching.fit import blended
from marketplace.retrieval.matching.reading import Text
from marketplace.services.catalogue import visibility
from marketplace.services.catalogue.finding import texts
from marketplace.services.matching.judging.strengths import strength
from marketplace.services.matching.reading import matches, weights
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.outside import outside

MOST_COMPARED = 40
"""How far down a list the place of a pair is told."""


@dataclass(frozen=True)
class Explained:
    """Both texts as the reader is shown them, and what they share. ``partly``: the reader sees only the demand's public
    text, so that the reasons are those of less than what was ranked."""

    demand: Text
    achievement: Text
    explanation: Explanation
    partly: bool


@dataclass(frozen=True)
class Standing:
    """Where a pair stands in the list of one side: ``place`` of ``total`` from 1, None below the list's end."""

    strength: str
    place: int | None
    total: int


def folder() -> Path:
    """Return where the worker keeps the matcher's state."""
    return outside().matcher.folder


def text_of(listing: Listing, shown: Shown) -> Text:
    """Return what a reader who is shown so much reads of a listing, as the matcher compares it."""
    assert listing.published is not None  # noqa: S101
    return Text(listing.published.title, texts.prose(listing.published, shown))


def of(actor: Actor, pair: Pair) -> Explained | None:
    """Return the reasons of a pair, or None while the worker has learnt no weights yet."""
    assert pair.demand.published is not None  # noqa: S101
    shown = visibility.text_for(actor, pair.demand, pair.demand.published)
    demand, achievement = text_of(pair.demand, shown), text_of(pair.achievement, Shown.FULL_TEXT)
    key = (pair.demand.published_id, shown, pair.achievement.published_id)
    with weights.lock:
        held = weights.held(folder())
        if held.matcher is None:
            return None
        found = held.explanations.get(key)
        if found is None:
            found = explain(held.matcher, demand, achievement)
            held.keep(key, found)
    return Explained(demand, achievement, found, shown is not Shown.FULL_TEXT)


def standings(
    actor: Actor,
    listing: Listing,
    pair: Pair,
    explained: Explained | None,
    tests: Collection[str],
    reasons: Collection[tuple[str, str]],
) -> tuple[Standing, Standing]:
    """Return where ``pair`` stands among the matches of ``listing``: with everything, and with some switched off.

    ``tests`` are structured ones, switched off for all matches of the list; ``reasons`` are (kind, label) of this pair.
    """
    before = matches.matches_of(actor, listing, limit=MOST_COMPARED)
    first = Standing(pair.strength, matches.place(before, pair), len(before))
    if not tests and not reasons:
        return first, first
    after = matches.matches_of(actor, listing, without=tests, limit=MOST_COMPARED) if tests else before
    text = pair.text_score * share_left(explained, reasons)
    as_ranked = blended(pair.text_score, pair.fit)
    moved = pair.score / as_ranked if as_ranked else 1.0
    score = blended(text, pair.fit.without(tests)) * moved
    others = [one for one in after if one.address != pair.address]
    place = 1 + sum(one.score > score for one in others)
    word = strength(text)
    return first, Standing(word, place if word != "none" else None, len(others) + (word != "none"))


def share_left(explained: Explained | None, reasons: Collection[tuple[str, str]]) -> float:
    """Return which share of the texts' score stays when reasons are switched off."""
    if explained is None or explained.explanation.score <= 0:
        return 1.0
    return max(explained.explanation.without(reasons) / explained.explanation.score, 0.0)
