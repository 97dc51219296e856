"""Papers of a case: what was sealed, on A4, for those who may read the case; the opinions for the offices alone."""

from typing import Any

import pytest

from marketplace.domain.access import Role
from marketplace.domain.subsidy.declarations import WORDS
from marketplace.extensions import db
from marketplace.services.outside import outside
from marketplace.services.subsidy import opening
from marketplace.services.subsidy.applying import particulars
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests import grants, reviewing, subsidies
from tests.applications import complete, open_case
from tests.deals import WAN, make_payment

pytestmark = pytest.mark.usefixtures("session")

FORMS = ("application", "sheet", "materials", "opinions")


def at(case: Any, form: str) -> str:
    """Return where a paper is."""
    return f"/desk/subsidies/{case.id}/papers/{form}"


def test_the_application_says_who_what_how_much_in_capitals_and_by_which_clause(login: Any) -> None:
    case, agent = open_case(paid_fen=123 * WAN)
    complete(case, agent)
    browser = login(agent.person_id)
    page = browser.page(at(case, "application"))
    for words in (
        "草稿，提交后编号",
        "第8条",
        "10%",
        "人民币壹拾贰万叁仟元整",
        "申请单位（盖章处）",
        WORDS["truth"],
        f"签署人 {agent.name}",
    ):
        assert words in page.text
    assert page.h1 == "补助申请表"
    links = browser.page(f"/desk/subsidies/{case.id}").all("a")
    hrefs = {link.get("href") for link in links}
    assert all(at(case, form) in hrefs for form in FORMS[:3])
    assert at(case, "opinions") not in hrefs


def test_what_was_submitted_is_printed_whatever_came_later(login: Any) -> None:
    case, agent = reviewing.submitted()
    make_payment(grants.contract_of(case), 77 * WAN)
    with unit_of_work():
        reviewing.again(case).organisation.profile.legal_representative = "后来的人"
    browser = login(agent.person_id)
    page = browser.page(at(case, "application"))
    assert "770,000.00" not in page.text
    assert "后来的人" not in page.text
    assert case.snapshot_digest[:16] in page.text
    assert case.number in page.text


def test_the_sheet_of_the_achievement_names_rights_sellers_and_contracts(login: Any) -> None:
    case, agent = reviewing.submitted()
    page = login(agent.person_id).page(at(case, "sheet"))
    contract = grants.contract_of(case)
    for words in (
        case.traded.name, case.traded.rights[0].number, contract.registration.number, "专利实施许可",
        "合肥测试大学（安徽省合肥市", "3,000,000.00", "100,000.00", "单项成果上限",
    ):  # fmt: skip
        assert words in page.text


def test_the_list_of_papers_shows_whence_each_came_and_what_was_checked(login: Any) -> None:
    case, agent = reviewing.submitted()
    reviewer = reviewing.office()
    reviewing.check_all(reviewer, case)
    page = login(agent.person_id).page(at(case, "materials"))
    for words in (
        "form.pdf",
        "上传",
        "平台已有",
        "在线签署",
        "随申请表",
        "技术合同登记证明",
        "已核对",
        "受理人（签字）",
    ):
        assert words in page.text
    assert "技术进口合同登记证书" not in page.text


def test_the_opinions_carry_grounds_clause_and_seals_for_the_offices_alone(
    login: Any, new_client: Any
) -> None:
    case, agent = reviewing.passed_first()
    second = reviewing.city()
    case = reviewing.decide(
        second, case, "refuse", "not_converted", note="现场未见应用", remarks={"conversion": "佐证与成果无关"}
    )
    browser = login(second.person_id)
    page = browser.page(at(case, "opinions"))
    for words in (
        "初审意见", "埇桥区（盖章处）", "通过", "市科学技术局审核意见", "不予补助",
        "没有在宿转化应用", "条款原文“在宿转化应用”",
        "佐证与成果无关", "现场未见应用", "宿州市科学技术局（盖章处）",
    ):  # fmt: skip
        assert words in page.text
    for person in (agent, reviewing.office("341321")):
        login(person.person_id, new_client()).page(at(case, "opinions"), status=404)


def test_before_any_decision_the_opinions_are_printed_empty_and_later_with_the_amount(login: Any) -> None:
    case, _agent = reviewing.submitted()
    browser = login(reviewing.office().person_id)
    assert browser.page(at(case, "opinions")).text.count("（待办理）") == 2
    approved = grants.approved_case()
    page = login(make.make_staff(Role.AUDITOR)).page(at(approved, "opinions"))
    assert "人民币叁拾万元整" in page.text
    assert "批准单" in page.text


def test_a_certificate_has_no_sheet_and_asks_for_its_fixed_sum(login: Any) -> None:
    buyer = make.make_organisation()
    person = make.make_person(buyer)
    subsidies.make_policy("high_tech")
    agent = make.actor(person)
    with unit_of_work():
        case = opening.open_for_certificate(agent, "high_tech")
        particulars.write(agent, case.id, f"GR{case.created_at.year}34000123", case.created_at.date(), True)
    browser = login(person)
    page = browser.page(at(case, "application"))
    assert "壹拾万元整" in page.text
    assert "再次认定" in page.text
    browser.page(at(case, "sheet"), status=404)
    browser.page(at(case, "materials"))


def test_a_pdf_for_readers_only_and_the_page_where_the_library_is_missing(
    login: Any, new_client: Any, monkeypatch: Any
) -> None:
    case, agent = reviewing.submitted()
    browser = login(agent.person_id)
    response = browser.get(at(case, "application") + ".pdf")
    assert (response.mimetype, response.data[:4]) == ("application/pdf", b"%PDF")
    stranger = login(make.make_person(make.make_organisation()), new_client())
    for form in FORMS:
        stranger.page(at(case, form), status=404)
        stranger.page(at(case, form) + ".pdf", status=404)
    browser.page(at(case, "nothing"), status=404)
    monkeypatch.setattr(outside(), "_documents", [None])
    assert "另存为 PDF" in browser.page(at(case, "sheet") + ".pdf").text
    db.session.rollback()
