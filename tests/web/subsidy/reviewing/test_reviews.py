"""Pages of the reviews: the list, the desk of one case, decisions, examinations."""

from io import BytesIO

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import PaymentAllocation
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import CaseExamination
from marketplace.services.subsidy.applying import submitting
from marketplace.services.subsidy.reviewing import competence
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import PDF
from tests.reviewing import again, check_all, decide, passed_first, submitted

pytestmark = pytest.mark.usefixtures("session")

REMARK = "第1笔凭证没有银行印章"


def office_person(scope="341302"):
    return make.make_staff(Role.SUBSIDY_FIRST_REVIEWER, scope=scope)


def papers_of(case):
    return [row.code for row in case.materials if row.code not in ("translation", "import_certificate")]


def send(client, case, action, **data):
    """Press a button of the desk, with the task that is open now."""
    task = competence.task_of(again(case))
    values = {"task": task.id if task else "", "action": action, "papers": papers_of(again(case))}
    return client.post(f"/admin/subsidies/{case.id}", data=values | data)


def test_the_list_shows_filters_and_takes_away(client, login):
    case, _agent = submitted()
    login(office_person())
    page = client.page("/admin/subsidies")
    assert case.number in page.text
    assert "埇桥区" in page.text
    assert case.number not in client.page("/admin/subsidies?state=review").text
    assert case.number in client.page(f"/admin/subsidies?q={case.number}&sort=amount&page=9").text
    answer = client.post("/admin/ledgers/subsidies", data={"state": "first_review"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    login(office_person("341321"))
    assert case.number not in client.page("/admin/subsidies").text
    assert client.get(f"/admin/subsidies/{case.id}").status_code == 404


def test_an_office_checks_saves_and_passes_after_a_confirmation(client, login):
    case, _agent = submitted()
    login(office_person())
    page = client.page(f"/admin/subsidies/{case.id}").text
    assert "逐项核对" in page
    assert "第8条" in page
    answer = send(client, case, "pass", papers=["form"])
    assert answer.status_code == 422
    assert "还有材料没有核对" in answer.text
    assert send(client, case, "save").status_code == 302
    shown = send(client, case, "pass", note="属实")
    assert "请确认通过" in shown.text
    assert again(case).state == "first_review"
    task = competence.task_of(again(case)).id
    for _press in range(2):
        answer = send(client, case, "pass", note="属实", task=task, confirmed="yes")
        assert answer.status_code == 302
    assert again(case).state == "review"
    assert "属实" in client.page(f"/admin/subsidies/{case.id}").text
    assert send(client, case, "pass", confirmed="yes").status_code == 403


def test_a_return_keeps_what_was_typed_until_it_is_complete(client, login):
    case, agent = submitted()
    login(office_person())
    answer = send(client, case, "return", **{"remark-voucher": REMARK, "note": "请补正"})
    assert answer.status_code == 422
    assert REMARK in answer.text
    assert "请补正" in answer.text
    answer = send(client, case, "return", **{"remark-voucher": REMARK, "reasons": ["paper_unclear"]})
    assert answer.status_code == 302
    assert again(case).state == "returned"
    login(agent.person_id)
    page = client.page(f"/desk/subsidies/{case.id}").text
    assert REMARK in page
    assert "材料看不清" in page


def test_a_refusal_is_asked_again_and_appealed_elsewhere(client, login):
    case, agent = submitted()
    login(office_person())
    answer = send(client, case, "refuse", **{"remark-conditions": "卖方在市内"})
    assert answer.headers["Location"].endswith(f"/admin/subsidies/{case.id}/refuse")
    page = client.page(f"/admin/subsidies/{case.id}/refuse").text
    assert "卖方在市内" in page
    task = competence.task_of(again(case)).id
    words = {"task": task, "note": "卖方住所在埇桥区"}
    address = f"/admin/subsidies/{case.id}/refuse"
    assert client.post(address, data=words | {"reasons": ["paper_unclear"]}).status_code == 422
    assert client.post(address, data=words | {"reasons": ["seller_of_city"]}).status_code == 302
    assert again(case).state == "refused"
    with unit_of_work():
        submitting.appeal(agent, case.id, "卖方于去年迁往合肥")
    login(make.make_staff(Role.SUBSIDY_APPROVER))
    assert "卖方于去年迁往合肥" in client.page(f"/admin/subsidies/{case.id}").text
    answer = send(client, case, "grant", reasons=["facts_changed"], note="迁址属实")
    assert "请确认申辩成立" in answer.text
    answer = send(client, case, "grant", reasons=["facts_changed"], note="迁址属实", confirmed="yes")
    assert answer.status_code == 302
    assert again(case).state == "review"


def test_the_second_of_two_reviewers_reads_that_it_is_done(client, login):
    case, _agent = submitted()
    login(office_person())
    task = competence.task_of(case).id
    check_all(first := make.actor(office_person()), case)
    decide(first, case, "pass")
    answer = send(client, case, "return", task=task, **{"remark-voucher": REMARK, "reasons": ["other"]})
    assert answer.status_code in (403, 409)


def test_amounts_are_taken_out_on_a_page_of_their_own(client, login):
    case, _agent = submitted()
    login(office_person())
    contract = competence.contracts_of(case)[0]
    share = contract.current.lines[0]
    row = db.session.scalars(
        select(PaymentAllocation).where(PaymentAllocation.traded_id == share.traded_id)
    ).one()
    address = f"/admin/subsidies/{case.id}/exclude/{row.id}"
    assert "剔除金额" in client.page(address).text
    assert client.post(address, data={"excluded": "1000", "reason": ""}).status_code == 422
    assert client.post(address, data={"excluded": "1000", "reason": "无发票"}).status_code == 302
    assert "无发票" in client.page(f"/admin/subsidies/{case.id}").text
    login(office_person("341321"))
    assert client.get(address).status_code == 404


def test_several_are_confirmed_before_they_pass(client, login):
    ready, _agent = submitted()
    bare, _agent = submitted()
    reviewer = office_person()
    check_all(make.actor(reviewer), ready)
    login(reviewer)
    data = {"cases": [ready.id, bare.id, "x"], "action": "pass"}
    page = client.post("/admin/subsidies/batch", data=data)
    assert "还有材料没有核对：补助申请表" in page.text
    assert again(ready).state == "first_review"
    page = client.post("/admin/subsidies/batch", data=data | {"confirmed": "yes"})
    assert "办成 1 件，未办成 1 件" in page.text
    assert again(ready).state == "review"
    assert client.post("/admin/subsidies/batch", data={"action": "take"}).status_code == 302
    assert client.post("/admin/subsidies/batch", data={"action": "drop"}).status_code == 404


def test_an_expert_declares_reads_and_answers(client, login):
    case, _agent = passed_first()
    expert = make.make_person()
    make.grant(expert, Role.EXPERT)
    login(reviewer := make.make_staff(Role.SUBSIDY_REVIEWER))
    assert expert.name in client.page(f"/admin/subsidies/{case.id}").text
    address = f"/admin/subsidies/{case.id}/examinations"
    assert client.post(address, data={"who": f"expert:{expert.id}"}).status_code == 302
    assert client.post(address, data={"who": f"expert:{reviewer.id}"}).status_code == 302
    assert "请先在“请谁”中选择" in client.post(address, data={"who": ""}, follow_redirects=True).text
    assert "专家评审 还没有提交意见" in send(client, case, "pass").text
    row = db.session.scalars(select(CaseExamination)).one().id
    login(expert)
    assert "待提交" in client.page("/desk/examinations").text
    page = client.page(f"/desk/examinations/{row}").text
    assert "有无利害关系" in page
    assert "转账凭证" not in page
    assert client.get("/admin/subsidies").status_code == 403
    assert client.post(f"/desk/examinations/{row}/declare", data={"conflict": "no"}).status_code == 302
    assert "转账凭证" in client.page(f"/desk/examinations/{row}").text
    assert client.post(f"/desk/examinations/{row}", data={"opinion": "", "score": "101"}).status_code == 422
    assert (
        client.post(f"/desk/examinations/{row}", data={"opinion": "转化属实", "score": "88"}).status_code
        == 302
    )
    assert "88" in client.page(f"/desk/examinations/{row}").text
    login(reviewer)
    assert "转化属实" in client.page(f"/admin/subsidies/{case.id}").text
    login(make.make_person())
    assert client.get(f"/desk/examinations/{row}").status_code == 404


def test_a_visit_brings_photos(client, login):
    case, _agent = passed_first()
    visitor = make.make_staff(Role.SUBSIDY_REVIEWER)
    login(make.make_staff(Role.SUBSIDY_REVIEWER))
    client.post(f"/admin/subsidies/{case.id}/examinations", data={"who": f"visit:{visitor.id}"})
    row = db.session.scalars(select(CaseExamination)).one().id
    login(visitor)
    client.post(f"/desk/examinations/{row}/declare", data={"conflict": "no"})
    sent = client.post(f"/desk/examinations/{row}/files", data={"file": (BytesIO(PDF), "现场.pdf")})
    assert sent.status_code == 302
    assert client.post(f"/desk/examinations/{row}/files", data={}).status_code == 422
    typed = {"opinion": "生产线在运转", "file": (BytesIO(PDF), "二.pdf")}
    kept = client.post(f"/desk/examinations/{row}/files", data=typed)
    assert (kept.status_code, "生产线在运转" in kept.text, "二.pdf" in kept.text) == (200, True, True)
    answer = {"opinion": "设备已投产", "happened_on": clock.today().isoformat(), "people": "张三"}
    assert client.post(f"/desk/examinations/{row}", data=answer).status_code == 302
    assert "张三" in client.page(f"/desk/examinations/{row}").text


def test_the_task_of_the_review_desk_leads_here_and_can_be_given(client, login):
    case, _agent = submitted()
    login(person := office_person())
    task = db.session.scalars(select(ReviewTask).where(ReviewTask.kind == "subsidy_first_review")).one()
    assert client.get(f"/admin/reviews/{task.id}").headers["Location"] == f"/admin/subsidies/{case.id}"
    address = f"/admin/subsidies/{case.id}/assign"
    client.post(address, data={"assignee": make.make_staff(Role.FINANCE).id})
    assert competence.task_of(again(case)).assignee_id is None
    client.post(address, data={"assignee": person.id})
    assert competence.task_of(again(case)).assignee_id == person.id
    assert case.number in client.page("/admin/subsidies?mine=1").text
