"""Deadlines in days or working days, and how many are left."""

from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.calendar import Limit, WorkingCalendar
from marketplace.extensions import db
from marketplace.models.platform import CalendarDay
from marketplace.services.platform import settings


def calendar() -> WorkingCalendar:
    """Return the working-day calendar as the table has it today."""
    rows = db.session.execute(select(CalendarDay.day, CalendarDay.working))
    return WorkingCalendar({row.day: row.working for row in rows})


def due(limit_key: str, start: date | None = None) -> date:
    """Return the last day for something that began on ``start`` (default today), by the setting ``limit_key``."""
    value = settings.get(limit_key)
    return Limit(value["number"], value["unit"]).due(start or clock.today(), calendar())


def missing_years() -> list[int]:
    """Return this year and the next where the calendar has no data: Monday to Friday counts there."""
    known, year = calendar(), clock.today().year
    return [each for each in (year, year + 1) if not known.covers(each)]
