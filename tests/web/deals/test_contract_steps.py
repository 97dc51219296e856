"""Drafting a contract by real requests: steps, rows, lookups, faults, stale pages, papers."""

from io import BytesIO
from typing import Any

import pytest

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.people import Organisation, Person
from marketplace.services.deals import drafts
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import PDF, WAN, make_contract
from tests.support.inspector import Page

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def buyer() -> Organisation:
    """A verified enterprise of the city."""
    return make.make_organisation(name="萧县试验板业有限公司")


@pytest.fixture
def person(buyer: Organisation) -> Person:
    """Somebody of the buyer."""
    return make.make_person(buyer)


@pytest.fixture
def visitor(person: Person, login: Any) -> Any:
    """The buyer's browser."""
    return login(person)


@pytest.fixture
def blank(person: Person) -> int:
    """A contract in which nothing was written yet."""
    with unit_of_work():
        return drafts.create(make.actor(person)).id


def read(contract_id: int) -> Contract:
    """Return a contract as it is stored now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Contract, contract_id)


def step(contract_id: int, key: str) -> str:
    """Return the address of a step."""
    return f"/desk/contracts/{contract_id}/edit/{key}"


def test_beginning_opens_the_first_step_and_twice_is_once(visitor: Any, buyer: Organisation) -> None:
    """The page says what will be asked; an untouched draft is used again, also when begun from an achievement."""
    owner = make.make_person(make.make_organisation("university", name="宿州试验学院"))
    listing = make.make_published(owner)
    assert "从空白开始" in visitor.page("/desk/contracts/new").text
    assert listing.published.title in visitor.page(f"/desk/contracts/new?listing={listing.id}").text
    first = visitor.submit(f"/desk/contracts/new?listing={listing.id}", form="begin", follow=False).location
    assert (
        visitor.submit(f"/desk/contracts/new?listing={listing.id}", form="begin", follow=False).location
        == first
    )
    page = visitor.page(first)
    assert page.by_id["sellers-0-name"].get("value") == "宿州试验学院"
    assert page.by_id["buyer-name"].get("value") == buyer.profile.name
    assert visitor.get("/desk/contracts/new?listing=999999").status_code == 404


def test_an_incomplete_step_is_saved_and_says_what_it_lacks(visitor: Any, blank: int) -> None:
    """Whatever is there is kept; ``check`` shows at the field what is missing, the preview links to it."""
    answer = visitor.submit(
        step(blank, "subject"), {"title": "大豆基胶粘剂实施许可"}, form="step", button="action=save"
    )
    assert "已保存" in Page(answer.get_data(as_text=True)).text
    assert read(blank).current.title == "大豆基胶粘剂实施许可"
    assert "field-error" in visitor.get(step(blank, "subject") + "?check=1").get_data(as_text=True)
    preview = visitor.get(f"/desk/contracts/{blank}/preview").get_data(as_text=True)
    assert "处没有填好" in preview
    assert f"/desk/contracts/{blank}/edit/money?check=1#payment_mode" in preview
    assert "提请对方确认</a>" not in preview


def test_malformed_values_are_shown_at_their_field_and_nothing_is_lost(visitor: Any, blank: int) -> None:
    """Amounts, dates, codes and regions: the answer is 422, the typing stays, nothing is stored."""
    typed = {"lines-0-name": "胶粘剂", "lines-0-amount_fen": "一百万", "title": "测试"}
    answer = visitor.submit(step(blank, "subject"), typed, form="step", button="action=next")
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert page.by_id["lines-0-amount_fen"].get("value") == "一百万"
    assert page.by_id["lines-0-amount_fen"].get("aria-invalid") == "true"
    assert "error-summary" in page.by_id
    assert read(blank).current.title == ""
    answer = visitor.submit(
        step(blank, "parties"),
        {"sellers-0-uscc": "123", "buyer-contact_phone": "12"},
        form="step",
        button="action=save",
    )
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert page.by_id["sellers-0-uscc"].get("aria-invalid") == "true"
    assert page.by_id["buyer-contact_phone"].get("value") == "12"
    answer = visitor.submit(
        step(blank, "money"), {"valid_from": "2026-13-41"}, form="step", button="action=save"
    )
    assert answer.status_code == 422
    assert "日期请写成" in Page(answer.get_data(as_text=True)).text


def test_rows_come_and_go_without_scripts(visitor: Any, blank: int) -> None:
    """A row is added or taken away, rights inside a line too; typing stays and nothing is stored by it."""
    answer = visitor.submit(
        step(blank, "subject"), {"lines-0-name": "甲"}, form="step", button="add_row=lines"
    )
    page = Page(answer.get_data(as_text=True))
    assert page.by_id["lines-0-name"].get("value") == "甲"
    assert "lines-1-name" in page.by_id
    answer = visitor.submit(step(blank, "subject"), form="step", button="add_row=lines-0-rights")
    assert "lines-0-rights-1-number" in Page(answer.get_data(as_text=True)).by_id
    answer = visitor.submit(
        step(blank, "money"), {"instalments-0-name": "首付"}, form="step", button="remove_row=instalments-0"
    )
    page = Page(answer.get_data(as_text=True))
    assert page.by_id["instalments-0-name"].get("value") in (None, "")
    assert read(blank).current.instalments == []


def test_blank_rows_are_left_out_and_faults_stand_at_the_row_that_has_them(visitor: Any, blank: int) -> None:
    """An empty line before a full one goes; the fault is shown where the typing is."""
    page = visitor.post(
        step(blank, "subject"),
        data={
            "lines-0-name": "",
            "lines-0-rights-0-status": "valid",
            "lines-1-name": "胶粘剂",
            "lines-1-owner_name": "某大学",
            "lines-1-amount_fen": "100",
            "lines-1-technical_fen": "200",
            "lines-1-rights-0-status": "valid",
            "action": "save",
        },
    )
    shown = Page(page.get_data(as_text=True))
    assert page.status_code == 422
    assert shown.by_id["lines-0-name"].get("value") == "胶粘剂"
    assert shown.by_id["lines-0-technical_fen"].get("aria-invalid") == "true"
    assert "lines-1-name" not in shown.by_id


def test_lookup_by_uscc_takes_over_verified_data(visitor: Any, blank: int) -> None:
    """A verified member is filled in and its verified data cannot be typed over; anybody else is said to be unknown."""
    member = make.make_organisation("university", name="宿州试验学院")
    address = step(blank, "parties")
    answer = visitor.submit(
        address, {"sellers-0-uscc": f" {member.uscc.lower()} "}, form="step", button="lookup=sellers-0"
    )
    page = Page(answer.get_data(as_text=True))
    assert "已带入" in page.text
    assert page.by_id["sellers-0-name"].get("value") == "宿州试验学院"
    assert page.by_id["sellers-0-name"].get("readonly") is not None
    visitor.submit(address, {"sellers-0-name": "冒名学院"}, form="step", button="action=save")
    assert read(blank).current.parties[1].name == "宿州试验学院"
    answer = visitor.submit(
        address, {"sellers-0-uscc": make.make_uscc()}, form="step", button="lookup=sellers-0"
    )
    assert "没有这个统一社会信用代码" in Page(answer.get_data(as_text=True)).text


def test_a_stale_page_keeps_the_typing_and_can_be_saved_over(
    visitor: Any, blank: int, person: Person
) -> None:
    """Somebody saved in between: 409 with what was typed; pressing again saves it."""
    opened = Page(visitor.get(step(blank, "subject")).get_data(as_text=True))
    old = next(form for form in opened.forms if form.element.get("id") == "step").values
    visitor.submit(step(blank, "subject"), {"title": "先保存的"}, form="step", button="action=save")
    answer = visitor.post(step(blank, "subject"), data={**old, "title": "后保存的", "action": "save"})
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert page.by_id["title"].get("value") == "后保存的"
    assert read(blank).current.title == "先保存的"
    again = next(form for form in page.forms if form.element.get("id") == "step").values
    assert visitor.post(step(blank, "subject"), data={**again, "action": "save"}).status_code == 302
    assert read(blank).current.title == "后保存的"


def test_from_blank_to_complete_by_the_forms_alone(visitor: Any, blank: int) -> None:
    """Every step filled in as a person would; then nothing is missing, and every mark is a tick."""
    seller = make.make_organisation("university", name="宿州试验学院")
    party = {"buyer-nature": "private_company", "buyer-postcode": "235200", "sellers-0-uscc": seller.uscc}
    contact = {
        "sellers-0-contact_name": "李老师",
        "sellers-0-contact_phone": "0557-3024567",
        "sellers-0-postcode": "234000",
    }
    visitor.submit(step(blank, "parties"), party | contact, form="step", button="action=next")
    subject = {
        "title": "大豆基胶粘剂技术服务合同",
        "kind": "service.general",
        "content": "卖方为买方调试胶粘剂产线，交付工艺文件，并培训操作人员三名。",
        "lines-0-name": "大豆基胶粘剂产线调试",
        "lines-0-owner_name": "宿州试验学院",
        "lines-0-amount_fen": "1,000,000",
        "lines-0-technical_fen": "800000.50",
    }
    visitor.submit(step(blank, "subject"), subject, form="step", button="action=next")
    money = {
        "payment_mode": "lump",
        "instalments-0-name": "一次付清",
        "instalments-0-amount_fen": "1000000",
        "instalments-0-due_on": "2026-12-31",
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
    }
    visitor.submit(step(blank, "money"), money, form="step", button="action=next")
    particulars = {
        "field": "05",
        "objective": "industry",
        "plan_source": "none",
        "rights_involved": ["none"],
        "pricing": "negotiable",
        "related_party": "no",
        "disclosure": "parties",
    }
    answer = visitor.submit(step(blank, "particulars"), particulars, form="step", button="action=next")
    assert "签订日期" in Page(answer.get_data(as_text=True)).text
    preview = visitor.page(f"/desk/contracts/{blank}/preview").text
    assert "内容已填写完整" in preview
    assert "壹佰万元整" in preview
    version = read(blank).current
    assert (version.amount_fen, version.technical_fen) == (100 * WAN, 80_000_050)
    assert version.parties[0].disclosure == "parties"


def test_day_of_signing_files_and_certificate(visitor: Any, buyer: Organisation) -> None:
    """Each has its own form; what is wrong stays in it, disguised files are refused, removal works once."""
    contract = make_contract(buyer, None, "confirmed")
    papers = step(contract.id, "papers")
    assert visitor.submit(papers, {"signed_on": "2999-01-01"}, form="sign-form").status_code == 422
    visitor.submit(papers, {"signed_on": "2026-01-05"}, form="sign-form")
    assert read(contract.id).signed_on.isoformat() == "2026-01-05"
    assert visitor.submit(papers, form="file-form").status_code == 422
    upload = {"purpose": "signed_contract", "file": (BytesIO(b"MZ\x90 no pdf at all"), "contract.pdf")}
    assert visitor.post(papers + "/files", data=upload).status_code == 422
    upload = {"purpose": "signed_contract", "file": (BytesIO(PDF), "contract.pdf")}
    assert visitor.post(papers + "/files", data=upload).status_code == 302
    assert (
        visitor.post(
            papers + "/files", data={"purpose": "voucher", "file": (BytesIO(PDF), "a.pdf")}
        ).status_code
        == 422
    )
    bad = {"number": "2025340", "registry_name": "合肥市技术合同登记处", "registered_on": "2026-02-01"}
    answer = visitor.submit(papers, bad, form="certificate-form")
    assert answer.status_code == 422
    assert Page(answer.get_data(as_text=True)).by_id["number"].get("value") == "2025340"
    visitor.submit(papers, bad | {"number": "2026 3401 01 000321"}, form="certificate-form")
    assert read(contract.id).registration.number == "2026340101000321"
    link_id = files.links_of("contract", contract.id, "signed_contract")[0].id
    assert visitor.post(f"{papers}/files/{link_id}/remove").status_code == 302
    assert visitor.post(f"{papers}/files/{link_id}/remove").status_code == 404


def test_papers_stay_shut_once_submitted(visitor: Any, buyer: Organisation) -> None:
    """The page can be read, but its forms are gone and what is sent all the same is refused."""
    contract = make_contract(buyer, None, "submitted")
    page = visitor.page(step(contract.id, "papers"))
    assert "不能再改" in page.text
    assert (
        visitor.post(step(contract.id, "papers") + "/sign", data={"signed_on": "2026-01-05"}).status_code
        == 409
    )


def test_the_text_belongs_to_its_drafter_while_it_is_a_draft(
    buyer: Organisation, visitor: Any, login: Any
) -> None:
    """The other side, strangers and staff find nothing; a fixed text cannot be written by anybody."""
    seller = make.make_organisation("university", name="宿州试验学院")
    draft = make_contract(buyer, seller, "draft")
    offered = make_contract(buyer, seller, "offered")
    assert visitor.get(step(offered.id, "money")).status_code == 409
    assert visitor.post(step(offered.id, "money"), data={"action": "save"}).status_code == 409
    for outsider in (make.make_person(seller), make.make_person(make.make_organisation(name="路人有限公司"))):
        login(outsider)
        for address in (
            step(draft.id, "money"),
            step(draft.id, "papers"),
            f"/desk/contracts/{draft.id}/preview",
        ):
            assert visitor.get(address).status_code == 404
        assert visitor.post(step(draft.id, "money"), data={"action": "save"}).status_code == 404
    login(make.make_person(seller))
    assert visitor.get(step(offered.id, "money")).status_code == 403
    login(make.make_staff(Role.CONTRACT_REGISTRAR))
    assert visitor.get(step(draft.id, "money")).status_code == 403
