"""Words for scores on this site: by dated thresholds, which outcomes may speak against."""

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.matching import MatchShown
from marketplace.retrieval.matching import strength as rules
from marketplace.retrieval.matching.strength import Strength
from marketplace.services.matching.judging.remembered import remembered
from marketplace.services.platform import settings

WORDS: tuple[Strength, ...] = ("strong", "fair", "weak")
NEWEST = 20_000
"""Pairs looked at for a proposal, the newest."""


def thresholds() -> tuple[tuple[float, Strength], ...]:
    """Return the least scores in force, the highest first, whatever order they were set in."""
    found: tuple[tuple[float, Strength], ...] = remembered("thresholds", _read)
    return found


def _read() -> tuple[tuple[float, Strength], ...]:
    values = settings.get_all([f"match.{word}_from" for word in WORDS]).values()
    percents = sorted(map(int, values), reverse=True)
    return tuple((percent / 100, word) for percent, word in zip(percents, WORDS, strict=True))


def strength(score: float) -> Strength:
    """Return the word for a score of the texts."""
    return rules.strength(score, thresholds())


def proposals() -> dict[Strength, int]:
    """Return the thresholds (percent) that outcomes speak for and that are not in force; {} while too few are known.

    Only pairs that somebody opened count: what was never looked at could not lead to an inquiry.
    """
    pairs = (
        select(
            func.max(MatchShown.score).label("score"),
            func.count(MatchShown.inquired_at).label("inquired"),
            func.max(MatchShown.id).label("last"),
        )
        .where(MatchShown.opened_at.is_not(None))
        .group_by(MatchShown.demand_id, MatchShown.achievement_id)
        .subquery()
    )
    query = select(pairs.c.score, pairs.c.inquired).order_by(pairs.c.last.desc()).limit(NEWEST)
    found = rules.proposed((float(row.score), row.inquired > 0) for row in db.session.execute(query))
    present = {word: round(100 * least) for least, word in thresholds()}
    return {word: round(100 * least) for word, least in found.items() if round(100 * least) != present[word]}
