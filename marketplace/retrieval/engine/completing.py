"""While somebody is typing: keywords and titles that begin with, contain or sound like what stands in the box so far.

Everything runs on what lies in memory of each segment. Whose text it is decides first: of documents that an audience
does not see, neither a word is offered nor counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from marketplace.retrieval.analysis import Analyzer, normalise
from marketplace.retrieval.documents import KINDS, Kind, Subject
from marketplace.retrieval.engine.segments import Ints, Mask, SegmentReader
from marketplace.retrieval.engine.snapshot import Scope, Snapshot
from marketplace.retrieval.engine.sounds import Sounds
from marketplace.retrieval.index import Completion, Keyword
from marketplace.retrieval.pinyin import Typed, read_typed
from marketplace.retrieval.query import tidy

LEAST_LETTERS = 2
"""Letters from which on typing by sound is helped: less decides nothing."""
ENOUGH_LETTERS = 3
"""Letters from which on a sound is looked for in the middle of a text as well."""
LONGEST = 40
MOST_PLACES = 5_000
"""Places of a typed string that are looked at in a segment: a single frequent character stands everywhere."""
WITNESSES = 5
"""Listings named for each keyword, so that the caller can see for itself that one of them still has it."""

BEGINS, SOUNDS_FIRST, CONTAINS, SOUNDS = range(4)
"""How well something fits, best first."""


class Lines:
    """Numbered short texts, searched for a string at once."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._blob = b"\n".join(texts)
        self._starts = np.array(list(accumulate((len(text) + 1 for text in texts), initial=0)), np.int64)

    def find(self, needle: bytes) -> tuple[Ints, Mask]:
        """The texts that contain the string, ascending, and whether they begin with it."""
        places = np.fromiter(self._places(needle), np.int64)
        lines = np.searchsorted(self._starts, places, side="right") - 1
        opening = self._starts[lines] == places
        found, first = np.unique(lines, return_index=True)
        return found, opening[first]

    def _places(self, needle: bytes) -> Iterator[int]:
        at, left = self._blob.find(needle), MOST_PLACES
        while at >= 0 and left:
            yield at
            at, left = self._blob.find(needle, at + 1), left - 1


class Completer:
    """One segment: its titles, and its keywords with the documents that have them."""

    def __init__(self, reader: SegmentReader) -> None:
        self.reader = reader
        words: dict[str, tuple[str, str, list[int]]] = {}
        for number, keywords in enumerate(reader.keywords):
            for word, sound in keywords:
                words.setdefault(tidy(normalise(word)), (word, sound, []))[2].append(number)
        self.forms = list(words)
        self.words = [word for word, _, _ in words.values()]
        self.documents = [np.array(documents, np.int64) for _, _, documents in words.values()]
        self._spoken = [sound for _, sound, _ in words.values()]

    @cached_property
    def titles(self) -> Lines:
        """The titles in every form they are compared in."""
        return Lines(self.reader.titles)

    @cached_property
    def keywords(self) -> Lines:
        """The keywords in their compared form."""
        return Lines([form.encode() for form in self.forms])

    @cached_property
    def sounds(self) -> Sounds:
        """How the keywords sound."""
        return Sounds([sound] for sound in self._spoken)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed so far: the forms it may be compared in, and what its letters may stand for."""

    forms: tuple[str, ...]
    typed: Typed | None

    @classmethod
    def read(cls, text: str, analyzer: Analyzer) -> Wish:
        """Reads a text of which no more than 40 characters count."""
        forms = tuple(filter(None, (tidy(form) for form in analyzer.forms(text[:LONGEST]))))
        return cls(forms, read_typed(forms[0], LEAST_LETTERS, LEAST_LETTERS) if forms else None)


def complete(snapshot: Snapshot, scope: Scope, wish: Wish, kinds: Sequence[Kind], most: int) -> Completion:
    """The best keywords of the first kind and titles of each kind, ``most`` of each."""
    wanted = scope.visible & np.isin(snapshot.kinds, [KINDS.index(kind) for kind in kinds])
    first = scope.visible & (snapshot.kinds == KINDS.index(kinds[0]))
    return Completion(_keywords(snapshot, first, wish, most), _titles(snapshot, wanted, wish, kinds, most))


def _keywords(snapshot: Snapshot, wanted: Mask, wish: Wish, most: int) -> tuple[Keyword, ...]:
    found: dict[str, tuple[int, str, list[int]]] = {}
    for base, completer in _completers(snapshot):
        for number, fit in _fitting(completer.keywords, completer.sounds, wish).items():
            documents = completer.documents[number] + base
            documents = documents[wanted[documents]]
            if len(documents):
                known = found.get(completer.forms[number], (fit, completer.words[number], []))
                known[2].extend(documents.tolist())
                found[completer.forms[number]] = (min(fit, known[0]), known[1], known[2])
    ranked = sorted(found.items(), key=lambda one: (one[1][0], -len(one[1][2]), len(one[0]), one[0]))[:most]
    return tuple(
        Keyword(word, len(documents), tuple(_subject(snapshot, one) for one in documents[-WITNESSES:]))
        for _, (_, word, documents) in ranked
    )


def _titles(
    snapshot: Snapshot, wanted: Mask, wish: Wish, kinds: Sequence[Kind], most: int
) -> dict[Kind, tuple[int, ...]]:
    fits = np.full(snapshot.size, SOUNDS + 1, np.int64)
    for base, completer in _completers(snapshot):
        for number, fit in _fitting(completer.titles, completer.reader.sounds, wish).items():
            fits[base + number] = fit
    numbers = np.nonzero(wanted & (fits <= SOUNDS))[0]
    places = np.empty(snapshot.size, np.int64)
    places[snapshot.order("newest")] = np.arange(snapshot.size)
    ranked = numbers[np.lexsort((places[numbers], fits[numbers]))]
    return {
        kind: tuple(snapshot.subjects[ranked[snapshot.kinds[ranked] == KINDS.index(kind)][:most]].tolist())
        for kind in kinds
    }


def _fitting(lines: Lines, sounds: Sounds, wish: Wish) -> dict[int, int]:
    """How well each text fits, by number; those that do not are left out."""
    found: dict[int, int] = {}
    if wish.typed is not None:
        numbers, opening = sounds.find(wish.typed)
        if len(wish.typed.letters) < ENOUGH_LETTERS:
            numbers, opening = numbers[opening], opening[opening]
        fits = np.where(opening, SOUNDS_FIRST, SOUNDS)
        found = dict(zip(numbers.tolist(), fits.tolist(), strict=True))
    for form in wish.forms:
        for number, fit in _containing(lines, form).items():
            found[number] = min(fit, found.get(number, fit))
    return found


def _containing(lines: Lines, form: str) -> dict[int, int]:
    """Texts that contain each of the words of a form."""
    found: dict[int, int] | None = None
    for word in form.split(" "):
        numbers, opening = lines.find(word.encode())
        fits = np.where(opening, BEGINS, CONTAINS)
        here: dict[int, int] = dict(zip(numbers.tolist(), fits.tolist(), strict=True))
        if found is not None:
            here = {number: min(fit, found[number]) for number, fit in here.items() if number in found}
        found = here
    return found or {}


def _completers(snapshot: Snapshot) -> Iterator[tuple[int, Completer]]:
    for base, reader in zip(snapshot.bases, snapshot.readers, strict=False):
        yield int(base), reader.kept("completer", Completer)


def _subject(snapshot: Snapshot, number: int) -> Subject:
    return KINDS[snapshot.kinds[number]], int(snapshot.subjects[number])
