"""Suggestions while typing: keywords and titles of what the reader may see, read anew before they are shown.

The index proposes by what lies in memory; at most three short queries, whatever the size of the market, see to it that
nothing is offered that was withdrawn a moment ago.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select

from marketplace.domain.access import VISITOR, Actor, audience_of
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.text import clean_line
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation
from marketplace.retrieval.documents import KINDS, Kind
from marketplace.retrieval.index import Completion, Keyword
from marketplace.retrieval.snippets import Segment, highlight
from marketplace.services.catalogue import visibility
from marketplace.services.outside import outside

LONGEST = 40
"""Characters that are looked at: who has typed more is not looking for a word any longer."""
KEYWORDS = 4
FIRST, OTHERS = 4, 2
"""Titles of the kind that is searched, and of each other kind."""

_LISTINGS = ("achievement", "demand")


@dataclass(frozen=True)
class Suggestion:
    """A keyword with the number of items that have it, or the title of one item. ``parts`` join to ``text``."""

    kind: str
    text: str
    parts: Sequence[Segment]
    subject_id: int | None = None
    count: int = 0


def suggestions(actor: Actor, kind: Kind, text: str) -> list[Suggestion]:
    """Return what ``actor`` may mean who has typed ``text`` so far and looks for ``kind``, best first."""
    text = clean_line(text)[:LONGEST].strip()
    if not text:
        return []
    kinds = (kind, *(other for other in KINDS if other != kind))
    found = outside().index.complete(text, audience_of(actor).value, kinds, FIRST)
    titles = {one: _titles(actor, one, found, _most(one, kind)) for one in kinds}
    keywords = _confirmed(actor, kind, found.keywords[:KEYWORDS])
    analyzer = outside().index.analyzer
    every = [
        *(("keyword", one.text, None, one.count) for one in keywords),
        *((one, title, subject_id, 0) for one in kinds for subject_id, title in titles[one].items()),
    ]
    return [
        Suggestion(what, words, highlight(words, text, analyzer), subject_id, count)
        for what, words, subject_id, count in every
    ]


def _most(one: Kind, asked: Kind) -> int:
    return FIRST if one == asked else OTHERS


def _titles(actor: Actor, kind: Kind, found: Completion, most: int) -> dict[int, str]:
    """Titles by id in the order the index gave, as far as the actor may read them now."""
    ids = found.titles.get(kind, ())[:most]
    if not ids:
        return {}
    if kind == "organisation":
        query = visibility.visible_organisations(VISITOR).where(Organisation.id.in_(ids))
        known = {row.id: row.name for row in db.session.scalars(query)}
    else:
        known = {row.id: row.title for row in db.session.execute(_readable(actor, kind, ids))}
    return {one: known[one] for one in ids if one in known}


def _confirmed(actor: Actor, kind: Kind, keywords: Iterable[Keyword]) -> list[Keyword]:
    """The keywords that a listing which the actor may read still has."""
    wanted = list(keywords)
    ids = {subject_id for one in wanted for _, subject_id in one.subjects}
    if not ids or kind not in _LISTINGS:
        return []
    rows = {row.id: set(row.keywords) for row in db.session.execute(_readable(actor, kind, ids))}
    return [
        one for one in wanted if any(one.text in rows.get(subject_id, ()) for _, subject_id in one.subjects)
    ]


def _readable(actor: Actor, kind: str, ids: Collection[int]) -> Select[int, str, list[str]]:
    """The query of (id, title, keywords) of the listings among ``ids`` that are found and that ``actor`` may read."""
    query = visibility.visible_listings(actor, kind, SEARCHABLE_STATES)
    revision = visibility.REVISIONS[kind]
    return query.with_only_columns(Listing.id, revision.title, revision.keywords).where(
        Listing.id.in_(ids), Listing.state.in_(SEARCHABLE_STATES)
    )


def kind_of(value: str) -> Kind:
    """Return the kind that a page named, achievements by default."""
    return next((kind for kind in KINDS if kind == value), "achievement")
