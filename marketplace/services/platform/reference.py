"""Data that the rules stand on, shipped with the site and loaded once."""

from sqlalchemy import select

from marketplace.domain.calendar import national_exceptions
from marketplace.extensions import db
from marketplace.models.platform import CalendarDay

SOURCE = "国务院办公厅关于部分节假日安排的通知"


def load_calendar() -> int:
    """Add the State Council's days that the table does not have yet; return how many. Edited days stay."""
    known = set(db.session.scalars(select(CalendarDay.day)))
    missing = {day: working for day, working in national_exceptions().items() if day not in known}
    db.session.add_all(
        CalendarDay(day=day, working=working, source=SOURCE) for day, working in missing.items()
    )
    db.session.flush()
    return len(missing)
