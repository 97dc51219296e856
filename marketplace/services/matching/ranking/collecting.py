"""What there is to rank: the published listings of verified organisations, with the whole text the matcher may use.

What of a match is shown to whom is decided when it is read.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain.access import Audience, Shown
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.retrieval.matching.matcher import KINDS, Kind
from marketplace.retrieval.matching.reading import Text
from marketplace.services.catalogue import visibility
from marketplace.services.catalogue.finding import texts
from marketplace.services.matching.ranking.batches import batched

CHUNK = 500


def total() -> int:
    """Return how many listings are ranked."""
    counted = 0
    for kind in KINDS:
        query = visibility.public_listings(Audience.ADMIN, kind, SEARCHABLE_STATES)
        query = query.with_only_columns(Listing.id)
        counted += db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return counted


def versions(kind: Kind, ids: Collection[int] | None = None) -> dict[int, int]:
    """Return the published revision of each listing of ``kind`` (of ``ids``, if given) that is ranked."""
    published = visibility.public_listings(Audience.ADMIN, kind, SEARCHABLE_STATES)
    query: Any = published.with_only_columns(Listing.id, Listing.published_id).order_by(Listing.id)
    if ids is None:
        return {row.id: row.published_id for row in db.session.execute(query)}
    return {
        row.id: row.published_id
        for some in batched(sorted(ids), CHUNK)
        for row in db.session.execute(query.where(Listing.id.in_(some)))
    }


def of_organisations(organisation_ids: Collection[int]) -> set[int]:
    """Return the listings of some organisations, ranked or not."""
    if not organisation_ids:
        return set()
    return set(db.session.scalars(select(Listing.id).where(Listing.organisation_id.in_(organisation_ids))))


def read(kind: Kind, ids: Collection[int]) -> Iterator[tuple[int, int, Text]]:
    """Give (listing, revision, text) of those of ``ids`` that are ranked, in order of their ids."""
    revision = visibility.REVISIONS[kind]
    published = visibility.public_listings(Audience.ADMIN, kind, SEARCHABLE_STATES)
    query: Any = published.with_only_columns(Listing.id, revision).order_by(Listing.id)
    with Session(db.engine) as session:
        for some in batched(sorted(ids), CHUNK):
            for key, found in session.execute(query.where(Listing.id.in_(some))):
                yield key, found.id, Text(found.title, texts.prose(found, Shown.FULL_TEXT))
            session.expunge_all()
