"""What a search index does, whatever engine stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import KINDS, Audience, Document, Kind, Subject

Sort = Literal["relevance", "newest", "price_asc", "price_desc", "maturity"]

SORTS: Mapping[Sort, tuple[str, bool]] = {
    "newest": ("published", True),
    "price_asc": ("price", False),
    "price_desc": ("price", True),
    "maturity": ("maturity", True),
}
"""For each sort but relevance: the name in ``Document.numbers`` and whether the largest comes first. Documents
without the number come last either way; ties are settled by subject id, the newest first."""

FEW = 3
"""Fewer results than this, and a query is relaxed to a ranked partial match."""


class IndexBusy(RuntimeError):
    """Another process is writing; try again later. Nothing was changed."""


class IndexOutdated(RuntimeError):
    """The index was made by another analysis chain or layout: rebuild it first."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A query as typed, for one audience. ``filters`` maps a facet to the values wanted (any of them);
    ``offset`` and ``limit`` cut the page. Sorting by relevance without text means newest first."""

    text: str = ""
    kinds: frozenset[Kind] = frozenset(KINDS)
    audience: Audience = "public"
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. ``title_hit``: the title holds every typed word."""

    kind: Kind
    subject_id: int
    key: str
    score: float
    title_hit: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results. ``total`` counts all results, ``facets`` maps each facet to its values and their
    counts above zero: with the filters of all other facets, without its own, so a count says what choosing it gives.
    ``facets["kind"]`` counts likewise over all kinds. ``relaxed``: not every typed word was required.
    ``sounded``: some of the results only sound like what was typed (shimoxi finds 石墨烯)."""

    hits: tuple[Hit, ...]
    total: int
    relaxed: bool
    facets: dict[str, dict[str, int]]
    generation: int
    sounded: bool = False


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as it is written, the number of listings that have it, and some of them."""

    text: str
    count: int
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """What may be meant by what was typed so far: keywords, and ids by the titles of each kind, best first."""

    keywords: tuple[Keyword, ...]
    titles: Mapping[Kind, tuple[int, ...]]


Progress = Callable[[int], None]
"""Told how many more documents are done."""


class SearchIndex(Protocol):
    """The index. Many processes may search; one at a time writes, others wait a bounded time for it."""

    def search(self, request: SearchRequest) -> SearchPage:
        """One page of results; an index that does not exist yet has none."""
        ...

    @property
    def analyzer(self) -> Analyzer:
        """The chain that the index in use was made by: texts are marked by the words they were found by."""
        ...

    def complete(self, text: str, audience: Audience, kinds: Sequence[Kind], most: int) -> Completion:
        """Keywords (of the first kind) and titles (of each of ``kinds``) that begin with, contain or sound like what
        was typed so far, ``most`` of each."""
        ...

    def meant(self, text: str, audience: Audience) -> list[str]:
        """Queries that may have been meant by one that finds nothing, best first; what they find is not looked at."""
        ...

    def related(self, kind: Kind, subject_id: int, audience: Audience, most: int) -> tuple[int, ...]:
        """Ids of the listings of a kind that are nearest to one, best first."""
        ...

    def apply(self, documents: Iterable[Document], removed_subjects: Iterable[Subject] = ()) -> None:
        """Replaces everything known of the documents' subjects, forgets the removed ones, and shows both at
        once. A subject that is both removed and given is replaced. ``documents`` is first asked for after other
        writers are locked out. Without an index one is begun, which still needs a rebuild to be complete.
        Applying the same again changes nothing. Raises IndexBusy or IndexOutdated."""
        ...

    def rebuild(
        self,
        documents: Iterable[Document],
        total: int | None = None,
        progress: Progress | None = None,
        processes: int | None = None,
    ) -> int:
        """Builds everything anew beside the old index and switches at once; returns the number of documents.
        ``documents`` is first asked for after writers are locked out. Raises IndexBusy."""
        ...

    def needs_rebuild(self) -> bool:
        """Whether there is no complete index, or one made by another analysis chain, layout or other words than
        those now in force."""
        ...

    def serves(self) -> bool:
        """Whether there is a complete index by this chain and layout; it may wait to be rebuilt by newer words."""
        ...

    def generation(self) -> int:
        """Rises with every change; 0 as long as there is no index."""
        ...

    def dump(self) -> dict[str, object]:
        """The whole content by document key, comparable between indexes."""
        ...

    def close(self) -> None:
        """Lets go of files."""
        ...
