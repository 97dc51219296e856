"""From readings to vectors whose dot product is the score of a match, between 0 and 1.

A vector has three stretches: concepts, directions (groups of concepts), terms. Title and content are vectors of their
own, each of length one in every stretch, and weigh the same; what each step brought is in docs/matching.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from marketplace.retrieval.matching.reading import Part, Reader

CONCEPT_WEIGHT = 0.2
"""What full agreement in concepts counts, against 1 for the same text."""
GROUP_WEIGHT = 0.1
"""The same for directions."""
CHAIN_SHARE = 0.5
"""Weight of concepts seen through single terms (污水厂 touches 污水处理厂), against 1 for the table's own words."""
LEARNT_SHARE = 0.3
"""Weight of concepts of words that the table does not have, learnt from the company they keep."""
KEPT_CONCEPTS = 30
"""Concepts kept of a part: the strongest."""
LEARNT_CONCEPTS = 10
"""Concepts kept of a learnt word."""
LEARNT_FROM = 20_000
"""Texts the company of words is learnt from, at most; evenly spread over all."""
COMMON_SHARE = 0.2
"""A term in more than this share of the texts says next to nothing and costs most of the time; it is not weighed ..."""
COMMON_LEAST = 20_000
"""... if there are at least so many texts: fewer are ranked in no time, and every word counts."""
_PRIOR = 3.0
"""Texts without any concept that a learnt word is taken to have been seen in besides."""
_CHUNK = 4096


class Vocabulary:
    """Numbers of terms in the order of their arrival; never forgets."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        self.number = {term: at for at, term in enumerate(terms)}

    def __len__(self) -> int:
        return len(self.number)

    @property
    def terms(self) -> list[str]:
        """All terms by number."""
        return list(self.number)

    def add(self, term: str) -> int:
        """The number of a term, new or known."""
        return self.number.setdefault(term, len(self.number))


@dataclass(frozen=True, slots=True)
class PartCounts:
    """The same part of many texts, one row each: terms by the vocabulary's numbers, known words by the table's."""

    terms: sp.csr_matrix
    known: sp.csr_matrix

    def widened(self, terms: int) -> PartCounts:
        """With columns for a vocabulary that has grown."""
        wide = sp.csr_matrix(
            (self.terms.data, self.terms.indices, self.terms.indptr), (self.terms.shape[0], terms)
        )
        return PartCounts(wide, self.known)


def count(parts: Sequence[Part], vocabulary: Vocabulary, known_words: int) -> PartCounts:
    """Rows of counts; terms that are new are added to the vocabulary."""
    terms = _rows([{vocabulary.add(t): n for t, n in part.terms.items()} for part in parts])
    known = _rows([part.known for part in parts])
    return PartCounts(
        sp.csr_matrix(terms, (len(parts), len(vocabulary))), sp.csr_matrix(known, (len(parts), known_words))
    )


def stacked(parts: Sequence[PartCounts], terms: int, known_words: int) -> PartCounts:
    """The rows of all parts, one below the other, with columns for ``terms`` terms."""
    if not parts:
        return PartCounts(
            sp.csr_matrix((0, terms), dtype=np.float32), sp.csr_matrix((0, known_words), dtype=np.float32)
        )
    wide = [part.widened(terms) for part in parts]
    return PartCounts(
        sp.vstack([part.terms for part in wide], "csr"), sp.vstack([part.known for part in wide], "csr")
    )


def _rows(rows: Sequence[dict[int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ends = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=ends[1:])
    columns = np.fromiter((at for row in rows for at in row), np.int32, ends[-1])
    values = np.fromiter((number for row in rows for number in row.values()), np.float32, ends[-1])
    return values, columns, ends


class Weights:
    """What a collection of texts says about its terms, at one moment: how rare they are, what they speak of.

    ``count`` is the number of texts seen, ``idf`` the weight of each term, ``known_idf`` of each known word,
    ``learnt`` (terms by concepts) what a word's company says. A term that is newer than the weights is rare.
    """

    def __init__(
        self, reader: Reader, vocabulary: Vocabulary, count: int, idf: np.ndarray, known_idf: np.ndarray,
        learnt: sp.csr_matrix | None = None,
    ) -> None:  # fmt: skip
        table = reader.table
        self.count, self.idf, self.known_idf = count, idf, known_idf
        self.concepts, self.groups = len(table.concepts), len(table.groups)
        self.chain = _chain(reader, vocabulary)
        self.learnt = sp.csr_matrix((len(vocabulary), self.concepts)) if learnt is None else learnt
        sharing = [len(concepts) for concepts in table.concepts_of]
        columns = np.array([at for concepts in table.concepts_of for at in concepts], dtype=np.int32)
        share = np.repeat(1 / np.sqrt(np.array(sharing, dtype=np.float64)), sharing)
        self.spoken = sp.csr_matrix(
            (share, columns, np.cumsum([0, *sharing])), (len(sharing), self.concepts), dtype=np.float32
        )
        """Known words by concepts: a word that speaks of several speaks less of each."""
        ones = np.ones(self.concepts, dtype=np.float32)
        self.membership = sp.csr_matrix(
            (ones, (np.arange(self.concepts), np.array(table.group_of, dtype=np.int32))),
            (self.concepts, self.groups),
        )

    @property
    def first_term(self) -> int:
        """The column where terms begin; concepts and groups come before."""
        return self.concepts + self.groups

    def idf_of(self, terms: int) -> np.ndarray:
        """Weights of the first ``terms`` terms of the vocabulary."""
        newer = terms - len(self.idf)
        return np.concatenate([self.idf, np.full(newer, _rarity(0, self.count))]) if newer > 0 else self.idf

    def text(self, counts: PartCounts) -> sp.csr_matrix:
        """Term vectors of length one."""
        weighed = sp.csr_matrix(
            counts.terms @ sp.diags(self.idf_of(counts.terms.shape[1]).astype(np.float32))
        )
        weighed.eliminate_zeros()
        return unit(weighed)

    def spoken_of(self, counts: PartCounts) -> sp.csr_matrix:
        """Concepts by the table's own words, length one."""
        known = counts.known.copy()
        known.data = 1 + np.log(known.data)
        return unit(known @ sp.diags(self.known_idf.astype(np.float32)) @ self.spoken)

    def concepts_of(self, counts: PartCounts, text: sp.csr_matrix) -> sp.csr_matrix:
        """Concepts by all three ways, the strongest of each row, of length one; shorter where no word of the table
        stands in the text, and only hints speak."""
        through_terms = unit(_narrow(text, self.chain.shape[0]) @ self.chain) * CHAIN_SHARE
        by_company = unit(_narrow(text, self.learnt.shape[0]) @ self.learnt) * LEARNT_SHARE
        return unit(strongest(self.spoken_of(counts) + through_terms + by_company, KEPT_CONCEPTS), least=1.0)

    def vectors(self, pair: tuple[PartCounts, PartCounts]) -> sp.csr_matrix:
        """The vectors of texts, given the counts of their titles and of their contents."""
        rows = pair[0].terms.shape[0]
        chunks = [self._vectors(tuple(_slice(p, at) for p in pair)) for at in range(0, rows, _CHUNK)]
        width = self.first_term + pair[0].terms.shape[1]
        return sp.vstack(chunks, "csr") if chunks else sp.csr_matrix((0, width), dtype=np.float32)

    def _vectors(self, pair: tuple[PartCounts, ...]) -> sp.csr_matrix:
        there = [np.diff(part.terms.indptr) > 0 for part in pair]
        parts = np.maximum(there[0].astype(np.float32) + there[1], 1)
        total = 1 + CONCEPT_WEIGHT + GROUP_WEIGHT
        summed: sp.csr_matrix | None = None
        for part in pair:
            text = self.text(part)
            concepts = self.concepts_of(part, text)
            groups = sp.diags(lengths(concepts)) @ unit(concepts @ self.membership)
            joined = sp.hstack(
                [
                    concepts * np.sqrt(CONCEPT_WEIGHT / total),
                    groups * np.sqrt(GROUP_WEIGHT / total),
                    text * np.sqrt(1 / total),
                ],
                "csr",
                dtype=np.float32,
            )
            share = sp.diags((1 / parts).astype(np.float32)) @ joined
            summed = share if summed is None else summed + share
        return sp.csr_matrix(summed)


def learn(reader: Reader, vocabulary: Vocabulary, pairs: Sequence[tuple[PartCounts, PartCounts]]) -> Weights:
    """The weights of a collection; each pair holds the titles and contents of some of its texts."""
    seen = np.zeros(len(vocabulary))
    known = np.zeros(len(reader.table.words))
    total = 0
    for titles, contents in pairs:
        total += titles.terms.shape[0]
        seen += _in_how_many(titles.terms + contents.terms)
        known += _in_how_many(titles.known + contents.known)
    rarity = _rarity(seen, total)
    if total >= COMMON_LEAST:
        rarity[seen > COMMON_SHARE * total] = 0
    weights = Weights(reader, vocabulary, total, rarity, _rarity(known, total))
    weights.learnt = _company(weights, vocabulary, pairs, seen)
    return weights


def _company(
    weights: Weights, vocabulary: Vocabulary, pairs: Sequence[tuple[PartCounts, PartCounts]], seen: np.ndarray
) -> sp.csr_matrix:
    """What the texts a word stands in speak of, more than texts do on average; words and pairs seen twice only."""
    step = max(1, -(-weights.count // LEARNT_FROM))
    met = sp.csr_matrix((len(vocabulary), weights.concepts), dtype=np.float32)
    overall = np.zeros(weights.concepts)
    frequency = np.zeros(len(vocabulary))
    texts = 0
    for titles, contents in pairs:
        whole = PartCounts((titles.terms + contents.terms)[::step], (titles.known + contents.known)[::step])
        spoken = weights.spoken_of(whole)
        holds = sp.csr_matrix(whole.terms, copy=True)
        holds.data[:] = 1
        met = met + holds.T.tocsr() @ spoken
        overall += np.asarray(spoken.sum(axis=0)).ravel()
        frequency += _in_how_many(holds)
        texts += holds.shape[0]
    kinds = np.array([term[0] in "wb" for term in vocabulary.number], dtype=bool)
    useful = kinds & (seen >= 2) & (frequency > 0)
    overall = (overall / max(texts, 1)).astype(np.float32)
    rows = sp.diags((useful / (frequency + _PRIOR)).astype(np.float32)) @ met
    # Where a word was never met its share is zero and falls below the average: only what is stored can exceed it.
    rows = sp.csr_matrix(rows)
    rows.data = np.maximum(rows.data - overall[rows.indices], 0)
    rows.eliminate_zeros()
    return strongest(rows, LEARNT_CONCEPTS)


def _chain(reader: Reader, vocabulary: Vocabulary) -> sp.csr_matrix:
    """Terms by concepts: the concept's words read as one text of the chain, rarity counted over the concepts."""
    table = reader.table
    parts = [Part(reader.terms(" ".join(table.forms(at))), {}) for at in range(len(table.concepts))]  # type: ignore[arg-type]
    own = Vocabulary()
    counts = count(parts, own, 0).terms
    weighed = counts.copy()
    weighed.data = 1 + np.log(weighed.data)
    rows = unit(weighed @ sp.diags(_rarity(_in_how_many(counts), len(parts)).astype(np.float32))).tocsc()
    place = [own.number.get(term, -1) for term in vocabulary.number]
    empty = sp.csc_matrix((rows.shape[0], 1), dtype=np.float32)
    return sp.csr_matrix(sp.hstack([rows, empty], "csc")[:, place].T)


def lengths(rows: sp.csr_matrix) -> np.ndarray:
    """The length of each row."""
    return np.asarray(np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel()), dtype=np.float32)


def unit(rows: sp.csr_matrix, least: float = 0.0) -> sp.csr_matrix:
    """Rows of length one; empty ones stay empty. Rows are divided by ``least`` at least, so short ones stay shorter."""
    rows = sp.csr_matrix(rows, dtype=np.float32)
    length = np.maximum(lengths(rows), least)
    length[length == 0] = 1
    return sp.csr_matrix(sp.diags((1 / length).astype(np.float32)) @ rows)


def strongest(rows: sp.csr_matrix, kept: int) -> sp.csr_matrix:
    """Each row with its ``kept`` largest values only."""
    chunks = []
    for at in range(0, rows.shape[0], _CHUNK):
        dense = rows[at : at + _CHUNK].toarray()
        if dense.shape[1] > kept:
            least = np.partition(dense, -kept, axis=1)[:, -kept][:, None]
            dense[dense < least] = 0
        chunks.append(sp.csr_matrix(dense))
    return sp.vstack(chunks, "csr") if chunks else rows


def _narrow(rows: sp.csr_matrix, columns: int) -> sp.csr_matrix:
    return rows if rows.shape[1] == columns else rows[:, :columns]


def _slice(part: PartCounts, at: int) -> PartCounts:
    return PartCounts(part.terms[at : at + _CHUNK], part.known[at : at + _CHUNK])


def _in_how_many(counts: sp.csr_matrix) -> np.ndarray:
    return np.bincount(counts.indices, minlength=counts.shape[1]).astype(np.float64)


def _rarity(seen: np.ndarray | int, total: int) -> np.ndarray:
    return np.log((total + 1) / (np.asarray(seen, dtype=np.float64) + 1)) + 1
