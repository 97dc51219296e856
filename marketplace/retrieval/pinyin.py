"""How Han text sounds: syllables without tones, and what Latin letters may stand for when somebody types by sound.

shimoxi and smx both lead to 石墨烯. A text is read in one or two ways: words are read as words (行业 hang ye) and,
where that differs, character by character as well, because where a word begins is sometimes a guess.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from marketplace.retrieval.analysis import DATA, runs

LEAST_INITIALS = 3
"""Letters from which on a word may stand for the first letters of syllables; two fit too much."""
LEAST_LETTERS = 4
LONGEST = 40
"""Letters that are looked at."""

_INITIALS = re.compile(r"[abcdefghjklmnopqrstwxyz]+")
_TYPED = re.compile(r"[a-zü]+(?:['’ ][a-zü]+)*")
_MOST_WORD = 5


@dataclass(frozen=True, slots=True)
class Table:
    """The usual reading of each character, and words that are read otherwise."""

    characters: dict[str, str]
    words: dict[str, tuple[str, ...]]
    syllables: frozenset[str]
    beginnings: frozenset[str]


@cache
def table() -> Table:
    """The shipped readings (``data/pinyin.toml``), read once."""
    data = tomllib.loads((DATA / "pinyin.toml").read_text("utf-8"))
    characters = {one: sound for sound, every in data["characters"].items() for one in every}
    words = {one: tuple(sounds.split()) for sounds, every in data["words"].items() for one in every.split()}
    syllables = frozenset(characters.values())
    beginnings = frozenset(one[:end] for one in syllables for end in range(1, len(one) + 1))
    return Table(characters, words, syllables, beginnings)


@dataclass(frozen=True, slots=True)
class Syllable:
    """What one character, or one Latin run, of a normalised text sounds like; offsets in that text."""

    sound: str
    start: int
    end: int


def readings(form: str) -> list[list[Syllable]]:
    """The ways a normalised text is read, one or two; marks and blanks are silent and end nothing.

    Latin runs speak for themselves, letters and digits only: LED照明 is led zhao ming.
    """
    as_words = list(_read(form, by_words=True))
    by_characters = list(_read(form, by_words=False))
    return [as_words] if as_words == by_characters else [as_words, by_characters]


def _read(form: str, by_words: bool) -> Iterator[Syllable]:
    known = table()
    for run in runs(form):
        if not run.cjk:
            sound = "".join(letter for letter in run.text if letter.isascii() and letter.isalnum())
            if sound:
                yield Syllable(sound, run.start, run.end)
            continue
        at = 0
        while at < len(run.text):
            sounds = _word_at(run.text, at) if by_words else ()
            sounds = sounds or (known.characters.get(run.text[at], ""),)
            for number, sound in enumerate(sounds, start=run.start + at):
                if sound:
                    yield Syllable(sound, number, number + 1)
            at += len(sounds)


def _word_at(run: str, at: int) -> tuple[str, ...]:
    words = table().words
    for length in range(min(_MOST_WORD, len(run) - at), 1, -1):
        found = words.get(run[at : at + length])
        if found is not None:
            return found
    return ()


def sound_of(form: str) -> str:
    """The letters of a short text as it is most likely read: 石墨烯 → shimoxi."""
    return "".join(syllable.sound for syllable in _read(form, by_words=True))


def letters_of(form: str) -> str:
    """The letters somebody typed, if they may be letters of a sound, else nothing: "Xi'an" → xian, lü → lv."""
    text = form.strip()
    if not _TYPED.fullmatch(text):
        return ""
    return re.sub(r"['’ ]", "", text).replace("ü", "v")[:LONGEST]


@dataclass(frozen=True, slots=True)
class Typed:
    """Letters that may stand for sounds: as whole syllables (the last may be unfinished), as first letters, or both."""

    letters: str
    syllables: bool
    initials: bool


def read_typed(form: str, least: int = LEAST_LETTERS, least_initials: int = LEAST_INITIALS) -> Typed | None:
    """What a typed word may stand for, or None: fewer letters than ``least`` (``least_initials``) fit too much."""
    letters = letters_of(form)
    syllables = len(letters) >= least and _spells(letters)
    initials = len(letters) >= least_initials and _INITIALS.fullmatch(letters) is not None
    return Typed(letters, syllables, initials) if syllables or initials else None


def _spells(letters: str) -> bool:
    """Whether letters can be cut into syllables, the last one perhaps unfinished."""
    known = table()
    reached = {0}
    for at in range(len(letters)):
        if at not in reached:
            continue
        if letters[at:] in known.beginnings:
            return True
        reached |= {at + length for length in range(1, 7) if letters[at : at + length] in known.syllables}
    return False


def spans(form: str, typed: Typed) -> list[tuple[int, int]]:
    """Where a normalised text sounds like what was typed, as (start, end); none overlap."""
    found: list[tuple[int, int]] = []
    for reading in readings(form):
        at = 0
        while at < len(reading):
            end = _spoken(reading, at, typed)
            if end:
                found.append((reading[at].start, reading[end - 1].end))
            at = max(end, at + 1)
        if found:
            break
    return found


def _spoken(reading: list[Syllable], at: int, typed: Typed) -> int:
    """The number of the syllable after those that sound as typed from ``at`` on; 0 if they do not."""
    if typed.syllables:
        heard = ""
        for number in range(at, len(reading)):
            heard += reading[number].sound
            if heard.startswith(typed.letters):
                return number + 1
            if not typed.letters.startswith(heard):
                break
    end = at + len(typed.letters)
    if typed.initials and "".join(one.sound[0] for one in reading[at:end]) == typed.letters:
        return end
    return 0
