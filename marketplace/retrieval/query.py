"""What was typed, read: words, "phrases" and -exclusions, and the terms that find them.

Every term required for a typed word is cut from the word itself, so whatever contains the word as typed has all of
them: requiring them can let in more, never miss one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from marketplace.retrieval.analysis import MAX_RUN, Analyzer, Run, bigrams, normalise, runs
from marketplace.retrieval.pinyin import Typed, read_typed

MAX_TEXT = 200
"""Characters of a query that are read; whoever pastes a whole description searches by its beginning."""

_QUOTES = str.maketrans(dict.fromkeys("“”„＂「」『』", '"'))
_TOKEN = re.compile(r'(?P<minus>(?<!\S)[-－])?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"，。；、！？]+))')
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A term to look up; ``prefix``: any term that begins so."""

    term: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a typed word that is required as one piece, e.g. 双极板 of 燃料电池双极板."""

    text: str
    lookups: tuple[Lookup, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One way a typed word may be written: ``units`` are required, ``lookups`` stand for the whole string.
    ``certain``: a text that has the lookups surely contains the string."""

    text: str
    units: tuple[Unit, ...]
    lookups: tuple[Lookup, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. ``words``, ``phrases`` and ``excluded`` hold for each typed thing its forms: as typed, and
    as meant by the alias table. ``sounds`` says of each word what its letters may stand for when too little contains
    it as typed. ``terms`` rank, ``characters`` widen a relaxed search, ``marks`` are what a snippet marks.
    ``blank``: nothing was typed; typed but without words to look for, it finds nothing."""

    text: str
    blank: bool
    words: tuple[tuple[Form, ...], ...]
    sounds: tuple[Typed | None, ...]
    phrases: tuple[tuple[Form, ...], ...]
    excluded: tuple[tuple[Form, ...], ...]
    terms: tuple[str, ...]
    characters: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def searchable(self) -> bool:
        """Whether anything typed can decide about a text."""
        return bool(self.words or self.phrases or self.excluded)


def tidy(form: str) -> str:
    """White space as single blanks: how texts are kept for, and compared in, phrase checks."""
    return _SPACE.sub(" ", form).strip()


@lru_cache(maxsize=256)
def parse(text: str, analyzer: Analyzer) -> Query:
    """Reads a query. Quotes of every make are understood; an unclosed quote is ignored; ``-`` excludes only at
    the beginning of a word."""
    blank = not text.strip()
    text = text[:MAX_TEXT].translate(_QUOTES)
    if text.count('"') % 2:
        text = " ".join(text.rsplit('"', 1))
    words: dict[tuple[Form, ...], Typed | None] = {}
    phrases: list[tuple[Form, ...]] = []
    excluded: list[tuple[Form, ...]] = []
    for token in _TOKEN.finditer(text):
        typed = token["phrase"] if token["phrase"] is not None else token["word"]
        forms = _forms(typed, analyzer)
        if not forms:
            continue
        if token["minus"]:
            excluded.append(forms)
        elif token["phrase"] is not None:
            phrases.append(forms)
        else:
            words[forms] = read_typed(tidy(normalise(typed)))
    meant = " ".join(forms[-1].text for forms in [*words, *phrases])
    han = [character for run in runs(meant) if run.cjk for character in run.text]
    characters = tuple(dict.fromkeys("b" + c for c in han if c not in analyzer.stop_words))
    return Query(
        text=text,
        blank=blank,
        words=tuple(words),
        sounds=tuple(words.values()),
        phrases=tuple(dict.fromkeys(phrases)),
        excluded=tuple(dict.fromkeys(excluded)),
        terms=tuple(analyzer.query_terms(meant)),
        characters=characters,
        marks=_marks([*words, *phrases], analyzer),
    )


def _forms(typed: str, analyzer: Analyzer) -> tuple[Form, ...]:
    forms = (_form(tidy(text), analyzer) for text in analyzer.forms(typed))
    return tuple(form for form in forms if form.lookups)


def _form(text: str, analyzer: Analyzer) -> Form:
    units: list[Unit] = []
    string: list[Lookup] = []
    found = list(runs(text))
    for run in found:
        if run.cjk:
            string += _pairs(run.text)
            units += [Unit(part, tuple(_pairs(part))) for part in _han_units(run.text, analyzer)]
        else:
            lookup = Lookup("r" + run.text[:MAX_RUN], prefix=_may_go_on(run, text))
            string.append(lookup)
            units.append(Unit(run.text, (lookup,)))
    certain = len(found) == 1 and found[0].text == text and (not found[0].cjk or len(text) <= 2)
    return Form(text, tuple(dict.fromkeys(units)), tuple(dict.fromkeys(string)), certain)


def _may_go_on(run: Run, text: str) -> bool:
    """Whether the run may be the beginning of a longer one: typed to its end, or to a joint like the one in U-Pb."""
    return len(text) - run.end < 2


def _pairs(run: str) -> list[Lookup]:
    if len(run) == 1:
        return [Lookup("b" + run, prefix=True)]
    return [Lookup("b" + pair) for pair in bigrams(run)[:-1]]


def _han_units(run: str, analyzer: Analyzer) -> list[str]:
    """Words of a run without stop words; a lone character belongs to its neighbour (反渗透|膜 → 反渗透膜)."""
    units: list[str] = []
    lone_before = ""
    joinable = False
    for word in analyzer.cut(run):
        if word in analyzer.stop_words:
            if lone_before:
                units.append(lone_before)
            lone_before, joinable = "", False
        elif len(word) == 1 and joinable:
            units[-1] += word
        elif len(word) == 1:
            lone_before += word
        else:
            units.append(lone_before + word)
            lone_before, joinable = "", True
    if lone_before:
        units.append(lone_before)
    return units or [run]


def _marks(typed: list[tuple[Form, ...]], analyzer: Analyzer) -> tuple[str, ...]:
    marks: list[str] = []
    for forms in typed:
        for form in forms:
            marks.append(form.text)
            marks += [unit.text for unit in form.units]
    marks += [spelling for mark in marks for spelling in analyzer.spellings(mark)]
    return tuple(dict.fromkeys(mark for mark in marks if mark))
