"""Words that are nearly the one that was typed: by how they are written and by how they sound.

All terms of a segment lie in arrays, and the distance of edits to each of them is found for all at once, so that
nothing needs to be prepared beyond the terms themselves. What is near is only proposed: the caller asks what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.retrieval import pinyin
from marketplace.retrieval.analysis import normalise
from marketplace.retrieval.engine.segments import SegmentReader
from marketplace.retrieval.query import tidy

LONGEST_WORD = 10
LONGEST_SOUND = 28
KINDS_OF_LETTERS = 64
"""Letters are told apart so far before words are compared: rarely two of a word fall together."""
LEAST_LATIN = 4
"""Letters of a Latin word that may be meant: shorter ones are near everything."""

Codes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Near:
    """A word and how far it is, 0 if it sounds the same; ``frequency`` of documents, all audiences included."""

    distance: float
    frequency: int
    word: str


def _codes(text: str) -> Codes:
    """The characters of a text as numbers."""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


class Words:
    """Strings of some longest length, compared with one at once."""

    def __init__(self, texts: list[str], longest: int) -> None:
        self.lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        joined = "".join(text.ljust(longest, "\0") for text in texts)
        self._codes = _codes(joined).reshape(len(texts), longest)
        self._letters = np.zeros((len(texts), KINDS_OF_LETTERS), np.int8)
        rows = np.repeat(np.arange(len(texts)), self.lengths)
        np.add.at(self._letters, (rows, _codes("".join(texts)) % KINDS_OF_LETTERS), 1)

    def within(self, text: str, slips: int) -> dict[int, int]:
        """The words at most so many edits from ``text``, by number. Few words are compared letter by letter: an edit
        changes the length by one at most, and the numbers of all letters by two."""
        near = np.nonzero(np.abs(self.lengths - len(text)) <= slips)[0]
        letters = np.bincount(_codes(text) % KINDS_OF_LETTERS, minlength=KINDS_OF_LETTERS).astype(np.int8)
        among = near[np.abs(self._letters[near] - letters).sum(axis=1) <= 2 * slips]
        distances = self.distances(text, among)
        kept = distances <= slips
        return dict(zip(among[kept].tolist(), distances[kept].tolist(), strict=True))

    def distances(self, text: str, among: NDArray[np.int64]) -> NDArray[np.int64]:
        """Edits (letters put in, left out, exchanged, two neighbours swapped) from ``text`` to each of ``among``."""
        codes, width = self._codes[among], int(self.lengths[among].max(initial=0))
        typed = _codes(text)
        before = np.zeros((len(among), width + 1), np.int64)
        row = np.tile(np.arange(width + 1), (len(among), 1))
        for at, letter in enumerate(typed, start=1):
            earlier, before = before, row
            row = np.empty_like(before)
            row[:, 0] = at
            for place in range(1, width + 1):
                same = codes[:, place - 1] == letter
                cost = np.minimum(before[:, place] + 1, row[:, place - 1] + 1)
                cost = np.minimum(cost, before[:, place - 1] + ~same)
                if at > 1 and place > 1:
                    swapped = (codes[:, place - 1] == typed[at - 2]) & (codes[:, place - 2] == letter)
                    cost = np.where(swapped, np.minimum(cost, earlier[:, place - 2] + 1), cost)
                row[:, place] = cost
        found: NDArray[np.int64] = row[np.arange(len(among)), self.lengths[among]]
        return found


class Vocabulary:
    """The words of one segment: Han words and Latin runs of its texts, and its keywords."""

    def __init__(self, reader: SegmentReader) -> None:
        latin = (term for term in reader.vocabulary("r") if term.isalpha() and len(term) >= LEAST_LATIN)
        keywords = (tidy(normalise(word)) for every in reader.keywords for word, _ in every)
        words = dict.fromkeys(keywords)
        words |= dict.fromkeys([*reader.vocabulary("w"), *latin])
        self.words = [word for word in words if 2 <= len(word) <= LONGEST_WORD]
        sounds = [pinyin.sound_of(word)[:LONGEST_SOUND] for word in self.words]
        self._same: dict[str, list[int]] = {}
        for number, sound in enumerate(sounds):
            self._same.setdefault(sound, []).append(number)
        self._written = Words(self.words, LONGEST_WORD)
        self._spoken = Words(sounds, LONGEST_SOUND)
        self._reader = reader

    def near(self, text: str) -> list[Near]:
        """Words that ``text`` may be a slip of, in no order: those that sound the same, or, if there are none, those
        a slip or two away."""
        sound = pinyin.letters_of(text) or pinyin.sound_of(text)
        same = [number for number in self._same.get(sound, ()) if self.words[number] != text]
        if same:
            return [self._near(number, 0.0) for number in same]
        found: dict[int, float] = {}
        # Of three characters one may be wrong, of letters of a sound one in five.
        slips = 0 if len(text) < 3 else 1 if len(text) < 6 else 2
        if slips:
            found |= self._written.within(text, slips)
        heard = 0 if len(sound) < 5 else 1 if len(sound) < 8 else 2
        if heard:
            for number, slip in self._spoken.within(sound[:LONGEST_SOUND], heard).items():
                found[number] = min(slip * 0.6, found.get(number, 9.0))
        return [self._near(number, slip) for number, slip in found.items() if self.words[number] != text]

    def _near(self, number: int, distance: float) -> Near:
        word = self.words[number]
        kind = "r" if word.isascii() else "w"
        return Near(distance, self._reader.document_frequency(kind + word), word)


def nearest(readers: Iterable[SegmentReader], text: str, most: int) -> list[Near]:
    """The words of all segments that are nearest, best first; of equals what more texts have."""
    found: dict[str, Near] = {}
    for reader in readers:
        for one in reader.kept("vocabulary", Vocabulary).near(text):
            known = found.get(one.word)
            found[one.word] = (
                one
                if known is None
                else Near(min(one.distance, known.distance), one.frequency + known.frequency, one.word)
            )
    ranked = sorted(found.values(), key=lambda one: (one.distance, -one.frequency, one.word))
    return ranked[:most]
