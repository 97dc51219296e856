"""The matcher's weights in a process that only explains: vocabulary and weights without the matrix of the texts.

They are read on first use and again when the worker has written a new state. Several threads of a web process share
them, and reading a text adds its new terms to the vocabulary, so whoever uses them holds ``lock``.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from marketplace.retrieval.matching import store
from marketplace.retrieval.matching.explain import Explanation
from marketplace.retrieval.matching.matcher import Matcher

lock = RLock()

MOST_KEPT = 200
"""Explanations kept beside the weights they were made with."""

_TRIES = 3


@dataclass
class Held:
    """What a process holds of one state: ``mark`` tells it from the next, ``matcher`` is None where there is none."""

    mark: Any
    matcher: Matcher | None
    explanations: OrderedDict[Any, Explanation] = field(default_factory=OrderedDict)

    def keep(self, key: Any, explanation: Explanation) -> None:
        """Keep an explanation, and let go of the oldest where there are too many."""
        self.explanations[key] = explanation
        while len(self.explanations) > MOST_KEPT:
            self.explanations.popitem(last=False)


_held: dict[Path, Held] = {}


def held(folder: Path) -> Held:
    """Return the state in ``folder`` as of now; call it, and use what it returns, under ``lock``."""
    mark = _mark(folder)
    found = _held.get(folder)
    if found is None or found.mark != mark:
        found = _held[folder] = Held(mark, _load(folder))
    return found


def _mark(folder: Path) -> Any:
    """Tell states apart by when their weights were learnt: a text more or less changes no reason."""
    try:
        named = store.present(folder)
    except store.Outdated:
        return None
    return named["fingerprint"], named.get("learnt_at"), named["texts"]


def _load(folder: Path) -> Matcher | None:
    """Read the state; the worker may remove an old one while it is read, then the new one is named already."""
    for _ in range(_TRIES):
        try:
            return store.load(folder, rows=False)
        except store.Outdated:
            return None
        except FileNotFoundError:
            continue
    return None
