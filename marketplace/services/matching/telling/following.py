"""Brokers who follow a pair hear that its strength changed, and nothing of what its sides do with each other.

That two organisations ask, negotiate or draft is theirs to tell: a broker hears of it in the threads and negotiations
that they take part in.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select, update

from marketplace.domain.access import Permission, may
from marketplace.domain.errors import NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.matching import Lead, MatchShown
from marketplace.services.matching.reading import matches
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.matching.telling import shown
from marketplace.services.people import actors
from marketplace.services.platform import notices

STRENGTH_CHANGED = N_("匹配程度有变化")


def strengths(listing_ids: Sequence[int]) -> None:
    """Tell the followers of the pairs of these listings whose strength is another than they last heard."""
    query = select(Lead).where(
        Lead.followed,
        Lead.demand_id.is_not(None),
        Lead.achievement_id.is_not(None),
        or_(Lead.demand_id.in_(listing_ids), Lead.achievement_id.in_(listing_ids)),
    )
    for lead in db.session.scalars(query.order_by(Lead.id)):
        pair = _seen_by(lead)
        if pair is not None and _is_news(lead, pair):
            _tell(lead, pair)


def _seen_by(lead: Lead) -> Pair | None:
    """Return the lead's pair if its person still works as a broker and may see both sides."""
    actor = actors.actor_of(lead.person_id)
    if actor.organisation_id != lead.organisation_id or not may(actor, Permission.WORK_AS_BROKER):
        return None
    try:
        return matches.pair(actor, lead.demand_id or 0, lead.achievement_id or 0)
    except NotFound:
        return None


def _is_news(lead: Lead, pair: Pair) -> bool:
    """Keep the strength the follower knows now; return whether they knew another."""
    key = (pair.demand.id, pair.achievement.id, lead.organisation_id)
    if shown.insert([shown.row(key, pair, latest=pair.strength)]):
        return False
    kept = (
        MatchShown.demand_id == key[0],
        MatchShown.achievement_id == key[1],
        MatchShown.organisation_id == key[2],
    )
    before = db.session.scalar(select(MatchShown.latest).where(*kept))
    db.session.execute(
        update(MatchShown)
        .where(*kept)
        .values(latest=pair.strength)
        .execution_options(synchronize_session=False)
    )
    return before is not None and before != pair.strength


def _tell(lead: Lead, pair: Pair) -> None:
    assert pair.demand.published is not None  # noqa: S101
    assert pair.achievement.published is not None  # noqa: S101
    notices.notify(
        [lead.person_id],
        "pair_moved",
        "lead",
        lead.id,
        title=f"{pair.demand.published.title} — {pair.achievement.published.title}",
        what=STRENGTH_CHANGED,
    )
