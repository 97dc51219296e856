"""A purchase is aided: from the achievement's page to the payout; returned, refused and answered; asked back."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Role
from marketplace.extensions import db
from marketplace.models.deals import Contract, Invoice, InvoiceShare
from marketplace.models.people import Membership, Organisation, Person
from marketplace.models.subsidy import PublicityRow, SubsidyCase
from marketplace.services.platform import files, outbox
from marketplace.services.subsidy.granting import publicity
from marketplace.services.unit import unit_of_work
from tests import deals, grants, reviewing, subsidies
from tests import factories as make
from tests.deals import PDF, WAN
from tests.journeys import steps

pytestmark = pytest.mark.usefixtures("session")

QUEUE = "/admin/grant-queue"
HAS_TABLE = """async () => {
  const page = await (await fetch(location.href)).text();
  return new DOMParser().parseFromString(page, "text/html").querySelector("main table") !== null;
}"""
"""Whether a fresh copy of the page has a table: the worker has been there."""


@pytest.fixture
def enter(new_page: Any) -> Any:
    """Open a page for somebody who has signed in."""

    def sign_in(person: Person) -> Any:
        page = new_page()
        steps.sign_in(page, person.email)
        return page

    return sign_in


def test_from_the_aid_on_the_page_to_the_payout(page: Any, enter: Any, tmp_path: Path) -> None:
    subsidies.make_batch(subsidies.make_policy())
    university = make.make_organisation("university", division="340111")
    listing = make.make_published(make.make_person(university))
    buyer = make.make_organisation(name="汴塘板业有限公司")
    person = make.make_person(buyer, "manager")

    steps.sign_in(page, person.email)
    page.goto(f"/achievements/{listing.id}")
    expect(page.locator("#aid")).to_contain_text("您预计可获补助")

    contract = _bought(buyer, deals.make_traded(listing=listing))
    name = contract.current.lines[0].traded.name if contract.current else ""
    page.goto("/desk/subsidies")
    page.wait_for_function(HAS_TABLE, timeout=steps.LEAVING)
    page.reload()
    steps.follow(page, name)
    expect(page.locator("#sum")).to_contain_text("100,000.00")
    db.session.rollback()
    case = db.session.scalars(select(SubsidyCase)).one()
    _apply(page, case, tmp_path)
    expect(page.locator(".notices")).to_contain_text("申请已提交")

    for reviewer in (make.make_staff(Role.SUBSIDY_FIRST_REVIEWER, scope="341302"), _reviewer()):
        desk = enter(reviewer)
        desk.goto("/admin/subsidies")
        steps.follow(desk, name)
        for box in desk.locator("main [name='papers']").all():
            box.check()
        steps.press(desk, "通过")
        expect(desk.locator("h1")).to_have_text("请确认通过")
        steps.press(desk, "确认")
        expect(desk.locator("main [name='papers']")).to_have_count(0)
    _together(desk, "fix", "为所选定额", "确认定额")
    expect(desk.locator(".notices")).to_contain_text("拟补助 1 项")

    office = enter(make.make_staff(Role.PUBLISHER, Role.FINANCE))
    _together(office, "publish", "公示所选", "确认公示", "第一批拟补助名单公示")
    expect(office.locator("main")).to_contain_text("汴塘板业有限公司")
    _end_publication(case)

    head = enter(make.make_staff(Role.SUBSIDY_APPROVER))
    _together(head, "approve", "批准所选", "确认批准", "第一批补助批准单")
    expect(head.locator("main")).to_contain_text("壹拾万元整")

    page.goto(f"/desk/subsidies/{case.id}/account")
    steps.fill(page, {"bank": "徽商银行宿州分行", "name": buyer.name, "number": "6217001234567890"})
    steps.press(page, "确认账户")

    office.goto(f"{QUEUE}?step=pay")
    steps.follow(office, "登记拨付")
    steps.fill(
        office,
        {
            "amount": "100000",
            "paid_on": clock.today().isoformat(),
            "bank": "TREASURY",
            "serial": "GK20260001",
            "files": _paper(tmp_path, "payout"),
        },
    )
    steps.press(office, "确认已拨付")
    expect(office).to_have_url(re.compile("step=pay"), timeout=steps.LEAVING)
    page.goto(f"/desk/subsidies/{case.id}")
    expect(page.locator("main")).to_contain_text("已拨付，绩效跟踪")


def test_returned_refused_and_answered(page: Any, enter: Any) -> None:
    case, agent = reviewing.submitted()
    person = db.session.get_one(Person, agent.person_id)
    desk = enter(make.make_staff(Role.SUBSIDY_FIRST_REVIEWER, scope="341302"))
    desk.goto(f"/admin/subsidies/{case.id}")
    _remark(desk, "conversion", "照片看不出拍摄地点")
    steps.fill(desk, {"reasons": ["conversion_missing"]})
    steps.press(desk, "退回补正")
    expect(desk.locator(".notices")).to_contain_text("已退回")

    steps.sign_in(page, person.email)
    page.goto(f"/desk/subsidies/{case.id}")
    expect(page.locator("main")).to_contain_text("照片看不出拍摄地点")
    _submit(page)

    desk.goto(f"/admin/subsidies/{case.id}")
    _remark(desk, "conditions", "生产线在外省，没有在宿转化")
    steps.press(desk, "不予补助…")
    expect(desk.locator("h1")).to_have_text("不予补助")
    steps.fill(desk, {"reasons": ["not_converted"], "note": "现场核查时生产线尚在外省。"})
    steps.press(desk, "确认不予补助")
    expect(desk.locator("h1")).not_to_have_text("不予补助")

    page.goto(f"/desk/subsidies/{case.id}")
    expect(page.locator("main")).to_contain_text("在宿转化应用")
    steps.follow(page, "陈述申辩")
    steps.fill(page, {"words": "生产线已于上月迁入宿州，现附搬迁合同。"})
    steps.press(page, "提交陈述申辩")
    expect(page.locator(".notices")).to_contain_text("陈述申辩已提交")

    head = enter(make.make_staff(Role.SUBSIDY_APPROVER))
    head.goto(f"/admin/subsidies/{case.id}")
    expect(head.locator("main")).to_contain_text("生产线已于上月迁入宿州")
    steps.fill(head, {"reasons": ["facts_changed"], "note": "迁入属实，重新审核。"})
    steps.press(head, "申辩成立，重新审核")
    expect(head.locator("h1")).to_have_text("请确认申辩成立")
    steps.press(head, "确认")
    expect(head.locator("main")).to_contain_text("待审核")
    db.session.rollback()
    assert grants.fresh(case).state == "review"


def test_a_refund_is_asked_back_and_settled(page: Any, enter: Any) -> None:
    case = grants.paid_case()
    person = make.make_person(case.organisation)
    contract = grants.contract_of(case)
    deals.make_payment(contract, 100 * WAN, kind="refund")
    _tell_worker(contract)

    payer = enter(make.make_staff(Role.FINANCE))
    payer.goto("/admin/recoveries")
    payer.wait_for_function(steps.APPEARS, arg=case.number, timeout=steps.LEAVING)
    payer.reload()
    steps.follow(payer, case.number or "")
    expect(payer.locator("main")).to_contain_text("100,000.00")
    for amount, serial in (("40000", "TH20260001"), ("60000", "TH20260002")):
        today = clock.today().isoformat()
        steps.fill(payer, {"amount": amount, "paid_on": today, "bank": "HSB", "serial": serial})
        steps.press(payer, "登记")
        expect(payer.locator("main table").first).to_contain_text(serial)
    expect(payer.locator("main")).to_contain_text("已结清")

    steps.sign_in(page, person.email)
    page.goto(f"/desk/subsidies/{case.id}")
    expect(page.locator("main")).to_contain_text("100,000.00")
    expect(page.locator("main")).to_contain_text("已结清")


def _reviewer() -> Person:
    return make.make_staff(Role.SUBSIDY_REVIEWER)


def _bought(buyer: Organisation, traded: Any) -> Contract:
    """Register a paid and invoiced purchase and keep the buyer's licence, as rows, and tell the worker."""
    contract = deals.make_contract(buyer, traded=[traded])
    payment = deals.make_payment(contract, 100 * WAN)
    with unit_of_work():
        voucher = files.store(SYSTEM, "voucher.pdf", PDF + b"voucher", "voucher")
        files.attach(SYSTEM, voucher, "payment", payment.id, "voucher")
        licence = files.store(SYSTEM, "licence.pdf", PDF + b"licence", "licence")
        files.attach(SYSTEM, licence, "profile", buyer.profile_id or 0, "licence")
        invoice = Invoice(
            contract_id=contract.id, number=f"{payment.id:020d}", issued_on=payment.paid_on,
            amount_fen=100 * WAN, organisation_id=buyer.id,
        )  # fmt: skip
        invoice.shares = [InvoiceShare(traded_id=traded.id, amount_fen=100 * WAN)]
        db.session.add(invoice)
    _tell_worker(contract)
    return contract


def _tell_worker(contract: Contract) -> None:
    with unit_of_work():
        outbox.enqueue("contract", contract=contract.id)


def _apply(page: Any, case: SubsidyCase, folder: Path) -> None:
    """Bring what is missing, sign and submit."""
    for code in ("form", "conversion"):
        page.goto(f"/desk/subsidies/{case.id}/materials/{code}")
        steps.fill(page, {"file": _paper(folder, code)})
        steps.press(page, "上传")
        expect(page.locator("main")).to_contain_text(f"{code}.pdf")
    page.goto(f"/desk/subsidies/{case.id}/declarations")
    query = select(Person.name).join(Membership).where(Membership.organisation_id == case.organisation_id)
    name = db.session.scalars(query.order_by(Person.id)).first() or ""
    steps.fill(page, {"unrelated": "y", "truth": "y", "aid": "none", "typed_name": name})
    steps.press(page, "签署")
    page.goto(f"/desk/subsidies/{case.id}")
    _submit(page)


def _submit(page: Any) -> None:
    steps.follow(page, "核对并提交")
    steps.press(page, "提交申请")
    expect(page.locator(".notices")).to_contain_text("申请已提交")


def _paper(folder: Path, name: str) -> Path:
    file = folder / f"{name}.pdf"
    file.write_bytes(PDF + name.encode())
    return file


def _remark(desk: Any, part: str, words: str) -> None:
    field = desk.locator(f"[name='remark-{part}']")
    desk.locator("details", has=field).last.locator("summary").first.click()
    field.fill(words)


def _together(page: Any, step: str, button: str, confirm: str, title: str = "") -> None:
    """Choose everything in a step, and confirm the list."""
    page.goto(f"{QUEUE}?step={step}")
    for box in page.locator("main [name='cases']").all():
        box.check()
    steps.press(page, button)
    if title:
        steps.fill(page, {"title": title})
    steps.press(page, confirm)
    expect(page.get_by_role("button", name=confirm)).to_have_count(0)


def _end_publication(case: SubsidyCase) -> None:
    """Let the last day have been yesterday, and the worker's chore come round."""
    with unit_of_work():
        row = db.session.scalars(select(PublicityRow).where(PublicityRow.case_id == case.id)).one()
        row.ends_on = clock.today() - timedelta(days=1)
    assert publicity.clear_due() == 1
