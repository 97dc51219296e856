"""What brings people back: a saved search reports what is new until it is muted; a reminder keeps an item public."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue.validity import expiry, reminders
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.journeys import steps
from tests.support.browser import check_accessible

pytestmark = pytest.mark.usefixtures("session")

LETTERS = "buyer@example.com"


def test_a_saved_search_tells_until_it_is_muted(page: Any, new_page: Any, mailbox: Any, drain: Any) -> None:
    """Nothing found, saved, told of what is published, starred and compared, muted by the mail's link: silence."""
    buyer = make.make_person(make.make_organisation(name="萧县曜板厂"), email=LETTERS)
    seller = make.make_person(make.make_organisation("university", "沱南研究院"))
    reviewer = make.make_staff(Role.ACHIEVEMENT_REVIEWER)
    steps.sign_in(page, buyer.email)
    page.goto("/achievements?q=气凝胶")
    steps.follow(page, "保存此搜索")
    steps.fill(page, {"name": "气凝胶隔热", "frequency": "immediate"})
    check_accessible(page)
    steps.press(page, "保存")
    expect(page.locator(".notices")).to_contain_text("已保存这个搜索")

    first = make.make_published(seller, reviewer=reviewer, title="石墨烯气凝胶隔热板")
    drain()
    page.goto("/desk/notices")
    steps.follow(page, "“气凝胶隔热”有 1 项新结果")
    expect(page.locator("main")).to_contain_text("石墨烯气凝胶隔热板")
    mail = mailbox.last(LETTERS)
    assert "石墨烯气凝胶隔热板——沱南研究院" in mail.body

    steps.follow(page, "石墨烯气凝胶隔热板")
    steps.press(page, "收藏“石墨烯气凝胶隔热板”")
    expect(page.locator(".star")).to_contain_text("已收藏")
    page.goto("/achievements")
    expect(page.locator("[data-recent-list]")).to_contain_text("石墨烯气凝胶隔热板")
    check_accessible(page)
    for path in ("/desk/searches", "/desk/notices", "/desk/favourites"):
        page.goto(path)
        check_accessible(page)
    page.locator(f"input[data-compare-item][value='{first.id}']").check()
    expect(page.locator("[data-compare-words]")).to_have_text("已选 1 项，最多 4 项")
    check_accessible(page)
    steps.press(page, "并排对比")
    expect(page.locator("h1")).to_have_text("并排对比 1 项成果")
    # Titles break: in one line they would run into each other.
    expect(page.locator(".compare-table thead th").last).to_have_css("white-space", "normal")
    check_accessible(page)

    (link,) = [one for one in mail.links if "/mute/" in one]
    stranger = new_page()
    stranger.goto(urlsplit(link).path)
    steps.press(stranger, "停止通知")
    expect(stranger.locator("h1")).to_have_text("已停止这个搜索的通知")
    make.make_published(seller, reviewer=reviewer, title="二氧化硅气凝胶毡")
    drain()
    page.goto("/desk/notices?tab=unread")
    expect(page.locator("main")).to_contain_text("没有未读通知")
    assert mailbox.last(LETTERS).body == mail.body


def test_a_reminder_is_answered_by_its_link_and_without_an_answer_the_item_expires(
    page: Any, mailbox: Any, drain: Any
) -> None:
    """Reminded, confirmed without signing in; a year later nobody answers, the item leaves the list, and comes back."""
    owner = make.make_person(make.make_organisation(name="汴水工学院"), email=LETTERS)
    item = make.make_published(owner, title="赤霉病预警系统")
    ends(item, 5)
    reminders.remind_due()
    drain()
    (link,) = [one for one in mailbox.last(LETTERS).links if "/reconfirm/" in one]
    page.goto(urlsplit(link).path)
    check_accessible(page)
    steps.press(page, "确认仍然有效")
    expect(page.locator("h1")).to_have_text("已确认仍然有效")
    db.session.rollback()
    assert db.session.get_one(
        Listing, item.id, populate_existing=True
    ).expires_on > clock.today() + timedelta(300)

    ends(item, -1)
    assert expiry.expire_due() == 1
    drain()
    page.goto("/achievements?q=赤霉病")
    expect(page.locator("main")).not_to_contain_text("赤霉病预警系统")
    steps.sign_in(page, owner.email)
    page.goto("/desk/notices")
    expect(page.locator("main")).to_contain_text("“赤霉病预警系统”已到期")
    page.goto("/desk/reconfirm")
    check_accessible(page)
    steps.press(page, "确认勾选的仍然有效")
    expect(page.locator(".notices")).to_contain_text("已确认 1 项仍然有效")
    steps.search(page, "achievement", "赤霉病", "赤霉病预警系统")


def ends(item: Listing, days: int) -> None:
    """Let an item, confirmed long ago, have so many days left."""
    with unit_of_work():
        row = db.session.get_one(Listing, item.id, populate_existing=True)
        row.expires_on = clock.today() + timedelta(days=days)
        row.confirmed_at = clock.now() - timedelta(days=300)
