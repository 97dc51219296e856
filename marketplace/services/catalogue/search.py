"""Search: what was asked, cleaned → the index → rows re-read through the visibility query, in a constant number
of queries. The index only proposes; what is shown, and which words are marked, comes from the rows the reader may see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from marketplace.domain.access import VISITOR, Actor, Shown, audience_of
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation, OrganisationProfile
from marketplace.retrieval.documents import Kind
from marketplace.retrieval.index import SearchPage, SearchRequest, Sort
from marketplace.retrieval.snippets import Segment, highlight, snippet
from marketplace.services.catalogue import visibility
from marketplace.services.catalogue.finding import texts
from marketplace.services.catalogue.finding.facets import FACETS, Facet
from marketplace.services.outside import outside

PAGE_SIZE = 20
LONGEST_TEXT = 200
"""Characters of a search that are looked at; more than this is not typed but pasted."""
MOST_VALUES = 12
"""Values shown of an open facet (organisation, province): the list is a guide, not a register."""
SNIPPET = 90

SORTS: Mapping[Kind, Mapping[Sort, str]] = {
    "achievement": {
        "relevance": N_("相关"),
        "newest": N_("最新"),
        "price_asc": N_("价格低到高"),
        "price_desc": N_("价格高到低"),
        "maturity": N_("成熟度"),
    },
    "demand": {
        "relevance": N_("相关"),
        "newest": N_("最新"),
        "price_desc": N_("投入高到低"),
    },
    "organisation": {"relevance": N_("相关"), "newest": N_("最新")},
}
"""Orders of each list; relevance is offered only where something was typed."""


@dataclass(frozen=True)
class Question:
    """What was asked, with nothing in it that the page could not have produced."""

    kind: Kind
    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "newest"
    page: int = 1

    @property
    def sorts(self) -> Mapping[Sort, str]:
        """Orders that make sense for this question, code → label."""
        return {code: word for code, word in SORTS[self.kind].items() if self.text or code != "relevance"}


@dataclass(frozen=True)
class Value:
    """A value of a facet with the number of hits it would leave."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class Group:
    """A facet with the values worth showing."""

    name: str
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Result:
    """One row of the list: the row, how much of it the reader sees, and the marked title and passage."""

    row: Listing | Organisation
    shown: Shown
    title: Sequence[Segment] | None
    passage: Sequence[Segment] | None


@dataclass(frozen=True)
class Found:
    """A page of results. ``relaxed``: too few had all the words, so parts of them were enough. ``sounded``: some
    only sound like what was typed."""

    question: Question
    results: tuple[Result, ...]
    total: int
    relaxed: bool
    groups: tuple[Group, ...]
    page: int
    pages: int
    sounded: bool = False


def question(
    kind: Kind,
    text: str = "",
    chosen: Mapping[str, Iterable[str]] | None = None,
    sort: str = "",
    page: int = 1,
) -> Question:
    """Return the question that was meant: unknown facets, values and orders are dropped without a word."""
    text = clean_line(text)[:LONGEST_TEXT].strip()
    filters: dict[str, tuple[str, ...]] = {}
    for facet in FACETS[kind]:
        values = [
            value for value in dict.fromkeys((chosen or {}).get(facet.name, ())) if facet.label_of(value)
        ]
        if values:
            filters[facet.name] = tuple(values)
    asked = Question(kind, text, filters, "relevance" if text else "newest", max(1, min(page, 100_000)))
    return replace(asked, sort=next((known for known in asked.sorts if known == sort), asked.sort))


def search(actor: Actor, asked: Question) -> Found:
    """Answer a question for an actor. A page beyond the last one shows the last."""
    found = _ask_index(actor, asked, asked.page)
    pages = max(1, -(-found.total // PAGE_SIZE))
    page = min(asked.page, pages)
    if page != asked.page:
        found = _ask_index(actor, asked, page)
    ids = [hit.subject_id for hit in found.hits]
    return Found(
        question=asked,
        results=tuple(_result(actor, row, asked.text) for row in rows(actor, asked.kind, ids)),
        total=found.total,
        relaxed=found.relaxed,
        sounded=found.sounded,
        groups=_groups(asked, found.facets),
        page=page,
        pages=pages,
    )


def found_ids(actor: Actor, asked: Question, most: int) -> tuple[list[int], int]:
    """Return the ids of the first ``most`` results in their order, and how many there are, for an export."""
    found = _ask_index(actor, asked, 1, most)
    return [hit.subject_id for hit in found.hits], found.total


def _ask_index(actor: Actor, asked: Question, page: int, size: int = PAGE_SIZE) -> SearchPage:
    request = SearchRequest(
        text=asked.text,
        kinds=frozenset({asked.kind}),
        audience=audience_of(actor).value,
        filters={name: frozenset(values) for name, values in asked.filters.items()},
        sort=asked.sort,
        offset=(page - 1) * size,
        limit=size,
    )
    return outside().index.search(request)


def rows(actor: Actor, kind: Kind, ids: Sequence[int]) -> Sequence[Listing | Organisation]:
    """Return what of ``ids`` is found and readable for ``actor``, in the order of ``ids``."""
    return organisations(actor, ids) if kind == "organisation" else listings(actor, kind, ids)


def listings(actor: Actor, kind: str, ids: Sequence[int]) -> list[Listing]:
    """Return the searchable listings among ``ids`` that ``actor`` may read, in the order of ``ids``."""
    if not ids:
        return []
    query = visibility.visible_listings(actor, kind, SEARCHABLE_STATES).where(
        Listing.id.in_(ids), Listing.state.in_(SEARCHABLE_STATES)
    )
    found = {row.id: row for row in db.session.scalars(query)}
    return [found[each] for each in ids if each in found]


def organisations(actor: Actor, ids: Sequence[int]) -> list[Organisation]:
    """Return the organisations among ``ids`` that are listed, in the order of ``ids``."""
    if not ids:
        return []
    query = visibility.visible_organisations(VISITOR).where(Organisation.id.in_(ids))
    found = {row.id: row for row in db.session.scalars(query)}
    return [found[each] for each in ids if each in found]


def _result(actor: Actor, row: Listing | Organisation, text: str) -> Result:
    if isinstance(row, Organisation):
        shown, title, sources = Shown.FULL_TEXT, row.name, [texts.organisation_body(row)]
    else:
        assert row.published is not None  # noqa: S101
        shown = visibility.text_for(actor, row, row.published)
        title = row.published.title
        sources = [texts.prose(row.published, shown), texts.body(row, row.published, shown)]
    if not text:
        return Result(row, shown, None, None)
    return Result(row, shown, highlight(title, text, outside().index.analyzer), _passage(sources, text))


def _passage(sources: Iterable[str], text: str) -> Sequence[Segment] | None:
    """Return a passage of the first source that has something to mark."""
    for source in sources:
        passage = snippet(texts.flowing(source), text, SNIPPET, outside().index.analyzer)
        if any(part.marked for part in passage):
            return passage
    return None


def _groups(asked: Question, counts: Mapping[str, Mapping[str, int]]) -> tuple[Group, ...]:
    found = []
    for facet in FACETS[asked.kind]:
        chosen = asked.filters.get(facet.name, ())
        values = _worth_showing(facet, counts.get(facet.name, {}), chosen)
        names = organisation_names(values) if facet.named else {}
        shown = [
            Value(value, names.get(value) or facet.label_of(value) or value, count, value in chosen)
            for value, count in values.items()
            if not facet.named or value in names
        ]
        if shown:
            found.append(Group(facet.name, facet.label, tuple(shown)))
    return tuple(found)


def _worth_showing(facet: Facet, counts: Mapping[str, int], chosen: Sequence[str]) -> dict[str, int]:
    known = {value: count for value, count in counts.items() if facet.label_of(value)}
    known |= {value: 0 for value in chosen if value not in known}
    order = facet.codes or tuple(sorted(known))
    if facet.ordered:
        return {value: known[value] for value in order if value in known}
    place = {value: number for number, value in enumerate(order)}
    ranked = sorted(known, key=lambda value: (-known[value], place.get(value, 0)))
    kept = (
        ranked
        if facet.codes
        else ranked[:MOST_VALUES] + [each for each in ranked[MOST_VALUES:] if each in chosen]
    )
    return {value: known[value] for value in kept}


def organisation_names(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of verified organisations among ``ids``, which the index gave under its own conditions."""
    query = (
        select(Organisation.id, OrganisationProfile.name)
        .join(OrganisationProfile, Organisation.profile_id == OrganisationProfile.id)
        .where(Organisation.id.in_([int(each) for each in ids]), Organisation.state == "verified")
    )
    return {str(row.id): row.name for row in db.session.execute(query)}
