"""New matches told: one notice for a listing with the number and the best; each pair once to an organisation."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Audience, Shown
from marketplace.domain.matching.strengths import STRENGTHS, reaches
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Ranking
from marketplace.models.people import Organisation
from marketplace.models.platform import Notice
from marketplace.services.catalogue import visibility
from marketplace.services.matching.judging.strengths import strength
from marketplace.services.matching.reading import matches
from marketplace.services.matching.reading.matches import Pair
from marketplace.services.matching.telling import following, shown, watches
from marketplace.services.platform import notices, settings
from marketplace.services.unit import unit_of_work

AT_ONCE = 100
"""Listings of one transaction."""
MOST = 20
BEST = 3
"""Titles in a mail."""


def consider(listing_ids: Collection[int]) -> int:
    """Tell the owners of these listings, whose rankings changed, of matches they were never shown; return the notices.

    Opens units of its own. Safe to repeat and to run twice at once: a pair that one of them keeps is news to it alone.
    """
    told = 0
    ids = sorted(set(listing_ids))
    for start in range(0, len(ids), AT_ONCE):
        with unit_of_work():
            told += _consider(ids[start : start + AT_ONCE])
    return told


def _consider(ids: Sequence[int]) -> int:
    least = settings.get("match.told_strength")
    news: list[tuple[Listing, dict[int, str], list[Pair]]] = []
    for listing in _with_candidates(ids, least):
        wishes = watches.wishes(listing)
        pairs = _new(listing, least) if wishes else []
        if pairs:
            news.append((listing, wishes, pairs))
    kept = shown.insert(
        shown.row(_key(listing, pair), pair, told_at=clock.now())
        for listing, _, pairs in news
        for pair in pairs
    )
    told = 0
    for listing, wishes, pairs in news:
        fresh = [pair for pair in pairs if _key(listing, pair) in kept]
        told += len(_tell(listing, wishes, fresh)) if fresh else 0
    following.strengths(ids)
    return told


def _with_candidates(ids: Sequence[int], least: str) -> list[Listing]:
    """Return those of ``ids`` that are on offer and have a pair of strength that their owner was not shown."""
    offered: dict[int, Listing] = {}
    for kind in visibility.KINDS:
        query = visibility.loaded(
            visibility.public_listings(Audience.ADMIN, kind, SEARCHABLE_STATES).where(Listing.id.in_(ids)),
            kind,
        )
        offered.update({row.id: row for row in db.session.scalars(query).unique()})
    rankings = db.session.scalars(select(Ranking).where(Ranking.listing_id.in_(offered)))
    candidates = {
        row.listing_id: {
            _key_of(offered[row.listing_id], int(other))
            for other, score in row.entries
            if reaches(strength(score), least)
        }
        for row in rankings
    }
    known = shown.known(candidates)
    return [offered[one] for one in sorted(candidates) if candidates[one] - known]


def _new(listing: Listing, least: str) -> list[Pair]:
    """Return the matches that the owner may see now, of strength, without a word of theirs yet."""
    pairs = matches.for_audience(listing, listing.organisation_id, limit=MOST)
    return [pair for pair in pairs if reaches(pair.strength, least) and not pair.verdict]


def _key(listing: Listing, pair: Pair) -> shown.Key:
    return (pair.demand.id, pair.achievement.id, listing.organisation_id)


def _key_of(listing: Listing, other: int) -> shown.Key:
    sides = (listing.id, other) if listing.kind == "demand" else (other, listing.id)
    return (*sides, listing.organisation_id)


def _tell(listing: Listing, wishes: dict[int, str], pairs: list[Pair]) -> list[Notice]:
    assert listing.published is not None  # noqa: S101
    return notices.notify(
        wishes,
        "match_found",
        watches.subject_kind(listing),
        listing.id,
        often=wishes,
        title=listing.published.title,
        number=len(pairs),
        # Ids, not titles: what they may read of them is looked up when a mail is made.
        others=[pair.other(listing).id for pair in pairs],
    )


@notices.elaborates("match_found")
def more_of(notice: Notice) -> notices.More | None:
    """Name the best of the matches a notice speaks of, as far as its reader may see them when the mail is made."""
    listing = db.session.get(Listing, notice.subject_id)
    if listing is None or listing.state not in SEARCHABLE_STATES:
        return None
    organisation = db.session.get_one(Organisation, listing.organisation_id)
    if organisation.state != "verified" or notice.person_id not in watches.wishes(listing):
        return None
    others = set(notice.params.get("others", ()))
    pairs = matches.for_audience(listing, organisation.id, limit=2 * MOST)
    readable = [pair for pair in pairs if pair.other(listing).id in others]
    if not readable:
        return None
    return notices.More(
        lines=list(_lines(organisation, listing, readable[:BEST])),
        stop=watches.mute_path(notice.person_id, listing.id),
    )


def _lines(organisation: Organisation, listing: Listing, pairs: Iterable[Pair]) -> Iterable[tuple[str, str]]:
    reader = matches.people_of(organisation)
    for pair in pairs:
        other = pair.other(listing)
        assert other.published is not None  # noqa: S101
        named = visibility.text_for(reader, other, other.published) is Shown.FULL_TEXT
        owner = f"——{other.organisation.name}" if named else ""
        yield STRENGTHS[pair.strength], f"{other.published.title}{owner}"
