"""The search index on Whoosh: segments, commits and postings are Whoosh's, matching and ranking run on arrays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import KINDS, Audience, Document, Kind, Subject
from marketplace.retrieval.engine.building import build_segments
from marketplace.retrieval.engine.completing import Wish, complete
from marketplace.retrieval.engine.layout import LAYOUT_VERSION, restore, subject_term, write_segment
from marketplace.retrieval.engine.meant import meant
from marketplace.retrieval.engine.ranking import Matched, Ranker
from marketplace.retrieval.engine.related import related
from marketplace.retrieval.engine.segments import Ints, Mask, SegmentReader
from marketplace.retrieval.engine.snapshot import Snapshot
from marketplace.retrieval.engine.store import Current, Store
from marketplace.retrieval.index import (
    Completion,
    Hit,
    IndexOutdated,
    Progress,
    SearchPage,
    SearchRequest,
)
from marketplace.retrieval.query import Query, parse

CROWD = 8
SIZES = (8, 64, 512)
"""When segments are joined by a change: see ``_crowd``."""

FEW_DOCUMENTS = 1_500
"""Fewer than this are built sooner than other processes have started."""


class WhooshIndex:
    """A ``SearchIndex`` in a directory. Safe to share between threads; every process opens its own."""

    def __init__(
        self,
        path: Path | str,
        wanted: Callable[[], Analyzer] = Analyzer.default,
        patience: float = 10.0,
    ) -> None:
        """``wanted`` gives the chain to build by, asked for at each rebuild; until then the index goes by the words it
        was made by, which lie with it. ``patience``: seconds a writer waits for another one before IndexBusy."""
        self._store = Store(Path(path))
        self._wanted = wanted
        self._read: tuple[int, Analyzer] | None = None
        self._patience = patience
        self._lock = threading.RLock()
        self._snapshot: Snapshot | None = None

    def search(self, request: SearchRequest) -> SearchPage:
        """See ``SearchIndex.search``."""
        with self._lock:
            snapshot = self._refreshed()
            if snapshot is None:
                return SearchPage((), 0, False, {}, 0)
            return _search(snapshot, request, parse(request.text, self.analyzer))

    @property
    def analyzer(self) -> Analyzer:
        """See ``SearchIndex.analyzer``."""
        current = self._store.current()
        if current is None:
            return self._wanted()
        if self._read is None or self._read[0] != current.number:
            self._read = (current.number, self._chain_of(current))
        return self._read[1]

    def _chain_of(self, current: Current) -> Analyzer:
        try:
            return Analyzer.of_data(self._store.words(current.number))
        except (OSError, ValueError, KeyError, TypeError):
            # Made before indexes kept their words: rebuilt soon.
            return self._wanted()

    def complete(self, text: str, audience: Audience, kinds: Sequence[Kind], most: int) -> Completion:
        """See ``SearchIndex.complete``."""
        with self._lock:
            snapshot = self._refreshed()
            wish = Wish.read(text, self.analyzer)
            if snapshot is None or not wish.forms:
                return Completion((), {})
            return complete(snapshot, snapshot.scope(audience), wish, kinds, most)

    def meant(self, text: str, audience: Audience) -> list[str]:
        """See ``SearchIndex.meant``."""
        with self._lock:
            snapshot = self._refreshed()
            if snapshot is None:
                return []
            return meant(snapshot, snapshot.scope(audience), parse(text, self.analyzer))

    def related(self, kind: Kind, subject_id: int, audience: Audience, most: int) -> tuple[int, ...]:
        """See ``SearchIndex.related``."""
        with self._lock:
            snapshot = self._refreshed()
            if snapshot is None:
                return ()
            return related(snapshot, snapshot.scope(audience), self.analyzer, kind, subject_id, most)

    def apply(self, documents: Iterable[Document], removed_subjects: Iterable[Subject] = ()) -> None:
        """See ``SearchIndex.apply``."""
        with self._store.writing(self._patience):
            current = self._store.current() or self._begun()
            if not self._ours(current):
                raise IndexOutdated("made by another analysis chain or layout: rebuild it")
            added = list(documents)
            subjects = sorted({document.subject for document in added} | set(removed_subjects))
            if not subjects:
                return
            contents = self._store.contents(current.number)
            kept = [*self._carried_over(contents.segments, subjects), *added]
            segments = [
                segment for segment in contents.segments if segment.deleted_count() < segment.doc_count_all()
            ]
            if kept:
                segments.append(write_segment(self._store.storage(current.number), kept, self.analyzer))
            self._store.commit(current.number, contents.generation + 1, segments)

    def _carried_over(self, segments: list[Any], replaced: Iterable[Subject]) -> list[Document]:
        """Deletes the replaced listings from the segments, empties small segments that have become many, and
        returns what these still held: analysed again it is written sooner than their postings are merged."""
        carried: list[Document] = []
        with self._lock:
            snapshot = self._refreshed()
            readers = {reader.segment_id: reader for reader in snapshot.readers} if snapshot else {}
            terms = [subject_term(kind, subject_id) for kind, subject_id in replaced]
            for segment in segments:
                reader = readers[segment.segment_id()]
                for number in {int(number) for term in terms for number in reader.subject_documents(term)}:
                    if not segment.is_deleted(number):
                        segment.delete_document(number)
            for segment in _crowd(segments):
                reader = readers[segment.segment_id()]
                for number, row in enumerate(reader.rows()):
                    if not segment.is_deleted(number):
                        carried.append(restore(row, reader.text(number)))
                        segment.delete_document(number)
        return carried

    def _begun(self) -> Current:
        """An empty index, to be completed by a rebuild."""
        number, analyzer = self._store.begin(), self._wanted()
        self._store.keep_words(number, analyzer.data())
        self._store.commit(number, 1, [])
        current = Current(number, analyzer.fingerprint, LAYOUT_VERSION, complete=False)
        self._store.switch(current)
        return current

    def _ours(self, current: Current) -> bool:
        return (current.fingerprint, current.layout) == (self.analyzer.fingerprint, LAYOUT_VERSION)

    def rebuild(
        self,
        documents: Iterable[Document],
        total: int | None = None,
        progress: Progress | None = None,
        processes: int | None = None,
    ) -> int:
        """See ``SearchIndex.rebuild``. A small index (by ``total``) is built by this process alone."""
        if total is not None and total < FEW_DOCUMENTS:
            processes = 1
        with self._store.writing(self._patience):
            number, analyzer = self._store.begin(), self._wanted()
            self._store.keep_words(number, analyzer.data())
            segments = build_segments(self._store.directory(number), documents, analyzer, progress, processes)
            self._store.commit(number, 1, segments)
            self._store.switch(Current(number, analyzer.fingerprint, LAYOUT_VERSION, True))
        return sum(segment.doc_count_all() for segment in segments)

    def needs_rebuild(self) -> bool:
        """See ``SearchIndex.needs_rebuild``."""
        return not self.serves() or self.analyzer.data() != self._wanted().data()

    def serves(self) -> bool:
        """See ``SearchIndex.serves``."""
        current = self._store.current()
        return current is not None and current.complete and self._ours(current)

    def generation(self) -> int:
        """See ``SearchIndex.generation``."""
        return self._store.generation()

    def dump(self) -> dict[str, object]:
        """By document key: what is stored of it, and every term with its places. For comparing indexes."""
        with self._lock:
            snapshot = self._refreshed()
            if snapshot is None:
                return {}
            content: dict[str, object] = {}
            for base, reader in zip(snapshot.bases, snapshot.readers, strict=False):
                terms: list[dict[str, tuple[int, int]]] = [{} for _ in range(reader.size)]
                for term, found in reader.all_terms():
                    for number, title, body in zip(found.docs, found.title, found.body, strict=True):
                        terms[number][term] = (int(title), int(body))
                for number, row in enumerate(reader.rows()):
                    if snapshot.live[base + number]:
                        content[row["key"]] = {
                            **row,
                            "text": reader.text(number).decode(),
                            "terms": terms[number],
                        }
            return content

    def close(self) -> None:
        """See ``SearchIndex.close``; the next search opens the index again."""
        with self._lock:
            if self._snapshot is not None:
                for reader in self._snapshot.readers:
                    reader.close()
            self._snapshot = None

    def _refreshed(self) -> Snapshot | None:
        """The latest generation; unchanged segments are carried over with all they remember."""
        for attempt in range(10):
            current = self._store.current()
            if current is None or current.layout != LAYOUT_VERSION:
                return None
            try:
                generation = self._store.generation_of(current)
                if self._snapshot is None or self._snapshot.generation != generation:
                    self._snapshot = self._open(current, generation)
                return self._snapshot
            except FileNotFoundError:
                # A writer replaced a file between our reading of the list and the opening.
                if attempt == 9:
                    raise
        raise AssertionError("unreachable")

    def _open(self, current: Current, generation: int) -> Snapshot:
        storage = self._store.storage(current.number)
        segments = self._store.contents(current.number).segments
        old = {reader.segment_id: reader for reader in self._snapshot.readers} if self._snapshot else {}
        readers: list[SegmentReader] = []
        try:
            for segment in segments:
                readers.append(old.get(segment.segment_id()) or SegmentReader(storage, segment))
        except BaseException:
            for reader in readers:
                if reader.segment_id not in old:
                    reader.close()
            raise
        kept = {reader.segment_id for reader in readers}
        for segment_id, reader in old.items():
            if segment_id not in kept:
                reader.close()
        return Snapshot(generation, readers, [set(segment.deleted_docs()) for segment in segments])


def _search(snapshot: Snapshot, request: SearchRequest, query: Query) -> SearchPage:
    scope = snapshot.scope(request.audience)
    wanted = reduce(
        np.logical_or, [snapshot.kinds == KINDS.index(kind) for kind in request.kinds], ~snapshot.live
    )
    by_relevance = request.sort == "relevance" and query.searchable
    if query.searchable:
        matched = Ranker(snapshot, scope, query, wanted).match(by_relevance)
    else:
        nothing = np.zeros(snapshot.size, np.bool_)
        matched = Matched(scope.visible if query.blank else nothing, nothing, nothing, np.zeros(0), False)
    if query.blank and not request.filters:
        remembered = (request.audience, request.kinds)
        if remembered not in snapshot.unfiltered:
            snapshot.unfiltered[remembered] = snapshot.count(matched.docs, request.kinds, {}).facets
        passed = matched.docs & wanted
        facets = snapshot.unfiltered[remembered]
    else:
        counted = snapshot.count(matched.docs, request.kinds, request.filters)
        passed, facets = counted.passed, counted.facets
    order = _relevance(snapshot, matched, passed) if by_relevance else _sorted(snapshot, request, passed)
    page = order[request.offset : request.offset + request.limit]
    hits = tuple(
        Hit(
            KINDS[snapshot.kinds[number]],
            int(snapshot.subjects[number]),
            snapshot.keys[number],
            float(matched.scores[number]) if by_relevance else 0.0,
            bool(matched.in_title[number]),
        )
        for number in page
    )
    return SearchPage(
        hits,
        int(passed.sum()),
        matched.relaxed,
        {name: dict(n) for name, n in facets.items()},
        snapshot.generation,
        matched.sounded,
    )


def _relevance(snapshot: Snapshot, matched: Matched, passed: Mask) -> Ints:
    """Everything typed before a part of it, titles before bodies, then by score; ties by subject, newest first."""
    docs = np.nonzero(passed)[0]
    order = np.lexsort(
        (
            snapshot.kinds[docs],
            -snapshot.subjects[docs],
            -matched.scores[docs],
            ~matched.in_title[docs],
            ~matched.strict[docs],
        )
    )
    ranked: Ints = docs[order]
    return ranked


def _sorted(snapshot: Snapshot, request: SearchRequest, passed: Mask) -> Ints:
    order = snapshot.order("newest" if request.sort == "relevance" else request.sort)
    ranked: Ints = order[passed[order]]
    return ranked


def _crowd(segments: list[Any]) -> list[Any]:
    """Segments worth joining with the one about to be written: as soon as there are eight of a size (below 8, 64,
    512 documents), these and all smaller ones. So a change writes few documents, and a search opens few segments;
    larger segments are left to a rebuild."""
    sizes = {segment: segment.doc_count_all() - segment.deleted_count() for segment in segments}
    joined: list[Any] = []
    for limit in SIZES:
        below = [segment for segment in segments if 0 < sizes[segment] < limit]
        # Those joined so far count as one with the new segment.
        if len(below) - len(joined) + 1 < CROWD:
            break
        joined = below
    return joined
