"""An institute signs up, is verified, publishes an achievement after one return, and a visitor finds it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from marketplace.domain.access import Role
from tests import factories as make
from tests.journeys import steps

pytestmark = pytest.mark.usefixtures("session")

TITLE = "低温快腐秸秆菌剂及施用方法"


def test_from_sign_up_to_found(page: Any, new_page: Any, tmp_path: Path) -> None:
    authority = make.make_organisation("authority")
    admin = make.make_staff(Role.SYSTEM_ADMIN, authority=authority)
    reviewer = make.make_staff(Role.ACHIEVEMENT_REVIEWER, authority=authority)

    _sign_up(page, tmp_path)
    page.goto("/desk")
    expect(page.locator("main")).to_contain_text("待认证")

    office = new_page()
    steps.sign_in(office, admin.email)
    office.goto("/admin/reviews")
    steps.follow(office, "沱南农业试验站")
    steps.press(office, "通过")
    expect(office.locator(".notices")).to_contain_text("已通过")

    _write(page)
    desk = new_page()
    steps.sign_in(desk, reviewer.email)
    desk.goto("/admin/reviews")
    steps.follow(desk, TITLE)
    remark = desk.locator("[name='remark-maturity_proof']")
    desk.locator("details", has=remark).locator("summary").click()
    remark.fill("请写明试验地点和年份")
    steps.fill(desk, {"reasons": ["maturity_unproven"]})
    steps.press(desk, "退回修改")
    expect(desk.locator(".notices")).to_contain_text("已退回")

    page.goto("/desk")
    expect(page.locator("main")).to_contain_text("退回修改")
    steps.follow(page, TITLE)
    steps.follow(page, "按意见修改")
    steps.follow(page, "技术与数据")
    expect(page.locator("main")).to_contain_text("请写明试验地点和年份")
    steps.fill(
        page, {"maturity_proof": "2024 年至 2025 年在埇桥、灵璧两地示范 3,200 亩，腐解率稳定在六成以上。"}
    )
    steps.press(page, "保存并继续")
    steps.press(page, "保存并继续")
    steps.press(page, "保存并继续")
    _submit(page)

    desk.goto("/admin/reviews")
    steps.follow(desk, TITLE)
    steps.press(desk, "通过")
    expect(desk.locator(".notices")).to_contain_text("已通过")

    visitor = new_page()
    steps.search(visitor, "achievement", "快腐秸秆", TITLE)
    steps.follow(visitor, TITLE)
    expect(visitor.locator("h1")).to_have_text(TITLE)
    expect(visitor.locator("main")).to_contain_text("单位已认证")


def _sign_up(page: Any, folder: Path) -> None:
    page.goto("/signup")
    steps.fill(page, {"uscc": make.make_uscc("university")})
    steps.press(page, "查验并继续")
    steps.fill(
        page,
        {
            "kind": "university",
            "name": "沱南农业试验站",
            "address": "淮海北路 12 号",
            "legal_representative": "周守田",
            "contact_name": "吴青禾",
            "contact_phone": "0557-3000123",
            "contact_email": "office@tuonan.example",
        },
    )
    steps.choose_region(page, "340000", "341300", "341302")
    steps.fill(page, {"licence": steps.licence(folder)})
    steps.press(page, "下一步")
    steps.fill(
        page,
        {
            "name": "吴青禾",
            "email": "wu@tuonan.example",
            "phone": "13000000123",
            "password": "wheat-and-river-2026",
        },
    )
    steps.press(page, "下一步")
    steps.fill(page, {"agreed": "y"})
    steps.press(page, "提交认证")
    page.wait_for_url("**/signup/done")


def _write(page: Any) -> None:
    page.goto("/desk/listings/new/achievement")
    steps.press(page, "开始填写")
    steps.fill(
        page,
        {
            "title": TITLE,
            "benefit": "10℃ 下 40 天秸秆降解 52%，亩成本 18 元",
            "summary": "以耐低温纤维素降解菌为核心的菌剂，秋冬还田时随旋耕施用，春播前秸秆软化不缠苗，不需改变机具。",
            "keywords": "秸秆还田、菌剂",
            "field": "09",
            "completed_by": "沱南农业试验站",
        },
    )
    steps.press(page, "保存并继续")
    steps.fill(
        page,
        {
            "problem": "秋冬气温低，还田秸秆到春播时仍未腐解，造成缺苗和病害，农户不得不离田处理或多次旋耕，增加成本。",
            "advantages": "十摄氏度仍有活性，随种肥一起撒施即可，不需要另购设备，与当地小麦玉米轮作制度完全衔接。",
            "metrics-0-indicator": "40 天降解率",
            "metrics-0-current": "21%",
            "metrics-0-achieved": "52%",
            "metrics-0-evidence": "田间试验报告",
            "maturity": "generic:7",
            "maturity_proof": "两地田间示范三千亩。",
            "stage": "mature",
            "attribute": "original",
            "forms": ["technology"],
            "level": "unrated",
            "evaluation": "none",
        },
    )
    steps.press(page, "保存并继续")
    steps.fill(
        page,
        {
            "ip_rights-0-ip_type": "invention",
            "ip_rights-0-number": "ZL 2013 1 0699744.2",
            "ip_rights-0-status": "valid",
            "ip_rights-0-owner": "沱南农业试验站",
            "team": "吴青禾、周守田",
        },
    )
    steps.press(page, "保存并继续")
    steps.fill(
        page,
        {
            "ways": ["ordinary"],
            "pricing": "listing",
            "price_fen": "120",
            "contact_name": "吴青禾",
            "contact_phone": "0557-3000123",
        },
    )
    steps.press(page, "保存并继续")
    _submit(page)


def _submit(page: Any) -> None:
    steps.fill(page, {"no_secret": "y", "rights_owned": "y"})
    steps.press(page, "提交审核")
    expect(page.locator("main")).to_contain_text("待审核")
