"""等谁 · 还差什么 · 最迟哪天: each step that waits for somebody has a last day, and a debt comes before all else."""

import pytest

from marketplace.domain import clock
from marketplace.services.platform import deadlines
from marketplace.services.subsidy.reading import waiting
from tests import factories as make
from tests import grants
from tests.grants import fresh

pytestmark = pytest.mark.usefixtures("session")


def step_of(case):
    person = make.make_person(case.organisation)
    return waiting.next_step(fresh(case), make.actor(person))


def test_what_is_asked_back_comes_first_with_amount_and_day():
    case = grants.paid_case()
    report = step_of(case)
    assert [one.message for one in report.missing] == ["%(year)s 年度绩效报告，%(day)s起提交"]
    grants.paid_back(case, 100)
    step = step_of(case)
    assert step.mine
    assert [(one.message, dict(one.params)) for one in step.missing] == [
        ("退回补助款，应退%(amount)s元", {"amount": "100,000.00"}),
        (report.missing[0].message, dict(report.missing[0].params)),
    ]
    assert step.due == min(deadlines.due("subsidy.recovery_limit"), report.due)


def test_the_office_has_a_last_day_for_each_step_to_the_money():
    case = grants.fixed_case()
    step = step_of(case)
    assert (step.mine, step.due) == (False, deadlines.due("subsidy.office_limit", clock.today()))
