"""Rankings as rows: written in short transactions, only where something changed."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, delete, insert, select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Ranking
from marketplace.retrieval.matching.matcher import Kind, Match
from marketplace.retrieval.matching.strength import THRESHOLDS
from marketplace.services.matching.ranking import changes
from marketplace.services.matching.ranking.batches import batched
from marketplace.services.unit import unit_of_work

KEPT = 40
"""Entries of a list: readers leave out what they may not see and still fill a page."""
CHUNK = 200
"""Rows of a transaction."""
LEAST: Mapping[str, float] = {"achievement": THRESHOLDS[-1][0], "demand": 0.0}
"""Least score of an entry. A demand also keeps what is no match: the nearest says how wide a gap is."""
EPSILON = 2e-6
"""Scores are rounded to six digits, and sums of small floats differ by the order they are added in."""


def row(kind: Kind, key: int, revision: int, matches: Sequence[Match]) -> dict[str, Any]:
    """Return the row of a list, cut to what is kept."""
    least = LEAST[kind]
    entries = [[one.key, one.score] for one in matches[:KEPT] if one.score >= least and one.score > 0]
    return {"listing_id": key, "revision_id": revision, "entries": entries, "floor": floor_of(kind, entries)}


def floor_of(kind: Kind, entries: Sequence[Any]) -> float:
    """Return the least score with which another listing would enter a list."""
    return float(entries[-1][1]) if len(entries) >= KEPT else LEAST[kind]


def floors(kind: Kind) -> dict[int, float]:
    """Return the floor of every list of ``kind``."""
    query = select(Ranking.listing_id, Ranking.floor).join(Listing, Listing.id == Ranking.listing_id)
    return {row.listing_id: row.floor for row in db.session.execute(query.where(Listing.kind == kind))}


def revisions(kind: Kind) -> dict[int, int]:
    """Return of which revision each written list of ``kind`` is."""
    query = select(Ranking.listing_id, Ranking.revision_id).join(Listing, Listing.id == Ranking.listing_id)
    return {row.listing_id: row.revision_id for row in db.session.execute(query.where(Listing.kind == kind))}


def holders(kind: Kind, keys: Collection[int]) -> dict[int, set[int]]:
    """Return the lists of ``kind`` that each of ``keys`` stands in. Reads every list, so only where it must be."""
    found: dict[int, set[int]] = {key: set() for key in keys}
    if not keys:
        return found
    query = select(Ranking.listing_id, Ranking.entries).join(Listing, Listing.id == Ranking.listing_id)
    for row in db.session.execute(query.where(Listing.kind == kind)):
        for key in found.keys() & {entry[0] for entry in row.entries}:
            found[key].add(row.listing_id)
    return found


def read(ids: Collection[int]) -> dict[int, tuple[int, list[Any], float]]:
    """Return (revision, entries, floor) of the lists of ``ids``."""
    query = select(Ranking.listing_id, Ranking.revision_id, Ranking.entries, Ranking.floor)
    return {
        key: (revision, entries, floor)
        for some in batched(sorted(ids), CHUNK)
        for key, revision, entries, floor in db.session.execute(query.where(Ranking.listing_id.in_(some)))
    }


def write(rows: Iterable[dict[str, Any]], progress: Callable[[int], object] | None = None) -> int:
    """Write the lists that differ from what is written, and promise to tell of them; return how many did."""
    written = 0
    for some in batched(rows, CHUNK):
        before = _written([one["listing_id"] for one in some])
        db.session.rollback()
        differing = [one for one in some if before.get(one["listing_id"]) != _compared(one)]
        if differing:
            with unit_of_work():
                _put(differing)
                changes.tell([one["listing_id"] for one in differing])
        written += len(differing)
        if progress is not None:
            progress(len(some))
    return written


def _written(ids: Collection[int]) -> dict[int, tuple[int, str, float]]:
    """As ``read``, the entries as they are stored: reading them takes longer than writing the same again to compare."""
    stored = cast(Ranking.entries, Text)
    query = select(Ranking.listing_id, Ranking.revision_id, stored, Ranking.floor)
    rows = db.session.execute(query.where(Ranking.listing_id.in_(sorted(ids))))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _compared(one: Mapping[str, Any]) -> tuple[int, str, float]:
    return one["revision_id"], json.dumps(one["entries"]), one["floor"]


def _put(some: Sequence[dict[str, Any]]) -> None:
    moment = clock.now()
    db.session.execute(delete(Ranking).where(Ranking.listing_id.in_([one["listing_id"] for one in some])))
    db.session.execute(insert(Ranking), [{**one, "ranked_at": moment} for one in some])


def forget(ids: Iterable[int]) -> None:
    """Remove the lists of listings that are not ranked any more."""
    for some in batched(sorted(ids), CHUNK):
        with unit_of_work():
            db.session.execute(delete(Ranking).where(Ranking.listing_id.in_(some)))


def present() -> set[int]:
    """Return the listings that have a list."""
    return set(db.session.scalars(select(Ranking.listing_id)))
