"""Working days and time limits, by the State Council's yearly notice on holidays."""

import json
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

_DATA = Path(__file__).parent / "data" / "working_days.json"
_DAY = timedelta(days=1)
_SATURDAY = 5


class WorkingCalendar:
    """Monday to Friday, corrected by ``exceptions``: True = worked though a weekend, False = holiday.

    ``years`` are the years whose holidays are known; by default those in which an exception falls.
    """

    def __init__(self, exceptions: Mapping[date, bool], years: Collection[int] | None = None) -> None:
        self._exceptions = dict(exceptions)
        self._years = frozenset(day.year for day in exceptions) if years is None else frozenset(years)

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on ``day``."""
        return self._exceptions.get(day, day.weekday() < _SATURDAY)

    def add(self, start: date, n: int) -> date:
        """Return the ``n``-th working day after ``start``, which itself is not counted; 0 gives it back.

        Raises ValueError when ``n`` is negative.
        """
        if n < 0:
            raise ValueError("a number of working days is never negative")
        day = start
        while n:
            day += _DAY
            n -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Return the working days after ``start`` up to and with ``end``; negative if ``end`` is earlier."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def covers(self, year: int) -> bool:
        """Tell whether the holidays of ``year`` are known; if not, Monday to Friday are counted."""
        return year in self._years


@dataclass(frozen=True, slots=True)
class Limit:
    """``number`` of 日 (calendar days) or 工作日; the starting day is not counted (民法典 201)."""

    number: int
    unit: Literal["日", "工作日"]

    def __post_init__(self) -> None:
        if self.number < 0 or self.unit not in ("日", "工作日"):
            raise ValueError("a limit is a number of 日 or 工作日, not negative")

    def due(self, start: date, calendar: WorkingCalendar) -> date:
        """Return the last day of the limit when it starts on ``start``."""
        if self.unit == "工作日":
            return calendar.add(start, self.number)
        return start + timedelta(days=self.number)


def add_months(start: date, months: int) -> date:
    """Return the day of the same number ``months`` later, the month's last where it has none (民法典 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _days(first: str, last: str) -> Iterator[date]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day
        day += _DAY


@lru_cache(maxsize=1)
def national_calendar() -> WorkingCalendar:
    """Return the calendar of the State Council's notices kept in ``data/working_days.json``."""
    return WorkingCalendar(national_exceptions())


def national_exceptions() -> dict[date, bool]:
    """Return the exceptions of those notices, for callers who add their own days to them."""
    exceptions: dict[date, bool] = {}
    for year in json.loads(_DATA.read_text(encoding="utf-8"))["years"]:
        for holiday in year["holidays"]:
            exceptions.update(dict.fromkeys(_days(holiday["first"], holiday["last"]), False))
        exceptions.update({date.fromisoformat(day): True for day in year["worked"]})
    return exceptions
