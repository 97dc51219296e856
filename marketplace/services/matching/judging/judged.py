"""What people said of matches, put into the matcher: each side's word moves the question of its own listing."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import MatchFeedback
from marketplace.retrieval.matching.matcher import Kind
from marketplace.retrieval.matching.ownership import Held
from marketplace.services.matching.ranking.batches import batched

SUBJECT_REASONS = frozenset({"approach", "field"})
"""Only a misfit for its subject says something about words; a price that is too high does not."""
CHUNK = 500

Said = tuple[int, int, bool, str, str]
"""Demand, achievement, whether the demander said it, verdict, reason."""


def apply(held: Held, ids: Collection[int] | None) -> None:
    """Move the questions of ``ids`` (None: all) and of those who judged them by what was said of their matches."""
    said: dict[tuple[Kind, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    wanted = None if ids is None else set(ids) | _partners(ids)
    for demand, achievement, by_demander, verdict, reason in _rows(wanted):
        if verdict == "misfits" and reason not in SUBJECT_REASONS:
            continue
        key: tuple[Kind, int] = ("demand", demand) if by_demander else ("achievement", achievement)
        if wanted is None or key[1] in wanted:
            said[key][verdict == "misfits"].append(achievement if by_demander else demand)
    for key in [key for key in held.matcher.moved if wanted is None or key[1] in wanted]:
        del held.matcher.moved[key]
    for (kind, own), (fitting, misfitting) in said.items():
        held.matcher.move(kind, own, fitting, misfitting)
    db.session.rollback()


def _partners(ids: Collection[int]) -> set[int]:
    query = select(MatchFeedback.demand_id, MatchFeedback.achievement_id)
    found: set[int] = set()
    for some in batched(sorted(ids), CHUNK):
        for pair in db.session.execute(_about(query, some)):
            found.update((pair.demand_id, pair.achievement_id))
    return found


def _rows(ids: Collection[int] | None) -> list[Said]:
    demand = aliased(Listing)
    said = MatchFeedback
    query = (
        select(
            said.demand_id, said.achievement_id, demand.organisation_id == said.organisation_id, said.verdict,
            said.reason,
        )
        .join(demand, demand.id == said.demand_id)
        .order_by(said.id)
    )  # fmt: skip
    if ids is None:
        return _said(query.where(said.replaced_at.is_(None)))
    # A pair may be about two of the listings that are asked for in two statements.
    return sorted({one for some in batched(sorted(ids), CHUNK) for one in _said(_about(query, some))})


def _said(query: Any) -> list[Said]:
    return [(one[0], one[1], bool(one[2]), one[3], one[4]) for one in db.session.execute(query)]


def _about(query: Any, ids: Collection[int]) -> Any:
    about = or_(MatchFeedback.demand_id.in_(ids), MatchFeedback.achievement_id.in_(ids))
    return query.where(MatchFeedback.replaced_at.is_(None), about)
