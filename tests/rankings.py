"""Rankings for tests: rows as the worker writes them, and a matcher's state learnt from a few texts."""

from pathlib import Path

from marketplace.domain import clock
from marketplace.domain.access import Shown
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Ranking
from marketplace.retrieval.matching import store
from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.reading import Text
from marketplace.services.matching.reading import explaining
from marketplace.services.unit import unit_of_work


def rank(listing: Listing, *entries: tuple[Listing, float]) -> None:
    """Write the ranking of a listing: others with the scores of their texts."""
    ordered = sorted(entries, key=lambda entry: -entry[1])
    with unit_of_work():
        row = db.session.get(Ranking, listing.id) or Ranking(listing_id=listing.id)
        row.revision_id = listing.published_id or 0
        row.entries = [[other.id, score] for other, score in ordered]
        row.ranked_at = clock.now()
        db.session.add(row)


def learn(folder: Path, *listings: Listing) -> Matcher:
    """Learn weights from the whole texts of some listings and keep them where explanations look."""
    texts: dict[str, dict[int, Text]] = {"achievement": {}, "demand": {}}
    for listing in listings:
        texts[listing.kind][listing.id] = explaining.text_of(listing, Shown.FULL_TEXT)
    matcher = Matcher.build(texts["achievement"], texts["demand"])
    store.save(matcher, folder, learnt_at=clock.now().timestamp())
    return matcher
