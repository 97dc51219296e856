"""Reviewers on leave, their deputies, and late tasks that rise to whoever stands above."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.platform import Notice, ReviewerAbsence
from marketplace.services.subsidy.reviewing import absences, competence, overdue, several
from marketplace.services.unit import unit_of_work
from marketplace.services.workbench import workbench
from tests import factories as make
from tests.reviewing import again, check_all, city, decide, office, passed_first, submitted

pytestmark = pytest.mark.usefixtures("session")

WEEK = timedelta(days=7)


def leave(who, deputy=None, first=None, last=None):
    first = first or clock.today()
    with unit_of_work():
        return absences.declare(who, first, last or first + WEEK, deputy.person_id if deputy else None).id


def take(who, case):
    with unit_of_work():
        several.take(who, case.id, "take")


def assignee(case):
    task = competence.task_of(again(case))
    return task.assignee_id


def told(person, kind):
    query = select(Notice).where(Notice.person_id == person.person_id, Notice.kind == kind)
    return db.session.scalars(query).all()


def test_on_the_first_day_of_a_leave_the_deputy_gets_the_tasks_and_is_told():
    case, _agent = submitted()
    away, deputy = office(), office()
    take(away, case)
    tomorrow = clock.today() + timedelta(days=1)
    assert leave(away, deputy, first=tomorrow) == leave(away, deputy, first=tomorrow)
    assert (absences.hand_over(), assignee(case)) == (0, away.person_id)
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert (absences.hand_over(), absences.hand_over()) == (1, 0)
        assert assignee(case) == deputy.person_id
        assert [notice.params["name"] for notice in told(deputy, "review_deputised")] == [away.name]
        with pytest.raises(DomainError, match=f"由{deputy.name}代办"), unit_of_work():
            several.assign(deputy, case.id, away.person_id)


def test_a_task_that_the_deputy_must_not_decide_becomes_free():
    """Who did 初审 deputises for somebody of the city: the case's second review is not for them."""
    case, _agent = submitted()
    both = make.actor(make.make_staff(Role.SUBSIDY_FIRST_REVIEWER, Role.SUBSIDY_REVIEWER))
    check_all(both, case)
    decide(both, case, "pass")
    away = city()
    take(away, case)
    leave(away, both)
    assert absences.hand_over() == 1
    assert assignee(case) is None


def test_a_deputy_holds_the_role_and_absences_do_not_overlap():
    away, other = office(), city()
    with pytest.raises(ValidationFailed) as refused:
        leave(away, other)
    assert [error.field for error in refused.value.errors] == ["deputy"]
    with pytest.raises(ValidationFailed) as refused:
        leave(away, first=clock.today() - WEEK, last=clock.today() + 30 * WEEK)
    assert [error.field for error in refused.value.errors] == ["first_on", "last_on"]
    row = leave(away)
    with pytest.raises(ValidationFailed):
        leave(away, first=clock.today() + timedelta(days=3))
    with pytest.raises(NotFound), unit_of_work():
        absences.end(other, row)
    with pytest.raises(NotAllowed):
        leave(make.actor(make.make_person()))
    with unit_of_work():
        absences.end(away, row)
    assert (absences.away(), db.session.query(ReviewerAbsence).count()) == ({}, 0)


def test_a_late_first_review_rises_to_the_city_once():
    case, _agent = submitted()
    holder, free, above = office(), office(), city()
    take(holder, case)
    late = competence.task_of(again(case)).due_on - clock.today() + timedelta(days=1)
    with clock.frozen(clock.now() + late):
        assert (overdue.rise(), overdue.rise()) == (1, 0)
        assert {len(told(who, "review_overdue")) for who in (holder, above)} == {1}
        assert told(free, "review_overdue") == []
        assert any(item.path == "/admin/subsidies?overdue=1" for item in workbench(above).mine)
        assert all(item.path != "/admin/subsidies?overdue=1" for item in workbench(holder).mine)


def test_who_may_not_decide_reads_why():
    case, _agent = submitted()
    words = {who: competence.barred(actor, again(case)).message for who, actor in {
        "city": city(), "elsewhere": office("341321"),
    }.items()}  # fmt: skip
    assert "角色" in words["city"]
    assert "不在这一范围" in words["elsewhere"]
    assert competence.barred(office(), again(case)) is None
    second, _agent = passed_first()
    with unit_of_work():
        second.batch.steps = ["expert"]
    reviewer = city()
    assert "还没有完成" in several.why_not(reviewer, again(second)).message
