"""Working days by the State Council's notices, and time limits."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.calendar import Limit, WorkingCalendar, national_calendar, national_exceptions

CALENDAR = national_calendar()
DAYS = st.dates(date(2024, 12, 1), date(2027, 2, 1))
NUMBERS = st.integers(min_value=0, max_value=60)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-01-01", False),
        ("2025-01-02", True),
        ("2025-01-26", True),
        ("2025-01-28", False),
        ("2025-02-04", False),
        ("2025-02-05", True),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2026-01-02", False),
        ("2026-01-04", True),
        ("2026-02-16", False),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-06-19", False),
        ("2026-09-20", True),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-11-21", False),
        ("2026-11-23", True),
    ],
)
def test_known_days(day: str, working: bool) -> None:
    assert CALENDAR.is_working(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("year", "holidays", "worked", "working_days"), [(2025, 28, 5, 248), (2026, 33, 6, 248)]
)
def test_each_year_adds_up(year: int, holidays: int, worked: int, working_days: int) -> None:
    of_year = {day: works for day, works in national_exceptions().items() if day.year == year}
    assert sum(not works for works in of_year.values()) == holidays
    assert sum(of_year.values()) == worked
    assert all(day.weekday() >= 5 for day, works in of_year.items() if works)
    assert CALENDAR.between(date(year - 1, 12, 31), date(year, 12, 31)) == working_days


def test_a_year_without_data_counts_monday_to_friday_and_says_so() -> None:
    assert CALENDAR.covers(2025)
    assert CALENDAR.covers(2026)
    assert not CALENDAR.covers(2027)
    assert CALENDAR.is_working(date(2027, 10, 1))
    assert not CALENDAR.is_working(date(2027, 10, 2))


def test_one_day_of_our_own_does_not_make_a_year_known() -> None:
    day = date(2027, 3, 1)
    calendar = WorkingCalendar({**national_exceptions(), day: False}, years=(2025, 2026))
    assert not calendar.is_working(day)
    assert not calendar.covers(2027)


def test_counting_over_the_spring_festival() -> None:
    start = date(2026, 2, 13)
    assert CALENDAR.add(start, 0) == start
    assert CALENDAR.add(start, 1) == date(2026, 2, 14)
    assert CALENDAR.add(start, 2) == date(2026, 2, 24)
    assert CALENDAR.between(start, date(2026, 2, 24)) == 2
    assert CALENDAR.between(date(2026, 2, 24), start) == -2
    assert CALENDAR.between(date(2026, 2, 15), date(2026, 2, 23)) == 0


@given(DAYS, NUMBERS)
def test_counting_back_gives_the_number_added(start: date, n: int) -> None:
    end = CALENDAR.add(start, n)
    assert CALENDAR.between(start, end) == n
    assert n == 0 or CALENDAR.is_working(end)


@given(DAYS, DAYS, DAYS)
def test_spans_join(first: date, second: date, third: date) -> None:
    a, b, c = sorted((first, second, third))
    assert CALENDAR.between(a, b) + CALENDAR.between(b, c) == CALENDAR.between(a, c)
    assert CALENDAR.between(c, a) == -CALENDAR.between(a, c)


@given(DAYS, NUMBERS)
def test_calendar_days_ignore_holidays(start: date, n: int) -> None:
    assert Limit(n, "日").due(start, CALENDAR) == start + timedelta(days=n)
    assert Limit(n, "工作日").due(start, CALENDAR) == CALENDAR.add(start, n)


def test_the_registrars_limits() -> None:
    accepted = date(2026, 9, 18)
    assert Limit(30, "日").due(accepted, CALENDAR) == date(2026, 10, 18)
    assert Limit(5, "工作日").due(accepted, CALENDAR) == date(2026, 9, 24)
    assert Limit(15, "工作日").due(accepted, CALENDAR) == date(2026, 10, 15)


def test_impossible_limits() -> None:
    with pytest.raises(ValueError, match="never negative"):
        CALENDAR.add(date(2026, 1, 5), -1)
    with pytest.raises(ValueError, match="not negative"):
        Limit(-1, "日")
    with pytest.raises(ValueError, match="not negative"):
        Limit(1, "月")  # type: ignore[arg-type]
