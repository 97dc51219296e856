"""The one source of time, so that tests and demonstration data can stand on a fixed day."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has no daylight saving time, so a fixed offset is exact and needs no time zone database."""

_frozen: ContextVar[datetime | None] = ContextVar("frozen_time", default=None)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """Return the calendar day in Beijing."""
    return now().astimezone(BEIJING).date()


def beijing(moment: datetime) -> datetime:
    """Return an aware moment in Beijing time."""
    return moment.astimezone(BEIJING)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Make ``now()`` return ``at`` (aware) inside the block, in this context only."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
