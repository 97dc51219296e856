"""The administrators' pages in a browser: accessible, 360 px wide, with progress that moves by itself."""

import pytest
from playwright.sync_api import Page, expect

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.services.platform import notices, settings
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.browser import check_accessible, no_overflow

PAGES = [
    "/admin",
    "/admin/settings",
    "/admin/settings/login.failures_allowed",
    "/admin/settings/review.limit.demand/change",
    "/admin/calendar",
    "/admin/operations",
    "/admin/operations/outbox?state=done",
    "/admin/operations/jobs",
    "/admin/operations/mails",
    "/admin/ledgers",
    "/admin/audit",
    "/desk/notices",
    "/desk/notices/preferences",
]


@pytest.fixture
def email(session: object) -> str:
    """An administrator with a notice, and a setting that waits for a second person."""
    admin = factories.make_staff(Role.SYSTEM_ADMIN)
    other = factories.actor(factories.make_staff(Role.POLICY_MANAGER))
    with unit_of_work():
        notices.notify(
            [admin.id], "organisation_verified", "my_organisation", 0, title="宿州市" + "测试" * 20
        )
        settings.propose(other, "login.failures_allowed", 6, clock.today(), "近期有账号被反复试探")
    return admin.email


def sign_in(page: Page, email: str) -> None:
    """Sign in as a person does."""
    page.goto("/login")
    form = page.locator("main form")
    form.locator("[name=email]").fill(email)
    form.locator("[name=password]").fill(factories.PASSWORD)
    form.locator("[name=password]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的工作台")


def test_every_page_is_accessible_on_a_desk(page: Page, email: str) -> None:
    """axe finds nothing; the console stays silent."""
    sign_in(page, email)
    for address in PAGES:
        page.goto(address)
        check_accessible(page)


def test_every_page_fits_a_phone(phone: Page, email: str) -> None:
    """Nothing is wider than 360 px."""
    sign_in(phone, email)
    for address in PAGES:
        phone.goto(address)
        no_overflow(phone)


def test_a_rebuild_is_watched_to_its_end(page: Page, email: str) -> None:
    """Asked before it starts; the page renews itself, without a reload by hand, until it is done."""
    sign_in(page, email)
    page.goto("/admin/operations")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.get_by_role("button", name="重建索引").click()
    page.get_by_role("dialog").get_by_role("button", name="重建索引").click()
    page.wait_for_url("**/admin/operations/jobs/*")
    expect(page.get_by_text("索引已重建")).to_be_visible(timeout=60_000)


def test_the_second_person_confirms(page: Page, email: str) -> None:
    """From the overview to the decision by clicks alone."""
    sign_in(page, email)
    page.goto("/admin")
    page.get_by_role("link", name="同一账号十五分钟内").click()
    expect(page.get_by_text("近期有账号被反复试探")).to_be_visible()
    page.get_by_role("button", name="确认生效").click()
    expect(page.locator(".notices [role=status]")).to_contain_text("已记录您的决定")
    db.session.rollback()
    assert settings.get("login.failures_allowed") == 6
