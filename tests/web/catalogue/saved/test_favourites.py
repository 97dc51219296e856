"""Stars on cards and pages without scripts, notes, colleagues; achievements side by side."""

import pytest

from marketplace.services.catalogue.saved import favourites
from marketplace.services.unit import unit_of_work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def test_a_star_from_the_list_leads_back_to_its_place(login, drain) -> None:
    """On, again, off; the button says which."""
    item = make.make_published(make.make_person(make.make_organisation("university")))
    drain()
    person = make.make_person(make.make_organisation())
    client = login(person)
    page = client.page("/achievements?q=胶粘剂")
    form = next(one for one in page.forms if one.action.endswith(f"/favourites/achievement/{item.id}"))
    assert form.values["wanted"] == ["1"]
    for wanted, kept in (("1", {item.id}), ("1", {item.id}), ("0", set()), ("0", set())):
        answer = client.post(form.action, data={"wanted": wanted, "back": form.values["back"][0]})
        assert answer.location.endswith(f"#item-{item.id}")
        assert answer.location.startswith("/achievements?q=")
        assert favourites.starred(make.actor(person)) == kept
    elsewhere = client.post(form.action, data={"wanted": "1", "back": "https://evil.example/"})
    assert elsewhere.location.startswith(f"/achievements/{item.id}")
    assert "已收藏" in client.page(f"/achievements/{item.id}").text


def test_what_may_not_be_read_cannot_be_starred(login, client) -> None:
    """404 for a hidden demand and a draft, sign-in for a visitor."""
    demand = make.make_published(make.make_person(make.make_organisation()), "demand", disclosure="admin")
    draft = make.make_draft(make.make_person(make.make_organisation()))
    assert client.post(f"/desk/favourites/demand/{demand.id}", data={"wanted": "1"}).status_code == 302
    signed = login(make.make_person(make.make_organisation()))
    for path in (f"demand/{demand.id}", f"achievement/{draft.id}", f"organisation/{demand.id}", "demand/x"):
        assert signed.post(f"/desk/favourites/{path}", data={"wanted": "1"}).status_code == 404


def test_notes_are_written_shared_and_kept_private(login, new_client) -> None:
    """The author writes, a colleague reads, a long note comes back as typed, and what is hidden says so."""
    firm = make.make_organisation()
    person, colleague = make.make_person(firm, name="甲同事"), make.make_person(firm)
    item = make.make_published(make.make_person(make.make_organisation("university")))
    with unit_of_work():
        key = favourites.star(make.actor(person), "achievement", item.id).id
    client = login(person)
    client.submit(f"/desk/favourites/{key}/note", {"note": "约六月看<线>"})
    assert "约六月看<线>" in client.page("/desk/favourites").text
    other = login(colleague, new_client())
    page = other.page("/desk/favourites?tab=colleagues")
    assert "约六月看<线>" in page.text
    assert "甲同事" in page.text
    assert other.get(f"/desk/favourites/{key}/note").status_code == 404
    assert other.post(f"/desk/favourites/{key}/note", data={"note": "改"}).status_code == 404
    refused = client.post(f"/desk/favourites/{key}/note", data={"note": "长" * 501})
    assert (refused.status_code, "长" * 501 in refused.text) == (422, True)
    client.post(f"/desk/favourites/{key}/note", data={"note": "只给自己"})  # the box is not ticked
    assert "同事还没有收藏" in other.page("/desk/favourites?tab=colleagues").text
    assert "只给自己" in client.page("/desk/favourites?kind=achievement").text
    assert "还没有收藏" in client.page("/desk/favourites?kind=demand").text
    with unit_of_work():
        item.state = "unlisted"
    assert "这一项已不再公开" in client.page("/desk/favourites").text


def test_achievements_stand_side_by_side_and_differences_are_marked(client) -> None:
    """Rows of facts; what is the same is not marked, and left out on demand."""
    owner = make.make_person(make.make_organisation("university", "星河研究院"))
    one = make.make_published(owner)
    other = make.make_published(
        owner, title="淀粉基胶粘剂", price_fen=None, pricing="negotiation", maturity=("generic", 4)
    )
    page = client.page(f"/achievements/compare?id={one.id}&id={other.id}")
    assert page.h1 == "并排对比 2 项成果"
    assert "26 万元" in page.text
    assert "面议" in page.text
    assert "发布单位" in page.text
    only = client.page(f"/achievements/compare?id={one.id}&id={other.id}&only=differences")
    assert "发布单位" not in only.text
    assert "成熟度" in only.text
    left = client.page(f"/achievements/compare?id={other.id}")
    assert "再选一项才有对比" in left.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "还没有选要对比的成果"),
        ("?id=x&id=-1&id=99999999999999999999", "还没有选要对比的成果"),
        ("?id=999999", "有 1 项已不再公开"),
    ],
)
def test_an_address_without_achievements_says_what_to_do(client, query: str, said: str) -> None:
    """Nothing chosen, nonsense, what is not there."""
    assert said in client.page(f"/achievements/compare{query}").text


def test_at_most_four_and_only_what_the_reader_may_see(client) -> None:
    """A fifth is said to be left out; a demand, a draft and an unlisted one are not shown."""
    organisation = make.make_organisation("university")
    items = make.make_many_published(organisation, 5)
    query = "&".join(f"id={one.id}" for one in items)
    page = client.page(f"/achievements/compare?{query}")
    assert page.h1 == "并排对比 4 项成果"
    assert "这里是前 4 项" in page.text
    demand = make.make_published(make.make_person(make.make_organisation()), "demand")
    draft = make.make_draft(make.make_person(organisation), title="尚未公开的标题")
    page = client.page(
        f"/achievements/compare?id={items[0].id}&id={demand.id}&id={draft.id}&id={items[0].id}"
    )
    assert "有 2 项已不再公开" in page.text
    assert "尚未公开的标题" not in page.text


def test_pages_mark_themselves_for_the_browser_only_where_everybody_reads_the_title(login) -> None:
    """A demand for verified people alone leaves no trace on a shared computer."""
    client = login(make.make_person(make.make_organisation()))
    owner = make.make_person(make.make_organisation())
    for disclosure, marked in (("public", True), ("anonymous", True), ("verified", False)):
        item = make.make_published(owner, "demand", disclosure=disclosure)
        assert ("data-recent-item" in client.get(f"/demands/{item.id}").text) is marked
