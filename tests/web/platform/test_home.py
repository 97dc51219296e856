"""Home, help, the switch of the search box, larger letters, static files."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page as BrowserPage

from marketplace.domain.platform.matters import MATTERS
from tests import factories
from tests.support.browser import check_accessible
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

LIMIT = 300_000


def test_an_empty_market_has_no_empty_column(client: InspectingClient) -> None:
    """Headings stand only over something."""
    page = client.page("/")
    assert "新上成果" not in page.text
    assert "大家在看的需求" not in page.text
    assert "还没有公开的内容" in page.text


def test_figures_and_latest(client: InspectingClient, drain: Callable[[], int]) -> None:
    """Figures carry date and 口径; newest achievements and demands follow."""
    owner = factories.make_organisation("university")
    factories.make_many_published(owner, 8)
    factories.make_many_published(factories.make_organisation(), 3, "demand")
    for listing in factories.make_many_published(factories.make_organisation(verified=False), 2):
        assert listing.state == "published"
    drain()
    page = client.page("/")
    assert re.search(r"在册成果\s*8\s*项", page.text)
    assert re.search(r"在求需求\s*3\s*项", page.text)
    assert "近 30 天新增 8" in page.text
    assert page.text.count("口径：") == page.text.count("截至") >= 3
    assert len([link for link in page.links if re.fullmatch(r"/achievements/\d+", link)]) == 6
    assert len([link for link in page.links if re.fullmatch(r"/demands/\d+", link)]) == 3


def test_the_switch_of_the_search_box(client: InspectingClient) -> None:
    """One box for both lists, without JavaScript."""
    for kind, target in (("achievement", "/achievements"), ("demand", "/demands"), ("x", "/achievements")):
        answer = client.get(f"/search?kind={kind}&q={quote(' 无醛胶 ')}")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{target}?q={quote('无醛胶')}"


def test_larger_letters(client: InspectingClient) -> None:
    """On, off, and back to the page one came from; never to another host."""
    back = client.get("/elder", headers={"Referer": "http://localhost/help?x=1"})
    assert back.headers["Location"] == "/help?x=1"
    assert 'class="elder"' in client.get("/help").get_data(as_text=True)
    assert client.get("/elder", headers={"Referer": "http://evil.example/help"}).headers["Location"] == "/"
    assert 'class="elder"' not in client.get("/help").get_data(as_text=True)


def test_help_for_each_role_and_matter(client: InspectingClient) -> None:
    """Every role finds its steps, every matter its page with limit, papers and basis."""
    page = client.page("/help")
    for words in ("我是企业", "我是高校院所", "我是技术经理人", "我是管理部门"):
        assert words in page.text
    for matter in MATTERS:
        assert f"/help/{matter.slug}" in page.links
        one = client.page(f"/help/{matter.slug}")
        for words in ("办理对象", "条件", "材料", "办理流程", "依据", "收费", "办理时限"):
            assert words in one.text
    assert "3 个工作日" in client.page("/help/join").text
    client.page("/help/nothing", status=404)
    assert client.page("/about").h1 == "关于本站"


def test_divisions_for_the_picker(client: InspectingClient) -> None:
    """What lies below a code, as the picker wants it."""
    answer = client.get("/api/regions/341300")
    assert {"code": "341302", "name": "埇桥区"} in answer.get_json()
    assert client.get("/api/regions/999999").status_code == 404


def test_static_files_may_be_kept_for_a_year(client: InspectingClient) -> None:
    """Addresses carry the version of the whole folder; a file asked for without it is kept for minutes."""
    source = client.get("/").get_data(as_text=True)
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', source)
    assert addresses
    for address in addresses:
        assert re.match(r"/static/v-[0-9a-f]{12}/", address)
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
            etag = answer.headers["ETag"]
        with client.get(address, headers={"If-None-Match": etag}) as unchanged:
            assert unchanged.status_code == 304
    for other in ("/static/css/base.css", "/static/v-000000000000/css/base.css"):
        with client.get(other) as answer:
            assert "immutable" not in answer.headers["Cache-Control"]
    for wrong in ("/static/v-000000000000/css/none.css", "/static/../wsgi.py"):
        with client.get(wrong) as answer:
            assert answer.status_code == 404


def test_the_home_page_is_light_and_accessible(page: BrowserPage, drain: Callable[[], int]) -> None:
    """At most 300 kB with everything it loads."""
    factories.make_many_published(factories.make_organisation("university"), 8)
    factories.make_many_published(factories.make_organisation(), 4, "demand")
    drain()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto("/", wait_until="networkidle")
    assert len(sizes) > 5
    assert sum(sizes) <= LIMIT
    check_accessible(page)
