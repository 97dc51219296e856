"""Which pairs an organisation was shown, and how far pairs of each strength went."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select, update

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.matching.strengths import STRENGTHS
from marketplace.extensions import db
from marketplace.models.matching import MatchShown, Negotiation, StrengthOutcome
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.unit import insert_new, unit_of_work

COUNTED_EVERY = timedelta(minutes=10)
LEAST_PAIRS = 10
"""Below so many pairs a rate says nothing, and none is given."""

Key = tuple[int, int, int]
"""Demand, achievement, organisation."""


@dataclass(frozen=True)
class Rate:
    """Pairs of a strength: shown to somebody, and of these inquired about, negotiated, drafted as a contract."""

    shown: int = 0
    inquired: int = 0
    negotiated: int = 0
    contracted: int = 0

    @property
    def percent(self) -> float | None:
        """Inquiries of a hundred pairs shown; None below LEAST_PAIRS."""
        return 100 * self.inquired / self.shown if self.shown >= LEAST_PAIRS else None


def opened(actor: Actor, pair: Pair) -> None:
    """Keep that somebody of the actor's organisation opened a pair; once, however often. Needs a unit of work."""
    if actor.organisation_id is None:
        return
    key = (pair.demand.id, pair.achievement.id, actor.organisation_id)
    insert([row(key, pair, opened_at=clock.now())])
    db.session.execute(
        update(MatchShown)
        .where(MatchShown.opened_at.is_(None), *_is(key))
        .values(opened_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def was_opened(actor: Actor, demand_id: int, achievement_id: int) -> bool:
    """Return whether the actor's organisation has opened the pair: then a page need not write."""
    if actor.organisation_id is None:
        return True
    key = (demand_id, achievement_id, actor.organisation_id)
    query = select(MatchShown.id).where(MatchShown.opened_at.is_not(None), *_is(key))
    return db.session.scalar(query) is not None


def inquired(organisation_id: int, demand_id: int, achievement_id: int) -> None:
    """Keep that an inquiry about a pair began: for whoever had been shown it. Needs a unit of work.

    A pair that nobody was shown is no outcome of a match and is not counted.
    """
    db.session.execute(
        update(MatchShown)
        .where(
            MatchShown.demand_id == demand_id,
            MatchShown.achievement_id == achievement_id,
            MatchShown.organisation_id == organisation_id,
            MatchShown.inquired_at.is_(None),
        )
        .values(inquired_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def row(key: Key, pair: Pair, **moments: Any) -> dict[str, Any]:
    """Return the values of a pair that is shown to an organisation."""
    demand, achievement, organisation = key
    return {
        "demand_id": demand,
        "achievement_id": achievement,
        "organisation_id": organisation,
        "strength": pair.strength,
        "score": pair.text_score,
        "latest": None,
        "told_at": None,
        "opened_at": None,
        "created_at": clock.now(),
        **moments,
    }


def insert(rows: Iterable[dict[str, Any]]) -> set[Key]:
    """Keep the pairs that are not kept yet and return those: of two at once, one gets each pair."""
    unique = ("demand_id", "achievement_id", "organisation_id")
    return {(one[0], one[1], one[2]) for one in insert_new(MatchShown, rows, unique)}


def known(listing_ids: Collection[int]) -> set[Key]:
    """Return the pairs of some listings that are kept, whoever was shown them."""
    columns = (MatchShown.demand_id, MatchShown.achievement_id, MatchShown.organisation_id)
    found = select(*columns).where(
        MatchShown.demand_id.in_(listing_ids) | MatchShown.achievement_id.in_(listing_ids)
    )
    return {(one[0], one[1], one[2]) for one in db.session.execute(found)}


def _is(key: Key) -> tuple[Any, ...]:
    return (
        MatchShown.demand_id == key[0],
        MatchShown.achievement_id == key[1],
        MatchShown.organisation_id == key[2],
    )


def rates() -> Mapping[str, Rate]:
    """Return for every strength how many pairs were shown and how far they went, as last counted."""
    found = {one.strength: one for one in db.session.scalars(select(StrengthOutcome))}
    return {
        strength: Rate(one.shown, one.inquired, one.negotiated, one.contracted)
        if (one := found.get(strength))
        else Rate()
        for strength in STRENGTHS
    }


def counted_at() -> datetime | None:
    """Return when the outcomes were last counted."""
    return db.session.scalar(select(func.max(StrengthOutcome.counted_at)))


def count_due() -> int:
    """Count the outcomes anew where the last count is old; return how many strengths were counted."""
    last = counted_at()
    db.session.rollback()
    if last is not None and clock.now() - last < COUNTED_EVERY:
        return 0
    return count()


def count() -> int:
    """Count the outcomes of every strength: a pair counts once, with the word it bore when it was first shown."""
    with unit_of_work():
        counted = _counted()
        for strength in STRENGTHS:
            rate = counted.get(strength, Rate())
            db.session.merge(
                StrengthOutcome(
                    strength=strength,
                    shown=rate.shown,
                    inquired=rate.inquired,
                    negotiated=rate.negotiated,
                    contracted=rate.contracted,
                    counted_at=clock.now(),
                )
            )
    return len(STRENGTHS)


def _counted() -> dict[str, Rate]:
    seen = MatchShown.told_at.is_not(None) | MatchShown.opened_at.is_not(None)
    pairs = (
        select(
            MatchShown.demand_id,
            MatchShown.achievement_id,
            func.min(MatchShown.id).label("first"),
            func.max(case((MatchShown.inquired_at.is_not(None), 1), else_=0)).label("inquired"),
        )
        .where(seen)
        .group_by(MatchShown.demand_id, MatchShown.achievement_id)
        .subquery()
    )
    deals = (
        select(
            Negotiation.demand_id,
            Negotiation.achievement_id,
            func.max(case((Negotiation.contract_id.is_not(None), 1), else_=0)).label("contracted"),
        )
        .where(Negotiation.demand_id.is_not(None), Negotiation.achievement_id.is_not(None))
        .group_by(Negotiation.demand_id, Negotiation.achievement_id)
        .subquery()
    )
    same = (deals.c.demand_id == pairs.c.demand_id) & (deals.c.achievement_id == pairs.c.achievement_id)
    query = (
        select(
            MatchShown.strength,
            func.count(),
            func.sum(pairs.c.inquired),
            func.count(deals.c.demand_id),
            func.coalesce(func.sum(deals.c.contracted), 0),
        )
        .select_from(pairs)
        .join(MatchShown, MatchShown.id == pairs.c.first)
        .outerjoin(deals, same)
        .group_by(MatchShown.strength)
    )
    return {
        one[0]: Rate(int(one[1]), int(one[2]), int(one[3]), int(one[4])) for one in db.session.execute(query)
    }
