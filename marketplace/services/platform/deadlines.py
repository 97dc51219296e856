"""Deadlines in days or working days, and how many are left."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import delete, extract, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.calendar import Limit, WorkingCalendar
from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.platform import CalendarDay
from marketplace.services.platform import audit, settings

LONGEST_HOLIDAY = timedelta(days=30)


def calendar() -> WorkingCalendar:
    """Return the working-day calendar as the table has it today."""
    rows = db.session.execute(select(CalendarDay.day, CalendarDay.working))
    return WorkingCalendar({row.day: row.working for row in rows})


def due(limit_key: str, start: date | None = None) -> date:
    """Return the last day for something that began on ``start`` (default today), by the setting ``limit_key``."""
    return limit(limit_key).due(start or clock.today(), calendar())


def limit(limit_key: str) -> Limit:
    """Return the limit that a setting holds today."""
    value = settings.get(limit_key)
    return Limit(value["number"], value["unit"])


def days_left(due_on: date) -> int:
    """Return the working days from today up to and with ``due_on``; negative when it is over."""
    return calendar().between(clock.today(), due_on)


def missing_years() -> list[int]:
    """Return this year and the next where the calendar has no data: Monday to Friday counts there."""
    known, year = calendar(), clock.today().year
    return [each for each in (year, year + 1) if not known.covers(each)]


def days_of(year: int) -> list[CalendarDay]:
    """Return the days of ``year`` that are not what their weekday says, in order."""
    query = select(CalendarDay).where(extract("year", CalendarDay.day) == year)
    return list(db.session.scalars(query.order_by(CalendarDay.day)))


def known_years() -> list[int]:
    """Return the years for which days are known."""
    return sorted({day.year for day in db.session.scalars(select(CalendarDay.day))})


@dataclass(frozen=True)
class Span:
    """Days in a row that are alike and stand on the same notice."""

    first: date
    last: date
    working: bool
    source: str


def spans_of(year: int) -> list[Span]:
    """Return the days of ``year``, neighbours drawn together."""
    spans: list[Span] = []
    for row in days_of(year):
        before = spans[-1] if spans else None
        alike = before and (before.working, before.source) == (row.working, row.source)
        if before and alike and row.day - before.last == timedelta(days=1):
            spans[-1] = replace(before, last=row.day)
        else:
            spans.append(Span(row.day, row.day, row.working, row.source))
    return spans


def change_days(actor: Actor, first: date, last: date, working: bool | None, source: str) -> int:
    """Make ``first`` to ``last`` days off (False), worked (True) or what their weekday says (None).

    Deadlines that were set before keep their day. Returns how many days were set; raises DomainError.
    """
    require(actor, Permission.CHANGE_SETTINGS)
    if not timedelta() <= last - first <= LONGEST_HOLIDAY:
        raise DomainError("calendar_span", N_("结束日期不能早于开始日期，一次最多设置 31 天"), field="last")
    source = clean_line(source)[:200]
    if working is not None and not source:
        raise DomainError("calendar_source", N_("请填写依据的文件"), field="source")
    db.session.execute(delete(CalendarDay).where(CalendarDay.day.between(first, last)))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if working is not None:
        db.session.add_all(CalendarDay(day=day, working=working, source=source) for day in days)
    db.session.flush()
    audit.record(
        actor, "calendar.change", "calendar", None,
        first=first.isoformat(), last=last.isoformat(), working=working,
    )  # fmt: skip
    return len(days)
