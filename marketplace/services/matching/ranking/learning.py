"""Learning everything anew: weights from all texts, and every list written again.

A changed knowledge table or analysis chain makes every text be read again; that is done beside the present matcher,
which goes on following what is published. Weights and lists take seconds, during which promises wait.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.models.platform import Job
from marketplace.retrieval.matching.matcher import KINDS, Kind, Matcher
from marketplace.retrieval.matching.ownership import Held, Home
from marketplace.retrieval.matching.reading import Reader, Text
from marketplace.services.matching.judging import judged
from marketplace.services.matching.knowledge import table
from marketplace.services.matching.ranking import collecting, meaning, rows, updating
from marketplace.services.outside import outside
from marketplace.services.platform import longjobs
from marketplace.services.unit import unit_of_work

JOB = "match_refresh"
PATIENCE = 120.0
"""Seconds to wait for the matcher: another process may be ranking everything just now."""
PROCESSES = 2

Told = Callable[[int, int], object]
"""Told (done, total): texts read and lists written."""


def begin() -> Job:
    """Promise that everything is learnt anew, by a long job; of several promises one is kept."""
    with unit_of_work():
        return longjobs.start(SYSTEM, JOB)


def refresh(progress: Told | None = None) -> dict[str, Any]:
    """Learn and rank everything; return how many texts were ranked and how many lists differ from before."""
    home, reader = outside().matcher, table.reader()
    fresh = None
    counter = _Counter(progress)
    with home.own(PATIENCE) as held:
        usable = held is not None and held.matcher.reader.fingerprint == reader.fingerprint
    total = collecting.total()
    db.session.rollback()
    counter.total = total if usable else 2 * total
    if not usable:
        fresh = _read_all(reader, counter)
    with home.own(PATIENCE) as held:
        written = _learn(home, held if fresh is None else fresh, counter)
    return {"documents": total, "written": written}


def learn(home: Home, held: Held | None, reader: Reader) -> Held:
    """Learn and rank everything while the matcher is owned: for small sites. Return what is held now."""
    if held is None or held.matcher.reader.fingerprint != reader.fingerprint:
        held = _read_all(reader, _Counter(None))
    _learn(home, held, _Counter(None))
    return held


class _Counter:
    def __init__(self, told: Told | None) -> None:
        self.told, self.done, self.total = told, 0, 0

    def __call__(self, more: int) -> None:
        self.done += more
        if self.told is not None:
            self.told(min(self.done, self.total), self.total)


def _read_all(reader: Reader, counter: _Counter) -> Held:
    held = Held(Matcher(reader))
    for kind in KINDS:
        versions = collecting.versions(kind)
        db.session.rollback()
        texts = _Texts(kind, versions, held, counter)
        held.matcher.fill(kind, texts, PROCESSES)
    return held


class _Texts(dict[int, Text]):
    """The texts of a side as the matcher asks for them: keys at once, texts one after the other."""

    def __init__(self, kind: Kind, versions: dict[int, int], held: Held, counter: _Counter) -> None:
        super().__init__(dict.fromkeys(versions, Text("")))
        self.kind, self.held, self.counter = kind, held, counter

    def values(self) -> Any:
        """Read from the database; what was withdrawn meanwhile is empty and found different afterwards."""
        read = collecting.read(self.kind, self.keys())
        coming = next(read, None)
        for key in self:
            text = Text("")
            if coming is not None and coming[0] == key:
                text, self.held.marks[key] = coming[2], coming[1]
                coming = next(read, None)
            self.counter(1)
            yield text


def _learn(home: Home, held: Held | None, counter: _Counter) -> int:
    assert held is not None  # noqa: S101
    home.adopt(held)
    updating.update(held, list(updating.differences(held)))
    held.learn()
    judged.apply(held, None)
    meaning.apply(held, None)
    rows.forget(rows.present() - set(held.marks))
    db.session.rollback()
    with _without_collector():
        written = sum(rows.write(lists(held, kind), counter) for kind in KINDS)
    held.strange = False
    home.save_if_due(held, now=True)
    return written


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of small lists make the collector of cycles search a large heap again and again, and there are none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def lists(held: Held, kind: Kind) -> Iterator[dict[str, Any]]:
    """Give the rows of all lists of ``kind``, as the matcher stands."""
    for some in held.matcher.top_in_chunks(kind, n=rows.KEPT, chunk=rows.CHUNK):
        for key, matches in some.items():
            yield rows.row(kind, key, held.marks[key], matches)
