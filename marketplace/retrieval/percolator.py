"""Search turned round: which of many kept questions a new text answers, in one pass over the text.

A question matches exactly where the index would find the text among those that have all the words typed (tested
against the index); what only a relaxed search brings is no match. Each question with a word lies under one of the terms
that the word requires, so a text meets only questions that share a term with it, and those without any such term.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import Document
from marketplace.retrieval.engine.layout import prepare
from marketplace.retrieval.query import Form, Lookup, Query, parse


@dataclass(frozen=True, slots=True)
class Question:
    """A question that somebody keeps: as typed, of one kind, with the values wanted of each facet."""

    key: int
    kind: str
    text: str = ""
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Percolator:
    """Questions, ready to be asked of texts."""

    def __init__(self, questions: Iterable[Question], analyzer: Analyzer | None = None) -> None:
        self._analyzer = analyzer or Analyzer.default()
        self._under: defaultdict[str, list[tuple[Question, Query]]] = defaultdict(list)
        self._loose: list[tuple[Question, Query]] = []
        for question in questions:
            query = _parsed(question.text, self._analyzer)
            if not query.blank and not query.searchable:
                continue  # only marks were typed: the index finds nothing either
            term = _required(query)
            (self._under[term] if term else self._loose).append((question, query))

    def matching(self, document: Document) -> list[int]:
        """Return the keys of the questions that ``document`` answers; audiences are the caller's matter."""
        text = _Text(document, self._analyzer)
        return [
            question.key
            for question, query in self._candidates(text)
            if question.kind == document.kind and _passes(document, question.filters) and text.answers(query)
        ]

    def _candidates(self, text: _Text) -> Iterator[tuple[Question, Query]]:
        yield from self._loose
        for term in text.terms & self._under.keys():
            yield from self._under[term]


@lru_cache(maxsize=20_000)
def _parsed(text: str, analyzer: Analyzer) -> Query:
    """Kept questions are read again with every text: more of them are remembered than of what is typed."""
    return parse(text, analyzer)


def _required(query: Query) -> str:
    """Return a term without which no text matches; '' where every word may be written in several ways."""
    for forms in query.words:
        if len(forms) == 1:
            for unit in forms[0].units:
                for lookup in unit.lookups:
                    if not lookup.prefix:
                        return lookup.term
    return ""


def _passes(document: Document, filters: Mapping[str, frozenset[str]]) -> bool:
    return all(not wanted or wanted & set(document.facets.get(name, ())) for name, wanted in filters.items())


class _Text:
    """A document in the form in which the index would keep it."""

    def __init__(self, document: Document, analyzer: Analyzer) -> None:
        prepared = prepare(document, analyzer)
        self.terms = frozenset(prepared.terms)
        self._ordered = sorted(self.terms)
        self._written = prepared.text.decode()

    def answers(self, query: Query) -> bool:
        return (
            all(any(self._has(form) for form in forms) for forms in query.words)
            and all(self._contains(forms) for forms in query.phrases)
            and not any(self._contains(forms) for forms in query.excluded)
        )

    def _has(self, form: Form) -> bool:
        return all(self._meets(lookup) for unit in form.units for lookup in unit.lookups)

    def _meets(self, lookup: Lookup) -> bool:
        if not lookup.prefix:
            return lookup.term in self.terms
        at = bisect_left(self._ordered, lookup.term)
        return at < len(self._ordered) and self._ordered[at].startswith(lookup.term)

    def _contains(self, forms: Iterable[Form]) -> bool:
        return any(form.text in self._written for form in forms)
