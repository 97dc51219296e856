"""The one analysis chain: index, queries and the matcher all see a text through it.

A text is brought into one form (NFC, then for each character NFKC, lower case and traditional → simplified), and
cut into terms of four kinds, told apart by their first letter:

``b`` character bigrams of Han (and Kana, Hangul) runs; the last character of a run stands alone, so every
      character of a text begins exactly one such term and a prefix look-up finds a single character
``w`` the words that the segmenter sees, in search mode (long words and the words inside them)
``r`` Latin and digit runs: whole ("pm2.5", "u-pb"), their parts ("u", "pb") and what follows from each part's
      start on, so that any string from the start of a run is the prefix of a term

Characters are mapped one by one, never in context: only then is the form of a part of a text a part of the form
of the text, which is what "whatever contains the typed string is found" rests on.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import opencc
import rjieba

CHAIN_VERSION = 2
"""Raised with every change of this package that changes terms or sounds; the fingerprint and so the index follow it."""

MAX_RUN = 64
"""Longest Latin or digit term in characters; longer runs are found by their first 64, and have overlapping terms
of that length, so that any 32 characters of them are in one."""

DATA = Path(__file__).with_name("data")
_CJK = (
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_CJK_RUN = re.compile(f"[{_CJK}]+")
_PART = rf"[^\W_{_CJK}]+"
# What may join two parts into one run: U-Pb, PM2.5, GB/T, R&D, CO_2.
_LATIN_RUN = re.compile(rf"{_PART}(?:[-._/&'·:+]{_PART})*")
_PART_START = re.compile(rf"(?<![^\W_{_CJK}]){_PART}")
_LETTER_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_RUNS = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<latin>{_LATIN_RUN.pattern})")


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


class _CharacterMap(dict[int, str]):
    """``str.translate`` table that learns each character's normal form when it is first met."""

    def __missing__(self, code: int) -> str:
        character = unicodedata.normalize("NFKC", chr(code)).lower()
        if any(map(_CJK_RUN.match, character)):
            character = "".join(_to_simplified().convert(part) for part in character)
        self[code] = character
        return character


# NUL is no character of a text; the index uses it between texts.
_characters = _CharacterMap({0: " "})


def normalise(text: str) -> str:
    """The form in which texts are compared; aliases are not applied (see ``Analyzer.forms``)."""
    return unicodedata.normalize("NFC", text).translate(_characters)


def normalise_character(character: str) -> str:
    """The form of a single character: zero, one or several characters."""
    return _characters[ord(character)]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that is searched as one: ``start`` and ``end`` are offsets in the normalised text."""

    text: str
    cjk: bool
    start: int
    end: int


def runs(form: str) -> Iterator[Run]:
    """Han runs and Latin/digit runs of a normalised text, in order; what lies between carries no terms."""
    for found in _RUNS.finditer(form):
        yield Run(found.group(), found.lastgroup == "cjk", found.start(), found.end())


def bigrams(run: str) -> list[str]:
    """The overlapping pairs of a Han run, and its last character alone: "反渗透" → 反渗, 渗透, 透."""
    return [run[i : i + 2] for i in range(len(run))]


def run_terms(run: str) -> Iterator[str]:
    """Terms of a Latin or digit run: each part, and the rest of the run from the start of each part on."""
    if run.isalnum():
        yield run[:MAX_RUN]
    else:
        for part in _PART_START.finditer(run):
            yield part.group()[:MAX_RUN]
            if part.end() != len(run):
                yield run[part.start() : part.start() + MAX_RUN]
    for part in _PART_START.finditer(run):
        for cut in _LETTER_DIGIT.finditer(part.group()):
            yield part.group()[cut.start() : cut.start() + MAX_RUN]
    for start in range(MAX_RUN // 2, len(run) - MAX_RUN // 2, MAX_RUN // 2):
        yield run[start : start + MAX_RUN]


class Analyzer:
    """The chain with its data. ``aliases`` maps spellings to the meant ones; ``user_words`` are kept whole.

    Both are given rather than read here, so that they may come from files (``Analyzer.default``) or a database.
    The segmenter's dictionary belongs to this analyzer: user words of another one have no effect on it.
    """

    def __init__(
        self, aliases: Mapping[str, str], user_words: Iterable[str], stop_words: Iterable[str] = ()
    ) -> None:
        self._aliases = {
            normalise(typed): normalise(meant) for typed, meant in aliases.items() if typed != meant
        }
        self._user_words = tuple(sorted({normalise(word) for word in user_words}))
        self.stop_words = frozenset(normalise(word) for word in stop_words)
        spellings = sorted(self._aliases, key=lambda typed: (-len(typed), typed))
        self._alias_pattern = re.compile("|".join(map(_alias_regex, spellings))) if spellings else None
        self._segmenter = _segmenter(self._user_words)
        self.fingerprint = self._fingerprint()

    @classmethod
    def default(cls) -> Analyzer:
        """The chain with the aliases, dictionary and stop words that come with the program."""
        return _default()

    def _fingerprint(self) -> str:
        """Changes whenever the same text could give other terms: code, data or the packages that cut the text."""
        seen = hashlib.sha256()
        for part in (
            f"chain {CHAIN_VERSION}",
            f"unicode {unicodedata.unidata_version}",
            *(f"{package} {version(package)}" for package in ("rjieba", "opencc")),
            *(f"alias {typed}\t{meant}" for typed, meant in sorted(self._aliases.items())),
            *(f"word {word}" for word in self._user_words),
            f"sounds {_sounds_digest()}",
        ):
            seen.update(part.encode() + b"\n")
        return f"{CHAIN_VERSION}-{seen.hexdigest()[:20]}"

    def __reduce__(self) -> tuple[type[Analyzer], tuple[object, ...]]:
        """Travels to other processes as its data: the segmenter itself cannot."""
        return (Analyzer, (self._aliases, self._user_words, tuple(sorted(self.stop_words))))

    def data(self) -> dict[str, Any]:
        """What it was made of, as JSON may keep it; ``of_data`` makes the same chain again."""
        return {
            "aliases": dict(sorted(self._aliases.items())),
            "words": list(self._user_words),
            "stop_words": sorted(self.stop_words),
        }

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Analyzer:
        """The chain of ``data``; raises KeyError or TypeError for anything else."""
        return cls(data["aliases"], data["words"], data["stop_words"])

    def forms(self, text: str) -> tuple[str, ...]:
        """The normalised text, and, if it holds a spelling of the alias table, the text as it is meant."""
        plain = normalise(text)
        meant = self.resolve(plain)
        return (plain,) if meant == plain else (plain, meant)

    def resolve(self, form: str) -> str:
        """A normalised text with the alias table applied."""
        if self._alias_pattern is None:
            return form
        return self._alias_pattern.sub(lambda found: self._aliases[found.group()], form)

    def spellings(self, form: str) -> list[str]:
        """The other spellings that the alias table knows for a normalised text."""
        return [form.replace(meant, typed) for typed, meant in self._aliases.items() if meant in form]

    def words(self, form: str) -> list[str]:
        """Han words of two characters or more of a normalised text, in search mode."""
        return [
            word
            for word in self._segmenter.cut_for_search(form)
            if len(word) > 1 and _CJK_RUN.fullmatch(word) is not None
        ]

    def cut(self, run: str) -> list[str]:
        """A Han run cut into words that do not overlap."""
        return list(self._segmenter.cut(run))

    def index_terms(self, text: str) -> Counter[str]:
        """All terms of a text with their number; a text with alias spellings has the terms of both forms."""
        forms = self.forms(text)
        counts = self._form_terms(forms[0])
        for form in forms[1:]:
            counts |= self._form_terms(form)
        return counts

    def _form_terms(self, form: str) -> Counter[str]:
        terms = ["w" + word for word in self.words(form)]
        for run in runs(form):
            if run.cjk:
                terms += ["b" + pair for pair in bigrams(run.text)]
            else:
                terms += ["r" + term for term in run_terms(run.text)]
        return Counter(terms)

    def query_terms(self, text: str) -> list[str]:
        """Distinct terms that say what a text is about, in order of appearance: words, pairs and runs of the
        text as it is meant, without stop words and lone characters."""
        form = self.resolve(normalise(text))
        terms = ["w" + word for word in self.words(form) if word not in self.stop_words]
        for run in runs(form):
            if run.cjk:
                pairs = [run.text] if len(run.text) == 1 else bigrams(run.text)[:-1]
                terms += ["b" + pair for pair in pairs if pair not in self.stop_words]
            else:
                parts = [part.group() for part in _PART_START.finditer(run.text)]
                terms += ["r" + term[:MAX_RUN] for term in (run.text, *parts)]
        return list(dict.fromkeys(terms))


def _alias_regex(spelling: str) -> str:
    """A spelling in Latin letters stands for itself only, not for a part of a longer word."""
    before = rf"(?<![^\W_{_CJK}])" if _PART_START.match(spelling[0]) else ""
    after = rf"(?![^\W_{_CJK}])" if _PART_START.match(spelling[-1]) else ""
    return f"{before}{re.escape(spelling)}{after}"


@lru_cache(maxsize=4)
def _segmenter(user_words: tuple[str, ...]) -> rjieba.Jieba:
    """A segmenter of its own for each set of words: the one in the module is shared by the whole process."""
    segmenter = rjieba.Jieba()
    for word in user_words:
        segmenter.add_word(word, segmenter.suggest_freq(word), "n")
    return segmenter


@cache
def _sounds_digest() -> str:
    """Stands for the table of readings (see ``pinyin``), by which titles are indexed as well."""
    return hashlib.sha256((DATA / "pinyin.toml").read_bytes()).hexdigest()[:20]


@cache
def shipped() -> tuple[Mapping[str, str], tuple[str, ...], tuple[str, ...]]:
    """Aliases, dictionary and stop words that come with the program, as they are written."""
    aliases = tomllib.loads((DATA / "aliases.toml").read_text("utf-8"))["aliases"]
    words = tomllib.loads((DATA / "dictionary.toml").read_text("utf-8"))["words"]
    stop_words = tomllib.loads((DATA / "stop_words.toml").read_text("utf-8"))["words"]
    return aliases, tuple(words), tuple(stop_words)


@cache
def _default() -> Analyzer:
    return Analyzer(*shipped())
