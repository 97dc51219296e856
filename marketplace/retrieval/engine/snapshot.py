"""One generation of the index as arrays over all its segments, and the counting of facets on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from marketplace.retrieval.analysis import runs
from marketplace.retrieval.documents import AUDIENCES, KINDS, Audience, Kind
from marketplace.retrieval.engine.segments import (
    MISSING,
    Facet,
    Floats,
    Ints,
    Mask,
    Postings,
    SegmentReader,
    joined,
)
from marketplace.retrieval.index import SORTS, Sort
from marketplace.retrieval.pinyin import Typed
from marketplace.retrieval.query import Form, Lookup

_SUBSTRING = 32
"""Characters of a Latin run that can be looked up in the middle of a longer one (see ``analysis.MAX_RUN``)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an audience sees: nothing else may influence what it is shown, statistics included."""

    visible: Mask
    count: int
    mean_lengths: Floats


class Snapshot:
    """All documents of a generation, numbered through. Immutable but for what it remembers of itself."""

    def __init__(self, generation: int, readers: list[SegmentReader], deleted: list[set[int]]) -> None:
        self.generation = generation
        self.readers = readers
        self.bases = np.cumsum([0, *(reader.size for reader in readers)])
        self.size = int(self.bases[-1])
        self.live = np.ones(self.size, np.bool_)
        for base, gone in zip(self.bases, deleted, strict=False):
            self.live[[int(base) + number for number in gone]] = False
        self.keys = [key for reader in readers for key in reader.keys]
        self.titles = [title for reader in readers for title in reader.titles]
        self.kinds = _concatenated([reader.kinds for reader in readers])
        self.subjects = _concatenated([reader.subjects for reader in readers])
        self._audiences = _concatenated([reader.audiences for reader in readers])
        # An empty text has no terms to weigh; one character keeps it out of divisions by zero.
        self.lengths = np.maximum(np.concatenate([np.empty((0, 2)), *(r.lengths for r in readers)]), 1.0)
        self.facets = {name: self._facet(name) for name in sorted({n for r in readers for n in r.facets})}
        self.facets["kind"] = Facet(KINDS, np.arange(self.size), self.kinds)
        self._scopes: dict[Audience, Scope] = {}
        self._orders: dict[Sort, Ints] = {}
        self.unfiltered: dict[tuple[Audience, frozenset[Kind]], dict[str, dict[str, int]]] = {}

    def _facet(self, name: str) -> Facet:
        codes: dict[str, int] = {}
        docs, values = [], []
        for base, reader in zip(self.bases, self.readers, strict=False):
            facet = reader.facets.get(name)
            if facet is not None:
                known = np.array([codes.setdefault(value, len(codes)) for value in facet.values], np.int64)
                docs.append(facet.docs + base)
                values.append(known[facet.codes])
        return Facet(tuple(codes), _concatenated(docs), _concatenated(values))

    def scope(self, audience: Audience) -> Scope:
        """The live documents of an audience and their statistics."""
        if audience not in self._scopes:
            visible = self.live & (self._audiences & (1 << AUDIENCES.index(audience)) > 0)
            count = int(visible.sum())
            means = self.lengths[visible].mean(axis=0) if count else np.ones(2)
            self._scopes[audience] = Scope(visible, count, np.maximum(means, 1.0))
        return self._scopes[audience]

    def number(self, name: str) -> Ints:
        """A sortable number of every document, ``MISSING`` where it has none."""
        return _concatenated(
            [reader.numbers.get(name, np.full(reader.size, MISSING, np.int64)) for reader in self.readers]
        )

    def order(self, sort: Sort) -> Ints:
        """All documents in the order of a sort other than relevance."""
        if sort not in self._orders:
            name, largest_first = SORTS[sort]
            numbers = self.number(name)
            missing = numbers == MISSING
            keys = np.where(missing, 0, -numbers if largest_first else numbers)
            self._orders[sort] = np.lexsort((self.kinds, -self.subjects, keys, missing))
        return self._orders[sort]

    def postings(self, lookup: Lookup) -> Postings:
        """Documents that have a term, or any term with a beginning."""
        parts = []
        for base, reader in zip(self.bases, self.readers, strict=False):
            found = reader.prefix(lookup.term) if lookup.prefix else reader.term(lookup.term)
            parts.append(_shifted(found, int(base)))
        return joined([part for part in parts if len(part)])

    def sounding(self, typed: Typed) -> Postings:
        """Documents whose title sounds like what was typed."""
        docs = _concatenated(
            [
                reader.sounds.find(typed)[0] + base
                for base, reader in zip(self.bases, self.readers, strict=False)
            ]
        )
        return Postings(docs, np.ones(len(docs)), np.zeros(len(docs)))

    def document_frequency(self, term: str) -> int:
        """In how many documents a term is, deleted ones and all audiences included: for choosing terms only."""
        return sum(reader.document_frequency(term) for reader in self.readers)

    def containing(self, forms: Iterable[Form], among: Mask) -> Mask:
        """Exactly the documents of ``among`` whose title or body contains one of the forms of a string."""
        result = np.zeros(self.size, np.bool_)
        for form in forms:
            candidates = among.copy()
            for run in runs(form.text):
                if run.cjk:
                    pairs = [run.text[i : i + 2] for i in range(len(run.text) - 1)]
                    lookups = [Lookup("b" + pair) for pair in pairs] or [Lookup("b" + run.text, prefix=True)]
                    found = [self.postings(lookup) for lookup in lookups]
                else:
                    found = [self._runs_containing(run.text[:_SUBSTRING])]
                for postings in found:
                    candidates &= mask_of(postings.docs, self.size)
            if not form.certain:
                numbers = np.nonzero(candidates)[0]
                needle = form.text.encode()
                candidates[[number for number in numbers if needle not in self.text(int(number))]] = False
            result |= candidates
        return result

    def _runs_containing(self, part: str) -> Postings:
        parts = [
            _shifted(reader.runs_containing(part), int(base))
            for base, reader in zip(self.bases, self.readers, strict=False)
        ]
        return joined([part for part in parts if len(part)])

    def text(self, number: int) -> bytes:
        """The comparable text of a document (see ``layout``)."""
        segment = int(np.searchsorted(self.bases, number, side="right")) - 1
        return self.readers[segment].text(int(number - self.bases[segment]))

    def title(self, number: int) -> str:
        """The title of a document in its compared form."""
        found: str = self.titles[number].decode().partition("\x00")[0]
        return found

    def keywords(self, number: int) -> list[str]:
        """The keywords of a document, as they are written."""
        segment = int(np.searchsorted(self.bases, number, side="right")) - 1
        return [word for word, _ in self.readers[segment].keywords[number - int(self.bases[segment])]]

    def count(self, matched: Mask, kinds: frozenset[Kind], filters: Mapping[str, frozenset[str]]) -> Counted:
        """Which of the matched documents pass all filters, and the counts of every facet."""
        chosen: dict[str, frozenset[str]] = dict(filters)
        if len(kinds) < len(KINDS):
            chosen["kind"] = frozenset(kinds)
        failed: dict[str, Mask] = {}
        failures = np.zeros(self.size, np.int8)
        for name, wanted in chosen.items():
            failed[name] = ~self._having(name, wanted)
            failures += failed[name]
        passed = matched & (failures == 0)
        counts: dict[str, dict[str, int]] = {}
        for name, facet in self.facets.items():
            counted = passed
            if name in failed:
                counted = passed | (matched & (failures == 1) & failed[name])
            numbers = np.bincount(facet.codes[counted[facet.docs]], minlength=len(facet.values))
            found = {value: int(n) for value, n in zip(facet.values, numbers, strict=True) if n}
            if found:
                counts[name] = found
        return Counted(passed, counts)

    def _having(self, name: str, wanted: frozenset[str]) -> Mask:
        facet = self.facets.get(name)
        if facet is None:
            return np.zeros(self.size, np.bool_)
        codes = [code for code, value in enumerate(facet.values) if value in wanted]
        return mask_of(facet.docs[np.isin(facet.codes, codes)], self.size)


@dataclass(frozen=True, slots=True)
class Counted:
    """Documents that pass all filters, and the facets' counts."""

    passed: Mask
    facets: dict[str, dict[str, int]]


def mask_of(docs: Ints, size: int) -> Mask:
    """Document numbers as a mask."""
    mask = np.zeros(size, np.bool_)
    mask[docs] = True
    return mask


def _shifted(postings: Postings, base: int) -> Postings:
    if not base or not len(postings):
        return postings
    return Postings(postings.docs + base, postings.title, postings.body)


def _concatenated(parts: list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *parts])
