"""How often things are shown in lists and opened, a day: buffered in the process, nothing about who.

A page never waits for a counter and never fails because of one. What a killed process had not written yet is lost;
counts are for reading trends, not for money.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.platform import DailyCount

logger = logging.getLogger(__name__)

# SQLite takes at most 32,766 values in a statement; five to a row.
ROWS_AT_ONCE = 500

_Key = tuple[str, int, date]
_ignored: ContextVar[bool] = ContextVar("counting_ignored", default=False)


@dataclass(frozen=True)
class Totals:
    """How often something was shown and opened."""

    shown: int = 0
    opened: int = 0


class _Buffer:
    """Counts of this process that are not in the database yet."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.counts: dict[str, Counter[_Key]] = {"shown": Counter(), "opened": Counter()}
        self.flushed_at = time.monotonic()

    def add(self, what: str, keys: Iterable[_Key]) -> None:
        with self.lock:
            self.counts[what].update(keys)

    def take(self) -> dict[str, Counter[_Key]]:
        with self.lock:
            taken, self.counts = self.counts, {"shown": Counter(), "opened": Counter()}
            self.flushed_at = time.monotonic()
        return taken

    def is_due(self, after: float) -> bool:
        with self.lock:
            return any(self.counts.values()) and time.monotonic() - self.flushed_at >= after


_buffer = _Buffer()


def ignore(yes: bool) -> None:
    """Leave what this thread counts from now on uncounted (a robot's request), or count it again."""
    _ignored.set(yes)


def shown(kind: str, ids: Iterable[int]) -> None:
    """Count that each of ``ids`` (achievement, demand or organisation, by ``kind``) stood in a list."""
    _count("shown", kind, ids)


def opened(kind: str, subject_id: int) -> None:
    """Count that the page of ``subject_id`` was opened."""
    _count("opened", kind, [subject_id])


def _count(what: str, kind: str, ids: Iterable[int]) -> None:
    if not _ignored.get():
        day = clock.today()
        _buffer.add(what, [(kind, subject_id, day) for subject_id in ids])


def is_due(after: float) -> bool:
    """Return whether something was counted and nothing was written for ``after`` seconds."""
    return _buffer.is_due(after)


def flush() -> None:
    """Write what was counted in this process now. Never raises: on a fault the counts are kept for later."""
    taken = _buffer.take()
    keys = sorted(set(taken["shown"]) | set(taken["opened"]))
    if not keys:
        return
    rows = [
        {"subject_kind": kind, "subject_id": subject_id, "day": day}
        | {what: counter[(kind, subject_id, day)] for what, counter in taken.items()}
        for kind, subject_id, day in keys
    ]
    try:
        _write(rows)
    except Exception:
        logger.exception("counts not written")
        for what, counter in taken.items():
            _buffer.add(what, counter.elements())


def forget() -> None:
    """Throw away what was counted and not written."""
    _buffer.take()


def _write(rows: list[dict[str, Any]]) -> None:
    # A connection of its own: the page's session may be in the middle of something.
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        for start in range(0, len(rows), ROWS_AT_ONCE):
            statement = insert(DailyCount).values(rows[start : start + ROWS_AT_ONCE])
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["subject_kind", "subject_id", "day"],
                    set_={
                        "shown": DailyCount.shown + statement.excluded.shown,
                        "opened": DailyCount.opened + statement.excluded.opened,
                    },
                )
            )


def totals(kind: str, ids: Iterable[int], since: date | None = None) -> dict[int, Totals]:
    """Return the counts of each of ``ids`` since a day (default: ever); nothing counted is zero."""
    wanted = list(ids)
    query = (
        select(DailyCount.subject_id, func.sum(DailyCount.shown), func.sum(DailyCount.opened))
        .where(DailyCount.subject_kind == kind, DailyCount.subject_id.in_(wanted))
        .group_by(DailyCount.subject_id)
    )
    if since is not None:
        query = query.where(DailyCount.day >= since)
    found = {key: Totals(int(lists), int(pages)) for key, lists, pages in db.session.execute(query)}
    return {key: found.get(key, Totals()) for key in wanted}
