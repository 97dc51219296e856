"""Meters and duplicates on the pages: the same numbers with and without scripts, and nothing is ever refused."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.catalogue import listings, revisions
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.browser import check_accessible, no_overflow
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

Login = Callable[..., InspectingClient]


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified enterprise."""
    return factories.make_person(factories.make_organisation())


def sign_in(page: BrowserPage, person: Person) -> None:
    """Sign in as a person does."""
    page.goto("/login")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def begin(owner: Person, kind: str = "demand") -> int:
    """Begin an empty listing, return its id."""
    with unit_of_work():
        return listings.create(factories.actor(owner), kind).id


def ask(browser: InspectingClient, listing_id: int, key: str, typed: dict[str, str]) -> Any:
    """Ask as the script does, and return the answer."""
    token = browser.csrf_token()
    return browser.post(f"/desk/listings/{listing_id}/quality/{key}", data=typed | {"csrf_token": token})


def html(browser: InspectingClient, address: str) -> str:
    """Return a page as it was sent."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def score_of(text: str) -> str:
    """Return the points that a page shows."""
    return text.split('<b class="num">', 1)[1].split("</b>", 1)[0]


def test_the_same_numbers_while_typing_and_after_saving(owner: Person, login: Login) -> None:
    """What the script is told is what the next page says; asking stores nothing."""
    browser, listing_id = login(owner), begin(owner)
    typed = {
        "title": "胶合板甲醛释放量控制",
        "situation": "现用脲醛胶，甲醛释放量 0.8 mg/L，去年出口退货 6 批，损失 41 万元，试过两种无醛胶都散坯。",
    }
    before = score_of(html(browser, f"/desk/listings/{listing_id}/edit/need"))
    told = ask(browser, listing_id, "need", typed).get_json()
    assert score_of(html(browser, f"/desk/listings/{listing_id}/edit/need")) == before
    assert told["score"] > int(before)
    assert told["duplicates"] == 0
    browser.submit(f"/desk/listings/{listing_id}/edit/need", typed, form="step", button="action=save")
    page = html(browser, f"/desk/listings/{listing_id}/edit/need")
    assert score_of(page) == str(told["score"])
    assert "写明现值和目标值" in page
    assert score_of(html(browser, f"/desk/listings/{listing_id}/edit/submit")) == str(told["score"])


def test_an_unclear_text_is_told_and_submitted_all_the_same(owner: Person, login: Login) -> None:
    """A meter advises; only what the form demands is demanded."""
    poor = {"situation": "我公司希望引进先进技术，提高产品质量，降低生产成本，欢迎高校院所与我公司长期合作。"}
    listing = factories.make_draft(owner, "demand", **poor)
    browser = login(owner)
    assert "用数字说明问题有多大" in browser.page(f"/desk/listings/{listing.id}/edit/need").text
    done = browser.submit(
        f"/desk/listings/{listing.id}/edit/submit", {"no_secret": "y", "rights_owned": "y"}, form="submission"
    )
    assert "已提交审核" in done.text


def test_strangers_and_strange_questions(owner: Person, login: Login) -> None:
    """Another organisation's draft is not there; nor is an unknown step; odd values are read as nothing."""
    listing_id = begin(owner)
    browser = login(owner)
    assert ask(browser, listing_id, "basics", {}).status_code == 404
    assert ask(browser, listing_id, "submit", {}).status_code == 404
    odd = {"metrics-0-target": "\x00" * 50, "metrics-²-target": "9", "due_on": "昨天", "budget_fen": "九"}
    assert ask(browser, listing_id, "targets", odd).status_code == 200
    stranger = login(factories.make_person(factories.make_organisation()))
    assert ask(stranger, listing_id, "need", {"title": "甲"}).status_code == 404
    submitted = factories.make_submitted(owner)
    assert ask(login(owner), submitted.id, "basics", {}).status_code == 409


def test_a_duplicate_is_warned_of_and_never_refused(
    owner: Person, login: Login, drain: Callable[[], int]
) -> None:
    """In the form with a link, at review side by side; then it goes through."""
    public = factories.make_published(factories.make_person(factories.make_organisation("university")))
    drain()
    copy = factories.make_draft(owner)
    browser = login(owner)
    page = html(browser, f"/desk/listings/{copy.id}/edit/basics")
    assert "看看是不是重复了" in page
    assert f"/achievements/{public.id}" in page
    assert "知识产权编号 201310699744.2 相同" in page
    told = ask(browser, copy.id, "basics", {"title": "大豆基无醛木材胶粘剂"}).get_json()
    assert told["duplicates"] == 1
    browser.submit(
        f"/desk/listings/{copy.id}/edit/submit", {"no_secret": "y", "rights_owned": "y"}, form="submission"
    )
    task_id = open_task(copy)
    reviewer = login(factories.make_staff(Role.ACHIEVEMENT_REVIEWER))
    review = reviewer.page(f"/admin/reviews/{task_id}").text
    assert "可能与已有内容重复" in review
    assert "成果完整度" in review
    beside = html(reviewer, f"/admin/reviews/{task_id}/beside/{public.id}")
    assert "<mark>" in beside
    assert "相同" in beside
    reviewer.page(f"/admin/reviews/{task_id}/beside/999999", status=404)
    approved = reviewer.submit(f"/admin/reviews/{task_id}", form="decision", button="action=approve")
    assert "已通过" in approved.text


def open_task(listing: Listing) -> int:
    """Return the id of the open task of a listing."""
    db.session.expire_all()
    revision = revisions.in_work(db.session.get_one(Listing, listing.id))
    assert revision is not None
    task = reviews.open_task_for("revision", revision.id)
    assert task is not None
    return task.id


def test_the_panel_follows_what_is_typed(page: BrowserPage, owner: Person, drain: Callable[[], int]) -> None:
    """Points rise, a duplicate appears, and the draft is as it was; readable by a screen reader."""
    factories.make_published(factories.make_person(factories.make_organisation("university")))
    drain()
    listing_id = begin(owner, "achievement")
    sign_in(page, owner)
    page.goto(f"/desk/listings/{listing_id}/edit/basics")
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator(".quality-score b")).to_have_text("0")
    page.fill("[name=title]", "大豆基无醛木材胶粘剂")
    page.fill("[name=benefit]", "甲醛未检出，每立方米只贵 14 元")
    expect(page.locator(".quality-warning")).to_contain_text("大豆基无醛木材胶粘剂")
    expect(page.locator(".quality-score b")).to_have_text("12")
    expect(page.locator("[data-quality-said]")).to_contain_text("有 1 项内容相近")
    check_accessible(page)


def test_it_fits_a_phone(phone: BrowserPage, owner: Person) -> None:
    """The panel stands below the form, and nothing is wider than the screen."""
    listing = factories.make_draft(owner)
    factories.make_draft(owner)
    sign_in(phone, owner)
    phone.goto(f"/desk/listings/{listing.id}/edit/basics")
    expect(phone.locator(".quality-warning")).to_be_visible()
    check_accessible(phone)
    no_overflow(phone)
