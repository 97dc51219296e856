"""An achievement is sold: drafted, agreed by a mailed link, registered by two people, paid twice, partly sent back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.deals import Checkout, Contract, Payment
from marketplace.services.deals.billing import accounts, events
from marketplace.services.deals.payments import paid
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import deals
from tests import factories as make
from tests.journeys import steps
from tests.support.billing import ACCOUNT, letter

pytestmark = pytest.mark.usefixtures("session")

TITLE = "砂姜黑土快速测墒仪"
BUYER = "埇桥试验农机有限公司"
USCC = "91341302MA9990007E"
LETTERS = "office@yongqiao-farm.example"
NUMBER = f"{clock.today().year}341301000321"
WAN = deals.WAN


def test_from_achievement_to_refund(
    page: Any, new_page: Any, provider: Any, mailbox: Any, drain: Any, tmp_path: Path
) -> None:
    seller = make.make_organisation("university", name="沱南农业试验站")
    manager = make.make_person(seller, "manager")
    authority = make.make_organisation("authority")
    registrar, verifier, finance = (
        make.make_staff(role, authority=authority)
        for role in (Role.CONTRACT_REGISTRAR, Role.CONTRACT_VERIFIER, Role.FINANCE)
    )
    listing = make.make_published(make.make_person(seller), title=TITLE)
    found = accounts.look_up(make.actor(manager), ACCOUNT)
    with unit_of_work():
        accounts.keep(make.actor(manager), found)

    _draft(page, manager, listing.id)
    _agree(new_page(), mailbox, drain)
    _sign_and_apply(page, tmp_path)
    office = new_page()
    _register(office, new_page(), registrar, verifier)
    assert "300" in _turnover(office)

    buyer = new_page()
    _join(buyer)
    desk = new_page()
    steps.sign_in(desk, finance.email)
    _pay_by_voucher(buyer, desk, tmp_path)
    _pay_online(buyer, provider)
    _send_back(page, provider)
    buyer.goto(f"/desk/contracts/{_contract().id}/papers/summary")
    expect(buyer.locator("main")).to_contain_text("2,950,000.00")
    # Money that goes back changes what is paid, not what was registered.
    assert "300" in _turnover(office)


def _contract() -> Contract:
    db.session.rollback()
    return db.session.scalars(select(Contract)).one()


def _draft(page: Any, manager: Any, listing_id: int) -> None:
    steps.sign_in(page, manager.email)
    page.goto(f"/achievements/{listing_id}")
    steps.follow(page, "拟订技术合同")
    steps.press(page, "开始填写")
    steps.fill(
        page,
        {
            "buyer-uscc": USCC,
            "buyer-name": BUYER,
            "buyer-address": "汴河中路1号",
            "buyer-legal_representative": "高守信",
            "buyer-contact_name": "高守信",
            "buyer-contact_phone": "0557-3000456",
            "buyer-contact_email": LETTERS,
            "buyer-nature": "private_company",
            "sellers-0-nature": "institute",
        },
    )
    _choose(page, "buyer-division", "340000", "341300", "341302")
    steps.press(page, "保存并继续")
    steps.fill(
        page,
        {
            "title": f"{TITLE}技术服务合同",
            "kind": "service.general",
            "content": "卖方为买方提供测墒仪的标定、安装和一个生长季的使用指导，交付标定数据和操作手册。",
            "lines-0-amount_fen": "3000000",
            "lines-0-technical_fen": "2800000",
        },
    )
    steps.press(page, "保存并继续")
    today = clock.today()
    steps.fill(page, {"payment_mode": "instalments"})
    if not page.locator("main [name='instalments-1-amount_fen']").count():
        page.locator("main button[name='add_row'][value='instalments']").click()
    steps.fill(
        page,
        {
            "instalments-0-amount_fen": "2800000",
            "instalments-0-due_on": today.isoformat(),
            "instalments-1-amount_fen": "200000",
            "instalments-1-due_on": (today + timedelta(days=30)).isoformat(),
            "valid_from": today.isoformat(),
            "valid_to": (today + timedelta(days=365)).isoformat(),
        },
    )
    steps.press(page, "保存并继续")
    steps.fill(
        page,
        {
            "field": "09",
            "objective": "agriculture",
            "plan_source": "none",
            "rights_involved": ["invention"],
            "pricing": "listing",
            "related_party": "no",
            "disclosure": "amount",
        },
    )
    steps.press(page, "保存并继续")
    steps.follow(page, "预览与提交")
    steps.follow(page, "提请对方确认")
    steps.press(page, "提请确认")
    expect(page.locator("main")).to_contain_text("待对方确认")


def _choose(page: Any, name: str, *codes: str) -> None:
    page.wait_for_selector("html[data-ready]", state="attached")
    for level, code in enumerate(codes):
        chosen = page.locator(f"main [name='{name}']").nth(level)
        expect(chosen.locator(f"option[value='{code}']")).to_have_count(1, timeout=steps.LEAVING)
        chosen.select_option(code)


def _agree(visitor: Any, mailbox: Any, drain: Any) -> None:
    """The buyer is no member: it answers by the link of its letter, which works once."""
    drain()
    (link,) = [one for one in mailbox.last(LETTERS).links if "/c/" in one]
    path = link[link.index("/c/") :]
    visitor.goto(path)
    expect(visitor.locator("main")).to_contain_text("叁佰万元整")
    steps.fill(visitor, {"typed_name": "高守信"})
    steps.press(visitor, "确认合同内容")
    visitor.goto(path)
    expect(visitor.locator("main")).not_to_contain_text("叁佰万元整")


def _sign_and_apply(page: Any, folder: Path) -> None:
    page.goto(f"/desk/contracts/{_contract().id}")
    steps.follow(page, "签订与文件")
    steps.fill(page, {"signed_on": clock.today().isoformat()})
    steps.press(page, "保存签订日期")
    steps.fill(page, {"purpose": "signed_contract", "file": _pdf(folder, "合同签章文本")})
    steps.press(page, "添加文件")
    page.goto(f"/desk/contracts/{_contract().id}")
    steps.follow(page, "申请登记")
    steps.press(page, "申请登记")
    expect(page.locator("main")).to_contain_text("待登记")


def _pdf(folder: Path, name: str) -> Path:
    file = folder / f"{name}.pdf"
    file.write_bytes(deals.PDF + name.encode())
    return file


def _register(office: Any, second: Any, registrar: Any, verifier: Any) -> None:
    """Two people: one works through the grounds, the other registers."""
    steps.sign_in(office, registrar.email)
    office.goto("/admin/reviews")
    steps.follow(office, TITLE)
    for verdict in office.locator("main input[type='radio'][value='none']").all():
        verdict.check()
    steps.press(office, "核定并送复核")
    expect(office.locator("h1")).to_have_text("请确认核定结果")
    steps.press(office, "核定并送复核")
    expect(office.locator("main")).to_contain_text("待复核")
    steps.sign_in(second, verifier.email)
    second.goto("/admin/reviews")
    steps.follow(second, TITLE)
    steps.follow(second, "复核通过并登记")
    steps.fill(second, {"number": NUMBER})
    steps.press(second, "确认登记")
    expect(second.locator("main")).to_contain_text("已登记")
    second.goto(f"/contracts/verify/{_contract().public_code}")
    expect(second.locator("main")).to_contain_text(TITLE)


def _turnover(office: Any) -> str:
    """What the registry sees of the year's turnover; the public is told no figure of fewer than three contracts."""
    office.goto("/turnover?view=distinct")
    words: str = office.locator("main .figures").inner_text()
    return words


def _join(buyer: Any) -> None:
    """The buyer joins after all, and finds its contract by its code."""
    organisation = make.make_organisation("enterprise", name=BUYER, uscc=USCC)
    steps.sign_in(buyer, make.make_person(organisation, "manager").email)
    buyer.goto("/desk/contracts")
    steps.press(buyer, "关联到贵单位")
    steps.follow(buyer, TITLE)
    expect(buyer.locator("main")).to_contain_text(BUYER)


def _pay_by_voucher(buyer: Any, desk: Any, folder: Path) -> None:
    steps.follow(buyer, "付款与凭证")
    steps.follow(buyer, "登记付款")
    steps.fill(
        buyer,
        {
            "paid_on": clock.today().isoformat(),
            "amount": "2800000",
            "evidence": "bank_transfer",
            "bank": "HSB",
            "serial": "2026 1121 0000 77",
            "file": _pdf(folder, "回单"),
        },
    )
    steps.press(buyer, "提交核验")
    expect(buyer.locator("main")).to_contain_text("待核验")
    desk.goto("/admin/reviews")
    steps.follow(desk, TITLE)
    steps.press(desk, "通过")
    expect(desk.locator(".notices")).to_contain_text("已通过")
    assert _is_paid(280 * WAN)


def _is_paid(fen: int) -> bool:
    contract_id = _contract().id
    return paid.net(contract_id) == fen


def _pay_online(buyer: Any, provider: Any) -> None:
    """On the provider's own page somebody pays; its word comes later and is the only truth."""
    buyer.goto(f"/desk/contracts/{_contract().id}/payments")
    steps.follow(buyer, "在线支付")
    steps.press(buyer, "打开支付页")
    expect(buyer.locator("main")).to_contain_text("去支付页")
    db.session.rollback()
    row = db.session.scalars(select(Checkout)).one()
    provider.book.pay(row.session)
    buyer.goto(f"/desk/checkouts/{row.id}?back=paid")
    expect(buyer.locator("h1")).to_have_text("等待到账确认")
    _hear(provider)
    expect(buyer.locator("h1")).to_have_text("在线支付已到账", timeout=steps.LEAVING)
    assert _is_paid(300 * WAN)


def _hear(provider: Any) -> None:
    """Have the site receive what the provider tells, signed; the worker acts on it."""
    for event in provider.book.events():
        sent = letter(event)
        received = outside().billing.receive(sent["data"], sent["headers"]["Stripe-Signature"])
        with unit_of_work():
            events.store(received)


def _send_back(page: Any, provider: Any) -> None:
    db.session.rollback()
    online = db.session.scalars(select(Payment).where(Payment.evidence == "stripe")).one()
    page.goto(f"/desk/payments/{online.id}")
    steps.follow(page, "在线退款")
    steps.fill(page, {"amount": "50000"})
    steps.press(page, "确认退款")
    expect(page.locator("h1")).not_to_have_text("在线退款", timeout=steps.LEAVING)
    _hear(provider)
    expect(page.locator(".notices")).to_be_visible()
