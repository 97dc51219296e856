"""已保存的搜索: saved from a result list, listed, renamed, silenced, deleted; the link of a mail."""

import pytest

from marketplace.domain.catalogue.saved import MOST_SEARCHES
from marketplace.extensions import db
from marketplace.models.catalogue import SavedSearch
from marketplace.models.people import Person
from marketplace.services.catalogue import search
from marketplace.services.catalogue.saved import searches
from marketplace.services.unit import unit_of_work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")

QUESTION = "/achievements?q=胶粘剂&field=05&origin=city"


def kept(person: Person) -> list[SavedSearch]:
    """The person's searches, the newest first."""
    db.session.expire_all()
    return list(db.session.scalars(searches.mine(make.actor(person))))


def save(person: Person, text: str, frequency: str = "daily") -> SavedSearch:
    """Let a person keep a question."""
    with unit_of_work():
        row = searches.save(make.actor(person), search.question("achievement", text), text, frequency)
    return row


@pytest.mark.parametrize("kind", ["achievements", "demands", "organisations"])
@pytest.mark.parametrize("query", ["", "?q=石墨烯", "?q=，。"])
def test_every_list_offers_to_save_its_question_also_where_it_finds_nothing(
    client, kind: str, query: str
) -> None:
    """The link holds kind, words and filters; a visitor signs in first."""
    links = [one for one in client.page(f"/{kind}{query}").links if one.startswith("/desk/searches/new")]
    assert len(links) == 1
    answer = client.get(links[0])
    assert (answer.status_code, "/login" in answer.location) == (302, True)


def test_a_question_is_saved_with_its_filters_and_opened_again(login, drain) -> None:
    """From the list to the list."""
    make.make_published(make.make_person(make.make_organisation("university")))
    drain()
    person = make.make_person(make.make_organisation())
    client = login(person)
    link = next(one for one in client.page(QUESTION).links if one.startswith("/desk/searches/new"))
    page = client.page(link)
    assert (
        page.forms[-1].values["name"] == ["胶粘剂 新材料 市内"]
        or "胶粘剂" in page.forms[-1].values["name"][0]
    )
    for _ in range(2):
        assert client.post(link, data={"name": "无醛胶", "frequency": "weekly"}).status_code == 302
    (row,) = kept(person)
    assert (row.kind, row.text, row.filters) == (
        "achievement",
        "胶粘剂",
        {"field": ["05"], "origin": ["city"]},
    )
    page = client.page("/desk/searches")
    assert "无醛胶" in page.text
    assert "每周汇总" in page.text
    again = next(one for one in page.links if one.startswith("/achievements?q="))
    found = client.page(again)
    assert sorted(one for one in found.links if one.startswith("/desk/searches/new")) == [link]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "", "frequency": "daily"}, "请填写名称"),
        ({"name": "长" * 61, "frequency": "daily"}, "最多60个字"),
        ({"name": "胶", "frequency": "hourly"}, ""),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_typed_is_lost(
    login, typed: dict[str, str], said: str
) -> None:
    """422, the words still in the form."""
    person = make.make_person(make.make_organisation())
    client = login(person)
    answer = client.post("/desk/searches/new?kind=demand&q=胶", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    if typed["name"]:
        assert f'value="{typed["name"]}"' in answer.text
    assert kept(person) == []


def test_there_is_an_end_to_keeping(login) -> None:
    """The fifty-first is refused in words."""
    person = make.make_person(make.make_organisation())
    for number in range(MOST_SEARCHES):
        save(person, f"胶 {number}")
    client = login(person)
    answer = client.post("/desk/searches/new?kind=demand&q=胶", data={"name": "胶", "frequency": "off"})
    assert answer.status_code == 422
    assert "最多保存 50 个搜索" in answer.text
    assert client.page("/desk/searches?page=3").h1 == "已保存的搜索"


def test_renamed_silenced_and_deleted_by_its_owner_alone(login) -> None:
    """A question first, then gone; for anybody else it is not there at all."""
    person, other = make.make_person(make.make_organisation()), make.make_person(make.make_organisation())
    key = save(person, "胶").id
    stranger = login(other)
    for path in ("", "/delete"):
        assert stranger.get(f"/desk/searches/{key}{path}").status_code == 404
        assert stranger.post(f"/desk/searches/{key}{path}").status_code == 404
    client = login(person)
    client.submit(f"/desk/searches/{key}", {"name": "新名字", "frequency": "off"}, form=f"searches/{key}")
    assert [(one.name, one.frequency) for one in kept(person)] == [("新名字", "off")]
    refused = client.post(f"/desk/searches/{key}", data={"name": "", "frequency": "off"})
    assert refused.status_code == 422
    assert "删除“新名字”？" in client.page(f"/desk/searches/{key}/delete").h1
    assert len(kept(person)) == 1
    client.post(f"/desk/searches/{key}/delete")
    assert kept(person) == []
    assert client.post(f"/desk/searches/{key}/delete").status_code == 404
    assert "还没有保存的搜索" in client.page("/desk/searches").text


def test_the_link_of_a_mail_asks_first_and_needs_no_account(client) -> None:
    """A scanner that opens it mutes nothing; the button does, twice is harmless, a changed link is nothing."""
    person = make.make_person(make.make_organisation())
    row = save(person, "胶")
    path = searches.mute_path(row.person_id, row.id)
    assert "停止通知" in client.get(path).text
    assert kept(person)[0].frequency == "daily"
    for _ in range(2):
        assert "已停止这个搜索的通知" in client.post(path).text
    assert kept(person)[0].frequency == "off"
    assert "已停止这个搜索的通知" in client.get(path).text, "an old mail opened again asks nothing"
    for wrong in (path[:-1] + "!", path.replace("mute/", "mute/1"), "/desk/searches/mute/x"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong).status_code == 404
    with unit_of_work():
        searches.remove(make.actor(person), row.id)
    assert client.get(path).status_code == 404
