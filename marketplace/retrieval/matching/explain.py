"""Why two texts match: the stretches they share and the concepts they both speak of, with the places in each text.

The weights of the reasons, with ``rest``, add up to the score. They are those of the very vectors that rank; the words
shown are those the score stands on, so that a text without them scores less (tested against words at random).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import scipy.sparse as sp

from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.reading import Text
from marketplace.retrieval.matching.vectors import CHAIN_SHARE, LEARNT_SHARE
from marketplace.retrieval.snippets import mapped

MOST_WORDS = 6
"""Words named for a concept on either side."""
LEAST_SHARE = 0.02
"""What a reason must add to the score to be named."""
_LEAST_HINT = 0.2
"""How clearly a word must speak of a concept, against the clearest one of the text, to be named."""
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the text as it is written: ``part`` is "title" or "content", ``end`` is exclusive."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """What counts for a match. ``kind`` "text": ``label`` stands in both texts. "concept" and "direction": both speak
    of it, each in words of its own. ``weight`` is its part of the score."""

    kind: Literal["text", "concept", "direction"]
    label: str
    weight: float
    in_demand: tuple[Place, ...]
    in_achievement: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The score of a match and its reasons, the weightiest first; ``rest`` is what the reasons left out weigh."""

    score: float
    reasons: tuple[Reason, ...]
    rest: float

    def without(self, ignored: Collection[tuple[str, str]]) -> float:
        """The score when reasons, named by kind and label, are switched off."""
        return self.score - sum(one.weight for one in self.reasons if (one.kind, one.label) in ignored)


def explain(matcher: Matcher, demand: Text, achievement: Text, most: int = 12) -> Explanation:
    """The reasons for the score of two texts, given as the reader may see them; at most ``most``."""
    sides = _Side(matcher, demand), _Side(matcher, achievement)
    shared = _shared(matcher, demand, achievement)
    first = matcher.weights.first_term
    terms = matcher.vocabulary.terms
    strings: dict[str, float] = {}
    for column, weight in shared.items():
        if column >= first:
            string = terms[column - first][1:]
            strings[string] = strings.get(string, 0.0) + weight
    reasons = [*_stretches(strings, *sides), *_subjects(matcher, shared, *sides)]
    reasons.sort(key=lambda one: (-one.weight, one.kind, one.label))
    score = sum(shared.values())
    named = tuple(one for one in reasons[:most] if one.weight >= LEAST_SHARE * score)
    return Explanation(score, named, score - sum(one.weight for one in named))


def _shared(matcher: Matcher, demand: Text, achievement: Text) -> dict[int, float]:
    """What each column of the two vectors adds to the score."""
    vectors = [matcher.vector(text) for text in (demand, achievement)]
    other = dict(zip(vectors[1].indices.tolist(), vectors[1].data.tolist(), strict=True))
    return {
        column: value * other[column]
        for column, value in zip(vectors[0].indices.tolist(), vectors[0].data.tolist(), strict=True)
        if column in other
    }


class _Side:
    """One of the texts: its compared forms with the way back to the characters as written."""

    def __init__(self, matcher: Matcher, text: Text) -> None:
        self.matcher = matcher
        self.forms = [
            (part, *mapped(written)) for part, written in (("title", text.title), ("content", text.content))
        ]

    def __contains__(self, string: str) -> bool:
        return any(string in form for _, form, _ in self.forms)

    def places(self, strings: Sequence[str]) -> tuple[Place, ...]:
        """Where the strings stand, in order; those inside a longer one are not repeated."""
        found: list[Place] = []
        for part, form, origins in self.forms:
            taken = [False] * len(form)
            for string in sorted(strings, key=len, reverse=True):
                for at in _finds(form, string):
                    if not all(taken[at : at + len(string)]):
                        taken[at : at + len(string)] = [True] * len(string)
                        found.append(Place(part, origins[at], origins[at + len(string) - 1] + 1))
        return tuple(sorted(found, key=lambda place: (place.part != "title", place.start, place.end)))

    def covered(self, strings: Collection[str]) -> Iterator[str]:
        """The longest stretches made of these strings alone."""
        for _, form, _ in self.forms:
            marks = [False] * len(form)
            for string in strings:
                for at in _finds(form, string):
                    marks[at : at + len(string)] = [True] * len(string)
            start = None
            for at, marked in enumerate([*marks, False]):
                if marked and start is None:
                    start = at
                elif not marked and start is not None:
                    yield form[start:at]
                    start = None

    def words_for(self, concepts: Collection[int]) -> list[str]:
        """The words of the text that speak of these concepts, the clearest first."""
        table, weights = self.matcher.reader.table, self.matcher.weights
        found: dict[str, float] = {}
        for _, form, _ in self.forms:
            for number in table.find(form):
                if not concepts.isdisjoint(table.concepts_of[number]):  # type: ignore[attr-defined]
                    found[table.words[number]] = float(weights.known_idf[number])
            for term in self.matcher.reader.terms(form):
                column = self.matcher.vocabulary.number.get(term)
                if term[0] != "b" and len(term) > _SHORTEST and column is not None:
                    hint = _hint(weights.chain, column, concepts) * CHAIN_SHARE
                    hint += _hint(weights.learnt, column, concepts) * LEARNT_SHARE
                    if hint > 0:
                        found[term[1:]] = max(found.get(term[1:], 0.0), hint)
        least = _LEAST_HINT * max(found.values(), default=0.0)
        clear = [word for word in found if found[word] >= least]
        return sorted(clear, key=lambda word: (-found[word], word))[:MOST_WORDS]


def _hint(rows: sp.csr_matrix, row: int, concepts: Collection[int]) -> float:
    if row >= rows.shape[0]:
        return 0.0
    start, end = rows.indptr[row], rows.indptr[row + 1]
    pairs = zip(rows.indices[start:end].tolist(), rows.data[start:end].tolist(), strict=True)
    return float(sum(value for concept, value in pairs if concept in concepts))


def _stretches(strings: dict[str, float], demand: _Side, achievement: _Side) -> Iterator[Reason]:
    """The shared strings joined to the longest stretches that stand in both texts."""
    pieces = {
        piece
        for stretch in achievement.covered(strings)
        for piece in _common(stretch, demand)
        if len(piece) >= _SHORTEST
    }
    stretches = sorted(pieces, key=lambda piece: (-len(piece), piece))
    weights: dict[str, float] = {}
    for string, weight in strings.items():
        label = next((stretch for stretch in stretches if string in stretch), string)
        weights[label] = weights.get(label, 0.0) + weight
    for label, weight in weights.items():
        yield Reason("text", label.strip(), weight, demand.places([label]), achievement.places([label]))


def _common(stretch: str, other: _Side) -> Iterator[str]:
    """A stretch cut, from its start on, into the longest pieces that stand in the other text."""
    at = 0
    while at < len(stretch):
        end = at + 1
        while end <= len(stretch) and stretch[at:end] in other:
            end += 1
        if end - 1 > at:
            yield stretch[at : end - 1]
        at = max(end - 1, at + 1)


def _subjects(
    matcher: Matcher, shared: dict[int, float], demand: _Side, achievement: _Side
) -> Iterator[Reason]:
    """Concepts both speak of, each with its part of the direction's weight; directions without a common concept."""
    table, concepts = matcher.reader.table, matcher.weights.concepts
    common = {column: weight for column, weight in shared.items() if column < concepts}
    for column, weight in shared.items():
        if not concepts <= column < matcher.weights.first_term:
            continue
        group = column - concepts
        members = {at for at, one in enumerate(table.group_of) if one == group}
        inside = {at: common[at] for at in members if common.get(at, 0.0) > 0}
        for at, part in inside.items():
            common[at] += weight * part / sum(inside.values())
        if not inside:
            places = [side.places(side.words_for(members)) for side in (demand, achievement)]
            yield Reason("direction", table.groups[group][1], weight, places[0], places[1])
    for at, weight in common.items():
        places = [side.places(side.words_for({at})) for side in (demand, achievement)]
        yield Reason("concept", table.concepts[at].name, weight, places[0], places[1])


def _finds(form: str, string: str) -> Iterator[int]:
    at = form.find(string)
    while at >= 0:
        yield at
        at = form.find(string, at + 1)
