"""What a meter says: points for each question, and what to write for the points that are missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from marketplace.domain.text import N_, Words

GOOD, FAIR = 80, 60
"""From this many points on a text counts as good, or as fair."""

GRADES: Mapping[str, Mapping[str, str]] = {
    "demand": {"good": N_("清楚"), "fair": N_("基本清楚"), "poor": N_("还不清楚")},
    "achievement": {"good": N_("齐全"), "fair": N_("基本齐全"), "poor": N_("还不齐全")},
}
"""Words for a grade, by kind of listing."""

TONES: Mapping[str, str] = {"good": "ok", "fair": "info", "poor": "warn"}

NAMES: Mapping[str, str] = {"demand": N_("需求清晰度"), "achievement": N_("成果完整度")}
"""What the meter of a kind is called."""


@dataclass(frozen=True)
class Advice:
    """What to write, and the field (domain/catalogue/content.py) where it belongs."""

    field: str
    words: Words


@dataclass(frozen=True)
class Part:
    """One question with its points; ``advice`` is empty where nothing is missing."""

    key: str
    label: str
    points: int
    most: int
    advice: Sequence[Advice] = ()

    @property
    def tone(self) -> str:
        """ok, warn or bad: all points, some, fewer than half."""
        if self.points >= self.most:
            return "ok"
        return "warn" if 2 * self.points >= self.most else "bad"


@dataclass(frozen=True)
class Meter:
    """All questions of a kind of listing, in the order in which a reader asks them; 100 points in all."""

    kind: str
    parts: Sequence[Part]

    @property
    def score(self) -> int:
        """Points out of 100."""
        return sum(part.points for part in self.parts)

    @property
    def grade(self) -> str:
        """good, fair or poor."""
        return "good" if self.score >= GOOD else "fair" if self.score >= FAIR else "poor"

    @property
    def name(self) -> str:
        """The msgid of what the meter is called."""
        return NAMES[self.kind]

    @property
    def word(self) -> str:
        """The msgid of the grade."""
        return GRADES[self.kind][self.grade]

    @property
    def tone(self) -> str:
        """The tone in which the grade is shown."""
        return TONES[self.grade]

    @property
    def advice(self) -> list[Advice]:
        """All advice: the first word on each question, what brings the most points first; then the second ones."""
        parts = sorted(self.parts, key=lambda part: part.points - part.most)
        turns = zip_longest(*(part.advice for part in parts))
        return [each for turn in turns for each in turn if each is not None]


def part(key: str, label: str, share: float, most: int, advice: Sequence[Advice]) -> Part:
    """Return a part with ``share`` (0 to 1) of its points; full marks go without advice."""
    points = round(most * min(max(share, 0.0), 1.0))
    return Part(key, label, points, most, () if points == most else tuple(advice))
