"""What the worker ranked, as it is written down: ids and scores of the texts, nothing of who may see what."""

from datetime import datetime

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.matching import Ranking


def entries(listing_id: int) -> list[tuple[int, float]]:
    """Return (listing of the other side, score of the texts 0 to 1), best first, up to 40; [] when never ranked.

    Readers weigh fields and feedback and leave out what their reader may not see.
    """
    row = db.session.scalar(select(Ranking.entries).where(Ranking.listing_id == listing_id))
    return [(int(key), float(score)) for key, score in row or ()]


def ranked_at(listing_id: int) -> datetime | None:
    """Return when the list of a listing was last worked out as a whole, or None."""
    return db.session.scalar(select(Ranking.ranked_at).where(Ranking.listing_id == listing_id))
