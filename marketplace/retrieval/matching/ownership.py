"""Where the matcher lives: one state on disk, one owner at a time, kept in memory between two uses.

The owner is whoever holds the lock of the folder; the system lets go of it when a process dies. A matcher in memory
is right as long as nobody else was the owner since; after anybody else, and after a start, what is held is compared
with the texts as they are (``strange``), so that a killed owner leaves nothing behind but that comparison.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marketplace.domain import clock
from marketplace.retrieval import locks
from marketplace.retrieval.matching import store
from marketplace.retrieval.matching.matcher import Matcher

SAVING_SHARE = 0.01
"""At most so much of the time goes into saving: a small site is saved at once, a large one every few minutes."""
SAVE_EVERY = 30.0


class MatcherBusy(RuntimeError):
    """Somebody else holds the matcher, or it is being learnt anew; try again later."""


@dataclass
class Held:
    """The matcher and of which version each of its texts is (``marks``: any number by key).

    ``changed``: texts put or removed since the weights were learnt. ``strange``: compare all marks before use.
    """

    matcher: Matcher
    marks: dict[int, int] = field(default_factory=dict)
    changed: int = 0
    learnt_at: float = 0.0
    strange: bool = True
    unsaved: int = 0
    saved_at: float = 0.0
    saving: float = 0.0

    def put(self, kind: Any, key: int, mark: int, text: Any) -> None:
        """Add or replace a text of version ``mark``."""
        self.matcher.put(kind, key, text)
        self.marks[key] = mark
        self._count()

    def remove(self, kind: Any, key: int) -> None:
        """Take a text out."""
        self.matcher.remove(kind, key)
        self.marks.pop(key, None)
        self._count()

    def _count(self) -> None:
        self.changed += 1
        self.unsaved += 1

    def learn(self) -> None:
        """Learn the weights from all texts."""
        self.matcher.refresh()
        self.changed, self.learnt_at = 0, clock.now().timestamp()
        self.unsaved += 1


class Home:
    """A matcher's folder, and what this process holds of it. ``active`` is off where nothing is to be ranked."""

    def __init__(self, folder: Path, active: bool = True, patience: float = 0.3) -> None:
        self.folder, self.active, self.patience = folder, active, patience
        self._held: Held | None = None
        self._token = uuid.uuid4().hex

    @contextmanager
    def own(self, patience: float | None = None) -> Iterator[Held | None]:
        """Be the only one with the matcher; None where there is no state that this program can use.

        Raises MatcherBusy after ``patience`` seconds. An error inside leaves what is in memory strange.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "OWNER").open("a+") as handle:
            busy = MatcherBusy("the matcher is in other hands")
            locks.take(handle, self.patience if patience is None else patience, busy)
            handle.seek(0)
            if handle.read() != self._token:
                self._held = None
                handle.truncate(0)
                handle.write(self._token)
                handle.flush()
            if self._held is None:
                self._held = self._load()
            held = self._held
            try:
                yield held
            except BaseException:
                if self._held is not None:
                    self._held.strange = True
                raise

    @property
    def holds(self) -> bool:
        """Whether this process has the matcher in memory."""
        return self._held is not None

    def adopt(self, held: Held) -> None:
        """Put another matcher in place of the one held; only inside ``own``."""
        self._held = held

    def facts(self) -> dict[str, Any]:
        """What is known of the state on disk (``store.present``); {} when there is none."""
        try:
            return store.present(self.folder)
        except store.Outdated:
            return {}

    def save_if_due(self, held: Held, now: bool = False) -> None:
        """Save what changed, if the last time is long enough ago; only inside ``own``."""
        pause = max(SAVE_EVERY, held.saving / SAVING_SHARE)
        if not held.unsaved or (not now and time.monotonic() - held.saved_at < pause):
            return
        began = time.monotonic()
        notes = {"changed": held.changed, "learnt_at": held.learnt_at}
        store.save(held.matcher, self.folder, held.marks, **notes)
        held.unsaved, held.saved_at, held.saving = 0, time.monotonic(), time.monotonic() - began

    def _load(self) -> Held | None:
        try:
            named = store.present(self.folder)
            matcher = store.load(self.folder)
            marks = store.marks(self.folder)
        except store.Outdated:
            return None
        return Held(
            matcher,
            marks,
            int(named.get("changed", 0)),
            float(named.get("learnt_at", 0.0)),
            saved_at=time.monotonic(),
        )
