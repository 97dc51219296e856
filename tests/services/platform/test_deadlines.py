"""Deadlines: settings and calendar together."""

from datetime import date

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, NotAllowed
from marketplace.services.platform import deadlines, reference, settings
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")


def test_working_days_skip_weekends_and_holidays_and_count_worked_saturdays() -> None:
    """By the State Council's notice for 2026: 1–5 May off, 9 May (a Saturday) worked."""
    assert not deadlines.calendar().is_working(date(2026, 5, 4))
    assert deadlines.calendar().is_working(date(2026, 5, 9))
    # Five working days after Wednesday 29 April: 30 April, 6, 7, 8 and 9 May.
    assert deadlines.due("review.limit.achievement", date(2026, 4, 29)) == date(2026, 5, 9)


@pytest.mark.usefixtures("noon")
def test_a_changed_limit_holds_for_what_begins_afterwards() -> None:
    """Calendar days where the setting says 日; the day it is asked on counts as the beginning."""
    actor = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    assert deadlines.due("review.limit.organisation") == date(2026, 3, 23)
    with unit_of_work():
        settings.propose(actor, "review.limit.organisation", {"number": 10, "unit": "日"}, clock.today())
    assert deadlines.due("review.limit.organisation") == date(2026, 3, 28)


@pytest.mark.usefixtures("noon")
def test_a_year_without_data_counts_weekdays_and_is_reported() -> None:
    """Monday to Friday, and administrators are warned of this year and the next."""
    assert deadlines.missing_years() == [2027]
    assert deadlines.due("review.limit.achievement", date(2027, 10, 1)) == date(2027, 10, 8)


@pytest.mark.usefixtures("noon")
def test_administrators_set_days_and_take_them_back() -> None:
    """A holiday shifts the deadline; taken back, the weekday speaks again; loading again leaves edits alone."""
    actor = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    first, last = date(2027, 10, 4), date(2027, 10, 7)
    with unit_of_work():
        assert deadlines.change_days(actor, first, last, False, "国务院办公厅通知") == 4
    assert deadlines.due("review.limit.achievement", date(2027, 10, 1)) == date(2027, 10, 14)
    assert deadlines.missing_years() == []
    (span,) = deadlines.spans_of(2027)
    assert (span.first, span.last, span.working) == (first, last, False)
    with unit_of_work():
        assert reference.load_calendar() == 0
        deadlines.change_days(actor, date(2027, 10, 5), date(2027, 10, 5), None, "")
    assert [(each.first.day, each.last.day) for each in deadlines.spans_of(2027)] == [(4, 4), (6, 7)]


def test_what_is_wrong_with_a_span_is_said_at_its_field() -> None:
    """Backwards, endless, without a source; and not by whoever may not."""
    actor = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    day = date(2027, 1, 1)
    for first, last, source, field in [
        (day, date(2026, 12, 31), "通知", "last"),
        (day, date(2027, 3, 1), "通知", "last"),
        (day, day, "  ", "source"),
    ]:
        with pytest.raises(DomainError) as refused, unit_of_work():
            deadlines.change_days(actor, first, last, False, source)
        assert refused.value.field == field
    auditor = factories.actor(factories.make_staff(Role.AUDITOR))
    with pytest.raises(NotAllowed), unit_of_work():
        deadlines.change_days(auditor, day, day, False, "通知")
