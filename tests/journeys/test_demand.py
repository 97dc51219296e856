"""An enterprise publishes an anonymous demand; the public finds its public text only; a verified institute asks."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from marketplace.domain import clock
from marketplace.domain.access import Role
from tests import factories as make
from tests.journeys import steps

pytestmark = pytest.mark.usefixtures("session")

TITLE = "板材热压工序无醛胶替代"
SECRET = "汴塘三号线"


def test_from_draft_to_question(page: Any, new_page: Any) -> None:
    owner = make.make_person(make.make_organisation(name="汴塘板业有限公司"), "manager")
    scholar = make.make_person(make.make_organisation("university", division="340104"))
    reviewer = make.make_staff(Role.DEMAND_REVIEWER)

    steps.sign_in(page, owner.email)
    _write(page)

    desk = new_page()
    steps.sign_in(desk, reviewer.email)
    desk.goto("/admin/reviews")
    steps.follow(desk, TITLE)
    expect(desk.locator("main")).to_contain_text(SECRET)
    steps.press(desk, "通过")
    expect(desk.locator(".notices")).to_contain_text("已通过")

    visitor = new_page()
    steps.search(visitor, "demand", "无醛胶替代", TITLE)
    expect(visitor.locator("main")).not_to_contain_text("汴塘板业")
    steps.follow(visitor, TITLE)
    expect(visitor.locator("main")).not_to_contain_text(SECRET)
    visitor.goto(f"/demands?q={SECRET}")
    # What this browser viewed last may stand below; nothing is found.
    expect(visitor.locator("main")).to_contain_text("没有找到合适的需求")
    expect(visitor.locator("ul.results").get_by_role("link", name=TITLE)).to_have_count(0)

    asking = new_page()
    steps.sign_in(asking, scholar.email)
    steps.search(asking, "demand", SECRET, TITLE)
    steps.follow(asking, TITLE)
    expect(asking.locator("main")).to_contain_text("汴塘板业有限公司")
    asking.locator("main").get_by_role("link", name="联系").first.click()
    steps.fill(asking, {"message": "我所的大豆胶已在两家板厂试产，可先寄 20 公斤样品供贵单位热压线试用。"})
    asking.locator("main button[type=submit]").last.click()
    expect(asking.locator(".notices")).to_be_visible()

    page.goto("/desk/inquiries")
    expect(page.locator("main")).to_contain_text("可先寄 20 公斤样品")


def _write(page: Any) -> None:
    page.goto("/desk/listings/new/demand")
    steps.press(page, "开始填写")
    steps.fill(
        page,
        {
            "title": TITLE,
            "demand_type": "adoption",
            "field": "05",
            "keywords": "无醛胶、板材",
            "situation": f"{SECRET}使用脲醛胶，甲醛释放量偏高，外贸订单流失，试过两种无醛胶均因胶合强度不足停用。",
        },
    )
    steps.press(page, "保存并继续")
    steps.fill(
        page,
        {
            "metrics-0-indicator": "甲醛释放量",
            "metrics-0-present": "0.8 mg/L",
            "metrics-0-target": "0.05 mg/L",
            "due_on": (clock.today() + timedelta(days=180)).isoformat(),
            "budget_fen": "80",
            "ways": ["licence"],
            "ip_ownership": "provider",
            "contact_name": "钱德平",
            "contact_phone": "0557-3000456",
        },
    )
    steps.press(page, "保存并继续")
    steps.fill(
        page,
        {
            "disclosure": "anonymous",
            "summary": "某板材企业寻找不改产线即可使用的无醛胶，胶合强度不低于 0.7 MPa，每立方米增加成本不超过两成。",
        },
    )
    steps.press(page, "保存并继续")
    steps.fill(page, {"no_secret": "y", "rights_owned": "y"})
    steps.press(page, "提交审核")
    expect(page.locator("main")).to_contain_text("待审核")
