"""Achievements in public: the list, the page, and what they promise."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from marketplace.domain.access import Role
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.platform import counts
from tests import factories
from tests.support.browser import check_accessible, no_overflow
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def seller() -> Person:
    """A person of a university outside the city."""
    return factories.make_person(factories.make_organisation("university", "星河研究院", "340111"), "manager")


@pytest.fixture
def published(seller: Person, drain: Callable[[], int]) -> Listing:
    """An achievement that is public and found."""
    listing = factories.make_published(seller, tags=["l10"])
    drain()
    return listing


def test_the_list_says_what_it_shows(published: Listing, client: InspectingClient) -> None:
    """Sentence, card, facets with counts, and a chip that takes its condition away again."""
    page = client.page(f"/achievements?q={quote('无醛')}&field=05&origin=outside")
    assert "“无醛”的成果 1 项" in page.h1
    assert "限于新材料及其应用、市外" in page.text
    assert published.published is not None
    assert published.published.title in page.text
    assert "星河研究院" in page.text
    chips = [link for link in page.links if "origin=outside" not in link and "field=05" in link]
    assert chips
    assert {"field": ["05"], "q": ["无醛"]} in [parse_qs(urlsplit(link).query) for link in chips]


def test_the_address_of_a_list_can_be_shared(published: Listing, client: InspectingClient) -> None:
    """What the page could not have produced is ignored, in every parameter."""
    page = client.page(
        "/achievements?field=99&price=x&sort=drop&page=-1&organisation=x&page=abc&region=999999"
    )
    assert page.h1 == "找成果"
    assert "全部 1 项成果" in page.text
    for awkward in ("%00", "'", '"', "(", "*", "a" * 500, "😀", "＂", "-", "无醛 -", "\\", "%"):
        client.page(f"/achievements?q={quote(awkward) if awkward != '%00' else awkward}")


def test_nothing_found_offers_the_next_step(
    published: Listing, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """The words typed are carried into a new demand."""
    page = client.page(f"/achievements?q={quote('鹦鹉螺量子')}")
    assert "没有找到合适的成果" in page.text
    begin = next(link for link in page.links if link.startswith("/desk/listings/new/demand"))
    assert parse_qs(urlsplit(begin).query) == {"words": ["鹦鹉螺量子"]}
    login(factories.make_person(factories.make_organisation()))
    form = client.submit(begin, form="begin")
    assert "鹦鹉螺量子" in form.get_data(as_text=True)


def test_the_page_sells(published: Listing, client: InspectingClient) -> None:
    """Benefit, comparison, maturity with proof, rights with state, price, owner with mark, next step."""
    page = client.page(f"/achievements/{published.id}")
    assert published.published is not None
    assert page.h1 == published.published.title
    for words in (
        "甲醛未检出，胶合强度 0.96 MPa",
        "和现在的做法比", "0.8 mg/L", "未检出", "检测报告",
        "7 真实环境下系统演示", "两家工厂各试产三批",
        "201310699744.2", "有效", "普通许可", "26 万元", "星河研究院", "单位已认证",
        "统一社会信用代码与证照一致", "第 1 版", published.number, "询问这项成果", "纠错",
    ):  # fmt: skip
        assert str(words) in page.text, words
    assert f"/desk/inquiries/new/achievement/{published.id}" in page.links
    assert "0557-3000001" not in page.text


def test_contacts_are_for_verified_readers(
    published: Listing, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """A telephone number is not for the open web."""
    login(factories.make_person(factories.make_organisation(verified=False)))
    assert "0557-3000001" not in client.page(f"/achievements/{published.id}").text
    login(factories.make_person(factories.make_organisation()))
    assert "0557-3000001" in client.page(f"/achievements/{published.id}").text


def test_opening_is_counted(published: Listing, client: InspectingClient) -> None:
    """The page says how often it was opened; the list counts what it shows."""
    counts.forget()
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    client.page(f"/achievements/{published.id}", headers=agent)
    client.page("/achievements", headers=agent)
    counts.flush()
    totals = counts.totals("achievement", [published.id])[published.id]
    assert (totals.shown, totals.opened) == (1, 1)
    assert "被看 1 次" in client.page(f"/achievements/{published.id}").text


def test_what_is_not_public_is_not_there(
    seller: Person, published: Listing, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """Drafts, demands under this address and unknown ids answer 404 alike."""
    draft = factories.make_draft(seller)
    demand = factories.make_published(factories.make_person(factories.make_organisation()), "demand")
    for wrong in (draft.id, demand.id, 999_999):
        client.page(f"/achievements/{wrong}", status=404)
    login(seller)
    client.page(f"/achievements/{draft.id}", status=404)
    own = client.page(f"/achievements/{published.id}")
    assert "管理这项成果" in own.text
    assert "询问这项成果" not in own.text


def test_a_correction_reaches_the_reviewers(
    seller: Person, published: Listing, client: InspectingClient,
    login: Callable[..., InspectingClient], drain: Callable[[], int],
) -> None:  # fmt: skip
    """Any reader may say what is wrong; the reviewers of the kind hear of it, the owner does not."""
    reviewer = factories.make_staff(Role.ACHIEVEMENT_REVIEWER)
    done = client.submit(
        f"/corrections/achievement/{published.id}", {"message": "胶合强度的单位应为兆帕，见检测报告。"}
    )
    assert done.status_code == 200
    short = client.submit(f"/corrections/achievement/{published.id}", {"message": "错了"})
    assert short.status_code == 422
    drain()
    assert "胶合强度的单位应为兆帕" in login(reviewer).page("/desk/notices").text
    assert "胶合强度的单位应为兆帕" not in login(seller).page("/desk/notices").text


def test_the_list_and_the_page_work_for_everybody(published: Listing, page: BrowserPage) -> None:
    """Accessible, and the filters apply at a click."""
    page.goto("/achievements")
    check_accessible(page)
    page.get_by_label("市外").check()
    expect(page.locator(".chip").first).to_contain_text("市外")
    page.goto(f"/achievements/{published.id}")
    check_accessible(page)


def test_it_fits_a_phone(published: Listing, phone: BrowserPage) -> None:
    """At 360 px nothing is wider than the screen, the search box is there, the filters fold away."""
    for address in (
        "/achievements",
        f"/achievements/{published.id}",
        "/",
        f"/achievement-sheets/{published.id}",
        "/organisations",
        "/help",
        "/help/join",
    ):
        phone.goto(address)
        no_overflow(phone)
    phone.goto("/achievements")
    expect(phone.locator("#list-search")).to_be_visible()
    expect(phone.get_by_label("市外")).to_be_hidden()
    phone.get_by_text("筛选", exact=False).first.click()
    expect(phone.get_by_label("市外")).to_be_visible()
