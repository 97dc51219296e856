"""What is known of the field: concepts, the words that speak of them, and the directions they belong to.

The table is data (``retrieval/data/field/*.toml``) and is handed to the matcher, so that it may come from a
database that administrators edit. Two texts that share no word still meet in a concept: 双极板 and 电堆 both speak of
fuel cells.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from marketplace.retrieval.analysis import DATA, normalise

FOLDER = DATA / "field"


@dataclass(frozen=True, slots=True)
class Concept:
    """A narrow subject: its name, the direction (``group``) it stands in, the code of its national field, its words."""

    name: str
    group: str
    field: str
    words: tuple[str, ...]


class KnowledgeTable:
    """The concepts in the compared form of their words. ``words`` are numbered in the order of the list."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts = tuple(concepts)
        self.groups = tuple(dict.fromkeys((one.field, one.group) for one in self.concepts))
        """Directions in order; the same label in two fields is two directions."""
        number = {group: at for at, group in enumerate(self.groups)}
        self.group_of = tuple(number[one.field, one.group] for one in self.concepts)
        """The number of each concept's group."""
        self._forms: list[tuple[str, ...]] = []
        belongs: dict[str, list[int]] = {}
        for at, concept in enumerate(self.concepts):
            forms = tuple(dict.fromkeys(filter(None, map(normalise, (*concept.words, concept.name)))))
            self._forms.append(forms)
            for form in forms:
                belongs.setdefault(form, []).append(at)
        self.words = tuple(sorted(belongs))
        self.concepts_of = tuple(tuple(belongs[word]) for word in self.words)
        """For each word the numbers of the concepts it speaks of."""
        self._number = {word: at for at, word in enumerate(self.words)}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for word in self.words:
            self._lengths[word[0]] = tuple(sorted({*self._lengths.get(word[0], ()), len(word)}, reverse=True))
        self.fingerprint = self._fingerprint()

    def _fingerprint(self) -> str:
        seen = hashlib.sha256()
        for concept, forms in zip(self.concepts, self._forms, strict=True):
            seen.update("\t".join((concept.name, concept.group, concept.field, *forms)).encode() + b"\n")
        return seen.hexdigest()[:20]

    @classmethod
    def default(cls) -> KnowledgeTable:
        """The table that comes with the program."""
        return _default()

    def forms(self, concept: int) -> tuple[str, ...]:
        """The compared forms of a concept's words."""
        return self._forms[concept]

    def occurrences(self, form: str) -> Iterator[tuple[int, int]]:
        """Each occurrence of a word in a normalised text as (start, number of the word); longer ones first at a place.

        Words may lie inside one another; a Latin word counts only where it stands for itself.
        """
        for start, first in enumerate(form):
            for length in self._lengths.get(first, ()):
                end = start + length
                number = self._number.get(form[start:end]) if end <= len(form) else None
                if number is not None and _stands_alone(form, start, end):
                    yield start, number

    def find(self, form: str) -> Counter[int]:
        """How often each word (by number) occurs in a normalised text; a single character that lies in a longer word
        found anywhere in the text does not count: 铝 of 铝合金 says nothing more."""
        counts = Counter(number for _, number in self.occurrences(form))
        longer = [self.words[number] for number in counts if len(self.words[number]) > 1]
        lone = [number for number in counts if len(self.words[number]) == 1]
        for number in lone:
            if any(self.words[number] in word for word in longer):
                del counts[number]
        return counts


def _stands_alone(form: str, start: int, end: int) -> bool:
    before, after = form[start - 1 : start], form[end : end + 1]
    return not (_is_latin(before) and _is_latin(form[start])) and not (
        _is_latin(after) and _is_latin(form[end - 1])
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def read_folder(folder: Path) -> list[Concept]:
    """The concepts of a folder of TOML files: ``field`` is a code, each table a direction, each of its entries a
    concept with its words, separated by white space. Raises ValueError that names the file and the entry."""
    concepts = []
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        code = data.pop("field", None)
        if not isinstance(code, str):
            raise ValueError(f"{path.name}: field is missing")
        for group, entries in data.items():
            if not isinstance(entries, dict):
                raise ValueError(f"{path.name}: {group} is not a direction with concepts")
            for name, words in entries.items():
                if not isinstance(words, str) or not words.split():
                    raise ValueError(f"{path.name}: {group}, {name} has no words")
                concepts.append(Concept(name, group, code, tuple(words.split())))
    return concepts


@cache
def _default() -> KnowledgeTable:
    return KnowledgeTable(read_folder(FOLDER))
