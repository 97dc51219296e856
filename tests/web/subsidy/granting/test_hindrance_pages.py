"""What stands in the way is read before a button is pressed, with remedy, clause, source and version; and after it."""

import re

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.subsidy import DishonestEntry, FollowUp
from marketplace.services.subsidy.applying import reports
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import grants
from tests.grants import fresh

pytestmark = pytest.mark.usefixtures("session")

QUEUE = "/admin/grant-queue"
BASIS = "测试实施方案第8条"


@pytest.fixture
def enter(login):
    """Sign in somebody of the authority who holds these roles."""

    def sign_in(*roles):
        person = make.make_staff(*roles)
        login(person)
        return person

    return sign_in


def test_a_payout_that_is_hindered_says_why_how_and_by_which_clause(client, enter):
    case = grants.approved_case()
    with unit_of_work():
        found = fresh(case)
        found.account_confirmed_at = None
        db.session.add(
            DishonestEntry(uscc=found.organisation.uscc, source="信用中国", listed_on=clock.today())
        )
    enter(Role.FINANCE)
    for page in (client.get(f"{QUEUE}?step=pay").text, client.get(f"/admin/payouts/{case.id}").text):
        for words in ("信用中国", "书面决定", "确认收款账户", BASIS, f"/admin/dishonest-decisions/{case.id}"):
            assert words in page
    enter(Role.SUBSIDY_APPROVER)
    assert "这一步由“财务”角色办理" in client.get(f"{QUEUE}?step=pay").text


def test_who_approved_reads_that_somebody_else_pays(client, login):
    case = grants.cleared_case()
    both = make.make_staff(Role.SUBSIDY_APPROVER, Role.FINANCE)
    with unit_of_work():
        grants.approving.approve(make.actor(both), [case.id], "测试批准单")
    login(both)
    assert "须由另一位财务人员拨付" in client.get(f"/admin/payouts/{case.id}").text


def test_what_one_reviewed_is_left_out_of_ones_own_sheet(client, enter):
    own, other = grants.cleared_case(), grants.cleared_case()
    person = enter(Role.SUBSIDY_APPROVER)
    with unit_of_work():
        fresh(own).reviewed_by = person.id
    data = {"cases": [own.id, other.id]}
    page = client.post("/admin/decision-sheets", data=data).text
    assert "须由他人批准" in page
    assert re.findall(r'name="cases" value="(\d+)"', page) == [str(other.id)]
    refused = client.post("/admin/decision-sheets", data=data | {"confirmed": "yes", "title": "测试批准单"})
    assert (refused.status_code, own.number in refused.text) == (422, True)


def test_a_report_is_sent_back_on_a_page_of_its_own(client, login, enter):
    case = grants.paid_case()
    owner, year = make.make_person(case.organisation), clock.today().year
    with grants.after(year), unit_of_work():
        reports.give(make.actor(owner), case.id, year, "已应用", 0, 3)
    reviewer = enter(Role.SUBSIDY_REVIEWER)
    page = client.get(f"/admin/follow-ups/{case.id}").text
    assert "年度的绩效报告还没有验收" in page
    assert BASIS in page
    address = f"/admin/follow-ups/{case.id}/{year}/send-back"
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(address).text)[1]
    typed = {"note": "请补充生产线照片", "version": version}
    empty = client.post(address, data=typed)
    assert (empty.status_code, "请补充生产线照片" in empty.text) == (422, True)
    data = typed | {"reasons": ["report_papers"]}
    assert [client.post(address, data=data).status_code for _press in range(2)] == [302, 302]
    login(owner)
    told = client.get(f"/desk/subsidies/{case.id}").text
    assert "缺少照片" in told
    assert "请补充生产线照片" in told
    with grants.after(year), unit_of_work():
        reports.give(make.actor(owner), case.id, year, "已在宿州建成生产线", 0, 3)
    login(reviewer)
    assert "往来经过（3 次）" in client.get(f"/admin/follow-ups/{case.id}").text
    assert client.post(address, data=data | {"note": "仍缺照片"}).status_code == 409
    assert client.get(f"/admin/follow-ups/{case.id}/1999/send-back").status_code == 404
    assert db.session.query(FollowUp).filter_by(case_id=case.id, state="given").count() == 1
