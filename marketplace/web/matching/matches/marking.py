"""Two texts with what they share marked: each reason by its number, in both texts alike."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _

from marketplace.domain.text import N_
from marketplace.retrieval.matching.explain import Place, Reason
from marketplace.retrieval.matching.reading import Text
from marketplace.services.matching.reading.explaining import Explained

KINDS = {"text": N_("两边都写到"), "concept": N_("同一概念"), "direction": N_("同一方向")}
COLOURS = 6
"""Colours of marks before they begin again; the number beside a mark never does."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``number`` of the reason it stands for, 0 for none."""

    text: str
    number: int

    @property
    def colour(self) -> int:
        """Which of the colours marks it, from 1."""
        return (self.number - 1) % COLOURS + 1


@dataclass(frozen=True)
class Because:
    """A reason in words: ``percent`` of the texts' score, ``key`` names it in an address."""

    number: int
    key: str
    label: str
    kind: str
    percent: int
    off: bool

    @property
    def colour(self) -> int:
        """Which of the colours marks it, from 1."""
        return (self.number - 1) % COLOURS + 1


@dataclass(frozen=True)
class Marked:
    """One text: its title and its paragraphs."""

    title: list[Piece]
    paragraphs: list[list[Piece]]


def key_of(reason: Reason) -> str:
    """Return how an address names a reason."""
    return f"{reason.kind}:{reason.label}"


def chosen(explained: Explained | None, keys: Collection[str]) -> list[tuple[str, str]]:
    """Return the reasons that ``keys`` of an address name; what this pair does not have is ignored."""
    if explained is None:
        return []
    return [(one.kind, one.label) for one in explained.explanation.reasons if key_of(one) in keys]


def reasons(explained: Explained, off: Collection[tuple[str, str]]) -> list[Because]:
    """Return the reasons in words, the weightiest first."""
    score = explained.explanation.score or 1.0
    return [
        Because(
            number,
            key_of(one),
            one.label,
            _(KINDS[one.kind]),
            round(100 * one.weight / score),
            (one.kind, one.label) in off,
        )
        for number, one in enumerate(explained.explanation.reasons, start=1)
    ]


def texts(explained: Explained, off: Collection[tuple[str, str]]) -> tuple[Marked, Marked]:
    """Return the demand's and the achievement's text with the reasons that count marked."""
    counting = [
        (number, one)
        for number, one in enumerate(explained.explanation.reasons, start=1)
        if (one.kind, one.label) not in off
    ]
    demand = [(number, place) for number, one in counting for place in one.in_demand]
    achievement = [(number, place) for number, one in counting for place in one.in_achievement]
    return _marked(explained.demand, demand), _marked(explained.achievement, achievement)


def _marked(text: Text, places: Sequence[tuple[int, Place]]) -> Marked:
    content = _pieces(text.content, _numbers(text.content, "content", places))
    return Marked(_pieces(text.title, _numbers(text.title, "title", places)), _paragraphs(content))


def _numbers(text: str, part: Literal["title", "content"], places: Iterable[tuple[int, Place]]) -> list[int]:
    """Return for each character the number of its reason; of several the weightiest one has it."""
    numbers = [0] * len(text)
    for number, place in places:
        if place.part == part and not any(numbers[place.start : place.end]):
            numbers[place.start : place.end] = [number] * (place.end - place.start)
    return numbers


def _pieces(text: str, numbers: Sequence[int]) -> list[Piece]:
    made: list[Piece] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or numbers[at] != numbers[start]:
            made.append(Piece(text[start:at], numbers[start]))
            start = at
    return made


def _paragraphs(pieces: Iterable[Piece]) -> list[list[Piece]]:
    made: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *rest = piece.text.split("\n")
        made[-1].append(Piece(first, piece.number))
        made += [[Piece(words, piece.number)] for words in rest]
    return [
        [piece for piece in one if piece.text] for one in made if any(piece.text.strip() for piece in one)
    ]
