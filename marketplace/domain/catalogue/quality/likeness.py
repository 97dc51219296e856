"""How alike two texts are: overlapping pieces of four characters, and pairs of characters for titles."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby

PIECE = 4
"""Characters of a piece: long enough that two texts about one subject share few of them by chance."""
FEWEST = 40
"""Pieces that the shorter text needs before its share says anything."""
TEXT_ALIKE = 0.5
"""Share of the shorter text's pieces that the other one has, from which on their texts are nearly the same."""
TITLE_ALIKE = 0.75
"""Dice coefficient of the pairs of two titles from which on they are nearly the same."""
SHORTEST_TITLE = 4

_LEFT_OUT = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Alike:
    """What two listings share. ``title``, ``text``: 0 to 1, 0 where it is below what says anything."""

    same_title: bool = False
    title: float = 0.0
    text: float = 0.0

    def __bool__(self) -> bool:
        return self.same_title or self.title > 0 or self.text > 0

    @property
    def score(self) -> float:
        """0 to 1: the strongest of the three."""
        return max(float(self.same_title), self.title, self.text)


def bare(text: str) -> str:
    """Return ``text`` as it is compared: NFKC, lower case, letters and digits alone."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text).lower())


def pieces(text: str, size: int = PIECE) -> frozenset[str]:
    """Return the overlapping pieces of a text."""
    run = bare(text)
    return frozenset(run[at : at + size] for at in range(len(run) - size + 1))


@dataclass(frozen=True)
class Print:
    """What of a listing is compared, made once."""

    title: str
    pairs: frozenset[str]
    pieces: frozenset[str]


def print_of(title: str, text: str) -> Print:
    """Return the print of a title and a text."""
    return Print(bare(title), pieces(title, 2), pieces(text))


def alike(one: Print, other: Print) -> Alike:
    """Return what two listings share; the result is false where they are merely about similar things."""
    same = len(one.title) >= SHORTEST_TITLE and one.title == other.title
    title = _dice(one.pairs, other.pairs) if min(len(one.title), len(other.title)) >= SHORTEST_TITLE else 0.0
    text = _contained(one.pieces, other.pieces)
    return Alike(
        same_title=same,
        title=title if title >= TITLE_ALIKE else 0.0,
        text=text if text >= TEXT_ALIKE else 0.0,
    )


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _contained(one: frozenset[str], other: frozenset[str]) -> float:
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer >= FEWEST else 0.0


def marked(text: str, other: str, size: int = PIECE + 2) -> list[tuple[str, bool]]:
    """Return ``text`` in stretches (words, whether they stand in ``other`` too); stretches of ``size`` and longer."""
    known = {other[at : at + size] for at in range(len(other) - size + 1)}
    shared = [False] * len(text)
    for at in range(len(text) - size + 1):
        if text[at : at + size] in known:
            shared[at : at + size] = [True] * size
    return [
        ("".join(text[at] for at in run), same)
        for same, group in groupby(range(len(text)), key=shared.__getitem__)
        for run in [list(group)]
    ]
