"""您是不是要找: what somebody may have meant whose words are found nowhere.

A word of the query is suspicious where no text of the audience has it. A part of it that nothing has is exchanged for
the site's own words that are nearly the same or sound the same. Whether a proposal finds something, the caller sees.
"""

from __future__ import annotations

from itertools import islice, product

from marketplace.domain import regions
from marketplace.retrieval.analysis import bigrams, runs
from marketplace.retrieval.engine.segments import Postings
from marketplace.retrieval.engine.snapshot import Scope, Snapshot
from marketplace.retrieval.engine.vocabulary import nearest
from marketplace.retrieval.query import Lookup, Query

MOST_WORDS = 4
EACH = 4
"""Proposals for each suspicious word."""
MOST = 6
LONGEST_SLIP = 4
"""Characters of a part that is exchanged inside a longer word."""
MOST_WINDOWS = 8


def meant(snapshot: Snapshot, scope: Scope, query: Query) -> list[str]:
    """Queries that may have been meant, best first, none of them the query itself."""
    words = [forms[-1].text for forms in query.words[:MOST_WORDS]]
    # Who quotes or excludes means what is written; a proposal would lose it.
    if not words or query.phrases or query.excluded:
        return []
    choices = [
        [word] if _known(snapshot, scope, word) else (_instead(snapshot, scope, word) or [word])
        for word in words
    ]
    proposals = (" ".join(chosen) for chosen in product(*choices))
    typed = " ".join(words)
    return list(islice((one for one in dict.fromkeys(proposals) if one != typed), MOST))


def _known(snapshot: Snapshot, scope: Scope, word: str) -> bool:
    """Whether each part of a word stands in some text of the audience."""
    return not any(_broken(snapshot, scope, run.text, run.cjk) for run in runs(word))


def _broken(snapshot: Snapshot, scope: Scope, run: str, cjk: bool) -> list[int]:
    """Where in a run a pair stands that no text of the audience has; of a Latin run the beginning."""
    if not cjk:
        return [] if len(_visible(snapshot, scope, Lookup("r" + run, prefix=True))) else [0]
    pairs = [Lookup("b" + pair) for pair in bigrams(run)[:-1]] or [Lookup("b" + run, prefix=True)]
    return [at for at, pair in enumerate(pairs) if not len(_visible(snapshot, scope, pair))]


def _visible(snapshot: Snapshot, scope: Scope, lookup: Lookup) -> Postings:
    return snapshot.postings(lookup).within(scope.visible)


def _instead(snapshot: Snapshot, scope: Scope, word: str) -> list[str]:
    """The word with its unknown part exchanged: as a whole, or the piece of it that is nearest to a known word.

    The name of a city is no slip, though another city sounds the same: who writes 苏州 does not mean 宿州.
    """
    cities = [city for city in regions.cities() if city in word]
    found = [one.word for one in nearest(snapshot.readers, word, EACH) if _has_all(one.word, cities)]
    every = list(runs(word))
    if found or len(every) != 1 or not every[0].cjk:
        return found
    pieces = [
        (one.distance, start - end, text)
        for start, end in _windows(word, _broken(snapshot, scope, word, cjk=True))
        for one in nearest(snapshot.readers, word[start:end], EACH)
        if _has_all(text := word[:start] + one.word + word[end:], cities)
    ]
    return [text for _, _, text in sorted(pieces)[:EACH]]


def _has_all(text: str, parts: list[str]) -> bool:
    return all(part in text for part in parts)


def _windows(word: str, broken: list[int]) -> list[tuple[int, int]]:
    """Pieces of a word that hold the character nothing has beside its neighbours: it breaks two pairs, or one where
    the word ends beside it."""
    if not broken:
        return []
    first, last = (broken[0] + 1, broken[-1]) if len(broken) > 1 else (broken[0], broken[0])
    return [
        (start, start + length)
        for length in range(LONGEST_SLIP, 1, -1)
        for start in range(max(0, last + 1 - length), min(first, len(word) - length) + 1)
        if length < len(word)
    ][:MOST_WINDOWS]
