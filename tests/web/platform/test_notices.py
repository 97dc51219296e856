"""通知: read, follow, and choose how often to be mailed."""

import pytest
from flask import Flask

from marketplace.domain.errors import DomainError
from marketplace.domain.platform.notices import KINDS, MUTABLE
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.services import links
from marketplace.services.platform import notices
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient
from tests.support.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def reader(client: InspectingClient) -> Person:
    """Somebody signed in, with two notices."""
    person = factories.make_person(factories.make_organisation(), email="reader@example.com")
    client.sign_in(person.id)
    with unit_of_work():
        notices.notify([person.id], "listing_approved", "achievement", 7, title="新型<胶>粘剂")
        notices.notify([person.id], "organisation_verified", "my_organisation", 0, title="汴河研究所")
    return person


def test_notices_are_listed_followed_and_marked(client: InspectingClient, reader: Person) -> None:
    """Newest first, escaped, unread until opened; opening leads to the subject."""
    page = client.page("/desk/notices")
    assert page.h1 == "通知"
    assert page.text.index("汴河研究所") < page.text.index("新型<胶>粘剂")
    newest = next(link for link in page.links if link.startswith("/desk/notices/") and link[-1].isdigit())
    answer = client.get(newest)
    assert (answer.status_code, answer.location) == (302, "/desk/organisation")
    assert "汴河研究所" not in client.page("/desk/notices?tab=unread").text
    client.submit("/desk/notices", form="read-all")
    assert "没有未读通知" in client.page("/desk/notices?tab=unread").text


def test_notices_are_filtered_and_read_by_group(client: InspectingClient, reader: Person) -> None:
    """Numbers by group; what is marked in one stays unread in the other."""
    page = client.page("/desk/notices?group=review")
    assert "新型<胶>粘剂" in page.text
    assert "汴河研究所" not in page.text
    client.submit("/desk/notices?group=review", form="read-all")
    assert "没有未读通知" in client.page("/desk/notices?tab=unread&group=review").text
    assert "汴河研究所" in client.page("/desk/notices?tab=unread").text
    assert "汴河研究所" in client.page("/desk/notices?group=nonsense").text


def test_a_kind_is_muted_and_comes_back(client: InspectingClient, reader: Person) -> None:
    """From the list to the preferences and back; twice is harmless; what obliges cannot be muted."""
    for _ in range(2):
        assert client.post("/desk/notices/mute/listing_approved").status_code == 302
    with unit_of_work():
        notices.notify([reader.id], "listing_approved", "achievement", 8, title="静音之后")
        notices.notify([reader.id], "organisation_verified", "my_organisation", 0, title="照常")
    page = client.page("/desk/notices")
    assert "静音之后" not in page.text
    assert "照常" in page.text
    page = client.page("/desk/notices/preferences")
    assert "“…”已审核通过并发布" in page.text
    assert "已保存的搜索逐个设置" in page.text
    client.post("/desk/notices/mute/listing_approved", data={"wanted": "1"})
    with unit_of_work():
        notices.notify([reader.id], "listing_approved", "achievement", 8, title="恢复之后")
    assert "恢复之后" in client.page("/desk/notices").text
    for kind in ("recovery_opened", "listing_expiring", "nonsense"):
        assert client.post(f"/desk/notices/mute/{kind}").status_code == 404
    with pytest.raises(DomainError), unit_of_work():
        notices.mute(factories.actor(reader), "recovery_opened")


def test_what_may_be_muted_are_kinds() -> None:
    """No word of the list is forgotten when a kind is renamed."""
    assert KINDS.keys() >= MUTABLE


def test_another_persons_notice_is_not_found(client: InspectingClient, reader: Person) -> None:
    """Neither read nor marked."""
    stranger = factories.make_person()
    with unit_of_work():
        notices.notify([stranger.id], "listing_approved", "achievement", 7, title="他人")
    (foreign,) = db.session.scalars(notices.query(factories.actor(stranger)))
    assert client.get(f"/desk/notices/{foreign.id}").status_code == 404
    assert notices.unread_count(factories.actor(stranger)) == 1
    assert "他人" not in client.page("/desk/notices").text


def test_preferences_are_kept(client: InspectingClient, reader: Person) -> None:
    """The form shows what holds, saves what is chosen, refuses what it does not offer."""
    saved = client.submit("/desk/notices/preferences", {"review": "weekly", "inquiry": "off"})
    assert "接收方式已保存" in saved.get_data(as_text=True)
    assert notices.frequency(reader.id, "review") == "weekly"
    assert notices.frequency(reader.id, "inquiry") == "off"
    assert notices.frequency(reader.id, "listing") == "immediate"
    assert notices.frequency(reader.id, "match") == "daily"  # what the page showed is what was saved
    forms = [one for one in client.page("/desk/notices/preferences").forms if "review" in one.names]
    assert forms[0].values["review"] == ["weekly"]
    refused = client.post("/desk/notices/preferences", data={"review": "hourly"})
    assert refused.status_code == 200
    assert notices.frequency(reader.id, "review") == "weekly"


def test_notice_and_digest_read_well_as_mail(
    client: InspectingClient, reader: Person, drain: object, mailbox: Mailbox
) -> None:
    """Names, the words of the notice, a full address to follow, nothing escaped as HTML."""
    drain()  # type: ignore[operator]
    mail = mailbox.to("reader@example.com")[0]
    assert mail.subject == "“新型<胶>粘剂”已审核通过并发布"
    assert reader.name in mail.body
    assert mail.links[0] == "http://localhost/achievements/7"
    with unit_of_work():
        lines = [
            {
                "kind": "listing_approved",
                "params": {"title": "甲&乙"},
                "path": "/achievements/7",
                "day": "2026-03-18",
            }
        ]
        notices.send_mail("reader@example.com", "digest", name="丙", lines=lines, count=101)
    drain()  # type: ignore[operator]
    digest = mailbox.last("reader@example.com")
    assert digest.subject == "您有 101 条新通知"
    assert "甲&乙" in digest.body
    assert digest.links[0] == "http://localhost/achievements/7"
    assert "其余请在站内查看" in digest.body


@pytest.mark.parametrize("kind", sorted(links.PATHS))
def test_every_subject_of_a_notice_has_a_page(app: Flask, kind: str) -> None:
    """The addresses in notices and mails are addresses of the site."""
    adapter = app.url_map.bind("localhost")
    endpoint, _values = adapter.match(links.path_of(kind, 7), method="GET")
    assert endpoint in app.view_functions
