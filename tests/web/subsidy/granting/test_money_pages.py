"""The pages from 定额 to the payout and back: as those whose step it is, twice, too early, and as strangers."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.subsidy import DecisionSheet, Payout, Publicity, Recovery, SubsidyCase
from marketplace.services.platform import settings
from marketplace.services.subsidy.applying import reports
from marketplace.services.subsidy.granting import objections
from marketplace.services.unit import unit_of_work
from tests import deals, grants
from tests import factories as make
from tests.grants import fresh

pytestmark = pytest.mark.usefixtures("session")

QUEUE = "/admin/grant-queue"


@pytest.fixture
def enter(login):
    """Sign in somebody of the authority who holds these roles."""

    def sign_in(*roles):
        person = make.make_staff(*roles)
        login(person)
        return person

    return sign_in


def test_amounts_are_fixed_after_a_confirmation(client, enter):
    first, second = grants.ready_case(), grants.ready_case(paid_wan=500)
    enter(Role.SUBSIDY_REVIEWER)
    page = client.get(QUEUE).text
    assert "300,000.00" in page
    assert "500,000.00" in page
    asked = client.post(f"{QUEUE}/fix", data={"cases": [first.id, second.id]})
    assert (asked.status_code, "请确认" in asked.text, fresh(first).state) == (200, True, "accepted")
    sent = client.post(f"{QUEUE}/fix", data={"cases": [first.id, second.id], "confirmed": "yes"})
    assert sent.status_code == 302
    assert "拟补助 2 项" in client.get(QUEUE).text
    again = client.post(f"{QUEUE}/fix", data={"cases": [first.id], "confirmed": "yes"}, follow_redirects=True)
    assert "请先勾选" in again.text


def test_a_fixed_amount_is_taken_back_with_a_reason(client, enter):
    case = grants.fixed_case()
    enter(Role.SUBSIDY_REVIEWER)
    assert "撤销定额" in client.get(f"{QUEUE}?step=publish").text
    assert client.post(f"{QUEUE}/{case.id}/give-up", data={"note": ""}).status_code == 422
    assert client.post(f"{QUEUE}/{case.id}/give-up", data={"note": "金额有误"}).status_code == 302
    assert fresh(case).state == "accepted"


def test_publishing_asks_for_a_title_and_makes_a_public_page(client, enter, new_client):
    case = grants.fixed_case()
    enter(Role.PUBLISHER)
    asked = client.post("/admin/publicities", data={"cases": case.id})
    assert (asked.status_code, case.number in asked.text) == (200, True)
    empty = client.post("/admin/publicities", data={"cases": case.id, "confirmed": "yes", "title": ""})
    assert empty.status_code == 422
    sent = client.post(
        "/admin/publicities", data={"cases": case.id, "confirmed": "yes", "title": grants.TITLE}
    )
    sheet = db.session.query(Publicity).one()
    assert sent.headers["Location"].endswith(f"/publicities/{sheet.id}")
    visitor = new_client()
    page = visitor.get(f"/publicities/{sheet.id}").text
    for shown in (case.organisation.name, "300,000.00", "3,000,000.00", sheet.number, "公示中"):
        assert shown in page
    assert case.number not in page
    assert grants.TITLE in visitor.get("/publicities").text
    table = load_workbook(BytesIO(visitor.get(f"/publicities/{sheet.id}.xlsx").data)).active
    assert [cell.value for cell in table[3]][:2] == [1, case.organisation.name]
    assert "公示期" in visitor.get(f"/publicities/{sheet.id}/print").text
    assert visitor.get(f"/publicities/{sheet.id}.pdf").status_code in (200, 302)
    assert visitor.get("/publicities/999").status_code == 404


def test_a_grant_to_an_organisation_is_published_under_the_name_of_its_clause(client, enter):
    purchase, certificate = grants.fixed_case(), grants.fixed_case()
    with unit_of_work():
        row = db.session.get_one(SubsidyCase, certificate.id)
        row.clause, row.traded_id = "high_tech", None
    enter(Role.PUBLISHER)
    data = {"cases": [purchase.id, certificate.id]}
    asked = client.post("/admin/publicities", data=data).text
    assert "购买市外先进技术成果补助、高新技术企业认定补助公示" in asked
    client.post("/admin/publicities", data=data | {"confirmed": "yes", "title": grants.TITLE})
    rows = db.session.query(Publicity).one().rows
    assert [one.achievement for one in rows] == [purchase.traded.name, "高新技术企业认定补助"]


def test_an_objection_is_heard_and_decided(client, enter, new_client):
    case = grants.fixed_case()
    sheet = grants.published(case)
    visitor, address = new_client(), f"/publicities/{sheet.id}"
    typed = {"row": sheet.rows[0].id, "name": "王某", "contact": "13800000000", "words": grants.WORDS}
    for wrong in ({"row": ""}, {"contact": "x"}, {"words": "短"}):
        answer = visitor.post(address, data=typed | wrong)
        assert (answer.status_code, "王某" in answer.text) == (422, True)
    assert visitor.post(address, data=typed).status_code == 302
    page = visitor.get(address).text
    assert "公示期暂停" in page
    assert "王某" not in page
    enter(Role.SUBSIDY_REVIEWER)
    desk = f"/admin/grant-objections/{objection_id(case)}"
    assert "13800000000" in client.get(desk).text
    assert client.post(desk, data={"note": "", "action": "dismiss"}).status_code == 422
    asked = client.post(desk, data={"note": "已核实", "action": "dismiss"})
    assert "请确认" in asked.text
    assert fresh(case).state == "objected"
    client.post(desk, data={"note": "已核实", "action": "dismiss", "confirmed": "yes"})
    assert fresh(case).state == "published"
    assert "已核实" in client.get(desk).text
    enter(Role.PUBLISHER)
    assert client.get(desk).status_code == 403


def objection_id(case):
    return objections.of_case(case.id)[0].id


def test_approval_makes_one_sheet_to_print(client, enter):
    first, second = grants.cleared_case(), grants.cleared_case()
    enter(Role.SUBSIDY_APPROVER)
    assert first.number in client.get(f"{QUEUE}?step=approve").text
    chosen = {"cases": [first.id, second.id]}
    assert "共 2 项，合计 600,000.00 元" in client.post("/admin/decision-sheets", data=chosen).text
    client.post("/admin/decision-sheets", data=chosen | {"confirmed": "yes", "title": "2026年第一批批准单"})
    sheet = db.session.query(DecisionSheet).one()
    page = client.get(f"/admin/decision-sheets/{sheet.id}").text
    for shown in ("陆拾万元整", "盖章处", first.number, "2026年第一批批准单"):
        assert shown in page
    assert sheet.number in client.get("/admin/decision-sheets").text
    assert client.get(f"/admin/decision-sheets/{sheet.id}.pdf").status_code in (200, 302)


def test_one_case_is_turned_down_with_a_reason(client, enter):
    case = grants.cleared_case()
    enter(Role.SUBSIDY_APPROVER)
    address = f"/admin/decision-sheets/turn-down/{case.id}"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"note": ""}).status_code == 422
    assert client.post(address, data={"note": "预算调整"}).status_code == 302
    assert fresh(case).state == "refused"


def test_finance_pays_what_was_approved(client, enter):
    case = grants.approved_case()
    enter(Role.FINANCE)
    assert "登记拨付" in client.get(f"{QUEUE}?step=pay").text
    assert client.get("/admin/payouts/list.xlsx").status_code == 200
    address = f"/admin/payouts/{case.id}"
    assert "6222000000001234" in client.get(address).text
    typed = {
        "amount": "300000", "paid_on": clock.today().isoformat(), "bank": "TREASURY", "serial": "GK0001",
    }  # fmt: skip
    wrong = client.post(address, data=typed | {"amount": "1"})
    assert (wrong.status_code, "GK0001" in wrong.text) == (422, True)
    sent = client.post(address, data=typed | {"files": (BytesIO(deals.PDF), "回单.pdf")})
    assert sent.status_code == 302
    assert db.session.query(Payout).one().amount_fen == fresh(case).fixed_fen
    page = client.get(address).text
    assert "GK0001" in page
    assert "6222000000001234" not in page


def test_a_recovery_is_repaid_and_its_rest_written_off(client, enter):
    (row,) = grants.paid_back(grants.paid_case(), 100)
    enter(Role.FINANCE)
    assert "100,000.00" in client.get("/admin/recoveries").text
    address = f"/admin/recoveries/{row.id}"
    typed = {"amount": "40000", "paid_on": clock.today().isoformat(), "bank": "HSB", "serial": "R1"}
    assert client.post(address, data=typed | {"amount": "100001"}).status_code == 422
    assert client.post(address, data=typed).status_code == 302
    assert "60,000.00" in client.get(address).text
    assert client.get(f"{address}/write-off").status_code == 403
    enter(Role.SUBSIDY_APPROVER)
    assert client.post(address, data=typed | {"serial": "R2"}).status_code == 403
    assert client.post(f"{address}/write-off", data={"note": "企业已破产"}).status_code == 302
    assert db.session.get_one(Recovery, row.id, populate_existing=True).state == "written_off"
    assert "企业已破产" in client.get(address).text
    settled = client.get(f"{address}/write-off", follow_redirects=True).text
    assert "不需要核销" in settled
    assert "确认核销" not in settled


def test_reports_are_accepted_one_by_one(client, enter):
    case = grants.paid_case()
    owner = make.actor(make.make_person(case.organisation))
    year = clock.today().year
    with grants.after(year), unit_of_work():
        reports.give(owner, case.id, year, "已在宿州建成一条生产线", 0, 3)
    enter(Role.SUBSIDY_REVIEWER)
    assert case.number in client.get("/admin/follow-ups").text
    address = f"/admin/follow-ups/{case.id}"
    assert "已在宿州建成一条生产线" in client.get(address).text
    assert client.post(f"{address}/accept", data={"year": year}).status_code == 302
    assert client.post(f"{address}/close").status_code == 409 or fresh(case).state == "tracking"
    assert "已验收" in client.get(address).text


def test_progress_is_told_to_who_knows_both_numbers(client):
    case = grants.fixed_case()
    sheet = grants.published(case)
    found = client.post("/subsidy/progress", data={"number": case.number.lower(), "tail": "0000"})
    for shown in ("公示中", "定额", "市科技局", sheet.rows[0].ends_on.isoformat()):
        assert shown in found.text
    words = {
        client.post("/subsidy/progress", data={"number": number, "tail": tail}).status_code
        for number, tail in ((case.number, "1234"), ("SZBZ2026-99999", "0000"), ("", ""))
    }
    assert words == {422}
    assert "没有查到" in client.post("/subsidy/progress", data={"number": case.number, "tail": "9"}).text
    assert client.get("/subsidy/progress").status_code == 200


def test_too_many_wrong_digits_are_told_when_to_come_back_and_where_to_look_instead(client):
    case = grants.fixed_case()
    for _each in range(settings.get("progress.failures_allowed") - 1):
        assert client.post("/subsidy/progress", data={"number": case.number, "tail": "1"}).status_code == 422
    for tail in ("1", case.phone_tail):
        answer = client.post("/subsidy/progress", data={"number": case.number, "tail": tail})
        assert answer.status_code == 429
        assert "申请单位可以随时登录" in answer.text
        assert case.number in answer.text
        assert "公示中" not in answer.text


def test_the_applicant_sees_publication_voucher_and_what_is_left_to_repay(client, login):
    case = grants.paid_case()
    grants.paid_back(case, 100)
    owner = make.make_person(case.organisation)
    login(owner)
    page = client.get(f"/desk/subsidies/{case.id}").text
    for shown in ("公示 GS", "voucher.pdf", "尚未退回 100,000.00 元"):
        assert shown in page
    login(make.make_person(make.make_organisation()))
    assert client.get(f"/desk/subsidies/{case.id}").status_code in (403, 404)
