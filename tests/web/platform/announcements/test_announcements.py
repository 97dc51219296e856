"""公示公告 by real requests: the list, the page, the feed; and where the authority writes."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page as BrowserPage

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.platform import Announcement
from marketplace.services.platform.announcements import publishing, writing
from marketplace.services.platform.announcements.writing import Wording
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.browser import check_accessible, no_overflow
from tests.support.client import InspectingClient
from tests.support.people import png

pytestmark = pytest.mark.usefixtures("session")

BODY = "各有关单位：\n\n## 怎么办\n- 见[办事指南](/help)\n\n<script>alert(1)</script> & 其他"
NEW = "/admin/announcements/new"
TYPED = {"kind": "notice", "title": "关于集中申报的通知", "body": BODY}


@pytest.fixture
def writer() -> Person:
    """Somebody of 政策管理."""
    return factories.make_staff(Role.POLICY_MANAGER)


def published(writer: Person, **changes: object) -> int:
    """Write and publish an announcement."""
    actor = factories.actor(writer)
    with unit_of_work():
        row = writing.create(actor, Wording(**{**TYPED, **changes}))
        return publishing.act(actor, row.id, "publish").id


def test_from_a_draft_to_the_home_page(
    client: InspectingClient, new_client: Callable[[], InspectingClient], login: Callable[..., InspectingClient],
    writer: Person,
) -> None:  # fmt: skip
    """Preview keeps nothing; errors lose nothing; once published everybody finds it, and it cannot be edited."""
    visitor = new_client()
    login(writer)
    preview = client.submit(NEW, TYPED, button="action=preview")
    assert preview.status_code == 200
    assert "预览（尚未保存）" in preview.get_data(as_text=True)
    assert db.session.query(Announcement).count() == 0
    wrong = client.submit(NEW, {**TYPED, "title": "……！"}, button="action=save")
    assert wrong.status_code == 422
    assert "不能只有标点" in wrong.get_data(as_text=True)
    assert "## 怎么办" in wrong.get_data(as_text=True)
    saved = client.submit(NEW, TYPED, button="action=save", follow=False)
    place = saved.headers["Location"]
    row = db.session.query(Announcement).one()
    assert visitor.get(f"/announcements/{row.id}").status_code == 404
    upload = client.submit(place, {"file": (BytesIO(png()), "清单.png")}, form="file-form")
    assert "附件已添加" in upload.get_data(as_text=True)
    assert client.submit(place, {}, form="file-form").status_code == 422
    assert "已办理：发布" in client.submit(f"{place}/publish").get_data(as_text=True)
    page = visitor.page(f"/announcements/{row.id}")
    assert page.h1 == TYPED["title"]
    assert "<script>alert(1)</script> & 其他" in page.text
    assert "/help" in page.links
    assert any(link.startswith("/files/") for link in page.links)
    assert TYPED["title"] in visitor.page("/").text
    assert TYPED["title"] in visitor.page("/announcements?kind=notice").text
    assert TYPED["title"] not in visitor.page("/announcements?kind=policy").text
    assert client.get(f"{place}/edit").status_code == 302
    assert f"/announcements/{row.id}" in visitor.get("/sitemap-pages.xml").get_data(as_text=True)


def test_a_policy_waits_for_a_second_person(
    client: InspectingClient, login: Callable[..., InspectingClient], writer: Person
) -> None:
    """Who wrote it sees why the button is missing, and is refused at the address."""
    with unit_of_work():
        row = writing.create(factories.actor(writer), Wording(**{**TYPED, "kind": "policy"}))
    login(writer)
    page = client.page(f"/admin/announcements/{row.id}")
    assert "由编写人以外的另一位" in page.text
    assert not [link for link in page.links if link.endswith("/publish")]
    client.page(f"/admin/announcements/{row.id}/publish", status=403)


def test_a_withdrawal_needs_a_reason_and_shows_it(
    client: InspectingClient, new_client: Callable[[], InspectingClient], login: Callable[..., InspectingClient],
    writer: Person,
) -> None:  # fmt: skip
    """The public page then shows the reason and no text."""
    row_id = published(writer)
    login(writer)
    address = f"/admin/announcements/{row_id}/withdraw"
    assert client.submit(address, {"note": ""}).status_code == 422
    assert client.submit(address, {"note": "日期有误，另行通知"}).status_code == 200
    page = new_client().page(f"/announcements/{row_id}")
    assert "日期有误，另行通知" in page.text
    assert "怎么办" not in page.text
    assert client.get(address).status_code == 302
    copied = client.submit(f"/admin/announcements/{row_id}", form=f"/{row_id}/copy", follow=False)
    assert copied.headers["Location"].endswith("/edit")


def test_a_text_ahead_of_its_first_day_says_so(client: InspectingClient, writer: Person) -> None:
    """In the list and on its page."""
    row_id = published(writer, valid_from=clock.today() + timedelta(days=9))
    for address in ("/announcements", f"/announcements/{row_id}"):
        assert "起生效" in client.page(address).text


def test_the_feed_is_sound_and_narrows_by_kind(client: InspectingClient, writer: Person) -> None:
    """Well-formed Atom with full addresses; what people typed is escaped; not sent again while it stands."""
    row_id = published(writer, title="甲 & 乙 <丙> 的通知")
    published(writer, kind="guide", title="怎样写好一项需求")
    response = client.get("/announcements/feed.xml")
    assert response.mimetype == "application/atom+xml"
    root = ET.fromstring(response.data)  # noqa: S314
    atom = "{http://www.w3.org/2005/Atom}"
    entries = {one.findtext(f"{atom}id"): one.findtext(f"{atom}title") for one in root.iter(f"{atom}entry")}
    assert entries[f"http://localhost/announcements/{row_id}"] == "甲 & 乙 <丙> 的通知"
    assert len(entries) == 2
    narrow = client.get("/announcements/feed.xml?kind=guide").get_data(as_text=True)
    assert narrow.count("<entry>") == 1
    again = client.get("/announcements/feed.xml", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_lists_take_any_address(client: InspectingClient, writer: Person) -> None:
    """Nonsense in the address shows the whole list; an empty answer offers the way back."""
    published(writer)
    assert "1 项" in client.page("/announcements?kind=x&year=abcd&page=-1").text
    assert "1 项" in client.page("/announcements?year=0000").text
    assert "没有符合条件" in client.page("/announcements?q=%E6%97%A0%E6%AD%A4%E8%AF%8D").text


def test_the_pages_fit_a_phone(phone: BrowserPage, writer: Person) -> None:
    """List and page at 360 px, readable by assistive technology."""
    row_id = published(writer)
    for address in ("/announcements", f"/announcements/{row_id}"):
        phone.goto(address)
        no_overflow(phone)
        check_accessible(phone)
