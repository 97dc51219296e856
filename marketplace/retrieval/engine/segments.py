"""Reading segments: postings, and documents' numbers and facets as arrays.

A segment never changes once written, so its arrays and decoded postings are kept as long as the segment lives; a new
generation loads only the segments that are new. Deletions belong to the generation, not to the segment.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import TermNotFound

from marketplace.retrieval.engine.layout import TITLE, make_schema, title_part
from marketplace.retrieval.engine.sounds import Sounds

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Made = TypeVar("Made")

MISSING = np.iinfo(np.int64).min
"""Stands in a column of numbers where a document has none."""

CACHED_POSTINGS = 2_000_000
"""Postings kept decoded, for each segment; about 16 bytes each."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents that have a term, ascending, and how often in title and body."""

    docs: Ints
    title: Floats
    body: Floats

    def __len__(self) -> int:
        return len(self.docs)

    def within(self, visible: Mask) -> Postings:
        """Those of the visible documents only."""
        kept = visible[self.docs]
        return self if kept.all() else Postings(self.docs[kept], self.title[kept], self.body[kept])


NOTHING = Postings(np.empty(0, np.int64), np.empty(0), np.empty(0))


def joined(parts: list[Postings]) -> Postings:
    """Postings of segments that follow each other, as one."""
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    return Postings(
        np.concatenate([part.docs for part in parts]),
        np.concatenate([part.title for part in parts]),
        np.concatenate([part.body for part in parts]),
    )


def summed(parts: Iterable[Postings], size: int) -> Postings:
    """Postings of several terms as if they were one term: frequencies add up. ``size``: number of documents."""
    kept = [part for part in parts if len(part)]
    if len(kept) < 2:
        return kept[0] if kept else NOTHING
    docs = np.concatenate([part.docs for part in kept])
    title = np.bincount(docs, np.concatenate([part.title for part in kept]), size).astype(np.float64)
    body = np.bincount(docs, np.concatenate([part.body for part in kept]), size).astype(np.float64)
    found = np.nonzero(title + body)[0]
    return Postings(found, title[found], body[found])


@dataclass(frozen=True, slots=True)
class Facet:
    """Values of a facet, as pairs (document, number of a value)."""

    values: tuple[str, ...]
    docs: Ints
    codes: Ints


class SegmentReader:
    """One segment: all it holds, deleted documents included."""

    def __init__(self, storage: FileStorage, segment: Any) -> None:
        self.segment_id: str = segment.segment_id()
        self.size: int = segment.doc_count_all()
        self._schema = make_schema()
        codec = segment.codec()
        self._files = segment.open_compound_file(storage)
        self._per_document = codec.per_document_reader(self._files, segment)
        self._terms = codec.terms_reader(self._files, segment)
        self._text = self._per_document.column_reader("text", self._schema["text"].column_type)
        self._cache: OrderedDict[tuple[str, bool], Postings] = OrderedDict()
        self._cached = 0
        self._runs: tuple[str, ...] | None = None
        self._load()

    def rows(self) -> list[dict[str, Any]]:
        """What is stored of every document (see ``layout.prepare``)."""
        column = self._per_document.column_reader("meta", self._schema["meta"].column_type)
        joined_rows = b",".join(bytes(column[number]) for number in range(self.size))
        rows: list[dict[str, Any]] = json.loads(b"[" + joined_rows + b"]")
        return rows

    def _load(self) -> None:
        rows = self.rows()
        self.keys: list[str] = [row["key"] for row in rows]
        self.titles = [title_part(self.text(number)) for number in range(self.size)]
        self.kinds = np.array([row["kind"] for row in rows], np.int64)
        self.subjects = np.array([row["subject"] for row in rows], np.int64)
        self.audiences = np.array([row["audiences"] for row in rows], np.int64)
        self.lengths = np.array([row["lengths"] for row in rows], np.float64).reshape(-1, 2)
        self.keywords: list[list[list[str]]] = [row["keywords"] for row in rows]
        self._spoken: list[list[str]] = [row["sounds"] for row in rows]
        self._kept: dict[str, Any] = {}
        self.numbers: dict[str, Ints] = {}
        for name in sorted({name for row in rows for name in row["numbers"]}):
            self.numbers[name] = np.array([row["numbers"].get(name, MISSING) for row in rows], np.int64)
        codes: dict[str, dict[str, int]] = {}
        docs: dict[str, list[int]] = {}
        pairs: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            for name, values in row["facets"].items():
                known = codes.setdefault(name, {})
                for value in values:
                    docs.setdefault(name, []).append(number)
                    pairs.setdefault(name, []).append(known.setdefault(value, len(known)))
        self.facets = {
            name: Facet(tuple(known), np.array(docs[name], np.int64), np.array(pairs[name], np.int64))
            for name, known in codes.items()
        }

    def text(self, number: int) -> bytes:
        """The stored comparable text of a document (see ``layout``)."""
        stored: bytes = bytes(self._text[number])
        return stored

    def term(self, term: str) -> Postings:
        """Postings of one term."""
        return self._remembered((term, False), lambda: self._read(term.encode()))

    def prefix(self, beginning: str) -> Postings:
        """Postings of all terms that begin so, summed."""
        return self._remembered(
            (beginning, True), lambda: summed(self._read_all(self._from(beginning)), self.size)
        )

    def runs_containing(self, part: str) -> Postings:
        """Postings of all Latin and digit terms that hold ``part`` anywhere, summed."""
        if self._runs is None:
            self._runs = tuple(term.decode() for term in self._from("r"))
        return summed(self._read_all(term.encode() for term in self._runs if part in term[1:]), self.size)

    @property
    def sounds(self) -> Sounds:
        """How the titles sound; made when somebody first types by sound."""
        return self.kept("sounds", lambda _: Sounds(self._spoken))

    def kept(self, name: str, make: Callable[[SegmentReader], Made]) -> Made:
        """What is made of the segment when first asked for, and kept as long as it is open."""
        if name not in self._kept:
            self._kept[name] = make(self)
        found: Made = self._kept[name]
        return found

    def vocabulary(self, kind: str) -> list[str]:
        """All terms of a kind (see ``analysis``), those of deleted documents and of all audiences included."""
        return [term.decode()[1:] for term in self._from(kind)]

    def document_frequency(self, term: str) -> int:
        """How many documents have the term, without reading them."""
        try:
            return int(self._terms.doc_frequency("terms", term.encode()))
        except KeyError:
            return 0

    def all_terms(self) -> Iterator[tuple[str, Postings]]:
        """Every term with its postings."""
        for encoded in self._from(""):
            yield encoded.decode(), self._read(encoded)

    def subject_documents(self, subject: str) -> Ints:
        """Documents of a listing, by ``layout.subject_term``."""
        return self._read(subject.encode(), "subject").docs

    def close(self) -> None:
        """Unmaps the segment; its arrays stay usable."""
        self._terms.close()
        self._per_document.close()
        self._files.close()

    def _remembered(self, key: tuple[str, bool], read: Any) -> Postings:
        found = self._cache.get(key)
        if found is not None:
            self._cache.move_to_end(key)
            return found
        postings: Postings = read()
        self._cache[key] = postings
        self._cached += len(postings) + 8
        while self._cached > CACHED_POSTINGS and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._cached -= len(dropped) + 8
        return postings

    def _from(self, beginning: str) -> Iterator[bytes]:
        encoded = beginning.encode()
        for name, term in self._terms.terms_from("terms", encoded):
            if name != "terms" or not term.startswith(encoded):
                return
            yield term

    def _read_all(self, terms: Iterable[bytes]) -> Iterator[Postings]:
        return (self._read(term) for term in terms)

    def _read(self, term: bytes, name: str = "terms") -> Postings:
        try:
            matcher = self._terms.matcher(name, term, self._schema[name].format)
        except TermNotFound:
            return NOTHING
        docs, weights = _decode(matcher)
        return Postings(docs, weights // TITLE, weights % TITLE)


def _decode(matcher: W3LeafMatcher) -> tuple[Ints, Floats]:
    """All ids and weights of a list, block by block: asking for them one by one takes twenty times as long."""
    docs: list[Any] = []
    weights: list[Any] = []
    while matcher.is_active():
        matcher.id()
        matcher.weight()
        docs.append(matcher._ids)
        weights.append(matcher._weights)
        matcher._next_block()
    return (
        np.concatenate([np.array(block, np.int64) for block in docs]),
        np.concatenate([np.array(block, np.float64) for block in weights]),
    )
