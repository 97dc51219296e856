"""The index's place on disk: which directory is current, who may write, and how a new one takes over.

``CURRENT`` names the directory in use with the chain and layout it was made by. It is replaced in one step, so a
reader sees the old index or the new one, never a mixture; the old directory stays for one more rebuild, for readers
that were just opening it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, clean_files

from marketplace.retrieval import locks
from marketplace.retrieval.engine.layout import INDEX_NAME, make_schema
from marketplace.retrieval.index import IndexBusy

_STEP = 1_000_000
"""Generations of one directory; a rebuild begins the next such block."""


@dataclass(frozen=True, slots=True)
class Current:
    """The directory in use (``number``) and what made it. ``complete``: built from everything there is, not begun
    empty because there was no index when something changed."""

    number: int
    fingerprint: str
    layout: int
    complete: bool


class Store:
    """Directories of an index under one root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "CURRENT"
        self._seen: tuple[tuple[int, int, int], Current] | None = None

    def current(self) -> Current | None:
        """What is in use; reads the pointer only when it has changed."""
        try:
            state = self._pointer.stat()
            stamp = (state.st_mtime_ns, state.st_ino, state.st_size)
            if self._seen is None or self._seen[0] != stamp:
                self._seen = (stamp, Current(**json.loads(self._pointer.read_text("ascii"))))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            # Not a pointer of this program's making: as good as none.
            return None
        return self._seen[1]

    def directory(self, number: int) -> Path:
        """Where the index of that number lies."""
        return self.root / f"index-{number:04d}"

    def storage(self, number: int) -> FileStorage:
        """Whoosh's view of a directory."""
        return FileStorage(str(self.directory(number)))

    def generation(self) -> int:
        """Number of the latest commit over all rebuilds; 0 without an index."""
        current = self.current()
        return 0 if current is None else self.generation_of(current)

    def generation_of(self, current: Current) -> int:
        """As ``generation``, for a directory known to be in use."""
        prefix, suffix = f"_{INDEX_NAME}_", ".toc"
        commits = [
            int(name[len(prefix) : -len(suffix)])
            for name in os.listdir(self.directory(current.number))
            if name.startswith(prefix) and name.endswith(suffix)
        ]
        return current.number * _STEP + max(commits, default=0)

    @contextmanager
    def writing(self, patience: float) -> Iterator[None]:
        """Holds the right to write; gives up with IndexBusy after ``patience`` seconds. The system lets go of the
        lock when a process dies."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "WRITING").open("w") as handle:
            locks.take(handle, patience, IndexBusy(f"another process writes to {self.root.name}"))
            yield

    def begin(self) -> int:
        """An empty directory for a new index, with a number never used before."""
        number = max(self._directories(), default=0) + 1
        self.directory(number).mkdir(parents=True)
        return number

    def contents(self, number: int) -> TOC:
        """The latest table of contents of a directory: its segments, with what is deleted of them."""
        return TOC.read(self.storage(number), INDEX_NAME, schema=make_schema())

    def keep_words(self, number: int, data: dict[str, Any]) -> None:
        """Keeps with a directory the words it is made by (``Analyzer.data``): whoever opens it reads it by them."""
        path = self.directory(number) / "words.json"
        path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")

    def words(self, number: int) -> dict[str, Any]:
        """The words that a directory was made by; raises FileNotFoundError or ValueError."""
        found: dict[str, Any] = json.loads((self.directory(number) / "words.json").read_text("utf-8"))
        return found

    def commit(self, number: int, generation: int, segments: list[Any]) -> None:
        """Makes segments the contents of a directory, in one step, and removes files of other ones."""
        storage = self.storage(number)
        TOC(make_schema(), segments, generation).write(storage, INDEX_NAME)
        clean_files(storage, INDEX_NAME, generation, segments)

    def switch(self, current: Current) -> None:
        """Makes a finished directory the one in use and removes all but its predecessor, which readers may just be
        opening."""
        before = self.current()
        kept = {current.number} | ({before.number} if before else set())
        fresh = self._pointer.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as handle:
            json.dump(asdict(current), handle)
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(self._pointer)
        for number in self._directories() - kept:
            shutil.rmtree(self.directory(number), ignore_errors=True)

    def _directories(self) -> set[int]:
        names = (re.fullmatch(r"index-(\d+)", path.name) for path in self.root.glob("index-*"))
        return {int(name[1]) for name in names if name}
