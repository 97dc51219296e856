"""公示 and 异议: what is shown, for how long, and what an objection does to it."""

from datetime import date, timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.subsidy import GrantObjection, PublicityRow
from marketplace.services.platform import reviews
from marketplace.services.subsidy import fixing, recoveries
from marketplace.services.subsidy.granting import objections, publicity, releasing
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import grants, subsidies
from tests.deals import WAN
from tests.grants import fresh, staff

pytestmark = pytest.mark.usefixtures("session")


def at(day):
    """Noon in Beijing of a day."""
    return clock.frozen(clock.now() + (day - clock.today()))


def objected(sheet, place=0, words=grants.WORDS):
    row = sheet.rows[place]
    with unit_of_work():
        made = objections.object_to(sheet.id, row.id, "王某", "13800000000", words)
    return db.session.get_one(GrantObjection, made.id)


def decide(actor, objection, action, words="已核实有关情况"):
    with unit_of_work():
        return objections.decide(actor, objection.id, action, words)


def ends_on(row_id):
    return db.session.get_one(PublicityRow, row_id, populate_existing=True).ends_on


def test_a_publication_prints_what_was_fixed_for_the_days_of_its_version(noon):
    first = grants.fixed_case(policy=subsidies.make_policy(publicity_days=7))
    second = grants.fixed_case(paid_wan=500)
    publisher = staff(Role.PUBLISHER)
    with unit_of_work():
        sheet = publicity.publish(publisher, [second.id, first.id], grants.TITLE, "公示说明")
    assert [(row.position, row.case_id, row.amount_fen, row.paid_fen) for row in sheet.rows] == [
        (1, first.id, 30 * WAN, 300 * WAN),
        (2, second.id, 50 * WAN, 500 * WAN),
    ]
    # Wednesday 18 March: seven working days end on Friday week, five on Wednesday.
    assert [row.ends_on for row in sheet.rows] == [date(2026, 3, 27), date(2026, 3, 25)]
    assert (sheet.starts_on, sheet.ends_on, sheet.number[:7]) == (noon.date(), date(2026, 3, 27), "GS2026-")
    assert len(sheet.rows[0].contract_numbers) > 10
    with unit_of_work():
        assert publicity.publish(publisher, [first.id, second.id], grants.TITLE).id == sheet.id
    with pytest.raises(Conflict):
        publicity.publish(staff(Role.PUBLISHER), [first.id], grants.TITLE)


def test_who_may_publish_and_what_it_takes():
    case = grants.fixed_case()
    with pytest.raises(NotAllowed):
        publicity.publish(staff(Role.SUBSIDY_REVIEWER), [case.id], grants.TITLE)
    with pytest.raises(DomainError, match="标题"):
        publicity.publish(staff(Role.PUBLISHER), [case.id], " ")
    with pytest.raises(DomainError, match="至少选择"):
        publicity.publish(staff(Role.PUBLISHER), [], grants.TITLE)
    with pytest.raises(NotFound):
        publicity.publish(staff(Role.PUBLISHER), [case.id, 999_999], grants.TITLE)


def test_a_line_is_cleared_on_the_day_after_its_last(noon):
    case = grants.fixed_case()
    grants.published(case)
    with at(date(2026, 3, 25)):
        assert publicity.clear_due() == 0
    with at(date(2026, 3, 26)):
        assert (publicity.clear_due(), publicity.clear_due()) == (1, 0)
    assert fresh(case).state == "cleared"


def test_a_dismissed_objection_gives_back_the_days_that_were_left(noon):
    case = grants.fixed_case()
    sheet = grants.published(case)
    with at(date(2026, 3, 20)):
        first = objected(sheet)
    assert (first.days_left, fresh(case).state) == (3, "objected")
    with at(date(2026, 3, 24)):
        second = objected(sheet, words="另有一件事实：金额与转账凭证对不上")
        assert second.days_left == 3
    with at(date(2026, 4, 20)):
        assert publicity.clear_due() == 0
        who = staff(Role.SUBSIDY_REVIEWER)
        decide(who, first, "dismiss")
        assert fresh(case).state == "objected"
        decide(who, second, "dismiss")
        decide(who, second, "dismiss")
        assert (fresh(case).state, ends_on(sheet.rows[0].id)) == ("published", date(2026, 4, 23))
    with at(date(2026, 4, 24)):
        assert publicity.clear_due() == 1


def test_an_objection_on_the_last_day_is_in_time_and_stops_the_clock(noon):
    case = grants.fixed_case()
    sheet = grants.published(case)
    with at(date(2026, 3, 25)):
        objection = objected(sheet)
    assert objection.days_left == 0
    with at(date(2026, 3, 26)):
        assert publicity.clear_due() == 0
    with at(date(2026, 3, 30)):
        decide(staff(Role.SUBSIDY_REVIEWER), objection, "dismiss")
        assert publicity.clear_due() == 0
    with at(date(2026, 3, 31)):
        assert publicity.clear_due() == 1
        with pytest.raises(Conflict, match="结束"):
            objected(sheet)


def test_an_objection_on_the_day_after_is_late_even_before_the_clock_has_cleared_the_line(noon):
    sheet = grants.published(grants.fixed_case())
    with at(date(2026, 3, 26)), pytest.raises(Conflict, match="结束"):
        objected(sheet)


def test_who_fixed_the_amount_does_not_judge_the_objection_either():
    case, fixer = grants.ready_case(), staff(Role.SUBSIDY_REVIEWER)
    with unit_of_work():
        fixing.fix(fixer, [case.id])
    objection = objected(grants.published(fresh(case)))
    with pytest.raises(NotAllowed, match="本人定额"):
        decide(fixer, objection, "dismiss")
    decide(staff(Role.SUBSIDY_REVIEWER), objection, "dismiss")


def test_an_upheld_objection_refuses_the_case_and_frees_what_it_held():
    policy = subsidies.make_policy(annual_budget_fen=30 * WAN)
    case, waiting = grants.fixed_case(policy=policy), grants.ready_case(policy=policy)
    reviewer = staff(Role.SUBSIDY_REVIEWER)
    with unit_of_work():
        assert fixing.fix(reviewer, [waiting.id])[0].case.state == "waiting_budget"
    objection = objected(grants.published(case))
    decide(reviewer, objection, "uphold")
    found = fresh(case)
    assert (found.state, found.fixed_fen, found.refused_by) == ("refused", None, reviewer.person_id)
    with unit_of_work():
        fixing.fix(reviewer, [waiting.id])
    assert fresh(waiting).fixed_fen == 30 * WAN
    assert reviews.open_task_for("grant_objection", objection.id) is None


def test_who_reviewed_the_case_does_not_judge_the_objection():
    case = grants.fixed_case()
    reviewer = make.make_staff(Role.SUBSIDY_REVIEWER)
    with unit_of_work():
        fresh(case).reviewed_by = reviewer.id
    objection = objected(grants.published(case))
    with pytest.raises(NotAllowed):
        decide(make.actor(reviewer), objection, "dismiss")
    with pytest.raises(DomainError, match="理由"):
        decide(staff(Role.SUBSIDY_REVIEWER), objection, "dismiss", " ")
    with pytest.raises(NotFound):
        decide(staff(Role.PUBLISHER), objection, "dismiss")


def test_an_objection_says_who_and_why_and_names_a_line_of_its_own_sheet():
    sheet, other = grants.published(grants.fixed_case()), grants.published(grants.fixed_case())
    with pytest.raises(ValidationFailed) as found:
        objections.object_to(sheet.id, sheet.rows[0].id, "", "x", "短")
    assert {error.field for error in found.value.errors} == {"name", "contact", "words"}
    with pytest.raises(NotFound):
        objections.object_to(sheet.id, other.rows[0].id, "王某", "13800000000", grants.WORDS)


def test_the_same_objection_pressed_twice_is_one_while_it_is_open():
    sheet = grants.published(grants.fixed_case())
    first = objected(sheet)
    assert objected(sheet).id == first.id
    assert objected(sheet, words="另一件事：金额与转账凭证对不上").id != first.id
    decide(staff(Role.SUBSIDY_REVIEWER), first, "dismiss")
    assert objected(sheet).id != first.id


def test_a_reduced_amount_is_published_again_and_only_without_open_objections():
    case = grants.fixed_case()
    sheet = grants.published(case)
    objection = objected(sheet)
    grants.paid_back(case, 100)
    found = fresh(case)
    assert (found.state, found.fixed_fen) == ("proposed", 20 * WAN)
    assert [line.standing for line in publicity.lines_of(sheet)] == ["superseded"]
    with pytest.raises(DomainError, match="异议"):
        grants.published(case)
    decide(staff(Role.SUBSIDY_REVIEWER), objection, "dismiss")
    again = grants.published(case)
    assert (again.rows[0].amount_fen, again.rows[0].paid_fen) == (20 * WAN, 200 * WAN)
    assert [line.standing for line in publicity.lines_of(again)] == ["running"]


def test_what_is_given_up_waits_for_its_amount_again():
    case = grants.fixed_case()
    with pytest.raises(DomainError, match="理由"):
        releasing.give_up(staff(Role.SUBSIDY_REVIEWER), case.id, "")
    reviewer = staff(Role.SUBSIDY_REVIEWER)
    for _press in range(2):
        with unit_of_work():
            releasing.give_up(reviewer, case.id, "金额有误")
    assert (fresh(case).state, fresh(case).fixed_fen) == ("accepted", None)
    with clock.frozen(clock.now() + timedelta(seconds=1)), unit_of_work():
        fixing.fix(reviewer, [case.id])
    assert fresh(case).state == "proposed"


def cancel(case):
    """Take the registration of the case's contract away, and let the arithmetic follow."""
    contract = grants.contract_of(case)
    policy = fresh(case).policy
    with unit_of_work():
        contract.state, contract.state_at = "deregistered", clock.now()
        db.session.flush()
        return recoveries.sync(policy)


def test_a_contract_cancelled_while_published_ends_the_grant():
    case = grants.fixed_case()
    sheet = grants.published(case)
    assert [row.kind for row in cancel(case)] == ["reduction"]
    assert (fresh(case).state, fresh(case).fixed_fen) == ("refused", None)
    assert [line.standing for line in publicity.lines_of(sheet)] == ["ended"]
    assert sheet.id not in publicity.running([sheet])
    with pytest.raises(Conflict):
        objected(sheet)


def test_a_contract_cancelled_after_the_payout_asks_all_of_it_back():
    case = grants.paid_case()
    (row,) = cancel(case)
    assert (row.kind, row.amount_fen, row.cause) == (
        "recovery",
        30 * WAN,
        f"deregister:{grants.contract_of(case).id}",
    )
    assert fresh(case).state == "tracking"
