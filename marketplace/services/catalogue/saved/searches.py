"""Saved searches: a question of a result list with a name, and how often its owner hears of what is new."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import Select, delete, func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.catalogue.saved import FREQUENCIES, MOST_SEARCHES, NAME_LENGTH
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.catalogue import SavedHit, SavedSearch
from marketplace.models.people import Person
from marketplace.services.catalogue import search
from marketplace.services.catalogue.finding.facets import FACETS
from marketplace.services.people import tokens
from marketplace.services.platform import notices

MUTE = "mute search"


def draft(asked: search.Question) -> SavedSearch:
    """Return the row that a question would be saved as, unsaved and without an owner."""
    filters = {facet: sorted(values) for facet, values in sorted(asked.filters.items())}
    words = json.dumps([asked.kind, asked.text.casefold(), filters], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(words.encode()).hexdigest()
    return SavedSearch(kind=asked.kind, text=asked.text, filters=filters, digest=digest)


def save(actor: Actor, asked: search.Question, name: str, frequency: str) -> SavedSearch:
    """Keep a question; the same question again gets the new name and frequency.

    Raises DomainError for a name that is empty or too long, an unknown frequency, or one search too many.
    """
    if actor.person_id is None:
        raise NotFound()
    name, frequency = _checked(name, frequency)
    # Two presses at once: the second waits here and then finds what the first has saved.
    db.session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update())
    row = draft(asked)
    known = db.session.scalar(
        select(SavedSearch).where(SavedSearch.person_id == actor.person_id, SavedSearch.digest == row.digest)
    )
    if known is not None:
        return _change(known, name, frequency)
    if count(actor) >= MOST_SEARCHES:
        raise DomainError(
            "searches_full", N_("最多保存 %(most)s 个搜索，请先删除不再需要的"), most=MOST_SEARCHES
        )
    row.person_id, row.name, row.frequency, row.since = actor.person_id, name, frequency, clock.now()
    db.session.add(row)
    db.session.flush()
    return row


def _checked(name: str, frequency: str) -> tuple[str, str]:
    name = clean_line(name)
    if not name:
        raise DomainError("name_missing", N_("请填写名称"), field="name")
    if len(name) > NAME_LENGTH:
        raise DomainError(
            "name_long", N_("名称最多%(longest)d个字，请缩短"), field="name", longest=NAME_LENGTH
        )
    if frequency not in FREQUENCIES:
        raise DomainError("frequency_unknown", N_("请选择接收方式"), field="frequency")
    return name, frequency


def count(actor: Actor) -> int:
    """Return how many searches the actor keeps."""
    kept = select(func.count()).where(SavedSearch.person_id == actor.person_id)
    return db.session.scalar(kept) or 0


def mine(actor: Actor) -> Select[SavedSearch]:
    """Return the query of the actor's searches, the newest first."""
    return select(SavedSearch).where(SavedSearch.person_id == actor.person_id).order_by(SavedSearch.id.desc())


def get(actor: Actor, search_id: int) -> SavedSearch:
    """Return one of the actor's own searches; NotFound for any other."""
    row = db.session.get(SavedSearch, search_id)
    if row is None or actor.person_id is None or row.person_id != actor.person_id:
        raise NotFound()
    return row


def change(actor: Actor, search_id: int, name: str, frequency: str) -> SavedSearch:
    """Rename one of the actor's searches and set how often they hear of it. Raises as ``save``."""
    return _change(get(actor, search_id), *_checked(name, frequency))


def _change(row: SavedSearch, name: str, frequency: str) -> SavedSearch:
    if row.frequency == "off" and frequency != "off":
        # What came while nobody wanted to hear of it is no news now.
        row.since = clock.now()
    row.name, row.frequency = name, frequency
    # What still waits for a digest goes as it is wanted now.
    notices.change_frequency(row.person_id, "saved_search", row.id, frequency)
    db.session.flush()
    return row


def remove(actor: Actor, search_id: int) -> None:
    """Forget one of the actor's searches and what it reported."""
    row = get(actor, search_id)
    notices.change_frequency(row.person_id, "saved_search", row.id, "off")
    db.session.execute(delete(SavedHit).where(SavedHit.search_id == row.id))
    db.session.delete(row)
    db.session.flush()


def hits(row: SavedSearch) -> list[int]:
    """Return the ids of what a search reported, the newest first; at most a hundred."""
    found = select(SavedHit.subject_id).where(SavedHit.search_id == row.id)
    ordered = found.order_by(SavedHit.found_at.desc(), SavedHit.subject_id.desc()).limit(100)
    return list(db.session.scalars(ordered))


def reported(search_ids: list[int], since: datetime) -> dict[int, int]:
    """Return how many items each search reported since a moment."""
    found = (
        select(SavedHit.search_id, func.count())
        .where(SavedHit.search_id.in_(search_ids), SavedHit.found_at >= since)
        .group_by(SavedHit.search_id)
    )
    return {one[0]: one[1] for one in db.session.execute(found)}


def conditions(row: SavedSearch) -> list[tuple[str, list[str]]]:
    """Return what a search asks for as (label, words): facets with the labels of their values, to translate.

    A value that the site no longer knows stands as it is: it still counts, and nothing new has it.
    """
    names = search.organisation_names(row.filters.get("organisation", ()))
    return [
        (
            facet.label,
            [names.get(value) or facet.label_of(value) or value for value in row.filters[facet.name]],
        )
        for facet in FACETS[row.kind]
        if facet.name in row.filters
    ]


def mute_path(person_id: int, search_id: int) -> str:
    """Return the path at which its owner ends the notices of a search without signing in."""
    return f"/desk/searches/mute/{tokens.signed(MUTE, person_id, search_id)}"


def muted_by(token: str) -> tuple[Person, SavedSearch]:
    """Return whom and what a link speaks of. Raises NotFound for anything this site did not sign, or has outlived."""
    person_id, search_id = tokens.read_signed(MUTE, token, 2)
    person, row = db.session.get(Person, person_id), db.session.get(SavedSearch, search_id)
    if person is None or person.closed_at is not None or row is None or row.person_id != person_id:
        raise NotFound()
    return person, row


def mute(token: str) -> None:
    """Do what the link of a mail promises: no more notices of this search."""
    _person, row = muted_by(token)
    _change(row, row.name, "off")
