"""拨付, 追回 and 绩效跟踪: what may be paid, what has to come back, and how a case ends."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, ValidationFailed
from marketplace.extensions import db
from marketplace.models.platform import Notice
from marketplace.models.subsidy import DishonestEntry, FollowUp, Payout, Recovery, SubsidyDecision
from marketplace.services.platform import deadlines, files
from marketplace.services.subsidy import fixing
from marketplace.services.subsidy.applying import reports
from marketplace.services.subsidy.granting import following, paying, recovering, standing
from marketplace.services.subsidy.granting.recovering import Received
from marketplace.services.unit import unit_of_work
from marketplace.services.workbench import workbench
from tests import deals, grants, subsidies
from tests import factories as make
from tests.deals import WAN
from tests.grants import fresh, staff

pytestmark = pytest.mark.usefixtures("session")


def pay(actor, case, **values):
    given = grants.transfer(case, **values)
    with unit_of_work():
        return paying.pay(actor, case.id, given)


def receive(actor, recovery, wan, serial, **values):
    given = {"amount_fen": wan * WAN, "paid_on": clock.today(), "bank": "HSB", "serial": serial} | values
    with unit_of_work():
        return recovering.record(actor, recovery.id, Received(**given))


def fields(refused):
    return {error.field for error in refused.value.errors}


def test_a_payout_is_recorded_once_with_its_voucher():
    case, finance = grants.approved_case(), staff(Role.FINANCE)
    row = pay(finance, case)
    assert pay(finance, case).id == row.id
    assert (row.amount_fen, row.account_number, fresh(case).state) == (
        30 * WAN,
        "6222000000001234",
        "tracking",
    )
    link = files.links_of("payout", row.id)[0]
    owner = make.make_person(case.organisation)
    assert files.open_for(make.actor(owner), link.id).link.id == link.id
    with pytest.raises(DomainError):
        files.open_for(make.actor(make.make_person(make.make_organisation())), link.id)
    with pytest.raises(Conflict, match="已经拨付"):
        pay(finance, case, serial="GK99999999")


def test_what_is_paid_is_what_was_approved():
    case, finance = grants.approved_case(), staff(Role.FINANCE)
    with pytest.raises(ValidationFailed) as refused:
        pay(finance, case, amount_fen=1, paid_on=clock.today() + timedelta(days=1), bank="STRIPE", uploads=[])
    assert fields(refused) == {"amount", "paid_on", "bank", "files"}
    pay(finance, grants.approved_case(), serial="GK1")
    with pytest.raises(ValidationFailed) as refused:
        pay(finance, case, serial="ＧＫ 1")
    assert fields(refused) == {"serial"}
    with pytest.raises(NotAllowed):
        pay(staff(Role.SUBSIDY_APPROVER), case)


def test_a_refund_that_the_worker_has_not_followed_yet_keeps_the_old_amount_from_being_paid():
    """DOMAIN §3, 5: before the payout it is a reduction, never money to be asked back."""
    case, finance = grants.approved_case(), staff(Role.FINANCE)
    deals.make_payment(grants.contract_of(fresh(case)), 100 * WAN, kind="refund")
    with pytest.raises(Conflict, match="重新计算"):
        pay(finance, case)
    assert (fresh(case).state, paying.of_case(case.id)) == ("approved", None)


def test_who_approved_does_not_pay():
    case = grants.cleared_case()
    both = make.actor(make.make_staff(Role.SUBSIDY_APPROVER, Role.FINANCE))
    with unit_of_work():
        grants.approving.approve(both, [case.id], "测试批准单")
    with pytest.raises(NotAllowed):
        pay(both, case)


def test_no_payout_without_account_or_to_somebody_on_the_list():
    """DOMAIN §3, 20: asked again at the payout."""
    case, finance = grants.approved_case(), staff(Role.FINANCE)
    with unit_of_work():
        found = fresh(case)
        found.account_confirmed_at = None
        entry = DishonestEntry(uscc=found.organisation.uscc, source="信用中国", listed_on=clock.today())
        db.session.add(entry)
    assert len(paying.obstacles(fresh(case))) == 2
    with pytest.raises(DomainError, match="收款账户"):
        pay(finance, case)
    with unit_of_work():
        fresh(case).account_confirmed_at = clock.now()
    with pytest.raises(DomainError, match="失信"):
        pay(finance, case)
    assert fresh(case).state == "approved"


def test_what_rests_on_cap_freed_by_an_open_recovery_is_not_paid_before():
    """DOMAIN §3, 5: one enterprise must give 30万 back; another has an approved 50万 on the same cap."""
    traded, policy = deals.make_traded(), subsidies.make_policy()
    first = grants.paid_case(traded=traded, policy=policy)
    (recovery,) = grants.paid_back(first, 300)
    assert (recovery.kind, recovery.amount_fen) == ("recovery", 30 * WAN)
    second = grants.approved_case(paid_wan=500, traded=traded, policy=policy)
    finance = staff(Role.FINANCE)
    assert second.fixed_fen == 50 * WAN
    assert standing.burdens([second])
    with pytest.raises(DomainError, match="追回"):
        pay(finance, second)
    receive(finance, recovery, 10, "R1")
    assert standing.burdens([fresh(second)])
    receive(finance, recovery, 20, "R2")
    assert pay(finance, second).amount_fen == 50 * WAN


def test_a_recovery_is_tracked_until_nothing_is_left():
    case, finance = grants.paid_case(), staff(Role.FINANCE)
    (recovery,) = grants.paid_back(case, 100)
    assert [one.left_fen for one in recovering.listed(finance)] == [10 * WAN]
    with pytest.raises(ValidationFailed) as refused:
        receive(finance, recovery, 11, "", bank="")
    assert fields(refused) == {"amount", "bank", "serial"}
    first = receive(finance, recovery, 4, "R1")
    assert receive(finance, recovery, 4, "R1").id == first.id
    assert recovering.listed(finance)[0].left_fen == 6 * WAN
    receive(finance, recovery, 6, "R2")
    found = db.session.get_one(Recovery, recovery.id, populate_existing=True)
    assert (found.state, recovering.standing_of(found).left_fen) == ("settled", 0)
    with pytest.raises(Conflict):
        receive(finance, recovery, 1, "R3")


def test_what_is_asked_back_is_due_and_an_overdue_recovery_rises():
    case, finance = grants.paid_case(), staff(Role.FINANCE)
    owner = make.make_person(case.organisation)
    (recovery,) = grants.paid_back(case, 100)
    assert recovery.due_on == clock.today() + timedelta(days=30)
    assert recovering.remind() == 0
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert [one.is_overdue for one in recovering.listed(finance)] == [True]
        assert (recovering.remind(), recovering.remind()) == (1, 0)
        (item,) = [one for one in workbench(finance).mine if one.path == "/admin/recoveries"]
        assert (item.due, item.missing.params) == (recovery.due_on, {"late": 1})
    query = db.session.query(Notice).filter(Notice.kind.in_(("recovery_overdue", "recovery_unpaid")))
    assert {notice.person_id for notice in query} >= {owner.id, finance.person_id}


def test_what_came_back_on_a_replaced_recovery_counts_for_the_next():
    case, finance = grants.paid_case(), staff(Role.FINANCE)
    (first,) = grants.paid_back(case, 100)
    receive(finance, first, 4, "R1")
    with unit_of_work():
        cause = db.session.get_one(Recovery, first.id)
        cause.state = "lapsed"
        values = ("policy_version_id", "cause", "traded_id", "organisation_id", "case_id", "kind", "due_on")
        again = Recovery(amount_fen=7 * WAN, **{name: getattr(cause, name) for name in values})
        db.session.add(again)
    assert recovering.standing_of(again).left_fen == 3 * WAN
    receive(finance, again, 3, "R2")
    assert db.session.get_one(Recovery, again.id).state == "settled"


def test_the_rest_is_written_off_by_decision_alone():
    case = grants.paid_case()
    (recovery,) = grants.paid_back(case, 100)
    approver, owner = staff(Role.SUBSIDY_APPROVER), make.make_person(case.organisation)
    with pytest.raises(DomainError, match="理由"), unit_of_work():
        recovering.write_off(approver, recovery.id, "")
    finance = staff(Role.FINANCE)
    with pytest.raises(NotAllowed), unit_of_work():
        recovering.write_off(finance, recovery.id, "企业已破产")
    for _press in range(2):
        with unit_of_work():
            recovering.write_off(approver, recovery.id, "企业已破产，法院裁定终结")
    assert db.session.get_one(Recovery, recovery.id).state == "written_off"
    assert (
        db.session.query(SubsidyDecision).filter_by(kind="written_off", subject_id=recovery.id).count() == 1
    )
    told = db.session.query(Notice).filter_by(person_id=owner.id, kind="recovery_written_off")
    assert [notice.subject_id for notice in told] == [case.id]


def test_reports_fall_due_yearly_and_end_the_case():
    case, reviewer = grants.paid_case(), staff(Role.SUBSIDY_REVIEWER)
    years = [row.year for row in reports.of_case(case)]
    assert years == [clock.today().year + n for n in range(3)]
    with pytest.raises(DomainError, match="绩效"), unit_of_work():
        following.close(reviewer, case.id)
    with pytest.raises(Conflict), unit_of_work():
        following.accept(reviewer, case.id, years[0])
    owner = make.actor(make.make_person(case.organisation))
    with pytest.raises(DomainError, match=f"请从{years[0] + 1}-01-01起提交"), unit_of_work():
        reports.give(owner, case.id, years[0], "已在宿州建成一条生产线", 0, 3)
    for year in years:
        with grants.after(year), unit_of_work():
            reports.give(owner, case.id, year, "已在宿州建成一条生产线", 0, 3)
        with unit_of_work():
            following.accept(reviewer, case.id, year)
    for _press in range(2):
        with unit_of_work():
            following.close(reviewer, case.id)
    assert fresh(case).state == "closed"
    told = db.session.query(Notice).filter_by(person_id=owner.person_id, kind="follow_up_accepted")
    assert sorted(notice.params["year"] for notice in told) == years
    assert following.listed(reviewer, "accepted")[0][1].id == case.id


def test_a_report_goes_back_and_forth_until_it_is_accepted_and_every_turn_is_kept():
    case, reviewer = grants.paid_case(), staff(Role.SUBSIDY_REVIEWER)
    owner, year = make.actor(make.make_person(case.organisation)), clock.today().year

    def give(words):
        with grants.after(year), unit_of_work():
            return reports.give(owner, case.id, year, words, 0, 3)

    def back(*reasons, note="请补充生产线照片", expected=None):
        with unit_of_work():
            return following.send_back(reviewer, case.id, year, reasons, note, expected)

    with pytest.raises(Conflict, match="还没有提交"):
        back("report_vague")
    seen = give("已应用").version
    for reasons, note, field in (
        ((), "照片", "reasons"),
        (("none",), "照片", "reasons"),
        (("report_vague",), "", "note"),
    ):
        with pytest.raises(DomainError) as refused:
            back(*reasons, note=note)
        assert refused.value.field == field
    give("已在宿州应用")
    with pytest.raises(Conflict, match="更新"):
        back("report_vague", expected=seen)
    for _press in range(2):
        row = back("report_papers", "report_vague")
    assert (row.state, row.due_on) == ("returned", deadlines.due("subsidy.supplement_limit"))
    give("已在宿州建成一条生产线")
    back("report_output", note="请说明产值依据")
    give("已在宿州建成一条生产线，产值为零")
    finance = staff(Role.FINANCE)
    with pytest.raises(NotAllowed), unit_of_work():
        following.accept(finance, case.id, year)
    with unit_of_work():
        row = following.accept(reviewer, case.id, year)
    assert [one.kind for one in row.entries] == [
        "given", "given", "returned", "given", "returned", "given", "accepted",
    ]  # fmt: skip
    assert [one.reasons for one in row.entries if one.reasons] == [
        ["report_vague", "report_papers"],
        ["report_output"],
    ]
    told = db.session.query(Notice).filter_by(person_id=owner.person_id, kind="follow_up_returned").count()
    assert (row.state, told) == ("accepted", 2)


def test_a_report_is_asked_for_once_before_its_day():
    case = grants.paid_case()
    owner = make.make_person(case.organisation)
    due = reports.of_case(case)[0].due_on
    with clock.frozen(clock.now() + (due - clock.today()) - timedelta(days=10)):
        assert (following.remind(), following.remind()) == (1, 0)
    told = db.session.query(Notice).filter_by(person_id=owner.id, kind="follow_up_due").all()
    assert [notice.subject_id for notice in told] == [case.id]
    assert db.session.query(FollowUp).filter_by(case_id=case.id, state="due").count() == 3


def test_the_payment_list_has_full_accounts_for_finance_alone():
    case, finance = grants.approved_case(), staff(Role.FINANCE)
    with unit_of_work():
        content = paying.payment_list(finance)
    cells = [
        cell for row in load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True) for cell in row
    ]
    assert "6222000000001234" in cells
    assert case.number in cells
    with pytest.raises(NotAllowed):
        paying.payment_list(staff(Role.SUBSIDY_APPROVER))


def test_a_case_refused_by_the_arithmetic_never_reaches_the_money():
    case = grants.ready_case()
    reviewer = staff(Role.SUBSIDY_REVIEWER)
    deals.make_payment(grants.contract_of(case), 300 * WAN, kind="refund")
    with unit_of_work():
        fixing.fix(reviewer, [case.id])
    assert fresh(case).state == "refused"
    with pytest.raises(Conflict):
        grants.published(fresh(case))


def test_two_who_pay_at_once_pay_once(app):
    case = grants.approved_case()
    payers = [staff(Role.FINANCE) for _ in range(2)]
    given, case_id = [grants.transfer(case, serial=f"GK{place}") for place in range(2)], case.id
    db.session.rollback()

    def press(place):
        with app.app_context():
            try:
                with unit_of_work():
                    paying.pay(payers[place], case_id, given[place])
            except DomainError as refused:
                return refused.code
        return "paid"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(press, range(2)))
    assert found == ["paid", "paid_already"]
    db.session.rollback()
    assert db.session.query(Payout).filter_by(case_id=case_id).count() == 1


def test_an_office_sees_the_money_of_its_own_district_alone():
    case = grants.paid_case()
    grants.paid_back(case, 100)
    division = case.organisation.profile.division
    own, other = (
        make.actor(make.make_staff(Role.SUBSIDY_FIRST_REVIEWER, scope=scope))
        for scope in (division, "341324")
    )
    assert division != "341324"
    for who, number in ((own, 1), (other, 0), (staff(Role.AUDITOR), 1)):
        seen = (len(recovering.listed(who)), len({one.id for _row, one in following.listed(who)}))
        assert seen == (number, number)
