"""The matcher: two sides of texts, the weights learnt from them, and who fits whom.

It lives in the worker: web processes read the matches it has written down. A single text is added, replaced or removed
at once, with the weights as they are; ``refresh`` learns the weights anew and weighs everything again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp
from sparse_dot_topn import sp_matmul_topn

from marketplace.retrieval.matching.learnt.dense import Dense
from marketplace.retrieval.matching.learnt.feedback import moved
from marketplace.retrieval.matching.reading import Reader, Reading, Text
from marketplace.retrieval.matching.vectors import PartCounts, Vocabulary, Weights, count, learn, stacked

Kind = Literal["achievement", "demand"]
KINDS: tuple[Kind, Kind] = ("achievement", "demand")
OTHER: Mapping[Kind, Kind] = {"achievement": "demand", "demand": "achievement"}

FEW = 16
"""Up to so many questions are answered one by one; more, with many of them as one product of matrices."""
THREADS = 2
DENSE_CANDIDATES = 5
"""Times the asked number that words propose and vectors of meaning then order."""
DENSE_LISTS = 2_000
"""Lists of the other side that vectors of meaning are looked at for, the nearest by words."""
DIGITS = 6
"""Digits of a score that mean something: sums of small floats differ beyond, by the order they are added in."""


@dataclass(frozen=True, slots=True)
class Match:
    """The other side's item and the score, 0 to 1."""

    key: int
    score: float


Counted = tuple[PartCounts, PartCounts]


class Side:
    """The items of one kind: ``keys`` with their rows as of the last refresh, and what changed since then."""

    def __init__(self, keys: Sequence[int], counts: Counted, vectors: sp.csr_matrix) -> None:
        self.keys = np.asarray(keys, dtype=np.int64)
        self.counts = counts
        self.vectors = vectors
        self.row = {int(key): at for at, key in enumerate(self.keys)}
        self.changed: dict[int, tuple[Counted, sp.csr_matrix]] = {}
        """New and replaced items."""
        self.gone: set[int] = set()
        """Keys of rows that no longer count: removed or replaced."""

    def __contains__(self, key: int) -> bool:
        return key in self.changed or (key in self.row and key not in self.gone)

    def __len__(self) -> int:
        return len(self.keys) - len(self.gone) + len(self.changed)

    def put(self, key: int, counts: Counted, vector: sp.csr_matrix) -> None:
        """Add an item, or replace it."""
        self.remove(key)
        self.changed[key] = (counts, vector)

    def remove(self, key: int) -> None:
        """Take an item out; unknown keys are ignored."""
        self.changed.pop(key, None)
        if key in self.row:
            self.gone.add(key)

    def vector(self, key: int) -> sp.csr_matrix:
        """The vector of one item; raises KeyError."""
        if key in self.changed:
            return self.changed[key][1]
        if key in self.gone:
            raise KeyError(key)
        return self.vectors[self.row[key]]

    def rows(self, keys: Sequence[int], width: int) -> sp.csr_matrix:
        """The vectors of these items, one below the other; raises KeyError for an unknown one."""
        if self.changed or self.gone:
            return sp.vstack([_wide(self.vector(key), width) for key in keys], "csr")
        return _wide(self.vectors[[self.row[key] for key in keys]], width)

    @property
    def present(self) -> list[int]:
        """All keys, those of the last refresh first."""
        return [int(key) for key in self.keys if int(key) not in self.gone] + list(self.changed)

    def whole(self, width: int) -> sp.csr_matrix:
        """The vectors of all items, in the order of ``present``."""
        kept = self.vectors
        if self.gone:
            kept = kept[np.array([int(key) not in self.gone for key in self.keys], dtype=bool)]
        new = [vector for _, vector in self.changed.values()]
        return sp.vstack([_wide(rows, width) for rows in (kept, *new)], "csr")

    def merged(self, terms: int) -> Counted:
        """The counts of all items, in the order of ``present``, with columns for ``terms`` terms."""
        stay = np.array([int(key) not in self.gone for key in self.keys], dtype=bool)
        known = self.counts[0].known.shape[1]
        merged = [
            stacked(
                [
                    PartCounts(self.counts[at].terms[stay], self.counts[at].known[stay]),
                    *(counts[at] for counts, _ in self.changed.values()),
                ],
                terms,
                known,
            )
            for at in (0, 1)
        ]
        return merged[0], merged[1]

    def scores(self, question: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """Keys and scores of all items for one vector."""
        new_rows = [vector for _, vector in self.changed.values()]
        width = max(rows.shape[1] for rows in (question, self.vectors, *new_rows))
        dense = np.zeros(width, dtype=np.float32)
        dense[question.indices] = question.data
        found = self.vectors @ dense[: self.vectors.shape[1]]
        for key in self.gone:
            found[self.row[key]] = -1.0
        new = [float((rows @ dense[: rows.shape[1]])[0]) for rows in new_rows]
        keys = np.concatenate([self.keys, np.array(list(self.changed), dtype=np.int64)])
        found = np.concatenate([found, np.array(new, dtype=np.float32)])
        return keys[found >= 0], found[found >= 0]


class Matcher:
    """Both sides with their weights. Keys are the site's numbers of achievements and of demands."""

    def __init__(self, reader: Reader | None = None) -> None:
        self.reader = reader or Reader()
        self.vocabulary = Vocabulary()
        self.weights = Weights(self.reader, self.vocabulary, 0, np.zeros(0), self._rare_words())
        self.sides: dict[Kind, Side] = {kind: self._side([], iter(())) for kind in KINDS}
        self.moved: dict[tuple[Kind, int], sp.csr_matrix] = {}
        """Questions that feedback has moved away from their texts; they answer for the item's own list alone."""
        self.dense: Dense | None = None
        """Vectors of meaning, where there are any; they reorder what the words have found."""

    @classmethod
    def build(
        cls,
        achievements: Mapping[int, Text],
        demands: Mapping[int, Text],
        reader: Reader | None = None,
        processes: int = 1,
    ) -> Matcher:
        """A matcher of these texts, weights learnt."""
        matcher = cls(reader)
        matcher.fill("achievement", achievements, processes)
        matcher.fill("demand", demands, processes)
        matcher.refresh()
        return matcher

    def fill(self, kind: Kind, texts: Mapping[int, Text], processes: int = 1) -> None:
        """Read all texts of a side in place of what it held; they count from the next ``refresh`` on."""
        self.sides[kind] = self._side(list(texts), self.reader.read_all(texts.values(), processes))

    def _rare_words(self) -> np.ndarray:
        return np.ones(len(self.reader.table.words))

    def _side(self, keys: Sequence[int], readings: Iterator[list[Reading]]) -> Side:
        parts = [self._count(some) for some in readings]
        size = (len(self.vocabulary), len(self.reader.table.words))
        counts = stacked([part[0] for part in parts], *size), stacked([part[1] for part in parts], *size)
        return Side(keys, counts, sp.csr_matrix((len(keys), self.width), dtype=np.float32))

    def _count(self, readings: Sequence[Reading]) -> Counted:
        known = len(self.reader.table.words)
        titles = count([reading[0] for reading in readings], self.vocabulary, known)
        contents = count([reading[1] for reading in readings], self.vocabulary, known)
        return titles.widened(len(self.vocabulary)), contents

    @property
    def width(self) -> int:
        """Columns of a vector made now."""
        return self.weights.first_term + len(self.vocabulary)

    def refresh(self) -> None:
        """Learn the weights from all texts and weigh all of them again; questions are back at their texts."""
        terms = len(self.vocabulary)
        merged = {kind: side.merged(terms) for kind, side in self.sides.items()}
        self.weights = learn(self.reader, self.vocabulary, list(merged.values()))
        self.sides = {
            kind: Side(self.sides[kind].present, counts, self.weights.vectors(counts))
            for kind, counts in merged.items()
        }
        self.moved = {}

    def put(self, kind: Kind, key: int, text: Text) -> None:
        """Add a text or replace the one of the same key, with the weights as they are."""
        counts = self._count([self.reader.read(text)])
        self.sides[kind].put(key, counts, self.weights.vectors(counts))
        self.moved.pop((kind, key), None)

    def remove(self, kind: Kind, key: int) -> None:
        """Take a text out; unknown keys are ignored."""
        self.sides[kind].remove(key)
        self.moved.pop((kind, key), None)

    def has(self, kind: Kind, key: int) -> bool:
        """Whether there is such an item."""
        return key in self.sides[kind]

    def question(self, kind: Kind, key: int) -> sp.csr_matrix:
        """The vector that asks for the list of an item: that of its text, or where feedback moved it."""
        moved = self.moved.get((kind, key))
        return self.sides[kind].vector(key) if moved is None else moved

    def move(self, kind: Kind, key: int, fitting: Collection[int], misfitting: Collection[int]) -> None:
        """Move the question of an item toward items of the other side that fit and away from those that do not.

        Nothing judged puts it back to its text. Keys that are unknown are left out.
        """
        self.moved.pop((kind, key), None)
        other = self.sides[OTHER[kind]]
        liked = [other.vector(one) for one in fitting if one in other]
        disliked = [other.vector(one) for one in misfitting if one in other]
        if self.has(kind, key) and (liked or disliked):
            rows = [_wide(row, self.width) for row in (self.sides[kind].vector(key), *liked, *disliked)]
            self.moved[kind, key] = moved(rows[0], rows[1 : len(liked) + 1], rows[len(liked) + 1 :])

    def lists_with(self, kind: Kind, key: int) -> dict[int, float]:
        """The score an item has in the list of each item of the other side; raises KeyError for an unknown one."""
        own = self.sides[kind].vector(key)
        keys, scores = self.sides[OTHER[kind]].scores(own)
        found = dict(zip(keys.tolist(), np.round(scores.astype(np.float64), DIGITS).tolist(), strict=True))
        for (side, other), asked in self.moved.items():
            if side == OTHER[kind] and other in found:
                product = _wide(asked, self.width).multiply(_wide(own, self.width)).sum()
                found[other] = round(float(product), DIGITS)
        return found if self.dense is None else self._blended_lists(key, found)

    def _blended_lists(self, key: int, found: dict[int, float]) -> dict[int, float]:
        """Only where words come near can vectors decide about an entry."""
        assert self.dense is not None  # noqa: S101
        near = sorted(found, key=lambda other: -found[other])[:DENSE_LISTS]
        blended = self.dense.blend(key, {other: found[other] for other in near})
        return found | {other: round(score, DIGITS) for other, score in blended.items()}

    def vector(self, text: Text) -> sp.csr_matrix:
        """The vector of any text, in the collection or not."""
        return self.weights.vectors(self._count([self.reader.read(text)]))

    def score(self, one: Text, other: Text) -> float:
        """The score of two texts, whichever is the demand."""
        first, second = self.vector(one), self.vector(other)
        return float(_wide(first, self.width).multiply(_wide(second, self.width)).sum())

    def score_all(self, kind: Kind, key: int) -> dict[int, float]:
        """The score of every item of the other side for an item of ``kind``; raises KeyError for an unknown one."""
        keys, scores = self.sides[OTHER[kind]].scores(self.question(kind, key))
        return {int(key): float(score) for key, score in zip(keys, scores, strict=True)}

    def top(self, kind: Kind, keys: Iterable[int] | None = None, n: int = 20) -> dict[int, list[Match]]:
        """The ``n`` best of the other side for each of these items of ``kind`` (all, if None), best first.

        Items that share nothing are no match. Equal scores are ordered by key. Raises KeyError for an unknown item.
        """
        asked = self.sides[kind].present if keys is None else list(keys)
        if len(asked) > FEW:
            return {
                key: matches for some in self.top_in_chunks(kind, asked, n) for key, matches in some.items()
            }
        return {key: self._top_of_one(kind, key, n) for key in asked}

    def _top_of_one(self, kind: Kind, key: int, n: int) -> list[Match]:
        keys, scores = self.sides[OTHER[kind]].scores(self.question(kind, key))
        asked = self._looked_at(n)
        if len(scores) > asked:
            # All that tie with the last one stay in: the key decides between them.
            least = np.partition(scores, -asked)[-asked]
            keys, scores = keys[scores >= least], scores[scores >= least]
        return self._blended(key, _ranked(keys, scores), n)

    def _questions(self, kind: Kind, keys: Sequence[int], width: int) -> sp.csr_matrix:
        if any((kind, key) in self.moved for key in keys):
            return sp.vstack([_wide(self.question(kind, key), width) for key in keys], "csr")
        return self.sides[kind].rows(keys, width)

    def _looked_at(self, n: int) -> int:
        return n if self.dense is None else n * DENSE_CANDIDATES

    def _blended(self, key: int, matches: list[Match], n: int) -> list[Match]:
        if self.dense is not None:
            scores = self.dense.blend(key, {match.key: match.score for match in matches})
            matches = _ordered(Match(other, round(score, DIGITS)) for other, score in scores.items())
        return matches[:n]

    def top_in_chunks(
        self, kind: Kind, keys: Sequence[int] | None = None, n: int = 20, chunk: int = 200
    ) -> Iterator[dict[int, list[Match]]]:
        """As ``top``, by one product of matrices, ``chunk`` items at a time: for a progress bar and short commits."""
        asked = self.sides[kind].present if keys is None else keys
        width, other = self.width, self.sides[OTHER[kind]]
        candidates = sp.csr_matrix(other.whole(width).T)
        present = np.array(other.present, dtype=np.int64)
        for at in range(0, len(asked), chunk):
            some = asked[at : at + chunk]
            questions = self._questions(kind, some, width)
            best = sp_matmul_topn(
                questions,
                candidates,
                top_n=max(min(self._looked_at(n), len(other)), 1),
                sort=True,
                n_threads=THREADS,
            )
            ends = best.indptr.tolist()
            yield {
                key: self._blended(
                    key,
                    _ranked(present[best.indices[ends[i] : ends[i + 1]]], best.data[ends[i] : ends[i + 1]]),
                    n,
                )
                for i, key in enumerate(some)
            }


def _ranked(keys: np.ndarray, scores: np.ndarray) -> list[Match]:
    rounded = zip(keys.tolist(), scores.tolist(), strict=True)
    matches = [Match(key, round(score, DIGITS)) for key, score in rounded]
    return _ordered(match for match in matches if match.score > 0)


def _ordered(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (-match.score, match.key))


def _wide(rows: sp.csr_matrix, width: int) -> sp.csr_matrix:
    """The same rows with columns for a vocabulary that has grown; it never shrinks."""
    if rows.shape[1] == width:
        return rows
    if rows.shape[1] > width:
        raise ValueError(f"{rows.shape[1]} columns do not fit into {width}")
    return sp.csr_matrix((rows.data, rows.indices, rows.indptr), (rows.shape[0], width))
