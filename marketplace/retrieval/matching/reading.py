"""Reading: what the matcher keeps of a text. Texts are read once, when they are published; all else is arithmetic."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context

from marketplace.retrieval.analysis import Analyzer, normalise
from marketplace.retrieval.matching.knowledge import KnowledgeTable

MATCHER_VERSION = 1
"""Raised with every change of this package that changes what is kept or how it is weighed."""

_CHUNK = 250
_WORTH_IT = 2_000
"""Texts from which on starting processes pays."""


@dataclass(frozen=True, slots=True)
class Text:
    """A demand's or an achievement's text, as far as the reader of the match may see it. ``content`` may be empty."""

    title: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a text holds: terms of the analysis chain, and words of the knowledge table by number."""

    terms: Counter[str]
    known: Counter[int]


Reading = tuple[Part, Part]
"""Title and content."""


class Reader:
    """Reads texts through the one analysis chain and a knowledge table."""

    def __init__(self, analyzer: Analyzer | None = None, table: KnowledgeTable | None = None) -> None:
        self.analyzer = analyzer or Analyzer.default()
        self.table = table or KnowledgeTable.default()
        self.fingerprint = f"{MATCHER_VERSION}-{self.analyzer.fingerprint}-{self.table.fingerprint}"
        """Changes whenever a stored reading would no longer be that of the same text."""

    def read(self, text: Text) -> Reading:
        """Both parts of a text."""
        return self.part(text.title), self.part(text.content)

    def part(self, text: str) -> Part:
        """The terms and known words of a stretch of text."""
        return Part(self.terms(text), self.table.find(self.analyzer.resolve(normalise(text))))

    def terms(self, text: str) -> Counter[str]:
        """The chain's words, pairs and runs; the lone last character of a run is for look-ups only."""
        counts = self.analyzer.index_terms(text)
        for term in [term for term in counts if term[0] == "b" and len(term) != 3]:
            del counts[term]
        return counts

    def read_all(self, texts: Iterable[Text], processes: int = 1) -> Iterator[list[Reading]]:
        """All texts in order, some at a time; read by several processes if there are enough to make that pay."""
        rest = iter(texts)
        first = list(islice(rest, _WORTH_IT))
        every = chain(first, rest)
        chunks = iter(lambda: list(islice(every, _CHUNK)), [])
        if processes <= 1 or len(first) < _WORTH_IT:
            yield from ([self.read(text) for text in chunk] for chunk in chunks)
            return
        with ProcessPoolExecutor(
            processes, get_context("spawn"), initializer=_begin, initargs=(self.analyzer, self.table.concepts)
        ) as pool:
            waiting: deque[Future[list[Reading]]] = deque()
            # Never far ahead: the readings of all texts at once would fill the memory.
            for chunk in chunks:
                waiting.append(pool.submit(_read_chunk, chunk))
                if len(waiting) > 2 * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()


_reader: list[Reader] = []


def _begin(analyzer: Analyzer, concepts: Sequence[object]) -> None:
    os.nice(5)
    _reader[:] = [Reader(analyzer, KnowledgeTable(concepts))]  # type: ignore[arg-type]


def _read_chunk(texts: list[Text]) -> list[Reading]:
    return [_reader[0].read(text) for text in texts]
