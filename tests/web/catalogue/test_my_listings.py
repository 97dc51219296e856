"""The owner's desk of listings, history, preview and take-down by real requests."""

from typing import Any

import pytest
from sqlalchemy import event

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Person
from marketplace.services.catalogue import decisions, drafts, revisions
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.inspector import Page

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified enterprise."""
    return factories.make_person(factories.make_organisation(name="符离板业有限公司"))


@pytest.fixture
def visitor(owner: Person, login: Any) -> Any:
    """The owner's browser."""
    return login(owner)


def state(listing_id: int) -> str:
    """Return the state of a listing, read afresh."""
    db.session.expire_all()
    return db.session.get_one(Listing, listing_id).state


def test_the_list_shows_every_item_under_its_tab(owner: Person, visitor: Any) -> None:
    """Tabs and kinds narrow; what the address could not have produced falls back to everything."""
    empty = visitor.page("/desk/listings")
    assert "这里还没有内容" in empty.text
    factories.make_draft(owner, title="草稿中的成果")
    factories.make_submitted(owner, "demand", title="待审核的需求")
    factories.make_published(owner, title="已发布的成果")
    assert visitor.page("/desk/listings").text.count("科技成果") >= 2
    assert "草稿中的成果" not in visitor.page("/desk/listings?tab=published").text
    assert "待审核的需求" in visitor.page("/desk/listings?tab=submitted&kind=demand").text
    for address in ("?tab=x&kind=y&page=-3", "?page=99999999999999999999", "?page=abc"):
        assert "已发布的成果" in visitor.page(f"/desk/listings{address}").text


def test_a_long_list_asks_the_database_no_more_often(owner: Person, visitor: Any) -> None:
    """The number of queries does not grow with the rows."""
    counts = []
    for number in (2, 15):
        factories.make_many_published(
            db.session.get_one(Listing, factories.make_draft(owner).id).organisation, number
        )
        seen: list[str] = []
        listener = lambda *arguments, seen=seen: seen.append(arguments[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        visitor.page("/desk/listings")
        event.remove(db.engine, "before_cursor_execute", listener)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_form_begins_with_what_will_be_asked(visitor: Any) -> None:
    """For both kinds; beginning twice opens the same draft."""
    for kind in ("achievement", "demand"):
        assert "必填" in visitor.page(f"/desk/listings/new/{kind}").text
        first = visitor.post(f"/desk/listings/new/{kind}").location
        assert visitor.post(f"/desk/listings/new/{kind}").location == first
    assert visitor.get("/desk/listings/new/contract").status_code == 404
    assert visitor.post("/desk/listings/new/contract").status_code == 404


def test_public_life_by_buttons(owner: Person, visitor: Any) -> None:
    """Only the buttons that would work are drawn; pressing twice is harmless; nonsense is not found."""
    demand = factories.make_published(owner, "demand")
    at = f"/desk/listings/{demand.id}"
    for action, after in (
        ("unlist", "unlisted"),
        ("relist", "published"),
        ("solve", "solved"),
        ("reopen", "published"),
        ("reconfirm", "published"),
    ):
        page = visitor.page(at)
        assert f"{at}/actions/{action}" in {form.action for form in page.forms}
        for _ in range(2):
            assert visitor.post(f"{at}/actions/{action}").location == at
        assert state(demand.id) == after
    assert f"{at}/actions/relist" not in {form.action for form in visitor.page(at).forms}
    for action in ("publish", "expire", "take_down", "nothing"):
        assert visitor.post(f"{at}/actions/{action}").status_code == 404
    achievement = factories.make_published(owner)
    assert visitor.post(f"/desk/listings/{achievement.id}/actions/solve").status_code == 400
    assert visitor.post(f"/desk/listings/{achievement.id}/actions/reopen").location.endswith(
        f"/{achievement.id}"
    )
    assert visitor.post(f"/desk/listings/{factories.make_draft(owner).id}/actions/unlist").status_code == 409


def test_an_edit_runs_beside_the_public_version(owner: Person, visitor: Any) -> None:
    """修改内容 opens the form; the public page stays; the item shows both."""
    listing = factories.make_published(owner)
    answer = visitor.post(f"/desk/listings/{listing.id}/edit")
    assert answer.location == f"/desk/listings/{listing.id}/edit/basics"
    visitor.submit(answer.location, {"title": "新的名称"}, form="step", button="action=save")
    page = visitor.page(f"/desk/listings/{listing.id}")
    assert page.h1 == "新的名称"
    assert "现在公开的版本" in page.text
    public = visitor.page(f"/achievements/{listing.id}")
    assert public.h1 == factories.ACHIEVEMENT["title"]
    changes = visitor.page(f"/desk/listings/{listing.id}/history")
    assert "新的名称" in changes.text
    assert factories.ACHIEVEMENT["title"] in changes.text


def test_what_the_owner_takes_out_does_not_come_back_by_an_approval(owner: Person, visitor: Any) -> None:
    """With a version under review, unlisting and solving wait until it has been withdrawn."""
    demand = factories.make_published(owner, "demand")
    at = f"/desk/listings/{demand.id}"
    visitor.post(f"{at}/edit")
    with unit_of_work():
        drafts.submit(factories.actor(owner), demand.id, declared=True)
    for action in ("unlist", "solve"):
        assert visitor.post(f"{at}/actions/{action}").location == at
        assert "请先撤回这一版" in visitor.page(at).text
        assert state(demand.id) == "published"
    visitor.post(f"{at}/withdraw")
    visitor.post(f"{at}/actions/unlist")
    assert state(demand.id) == "unlisted"


def test_withdrawing_and_giving_up(owner: Person, visitor: Any) -> None:
    """Giving up asks first; afterwards the item is gone from the list."""
    listing = factories.make_submitted(owner)
    at = f"/desk/listings/{listing.id}"
    assert visitor.get(f"{at}/discard").status_code == 409
    for _ in range(2):
        assert visitor.post(f"{at}/withdraw").location == at
    page = visitor.page(f"{at}/discard")
    assert page.h1 == "放弃此版本"
    for _ in range(2):
        assert visitor.post(f"{at}/discard").location == "/desk/listings"
    assert "这里还没有内容" in visitor.page("/desk/listings").text
    assert "已放弃" in visitor.page(at).text
    assert visitor.post(f"{at}/withdraw").status_code == 404


def test_a_return_shows_reasons_and_remarks_where_they_belong(owner: Person, visitor: Any) -> None:
    """On the item with links, and beside the field."""
    listing = factories.make_submitted(owner)
    reviewer = factories.actor(factories.make_staff(Role.ACHIEVEMENT_REVIEWER))
    with unit_of_work():
        revision = revisions.in_work(listing)
        assert revision is not None
        task = reviews.open_task_for("revision", revision.id)
        assert task is not None
        reviews.remark(reviewer, task, "maturity_proof", "请附检测报告")
        decisions.return_(reviewer, task, ["maturity_unproven", "other"], "补充后再提交")
    page = visitor.page(f"/desk/listings/{listing.id}")
    for words in ("成熟度缺少依据", "补充后再提交", "请附检测报告", "按审核意见修改后重新提交"):
        assert words in page.text
    step = f"/desk/listings/{listing.id}/edit/technology"
    assert f"{step}#maturity_proof" in page.links
    assert "请附检测报告" in visitor.page(step).text


def test_the_preview_is_the_public_page(owner: Person, visitor: Any, new_client: Any, login: Any) -> None:
    """For the owner and its reviewers; an anonymous demand also as everybody sees it; even when empty."""
    listing = factories.make_submitted(owner, "demand", disclosure="anonymous")
    at = f"/desk/listings/{listing.id}/preview"
    assert "符离板业有限公司" in visitor.page(at).text
    public = visitor.page(f"{at}?reader=public")
    assert factories.DEMAND["summary"] in public.text
    assert "符离板业有限公司" not in public.text.partition("主办")[0].replace(owner.name, "")
    assert factories.DEMAND["situation"] not in public.text
    reviewer = login(factories.make_staff(Role.DEMAND_REVIEWER), new_client())
    assert factories.DEMAND["situation"] in reviewer.page(at).text
    other = login(factories.make_staff(Role.ACHIEVEMENT_REVIEWER), new_client())
    assert other.get(at).status_code == 404
    for kind in ("achievement", "demand"):
        empty = visitor.post(f"/desk/listings/new/{kind}").location.split("/")[3]
        assert visitor.get(f"/desk/listings/{empty}/preview").status_code == 200
    assert visitor.get(f"{at}?version=7").status_code == 404


def test_reviewers_read_the_history_but_no_drafts(owner: Person, login: Any) -> None:
    """What was never submitted is the owner's alone."""
    reviewer = login(factories.make_staff(Role.ACHIEVEMENT_REVIEWER))
    draft = factories.make_draft(owner)
    assert "还没有可以查看的版本" in reviewer.page(f"/desk/listings/{draft.id}/history").text
    assert reviewer.get(f"/desk/listings/{draft.id}/preview").status_code == 404
    published = factories.make_published(owner)
    page = reviewer.page(f"/desk/listings/{published.id}/history")
    assert f"/desk/listings/{published.id}/take-down" in page.links
    assert reviewer.get(f"/desk/listings/{published.id}/history?old=1&new=9").status_code == 404


def test_taking_down(owner: Person, visitor: Any, new_client: Any, login: Any) -> None:
    """A reviewer with reasons; the owner reads them; nobody else gets near."""
    listing = factories.make_published(owner)
    at = f"/desk/listings/{listing.id}/take-down"
    reviewer = login(factories.make_staff(Role.ACHIEVEMENT_REVIEWER), new_client())
    answer = reviewer.submit(at, form="take-down")
    assert "请至少选择一条理由" in Page(answer.text).text
    answer = reviewer.submit(at, {"reasons": ["duplicate"], "note": "请合并"}, form="take-down")
    assert "已撤下" in Page(answer.text).text
    assert state(listing.id) == "taken_down"
    page = visitor.page(f"/desk/listings/{listing.id}")
    assert "与已发布的成果重复；请合并" in page.text
    assert visitor.get(at).status_code == 403
    assert new_client().get(f"/achievements/{listing.id}").status_code == 404
    for role in (Role.DEMAND_REVIEWER, Role.AUDITOR):
        other = login(factories.make_staff(role), new_client())
        assert other.get(at).status_code in (403, 404)


def test_another_organisations_items_do_not_exist(owner: Person, login: Any) -> None:
    """404 for a colleague of nobody; 403 for people without the right to trade at all."""
    listing = factories.make_published(owner)
    stranger = login(factories.make_person(factories.make_organisation("university"), "manager"))
    at = f"/desk/listings/{listing.id}"
    for path in ("", "/discard", "/preview", "/history"):
        assert stranger.get(at + path).status_code == 404
    for path in ("/edit", "/withdraw", "/discard", "/actions/unlist"):
        assert stranger.post(at + path).status_code == 404
    assert state(listing.id) == "published"
    clerk = login(factories.make_person(factories.make_organisation("authority")))
    for path in ("/desk/listings", "/desk/listings/new/demand", at):
        assert clerk.get(path).status_code == 403
    assert clerk.post("/desk/listings/new/demand").status_code == 403


def test_visitors_are_sent_to_sign_in(client: Any, owner: Person) -> None:
    """And come back afterwards."""
    listing = factories.make_draft(owner)
    for path in (
        "/desk/listings",
        f"/desk/listings/{listing.id}",
        f"/desk/listings/{listing.id}/edit/basics",
    ):
        assert client.get(path).location.startswith("/login?next=")


def test_an_old_validity_is_told_instead_of_confirmed(owner: Person, visitor: Any) -> None:
    """确认仍然有效 does not outlive the 有效期 of the achievement."""
    listing = factories.make_published(owner)
    with unit_of_work():
        found = db.session.get_one(Listing, listing.id)
        found.published.valid_until = found.created_at.date().replace(year=2020)  # type: ignore[union-attr]
    page = Page(visitor.post(f"/desk/listings/{listing.id}/actions/reconfirm", follow_redirects=True).text)
    assert "请先修改有效期并重新提交审核" in page.text


def test_changes_by_a_colleague_are_in_the_history(owner: Person, visitor: Any) -> None:
    """Who began and who submitted a version is told by name."""
    listing = factories.make_published(owner)
    colleague = factories.make_person(listing.organisation, name="另一位同事")
    with unit_of_work():
        revisions.begin_next(factories.actor(colleague), db.session.get_one(Listing, listing.id))
        drafts.submit(factories.actor(colleague), listing.id, True, "补充检测数据")
    page = visitor.page(f"/desk/listings/{listing.id}")
    assert "另一位同事" in page.text
    assert "补充检测数据" in page.text
