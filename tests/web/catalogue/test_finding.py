"""Finding with help: suggestions as JSON and by keyboard, offers on an empty page, related items, words edited."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from marketplace.domain.access import Role
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue import indexing
from marketplace.services.catalogue.words import table
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.browser import check_accessible, no_overflow
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

WORDS = "/admin/search-words"
OPTIONS = ".suggest [role=option]"


@pytest.fixture
def listed(drain: Callable[[], int]) -> list[Listing]:
    """Two achievements about the same."""
    organisation = factories.make_organisation("university", "星河研究院", "340111")
    seller = factories.make_person(organisation)
    other = factories.make_person(factories.make_organisation("university", "汴水学院", "340111"))
    reviewer = factories.make_staff(Role.ACHIEVEMENT_REVIEWER)
    made = [
        factories.make_published(
            owner, "achievement", reviewer, title=title, keywords=["石墨烯"], field=field, summary=summary
        )
        for owner, title, field, summary in (
            (seller, "高导热石墨烯散热膜制备", "05", "石墨烯做成导热薄膜，已在两家工厂完成试产，可以卷对卷连续生产。"),
            (other, "石墨烯防腐涂料", "06", "涂料里加石墨烯，耐盐雾时间长一倍，已在两座桥梁上试用满一年。"),
        )
    ]  # fmt: skip
    with unit_of_work():
        indexing.enqueue("organisation", organisation.id)
    drain()
    return made


def test_suggestions_are_links_with_what_is_marked(listed: list[Listing], client: InspectingClient) -> None:
    answer = client.get("/suggestions?kind=achievement&q=smx")
    assert answer.headers["Cache-Control"].startswith("private")
    options = answer.get_json()["options"]
    assert options[0] == {
        "text": "石墨烯",
        "parts": [["石墨烯", True]],
        "note": "2 项",
        "url": f"/achievements?q={quote('石墨烯')}",
    }
    assert {one["url"] for one in options[1:]} == {f"/achievements/{listing.id}" for listing in listed}
    assert client.get("/suggestions?q=xinghe").get_json()["options"][0]["note"] == "单位"
    for query in ("", "?q=", "?q=%00", "?kind=nothing&q=%E7%9F%B3&q=x", f"?q={'a' * 2000}"):
        assert client.get(f"/suggestions{query}").status_code == 200


def test_an_empty_page_offers_what_finds_something(listed: list[Listing], client: InspectingClient) -> None:
    page = client.page(f"/achievements?q={quote('石墨希')}&field=09")
    assert "没有找到合适的成果" in page.text
    assert "您是不是要找" not in page.text, "within the chosen field nothing would be found"
    page = client.page(f"/achievements?q={quote('石墨希')}")
    assert "您是不是要找：石墨烯" in page.text
    phrase = quote('"石墨烯散热膜"')
    page = client.page(f"/achievements?q={phrase}&field=09")
    assert "不限“农业”，有 1 项" in page.text
    assert f"/achievements?q={phrase}" in page.links
    page = client.page(f"/achievements?q={quote('星河研究院')}&field=01")
    assert "认证单位 1 项" in page.text
    client.page(f"/demands?q={quote('石墨希')}")
    client.page(f"/organisations?q={quote('性河')}")


def test_what_only_sounds_so_is_said(listed: list[Listing], client: InspectingClient) -> None:
    page = client.page("/achievements?q=shimoxi")
    assert "按拼音或首字母相符" in page.text
    assert "“shimoxi”的成果 2 项" in page.h1
    assert "星河研究院" in client.page("/organisations?q=xhyjy").text


def test_a_page_names_related_items(listed: list[Listing], client: InspectingClient) -> None:
    page = client.page(f"/achievements/{listed[0].id}")
    assert "相近的成果" in page.text
    assert f"/achievements/{listed[1].id}" in page.links


def test_words_are_found_tried_written_and_retired(client: InspectingClient) -> None:
    client.sign_in(factories.make_staff(Role.SYSTEM_ADMIN).id)
    assert "埇桥" in client.page(f"{WORDS}?q={quote('甬桥')}").text
    assert "没有符合条件的词" in client.page(f"{WORDS}?origin=own").text
    assert "埇桥 / 小麦" in client.page(f"{WORDS}?sentence={quote('甬桥的小麦')}").text
    assert client.get(f"{WORDS}/edit?kind=alias&word=x").status_code == 404
    refused = client.submit(f"{WORDS}/new", {"kind": "alias", "text": "石墨", "meaning": "石墨烯"})
    assert refused.status_code == 422
    assert "不能含有别名本身" in refused.text
    assert 'value="石墨"' in refused.text
    assert (
        "已保存"
        in client.submit(f"{WORDS}/new", {"kind": "alias", "text": "锂电", "meaning": "锂离子电池"}).text
    )
    edit = f"{WORDS}/edit?kind=alias&word={quote('锂电')}"
    client.submit(edit, {"meaning": "锂离子蓄电池"})
    assert table.words()["alias", "锂电"].meaning == "锂离子蓄电池"
    client.submit(edit.replace("edit", "retire"), {"note": "误伤"})
    assert ("alias", "锂电") not in table.words()
    assert "已停用，保存后重新启用" in client.page(edit).text
    client.submit(edit)
    assert ("alias", "锂电") in table.words()
    assert "没有别的内容可改" in client.page(f"{WORDS}/edit?kind=word&word={quote('砀山酥梨')}").text


def test_suggestions_by_keyboard(page: Page, listed: list[Listing]) -> None:
    """A combobox: arrows choose, Escape closes and keeps what was typed, Enter opens; without a choice it searches."""
    page.goto("/policies")
    page.wait_for_selector("html[data-ready]", state="attached")
    box = page.locator("#site-search")
    box.press_sequentially("shimo")
    options = page.locator(OPTIONS)
    expect(options).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    check_accessible(page)
    box.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(chosen).to_contain_text("石墨烯")
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("shimo")
    box.press("ArrowDown")
    expect(options).to_have_count(3)
    box.press("ArrowUp")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    page.wait_for_url("**/achievements/*")
    page.go_back()
    page.wait_for_selector("html[data-ready]", state="attached")
    box.fill("石墨烯")
    expect(options).to_have_count(3)
    box.press("Enter")
    page.wait_for_url("**/achievements?q=*")


def test_suggestions_suit_a_phone(phone: Any, listed: list[Listing]) -> None:
    """By touch, on the home page and beside a list."""
    for path, box in (("/", "#hero-search"), ("/achievements", "#list-search")):
        phone.goto(path)
        phone.wait_for_selector("html[data-ready]", state="attached")
        phone.locator(box).press_sequentially("石墨")
        expect(phone.locator(OPTIONS).first).to_be_visible()
        no_overflow(phone)
    phone.locator(OPTIONS).first.click()
    phone.wait_for_url("**/achievements?q=*")
    check_accessible(phone)
