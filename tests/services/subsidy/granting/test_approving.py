"""批准: one sheet for many cases, by somebody who had no hand in them."""

import pytest

from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.services import workbench
from marketplace.services.subsidy import fixing
from marketplace.services.subsidy.granting import approving, queue, releasing, waiting
from marketplace.services.unit import unit_of_work
from tests import deals, grants, subsidies
from tests import factories as make
from tests.deals import WAN
from tests.grants import fresh, staff

pytestmark = pytest.mark.usefixtures("session")

SHEET = "2026年第一批补助批准单"


def approve(actor, *cases):
    with unit_of_work():
        return approving.approve(actor, [case.id for case in cases], SHEET, "同意")


def test_cases_are_approved_together_on_one_sheet():
    first, second = grants.cleared_case(), grants.cleared_case(paid_wan=500)
    approver = staff(Role.SUBSIDY_APPROVER)
    sheet = approve(approver, second, first)
    assert approve(approver, first, second).id == sheet.id
    assert [(row["case"], row["amount_fen"]) for row in sheet.content["rows"]] == [
        (first.id, 30 * WAN),
        (second.id, 50 * WAN),
    ]
    assert {fresh(case).state for case in (first, second)} == {"approved"}
    assert approving.get_for(staff(Role.AUDITOR), sheet.id).number == sheet.number
    with pytest.raises(Conflict):
        approve(staff(Role.SUBSIDY_APPROVER), first)


def test_nobody_approves_what_they_reviewed_or_fixed():
    case = grants.cleared_case()
    with pytest.raises(NotAllowed):
        approve(staff(Role.SUBSIDY_REVIEWER), case)
    reviewer, fixer = (make.make_staff(Role.SUBSIDY_APPROVER, Role.SUBSIDY_REVIEWER) for _ in range(2))
    with unit_of_work():
        fresh(case).reviewed_by = reviewer.id
    with pytest.raises(NotAllowed):
        approve(make.actor(reviewer), case)
    other = grants.ready_case()
    fixing_actor = make.actor(fixer)
    with unit_of_work():
        fixing.fix(fixing_actor, [other.id])
        fresh(other).state = "cleared"
    with pytest.raises(NotAllowed, match=f"{other.number}由您本人"):
        approve(fixing_actor, other)


def test_a_sheet_needs_a_title_and_cases_that_are_ready():
    case = grants.fixed_case()
    approver = staff(Role.SUBSIDY_APPROVER)
    with pytest.raises(Conflict):
        approve(approver, case)
    cleared = grants_cleared()
    with pytest.raises(DomainError, match="标题"), unit_of_work():
        approving.approve(approver, [cleared.id], "")


def grants_cleared():
    """A cleared case as a row, where the way to it is not the point."""
    buyer, policy = make.make_organisation(), subsidies.make_policy()
    return subsidies.make_case(buyer, deals.make_traded(), policy, subsidies.make_batch(policy), "cleared")


def test_what_is_not_approved_is_given_back():
    case = grants.cleared_case()
    approver = staff(Role.SUBSIDY_APPROVER)
    for _press in range(2):
        with unit_of_work():
            releasing.turn_down(approver, case.id, "预算调整")
    found = fresh(case)
    assert (found.state, found.fixed_fen, found.refused_by) == ("refused", None, approver.person_id)


def test_the_queue_weighs_ready_cases_one_after_the_other():
    """DOMAIN §3, 2: two of one achievement; the second sees what the first would take of the cap."""
    policy, traded = subsidies.make_policy(annual_budget_fen=100 * WAN), deals.make_traded()
    first = grants.ready_case(paid_wan=400, policy=policy, traded=traded)
    second = grants.ready_case(paid_wan=400, policy=policy, traded=traded)
    reader = staff(Role.SUBSIDY_REVIEWER)
    assert queue.counts(reader)["fix"] == 2
    found = queue.likely(queue.chosen(reader, [second.id, first.id], "fix"))
    assert [(one.case.id, one.outcome.grant_fen, one.cap_left_fen) for one in found] == [
        (first.id, 40 * WAN, 50 * WAN),
        (second.id, 10 * WAN, 10 * WAN),
    ]
    budget = queue.budgets([first, second])
    assert [(one.whole_fen, one.used_fen, one.left_fen) for one in budget] == [(100 * WAN, 0, 100 * WAN)]
    assert {fresh(case).state for case in (first, second)} == {"accepted"}


def test_the_workbench_names_the_step_that_waits_for_its_people():
    case = grants.cleared_case()
    approver = staff(Role.SUBSIDY_APPROVER)
    assert [(step.count, step.path) for step in waiting.of_actor(approver)] == [
        (1, "/admin/grant-queue?step=approve")
    ]
    assert [item.title for item in workbench.workbench(approver).mine] == ["待批准（1）"]
    approve(approver, case)
    assert not list(waiting.of_actor(approver))
    assert [step.count for step in waiting.of_actor(staff(Role.FINANCE))] == [1]
    assert not list(waiting.of_actor(make.actor(make.make_person(case.organisation))))
