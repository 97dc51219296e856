"""The words in force, and the analysis chain that reads by them; a row stands in for the shipped entry of its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.catalogue import SearchWord
from marketplace.retrieval.analysis import Analyzer, normalise
from marketplace.retrieval.analysis import shipped as shipped_words

Key = tuple[str, str]
"""Kind and compared form."""


@dataclass(frozen=True)
class Word:
    """An entry: ``meaning`` is what an alias stands for, else empty."""

    kind: str
    text: str
    meaning: str = ""


@lru_cache(maxsize=1)
def shipped() -> Mapping[Key, Word]:
    """Return the entries that come with the program, by key, in their order."""
    aliases, words, stop_words = shipped_words()
    every = [
        *(Word("alias", text, meaning) for text, meaning in aliases.items()),
        *(Word("word", text) for text in words),
        *(Word("stop", text) for text in stop_words),
    ]
    return {(one.kind, normalise(one.text)): one for one in every}


def rows() -> list[SearchWord]:
    """Return what administrators wrote, in order of writing."""
    return list(db.session.scalars(select(SearchWord).order_by(SearchWord.id)))


def words() -> dict[Key, Word]:
    """Return the entries in force by key: shipped ones, replaced or retired by rows, and rows of their own."""
    found = dict(shipped())
    for row in rows():
        if row.retired_at is not None:
            found.pop((row.kind, row.form), None)
        else:
            found[row.kind, row.form] = Word(row.kind, row.text, row.meaning)
    return found


def analyzer() -> Analyzer:
    """Return the chain that reads by the words in force; kept until they change."""
    return _analyzer(tuple(words().values()))


@lru_cache(maxsize=2)
def _analyzer(every: tuple[Word, ...]) -> Analyzer:
    if every == tuple(shipped().values()):
        return Analyzer.default()
    return Analyzer(
        {one.text: one.meaning for one in every if one.kind == "alias"},
        [one.text for one in every if one.kind == "word"],
        [one.text for one in every if one.kind == "stop"],
    )
