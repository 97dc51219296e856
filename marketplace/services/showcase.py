"""What the home page shows: figures with their date, newest achievements, most wanted demands. Public text only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation
from marketplace.models.platform import DailyCount
from marketplace.retrieval.documents import Kind
from marketplace.retrieval.index import SearchRequest
from marketplace.services.catalogue import search, visibility
from marketplace.services.deals.turnover import views
from marketplace.services.deals.turnover.views import Cell, Question
from marketplace.services.outside import outside

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
    """The home page. Lists may be empty and the turnover missing; the page then leaves them out."""

    figures: Figures
    turnover: tuple[Question, Cell] | None
    achievements: Sequence[Listing]
    demands: Sequence[Listing]
    popular: Sequence[str]


def showcase() -> Showcase:
    """Return the home page, the same for everybody: a number of queries that does not depend on what is there."""
    return Showcase(
        figures=_figures(),
        turnover=views.headline(),
        achievements=_newest("achievement", ITEMS),
        demands=_wanted("demand", 4),
        popular=_popular(),
    )


def _figures() -> Figures:
    since = clock.now() - RECENT
    achievements, new_achievements = _count("achievement", SEARCHABLE_STATES, since)
    demands, new_demands = _count("demand", SEARCHABLE_STATES, since)
    solved, _ = _count("demand", ENDED_WELL, since)
    organisations = select(func.count()).where(
        Organisation.state == "verified", Organisation.kind.in_(visibility.LISTED_ORGANISATIONS)
    )
    return Figures(
        as_of=clock.today(),
        achievements=achievements,
        new_achievements=new_achievements,
        demands=demands,
        new_demands=new_demands,
        solved=solved,
        organisations=db.session.scalar(organisations) or 0,
    )


def _count(kind: str, states: Collection[str], since: datetime) -> tuple[int, int]:
    found = db.session.execute(visibility.count_public(kind, states, since)).one()
    return int(found[0]), int(found[1])


def _newest(kind: Kind, limit: int) -> list[Listing]:
    """Return the newest, as the index knows their order; the rows are read through the visibility query."""
    request = SearchRequest(kinds=frozenset({kind}), audience="public", sort="newest", limit=limit)
    hits = outside().index.search(request).hits
    return search.listings(VISITOR, kind, [hit.subject_id for hit in hits])


def _wanted(kind: Kind, limit: int) -> list[Listing]:
    """Return what was opened most in the last 30 days, filled up with the newest."""
    opened = (
        select(DailyCount.subject_id)
        .where(
            DailyCount.subject_kind == kind, DailyCount.day > clock.today() - RECENT, DailyCount.opened > 0
        )
        .group_by(DailyCount.subject_id)
        .order_by(func.sum(DailyCount.opened).desc(), DailyCount.subject_id.desc())
        .limit(3 * limit)
    )
    found = search.listings(VISITOR, kind, list(db.session.scalars(opened)))[:limit]
    if len(found) < limit:
        known = {listing.id for listing in found}
        found += [listing for listing in _newest(kind, limit) if listing.id not in known]
    return found[:limit]


def _popular() -> list[str]:
    """Return the first keyword of what is opened most: words that surely find something."""
    found = [
        listing.published.keywords[0]
        for listing in _wanted("achievement", 2 * WORDS)
        if listing.published is not None and listing.published.keywords
    ]
    return list(dict.fromkeys(found))[:WORDS]
