"""When little or nothing is found: what may have been meant, which condition to drop, where else to look.

Every offer was asked for first, as the same reader: what is offered finds something they may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from marketplace.domain.access import Actor, audience_of
from marketplace.retrieval.documents import KINDS, Kind
from marketplace.retrieval.index import SearchRequest
from marketplace.services.catalogue import search
from marketplace.services.catalogue.search import Found, Question
from marketplace.services.outside import outside

MEANT, BESIDE = 3, 1
"""Proposals where nothing was found, and beside results."""
LOOKED_AT = 3
"""Results of a proposal that are read, to see that the reader may see one."""
DROPS = 6


@dataclass(frozen=True)
class Drop:
    """A chosen value of a facet and what would be found without it."""

    facet: str
    value: str
    total: int


@dataclass(frozen=True)
class Instead:
    """What to ask instead: other words with the number they find, conditions to drop, kinds that have it."""

    meant: tuple[tuple[str, int], ...] = ()
    drops: tuple[Drop, ...] = ()
    elsewhere: tuple[tuple[Kind, int], ...] = ()


def instead_of(actor: Actor, found: Found) -> Instead:
    """Return what to offer beside an answer; nothing where enough was found by the words as they were typed."""
    asked = found.question
    if found.total:
        widened = found.sounded or found.relaxed
        return Instead(_meant(actor, asked, BESIDE) if widened else ())
    return Instead(_meant(actor, asked, MEANT), _drops(actor, asked), _elsewhere(actor, asked))


def _meant(actor: Actor, asked: Question, most: int) -> tuple[tuple[str, int], ...]:
    offers: list[tuple[str, int]] = []
    for text in outside().index.meant(asked.text, audience_of(actor).value):
        page = outside().index.search(_request(actor, replace(asked, text=text), LOOKED_AT))
        ids = [hit.subject_id for hit in page.hits]
        if page.total and not page.relaxed and search.rows(actor, asked.kind, ids):
            offers.append((text, page.total))
        if len(offers) == most:
            break
    return tuple(offers)


def _drops(actor: Actor, asked: Question) -> tuple[Drop, ...]:
    chosen = [(facet, value) for facet, values in asked.filters.items() for value in values]
    found = []
    for facet, value in chosen[:DROPS]:
        kept = [one for one in asked.filters[facet] if one != value]
        filters: Mapping[str, tuple[str, ...]] = {**asked.filters, facet: tuple(kept)}
        fewer = replace(asked, filters={name: values for name, values in filters.items() if values})
        found.append(Drop(facet, value, outside().index.search(_request(actor, fewer)).total))
    return tuple(drop for drop in found if drop.total)


def _elsewhere(actor: Actor, asked: Question) -> tuple[tuple[Kind, int], ...]:
    """The other kinds in which all of the words are found, without the conditions, which differ from kind to kind."""
    if not asked.text:
        return ()
    found = []
    for kind in KINDS:
        if kind != asked.kind:
            page = outside().index.search(_request(actor, Question(kind, asked.text)))
            if page.total and not page.relaxed:
                found.append((kind, page.total))
    return tuple(found)


def _request(actor: Actor, asked: Question, most: int = 0) -> SearchRequest:
    return SearchRequest(
        text=asked.text,
        kinds=frozenset({asked.kind}),
        audience=audience_of(actor).value,
        filters={name: frozenset(values) for name, values in asked.filters.items()},
        limit=most,
    )
