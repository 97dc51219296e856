"""What the home page shows: figures with their date, newest achievements, most wanted demands. Public text only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, select

from marketplace.domain import clock
from marketplace.domain.access import Audience
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation
from marketplace.models.platform import DailyCount
from marketplace.services.catalogue import visibility

RECENT = timedelta(days=30)
ENDED_WELL = ("solved", "dealt")
ITEMS = 6
WORDS = 5


@dataclass(frozen=True)
class Figures:
    """What a visitor may see, counted now: items on show, new ones of 30 days, demands ended well, organisations."""

    as_of: date
    achievements: int
    new_achievements: int
    demands: int
    new_demands: int
    solved: int
    organisations: int


@dataclass(frozen=True)
class Showcase:
    """The home page. Lists may be empty; the page then leaves them out."""

    figures: Figures
    achievements: Sequence[Listing]
    demands: Sequence[Listing]
    popular: Sequence[str]


def showcase() -> Showcase:
    """Return the home page, the same for everybody: a number of queries that does not depend on what is there."""
    return Showcase(
        figures=_figures(),
        achievements=_newest_achievements(),
        demands=_wanted("demand", 4),
        popular=_popular(),
    )


def _figures() -> Figures:
    achievements, new_achievements = _count("achievement")
    demands, new_demands = _count("demand")
    solved = visibility.public_listings(Audience.PUBLIC, "demand", ENDED_WELL)
    organisations = select(func.count()).where(
        Organisation.state == "verified", Organisation.kind.in_(visibility.LISTED_ORGANISATIONS)
    )
    return Figures(
        as_of=clock.today(),
        achievements=achievements,
        new_achievements=new_achievements,
        demands=demands,
        new_demands=new_demands,
        solved=db.session.scalar(solved.with_only_columns(func.count())) or 0,
        organisations=db.session.scalar(organisations) or 0,
    )


def _count(kind: str) -> tuple[int, int]:
    since = clock.now() - RECENT
    query = visibility.public_listings(Audience.PUBLIC, kind, SEARCHABLE_STATES).with_only_columns(
        func.count(), func.sum(case((Listing.published_at >= since, 1), else_=0))
    )
    total, recent = db.session.execute(query).one()
    return total, int(recent or 0)


def _newest_achievements() -> list[Listing]:
    query = visibility.loaded(
        visibility.public_listings(Audience.PUBLIC, "achievement", SEARCHABLE_STATES), "achievement"
    )
    return list(
        db.session.scalars(query.order_by(Listing.published_at.desc(), Listing.id.desc()).limit(ITEMS))
    )


def _wanted(kind: str, limit: int) -> list[Listing]:
    """Return what was opened most in the last 30 days, the newest first among equals."""
    opened = (
        select(DailyCount.subject_id, func.sum(DailyCount.opened).label("times"))
        .where(DailyCount.subject_kind == kind, DailyCount.day > clock.today() - RECENT)
        .group_by(DailyCount.subject_id)
        .subquery()
    )
    query = visibility.loaded(visibility.public_listings(Audience.PUBLIC, kind, SEARCHABLE_STATES), kind)
    query = query.outerjoin(opened, opened.c.subject_id == Listing.id).order_by(
        func.coalesce(opened.c.times, 0).desc(), Listing.published_at.desc(), Listing.id.desc()
    )
    return list(db.session.scalars(query.limit(limit)))


def _popular() -> list[str]:
    """Return the first keyword of what is opened most: words that surely find something."""
    found = [
        listing.published.keywords[0]
        for listing in _wanted("achievement", 3 * WORDS)
        if listing.published is not None and listing.published.keywords
    ]
    return list(dict.fromkeys(found))[:WORDS]
