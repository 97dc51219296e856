"""News of saved searches: what was published is held against all of them in one pass, and each item is told once.

Told is what its owner could find now and could not find when the search was saved: an item first published since, or
one whose changed text answers the question and did not before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Actor, Audience, Shown, audience_of, text_shown
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import DemandRevision, Listing, Revision, SavedHit, SavedSearch
from marketplace.models.people import Person
from marketplace.models.platform import Notice
from marketplace.retrieval.documents import Document
from marketplace.retrieval.percolator import Percolator, Question
from marketplace.services.catalogue import indexing, search, visibility
from marketplace.services.catalogue.saved import searches
from marketplace.services.outside import outside
from marketplace.services.people import actors
from marketplace.services.platform import notices
from marketplace.services.unit import insert_new, unit_of_work

AT_ONCE = 50
"""Items of one transaction."""
BEST = 5
"""Titles in a mail."""

Subject = tuple[str, int]
"""Kind and id."""


@dataclass(frozen=True)
class Item:
    """What may be news: its texts now, its texts before the last change, and when it first was public.

    ``named``: the audiences that may connect it with its organisation.
    """

    subject: Subject
    organisation_id: int
    title: str
    owner: str
    named: frozenset[str]
    documents: Sequence[Document]
    before: Sequence[Document]
    public_since: datetime
    changed_at: datetime


class Watch(NamedTuple):
    """What is read of a saved search, of all at once: rows would take ten times as long."""

    id: int
    person_id: int
    kind: str
    name: str
    text: str
    filters: dict[str, list[str]]
    frequency: str
    since: datetime


def follow(payloads: Sequence[dict[str, Any]]) -> None:
    """Tell of the items ``{kind, id}``.

    Opens units of its own. Safe to repeat and to run twice at once: an item that one of them keeps for a search is
    news to it alone.
    """
    named = sorted({(str(payload["kind"]), int(payload["id"])) for payload in payloads})
    for start in range(0, len(named), AT_ONCE):
        with unit_of_work():
            _consider(named[start : start + AT_ONCE])


def _consider(subjects: Sequence[Subject]) -> None:
    items = list(_items(subjects))
    kept = _watched({item.subject[0] for item in items})
    found = _readable(kept, list(_candidates(items, kept)))
    fresh = insert_new(
        SavedHit,
        (
            {"search_id": row.id, "subject_id": item.subject[1], "found_at": clock.now()}
            for row, item, _ in found
        ),
        ("search_id", "subject_id"),
    )
    lines: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    told: defaultdict[int, list[int]] = defaultdict(list)
    for row, item, audience in found:
        if (row.id, item.subject[1]) in fresh:
            told[row.id].append(item.subject[1])
            lines[row.id].append(("", _line(item.title, item.owner if audience in item.named else "")))
    for key in _added({kept[key].person_id for key in told}, told):
        del told[key]
    told_of = [_told(kept[key], ids, lines[key]) for key, ids in sorted(told.items())]
    notices.tell("search_found", "saved_search", told_of)


def _added(people: Collection[int], told: Mapping[int, list[int]]) -> list[int]:
    """Add items to the notices that still wait, unread, for a digest; return the searches that have such a one.

    A search that finds something every hour makes one line of the next digest, not many.
    """
    waiting = select(Notice).where(
        Notice.person_id.in_(people),
        Notice.kind == "search_found",
        Notice.subject_id.in_(told),
        Notice.digested_at.is_(None),
        Notice.read_at.is_(None),
    )
    found = []
    for notice in db.session.scalars(waiting.order_by(Notice.id).with_for_update()):
        if notice.subject_id not in found:
            found.append(notice.subject_id)
            items = [*notice.params["items"], *told[notice.subject_id]]
            notice.params = {**notice.params, "number": len(items), "items": items}
    return found


def _items(subjects: Sequence[Subject]) -> Iterator[Item]:
    """Yield those of the subjects that somebody may find now."""
    for kind in visibility.KINDS:
        ids = [key for each, key in subjects if each == kind]
        if ids:
            yield from _listings(kind, ids)
    ids = [key for kind, key in subjects if kind == "organisation"]
    for row in search.organisations(VISITOR, ids):
        verified = row.verified_at or clock.now()
        documents = [indexing.organisation_document(row)]
        yield Item(
            ("organisation", row.id), row.id, row.name, "", frozenset(), documents, (), verified, verified
        )


def _listings(kind: str, ids: Collection[int]) -> Iterator[Item]:
    query = visibility.public_listings(Audience.ADMIN, kind, SEARCHABLE_STATES).where(Listing.id.in_(ids))
    rows = list(db.session.scalars(visibility.loaded(query, kind)).unique())
    previous = _previous(rows)
    for row in rows:
        assert row.published is not None  # noqa: S101
        before = previous.get(row.id)
        yield Item(
            subject=(kind, row.id),
            organisation_id=row.organisation_id,
            title=row.published.title,
            owner=row.organisation.name,
            named=_named(row.published),
            documents=indexing.listing_documents(row),
            before=indexing.listing_documents(row, before) if before else (),
            public_since=row.published_at or clock.now(),
            changed_at=row.published.decided_at or clock.now(),
        )


def _named(revision: Revision) -> frozenset[str]:
    return frozenset(
        audience.value
        for audience in Audience
        if not isinstance(revision, DemandRevision)
        or text_shown(revision.disclosure, audience) is Shown.FULL_TEXT
    )


def _previous(rows: Iterable[Listing]) -> dict[int, Revision]:
    """Return for each listing the approved version before the public one."""
    ordinals = {row.id: row.published.ordinal for row in rows if row.published is not None}
    changed = [key for key, ordinal in ordinals.items() if ordinal > 1]
    if not changed:
        return {}
    query = select(Revision).where(Revision.listing_id.in_(changed), Revision.state == "approved")
    found = db.session.scalars(query.order_by(Revision.ordinal))
    return {row.listing_id: row for row in found if row.ordinal < ordinals[row.listing_id]}


def _watched(kinds: Collection[str]) -> dict[int, Watch]:
    columns = [getattr(SavedSearch, name) for name in Watch._fields]
    query = select(*columns).where(SavedSearch.kind.in_(kinds), SavedSearch.frequency != "off")
    return {row.id: Watch(*row) for row in db.session.execute(query.order_by(SavedSearch.id))}


def _candidates(
    items: Iterable[Item], kept: Mapping[int, Watch]
) -> Iterator[tuple[int, Item, frozenset[str]]]:
    """Yield (search, item, audiences to which it is news), whoever owns the search."""
    questions = (
        Question(row.id, row.kind, row.text, {name: frozenset(each) for name, each in row.filters.items()})
        for row in kept.values()
    )
    # By the words that the index goes by now, so that list and mail agree also while it waits to be rebuilt.
    percolator = Percolator(questions, outside().index.analyzer)
    for item in items:
        matched = _matched(percolator, item.documents)
        before = _matched(percolator, item.before)
        for key, audiences in matched.items():
            since = kept[key].since
            if item.public_since > since:
                yield key, item, audiences
            elif (
                item.changed_at > since
                and item.before
                and (fresh := audiences - before.get(key, frozenset()))
            ):
                yield key, item, fresh


def _matched(percolator: Percolator, documents: Iterable[Document]) -> dict[int, frozenset[str]]:
    """Return for each search the audiences whose text of an item answers it."""
    found: dict[int, frozenset[str]] = {}
    for document in documents:
        for key in percolator.matching(document):
            found[key] = found.get(key, frozenset()) | document.audiences
    return found


def _readable(
    kept: Mapping[int, Watch], candidates: Sequence[tuple[int, Item, frozenset[str]]]
) -> list[tuple[Watch, Item, str]]:
    """Return (search, item, audience of its owner) for what the owners of the searches may find themselves.

    Their own organisations' items are left out.
    """
    owners = {kept[key].person_id for key, _, _ in candidates}
    people = db.session.scalars(select(Person).where(Person.id.in_(owners)).order_by(Person.id))
    found = actors.actors_of(list(people))
    return [
        (kept[key], item, audience_of(actor).value)
        for key, item, audiences in candidates
        if (actor := found.get(kept[key].person_id)) is not None
        and audience_of(actor).value in audiences
        and actor.organisation_id != item.organisation_id
    ]


def _told(row: Watch, ids: Sequence[int], lines: Sequence[tuple[str, str]]) -> notices.Told:
    # Ids, not titles: what they may read of them is looked up again when a digest is made.
    params = {"title": row.name, "number": len(ids), "items": list(ids)}
    more = notices.More(lines=lines[:BEST], stop=searches.mute_path(row.person_id, row.id))
    return notices.Told(row.person_id, row.id, params, row.frequency, more)


def _line(title: str, owner: str) -> str:
    return f"{title}——{owner}" if owner else title


@notices.elaborates("search_found")
def more_of(notice: Notice) -> notices.More | None:
    """Name the first of the items a notice speaks of, as far as its reader may see them when the mail is made."""
    row = db.session.get(SavedSearch, notice.subject_id)
    if row is None or row.person_id != notice.person_id or row.frequency == "off":
        return None
    actor = actors.actor_of(notice.person_id)
    lines = list(_lines(actor, row, notice.params.get("items", ())))
    return notices.More(lines=lines[:BEST], stop=searches.mute_path(row.person_id, row.id)) if lines else None


def _lines(actor: Actor, row: SavedSearch, ids: Sequence[int]) -> Iterator[tuple[str, str]]:
    if row.kind == "organisation":
        for organisation in search.organisations(actor, ids):
            yield "", organisation.name
        return
    for listing in search.listings(actor, row.kind, ids):
        assert listing.published is not None  # noqa: S101
        named = visibility.text_for(actor, listing, listing.published) is Shown.FULL_TEXT
        yield "", _line(listing.published.title, listing.organisation.name if named else "")
