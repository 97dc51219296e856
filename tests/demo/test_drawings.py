"""The drawings of the demonstration: each belongs to an achievement, is its own, small, and drawn from today's text."""

import re
from collections import Counter
from xml.etree import ElementTree

import pytest

from marketplace.demo import drawings, texts
from marketplace.integrations.scanner import sniff
from tests.demo.render_drawings import LARGEST

ACHIEVEMENTS = {each.key: each for each in texts.load().listings if each.kind == "achievement"}
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def numbers_of(told: object) -> set[float]:
    """Every number that stands in a text, thousands joined."""
    return {float(found) for found in NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", str(told)))}


def test_most_achievements_have_a_drawing_of_their_own() -> None:
    """More than sixty, of every family, none for an achievement that is not there, no two alike."""
    assert len(drawings.entries()) >= 60
    assert set(drawings.entries()) <= set(ACHIEVEMENTS)
    kinds = Counter(entry["kind"] for entry in drawings.entries().values())
    assert set(kinds) == set(drawings.KINDS)
    captions = [drawings.caption(key) for key in drawings.entries()]
    assert len(set(captions)) == len(captions)
    assert len({drawings.picture(key) for key in drawings.entries()}) == len(captions)
    assert drawings.caption("no-such-key") == ""
    assert drawings.picture("no-such-key") is None


@pytest.mark.parametrize("key", sorted(drawings.entries()))
def test_a_picture_is_small_and_of_the_present_text(key: str) -> None:
    """Whoever changes a text and forgets to draw it anew learns so here."""
    content = drawings.picture(key)
    assert content is not None
    assert sniff(content, f"{key}.png") == "image/png"
    assert len(content) <= LARGEST
    assert drawings.drawn()[key] == drawings.fingerprint(key)


def test_no_picture_lies_about_that_nothing_shows() -> None:
    """The folder holds what the texts name, and nothing else."""
    assert {path.stem for path in drawings.PICTURES.glob("*.png")} == set(drawings.entries())
    assert set(drawings.drawn()) == set(drawings.entries())


@pytest.mark.parametrize("key", sorted(drawings.entries()))
def test_a_drawing_shows_the_numbers_of_its_own_achievement(key: str) -> None:
    """At least one of the numbers drawn is one that the achievement claims, and nothing leaves the sheet."""
    shown = numbers_of(list(drawings.entries()[key].values()))
    raw = ACHIEVEMENTS[key].raw
    claimed = numbers_of([raw[name] for name in ("benefit", "summary", "metrics")])
    assert {number for number in shown & claimed if number not in (0.0, 1.0)}
    for element in ElementTree.fromstring(drawings.svg(key)).iter():  # noqa: S314 - our own text
        for name, most in (("x", 720), ("y", 450)):
            place = element.get(name)
            assert place is None or 0 <= float(place) <= most
