"""The applicant's pages by real requests: from an empty draft to a submitted case, wrong, twice, by strangers."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.subsidy import FollowUp, SubsidyCase
from marketplace.services.subsidy.applying import declaring
from marketplace.services.subsidy.reviewing import deciding
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import subsidies
from tests.applications import complete, open_case
from tests.deals import PDF, WAN, make_contract, make_payment

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def opened() -> Any:
    """A draft that opened, and somebody of the buyer."""
    return open_case()


@pytest.fixture
def browser(opened: Any, login: Any) -> Any:
    """The buyer's browser."""
    return login(opened[1].person_id)


def stored(case: SubsidyCase) -> SubsidyCase:
    """Return the case as it is stored now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(SubsidyCase, case.id)


def at(case: SubsidyCase, rest: str = "") -> str:
    """Return an address below a case."""
    return f"/desk/subsidies/{case.id}{rest}"


def test_the_page_of_a_draft_says_what_is_missing_and_shows_the_sum(browser: Any, opened: Any) -> None:
    case, _agent = opened
    page = browser.page(at(case))
    for words in (
        "还差什么",
        "补助申请表",
        "签署承诺",
        "1,000,000.00",
        "100,000.00",
        "壹拾万元整",
        "第8条",
        "政策第",
    ):
        assert words in page.text
    assert case.traded.name in browser.page("/desk/subsidies").text
    assert "核对并提交" not in browser.page(at(case, "/papers/application")).text


def paper(name: str) -> tuple[BytesIO, str]:
    """Return a small PDF as a form sends it."""
    return BytesIO(PDF + name.encode()), f"{name}.pdf"


def test_filling_in_and_submitting(browser: Any, opened: Any) -> None:
    case, agent = opened
    for code in ("form", "licence"):
        page = at(case, f"/materials/{code}")
        assert browser.submit(page, {"file": paper(code)}, form="file-form").status_code == 200
    answer = browser.submit(at(case, "/declarations"), {"typed_name": "张三"}, form="declaration-form")
    assert (answer.status_code, "张三" in answer.text) == (422, True)
    signed = {"unrelated": "y", "truth": "y", "aid": "none", "typed_name": "张三"}
    answer = browser.submit(at(case, "/declarations"), signed, form="declaration-form")
    assert (answer.status_code, f"请输入您本人的姓名“{agent.name}”" in answer.text) == (422, True)
    signed["typed_name"] = agent.name
    assert browser.submit(at(case, "/declarations"), signed, form="declaration-form").status_code == 200
    assert "现在还不能提交" not in browser.page(at(case, "/submit")).text
    answer = browser.submit(at(case, "/submit"), {"digest": "0" * 64}, form="act")
    assert (answer.status_code, "有变化" in answer.text) == (422, True)
    assert stored(case).state == "draft"
    answer = browser.submit(at(case, "/submit"), form="act")
    assert f"SZBZ{clock.today().year}-00001" in answer.text
    assert stored(case).state == "first_review"
    # Once more from a page that was left open: there is nothing to submit any more.
    assert browser.post(at(case, "/submit"), data={"digest": stored(case).snapshot_digest}).status_code == 302
    late = browser.get(at(case, "/submit"), follow_redirects=True).text
    assert "申请现在是“待初审”，这一步不能再办理" in late


def test_an_incomplete_draft_is_not_submitted_and_says_why(browser: Any, opened: Any) -> None:
    case, _agent = opened
    page = browser.page(at(case, "/submit"))
    assert "现在还不能提交" in page.text
    assert browser.post(at(case, "/submit"), data={}).status_code == 422
    assert stored(case).number is None


def test_papers_are_removed_waived_and_refused(browser: Any, opened: Any) -> None:
    case, _agent = opened
    page = at(case, "/materials/licence")
    bad = browser.submit(page, {"file": (BytesIO(b"MZ"), "a.exe")}, form="file-form")
    assert bad.status_code == 422
    assert browser.submit(page, form="file-form").status_code == 422
    browser.submit(page, {"file": paper("licence")}, form="file-form")
    again = browser.submit(page, {"file": (paper("licence")[0], "换名.pdf")}, form="file-form")
    assert (again.status_code, "“licence.pdf”内容相同" in again.text) == (422, True)
    assert browser.submit(page, {"note": " "}, form="waiver-form").status_code == 422
    assert "licence.pdf" in browser.submit(page, {"note": "另有说明"}, form="waiver-form").text
    assert {row.code: row.note for row in stored(case).materials}["licence"] == "另有说明"
    assert browser.submit(page, form="/remove").status_code == 200
    assert "licence.pdf" not in browser.page(at(case)).text
    assert browser.get(at(case, "/materials/unknown")).status_code == 404


def test_thirty_files_go_up_at_once_and_one_more_does_not(browser: Any, opened: Any) -> None:
    case, _agent = opened
    many = [paper(f"现场{n}") for n in range(30)]
    page = at(case, "/materials/conversion")
    assert browser.post(page, data={"file": many}, content_type="multipart/form-data").status_code == 302
    assert (
        browser.post(page, data={"file": [paper("x")]}, content_type="multipart/form-data").status_code == 422
    )


def test_of_several_files_the_bad_one_is_named_and_none_is_kept(browser: Any, opened: Any) -> None:
    case, _agent = opened
    two = [paper("好"), (BytesIO(b"MZ"), "坏.pdf")]
    answer = browser.post(
        at(case, "/materials/contract"), data={"file": two}, content_type="multipart/form-data"
    )
    assert (answer.status_code, "“坏.pdf”不能上传" in answer.text) == (422, True)
    assert "好.pdf" not in browser.page(at(case)).text


def test_the_account_is_masked_for_the_offices(
    browser: Any, opened: Any, login: Any, new_client: Any
) -> None:
    case, agent = opened
    answer = browser.submit(at(case, "/account"), {"bank": "", "number": "12"}, form="account-form")
    assert answer.status_code == 422
    typed = {"bank": "徽商银行宿州分行", "number": "6217001234567890"}
    assert "6217001234567890" in browser.submit(at(case, "/account"), typed, form="account-form").text
    complete(case, agent)
    browser.submit(at(case, "/submit"), form="act")
    office = login(make.make_staff(Role.SUBSIDY_REVIEWER), new_client())
    page = office.page(at(case))
    assert "…7890" in page.text
    assert "6217001234567890" not in page.text
    assert "撤回申请" not in page.text


def test_strangers_get_404_and_staff_may_not_apply(opened: Any, login: Any, new_client: Any) -> None:
    case, _agent = opened
    stranger = login(make.make_person(make.make_organisation()), new_client())
    for rest in (
        "",
        "/papers/application",
        "/submit",
        "/materials/form",
        "/declarations",
        "/account",
        "/withdraw",
    ):
        assert stranger.get(at(case, rest)).status_code == 404
    assert stranger.post(at(case, "/submit"), data={}).status_code == 404
    staff = login(make.make_staff(Role.SUBSIDY_REVIEWER), new_client())
    assert staff.get(at(case)).status_code == 404
    assert staff.get(at(case, "/submit")).status_code == 403
    assert staff.get("/desk/subsidies").status_code == 403


def test_withdrawing_asks_first_and_twice_is_harmless(browser: Any, opened: Any) -> None:
    case, agent = opened
    complete(case, agent)
    browser.submit(at(case, "/submit"), form="act")
    assert "不能恢复" in browser.page(at(case, "/withdraw")).text
    assert browser.submit(at(case, "/withdraw"), form="act").status_code == 200
    assert browser.post(at(case, "/withdraw"), data={}).status_code == 302
    assert stored(case).state == "withdrawn"


def test_opening_by_hand_and_the_certificate_of_the_enterprise(login: Any) -> None:
    subsidies.make_policy()
    subsidies.make_batch(subsidies.make_policy("high_tech"))
    buyer = make.make_organisation()
    contract = make_contract(buyer)
    agent = make.make_person(buyer)
    browser = login(agent)
    page = browser.page("/desk/subsidies")
    name = contract.current.lines[0].traded.name
    assert name in page.text
    answer = browser.submit("/desk/subsidies", form=f"/open/{contract.current.lines[0].traded_id}")
    assert "按规则目前不予补助" in answer.text
    answer = browser.submit("/desk/subsidies", form="/open/clause/high_tech")
    assert "200,000.00" in answer.text
    case = db.session.query(SubsidyCase).filter_by(clause="high_tech").one()
    wrong = {"number": "GR12", "certified_on": "2999-01-01", "again": ""}
    assert browser.submit(at(case, "/particulars"), wrong, form="particulars-form").status_code == 422
    year = clock.today().year
    right = {"number": f"gr{year}34000123", "certified_on": f"{year}-01-05", "again": "again"}
    assert "100,000.00" in browser.submit(at(case, "/particulars"), right, form="particulars-form").text
    for code in ("form", "certificate", "licence"):
        browser.submit(at(case, f"/materials/{code}"), {"file": paper(code)}, form="file-form")
    signed = {"truth": "y", "aid": "none", "typed_name": agent.name}
    browser.submit(at(case, "/declarations"), signed, form="declaration-form")
    assert "待初审" in browser.submit(at(case, "/submit"), form="act").text


def test_a_refusal_is_answered_in_time(login: Any) -> None:
    buyer = make.make_organisation()
    policy = subsidies.make_policy()
    contract = make_contract(buyer)
    make_payment(contract, 100 * WAN)
    case = subsidies.make_case(
        buyer, contract.current.lines[0].traded, policy, subsidies.make_batch(policy), "refused",
        refused_on=clock.today(), reasons=["CAP_EXHAUSTED"], state_note="额度已用完",
    )  # fmt: skip
    browser = login(make.make_person(buyer))
    page = browser.page(at(case))
    assert "这项成果的补助已达上限" in page.text
    assert browser.submit(at(case, "/appeal"), form="act").status_code == 422
    answer = browser.submit(at(case, "/appeal"), {"words": "额度计算有误"}, form="act")
    assert "陈述申辩中" in answer.text
    assert declaring.last_of(stored(case), "appeal").words == "额度计算有误"


def test_a_yearly_report_is_given_and_corrected_until_accepted(login: Any) -> None:
    buyer = make.make_organisation()
    policy = subsidies.make_policy()
    contract = make_contract(buyer)
    make_payment(contract, 100 * WAN)
    case = subsidies.make_case(
        buyer, contract.current.lines[0].traded, policy, subsidies.make_batch(policy), "tracking"
    )
    last = clock.today().year - 1
    with unit_of_work():
        for year in (last, last + 1):
            db.session.add(FollowUp(case_id=case.id, year=year, due_on=clock.today()))
    browser = login(make.make_person(buyer))
    page = at(case, f"/reports/{last}")
    assert browser.submit(page, {"words": "", "jobs": "x"}, form="report-form").status_code == 422
    given = {"words": "已投产", "output": "1200000", "jobs": "12"}
    assert "产值 1,200,000.00 元，就业 12 人" in browser.submit(page, given, form="report-form").text
    assert browser.get(at(case, "/reports/1999")).status_code == 404
    running = at(case, f"/reports/{last + 1}")
    assert "年度还没有结束" in browser.get(running).text
    early = browser.post(running, data=given)
    assert (early.status_code, "年度还没有结束" in early.text, "已投产" in early.text) == (422, True, True)
    assert "起可以提交" in browser.get(at(case)).text
    with unit_of_work():
        db.session.query(FollowUp).filter_by(year=last).one().state = "accepted"
    assert browser.post(page, data=given).status_code == 409


def test_a_returned_case_shows_grounds_clause_and_remarks_beside_the_parts(browser: Any, opened: Any) -> None:
    case, agent = opened
    complete(case, agent)
    browser.submit(at(case, "/submit"), form="act")
    office = make.actor(make.make_staff(Role.SUBSIDY_FIRST_REVIEWER, scope=stored(case).office))
    with unit_of_work():
        opinion = deciding.Opinion(
            ["voucher_differs"], "请核对回单", {"voucher": "第一笔回单看不清", "sum": "金额与申请表不一致"}
        )
        deciding.decide(office, case.id, "return", opinion)
    page = browser.page(at(case))
    for words in (
        "退回意见",
        "实际支付额（依据转账凭证）",
        "第一笔回单看不清",
        "金额与申请表不一致",
        "请核对回单",
    ):
        assert words in page.text
    unchanged, late = "退回之后申请内容没有变化", "补正的期限已过"
    assert unchanged in browser.get(at(case, "/submit")).text
    browser.submit(at(case, "/materials/voucher"), {"file": paper("回单")}, form="file-form")
    now = browser.get(at(case, "/submit")).text
    assert (unchanged in now, late in now) == (False, False)
    with clock.frozen(clock.now() + timedelta(days=60)):
        assert late in browser.get(at(case, "/submit")).text
    assert "待初审" in browser.submit(at(case, "/submit"), form="act").text


def test_an_enterprise_that_is_not_verified_is_told_to_be_first(login: Any) -> None:
    browser = login(make.make_person(make.make_organisation(verified=False)))
    refused = browser.get("/desk/subsidies")
    assert (refused.status_code, "去办理单位认证" in refused.text) == (403, True)
    stranger = login(make.make_person(make.make_organisation("university"))).get("/desk/subsidies")
    assert (stranger.status_code, "去办理单位认证" in stranger.text) == (403, False)
