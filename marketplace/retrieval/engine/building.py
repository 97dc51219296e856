"""Building a whole index with all cores: each process writes segments of its own, the parent only deals out."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from queue import Empty, Full
from typing import Any

from whoosh.filedb.filestore import FileStorage

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import Document
from marketplace.retrieval.engine.layout import write_segment
from marketplace.retrieval.index import Progress

BATCH = 200
"""Documents handed to a process at a time: the same as other long work commits in one step."""

SEGMENT = 25_000
"""Documents in a segment at most; about 600 MB of memory while it is written."""


class BuildFailed(RuntimeError):
    """A building process died or met an error; the index in use is untouched."""


def build_segments(
    directory: Path,
    documents: Iterable[Document],
    analyzer: Analyzer,
    progress: Progress | None,
    processes: int | None,
) -> list[Any]:
    """Writes all documents as segments into ``directory`` and returns the segments."""
    wanted = processes or os.cpu_count() or 1
    stream = iter(documents)
    batches = iter(lambda: list(islice(stream, BATCH)), [])
    first = list(islice(batches, 2))
    if wanted == 1 or len(first) < 2:
        return _write_all(
            directory, (d for part in (first, batches) for batch in part for d in batch), analyzer, progress
        )
    return _Crew(directory, analyzer, wanted).write(chain(first, batches), progress)


def _write_all(
    directory: Path, documents: Iterable[Document], analyzer: Analyzer, progress: Progress | None
) -> list[Any]:
    storage = FileStorage(str(directory))
    stream = iter(documents)
    segments = []
    # Millions of small arrays that all stay alive: collecting garbage among them only costs time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        for first in stream:
            segments.append(
                write_segment(storage, chain([first], islice(stream, SEGMENT - 1)), analyzer, progress)
            )
    finally:
        if collecting:
            gc.enable()
    return segments


class _Crew:
    """The building processes. Started fresh (spawn): nothing of a running application is inherited."""

    def __init__(self, directory: Path, analyzer: Analyzer, size: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._work: Any = context.Queue(size * 3)
        self._news: Any = context.Queue()
        self._members = [
            context.Process(target=_member, args=(directory, analyzer, self._work, self._news), daemon=True)
            for _ in range(size)
        ]

    def write(self, batches: Iterator[list[Document]], progress: Progress | None) -> list[Any]:
        segments: list[Any] = []
        for member in self._members:
            member.start()
        try:
            for batch in batches:
                self._hand_out(batch, progress)
            for _ in self._members:
                self._hand_out(None, progress)
            for _ in self._members:
                segments += self._finished(progress)
            for member in self._members:
                member.join()
        finally:
            for member in self._members:
                if member.is_alive():
                    member.terminate()
                member.join()
                member.close()
            for queue in (self._work, self._news):
                queue.cancel_join_thread()
                queue.close()
        return segments

    def _hand_out(self, batch: list[Document] | None, progress: Progress | None) -> None:
        while True:
            try:
                self._work.put(batch, timeout=0.2)
                return
            except Full:
                self._listen(progress)

    def _listen(self, progress: Progress | None) -> None:
        while True:
            try:
                kind, value = self._news.get_nowait()
            except Empty:
                break
            self._heard(kind, value, progress)
        self._check_alive()

    def _heard(self, kind: str, value: Any, progress: Progress | None) -> None:
        if kind == "failed":
            raise BuildFailed(value)
        if kind == "done" and progress is not None:
            progress(value)

    def _finished(self, progress: Progress | None) -> list[Any]:
        while True:
            try:
                kind, value = self._news.get(timeout=0.5)
            except Empty:
                self._check_alive()
                continue
            if kind == "segments":
                return list(value)
            self._heard(kind, value, progress)

    def _check_alive(self) -> None:
        codes = [member.exitcode for member in self._members]
        if any(code not in (None, 0) for code in codes):
            raise BuildFailed(f"a building process ended with {codes}")


def _member(directory: Path, analyzer: Analyzer, work: Any, news: Any) -> None:
    """Life of a building process: takes batches until it is handed None, then tells of its segments."""
    try:
        documents = (document for batch in iter(work.get, None) for document in batch)
        segments = _write_all(directory, documents, analyzer, lambda done: news.put(("done", done)))
        news.put(("segments", segments))
    except Exception as error:
        news.put(("failed", f"{type(error).__name__}: {error}"))
        raise
