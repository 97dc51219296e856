"""纠错 by real requests: visitor with a code, reader with notices, reviewer with an answer, owner with a request."""

import re
from collections.abc import Callable

import pytest

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Correction, Listing
from marketplace.models.people import Person
from marketplace.services.catalogue.quality import corrections
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")

Login = Callable[..., InspectingClient]
NewClient = Callable[[], InspectingClient]
MESSAGE = "胶合强度的单位应为兆帕，见检测报告。"


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified university."""
    return factories.make_person(factories.make_organisation("university"))


@pytest.fixture
def listing(owner: Person) -> Listing:
    """A published achievement."""
    return factories.make_published(owner)


@pytest.fixture
def reviewer() -> Person:
    """Somebody who answers reports about achievements."""
    return factories.make_staff(Role.ACHIEVEMENT_REVIEWER)


def reported(person: Person, listing: Listing) -> Correction:
    """Return a report of a person."""
    with unit_of_work():
        row = corrections.report(factories.actor(person), db.session.get_one(Listing, listing.id), MESSAGE)
    return db.session.get_one(Correction, row.id)


def accepted(person: Person, listing: Listing, reviewer: Person) -> Correction:
    """Return a report that was found right."""
    row = reported(person, listing)
    with unit_of_work():
        corrections.decide(factories.actor(reviewer), row.id, "accept", "属实。", "请改单位。")
    return db.session.get_one(Correction, row.id)


def test_a_visitor_reports_and_looks_the_answer_up(
    listing: Listing, client: InspectingClient, new_client: NewClient, reviewer: Person
) -> None:
    """The code stands on the page after sending, also when the page is opened again; nobody else sees it there."""
    sent = client.submit(
        f"/corrections/achievement/{listing.id}",
        {"field": "metrics", "message": MESSAGE, "source": "报告第三页"},
    )
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{3}-[0-9A-Z]{3}", sent.text)
    assert code is not None
    assert code.group() in client.page("/corrections/sent").text
    other = new_client()
    assert code.group() not in other.page("/corrections/sent").text
    answer = other.submit("/corrections/status", {"code": code.group().lower()})
    for words in ("核实中", MESSAGE, "关键指标", "大豆基无醛木材胶粘剂"):
        assert words in answer.text
    row = db.session.query(Correction).one()
    with unit_of_work():
        corrections.decide(factories.actor(reviewer), row.id, "reject", "检测报告写的就是千帕。")
    answer = other.submit("/corrections/status", {"code": code.group()})
    assert "未采纳" in answer.text
    assert "检测报告写的就是千帕。" in answer.text


def test_a_wrong_code_says_so_and_keeps_what_was_typed(client: InspectingClient) -> None:
    """So does an empty one."""
    for typed in ("7K3M-Q9P-D2X", "", "没有"):
        answer = client.submit("/corrections/status", {"code": typed})
        assert answer.status_code == 422
        assert "没有这个查询码" in answer.text
        assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize(
    "typed", [{"message": "错了"}, {"message": ""}, {"message": "错" * 301}, {"source": "网" * 201}]
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    listing: Listing, client: InspectingClient, typed: dict[str, str]
) -> None:
    """Nothing is stored."""
    words = {"message": MESSAGE, "source": "报告"} | typed
    answer = client.submit(f"/corrections/achievement/{listing.id}", words)
    assert answer.status_code == 422
    assert words["source"] in answer.text
    assert words["message"] in answer.text
    assert db.session.query(Correction).count() == 0


def test_reporting_twice_is_one_report(listing: Listing, owner: Person, login: Login) -> None:
    """Pressing again after Back leads to the same page; the reader finds it under 我的纠错."""
    reader = factories.make_person(factories.make_organisation())
    browser = login(reader)
    for _press in range(2):
        assert (
            browser.submit(f"/corrections/achievement/{listing.id}", {"message": MESSAGE}).status_code == 200
        )
    row = db.session.query(Correction).one()
    assert "大豆基无醛木材胶粘剂" in browser.page("/corrections/mine").text
    assert MESSAGE in browser.page(f"/corrections/{row.id}").text
    login(owner).page(f"/corrections/{row.id}", status=404)


def test_owners_are_led_to_change_their_own_listing(
    listing: Listing, owner: Person, login: Login, new_client: NewClient
) -> None:
    """Nobody else is told so."""
    address, change = f"/corrections/achievement/{listing.id}", f"/desk/listings/{listing.id}"
    assert change in login(owner).page(address).links
    assert change not in new_client().page(address).links


def test_nobody_reports_what_they_cannot_see(owner: Person, client: InspectingClient) -> None:
    """Drafts and hidden demands answer 404."""
    draft = factories.make_draft(owner)
    hidden = factories.make_published(owner, "demand", disclosure="admin")
    client.page(f"/corrections/achievement/{draft.id}", status=404)
    client.page(f"/corrections/demand/{hidden.id}", status=404)
    client.page(f"/corrections/demand/{draft.id}", status=404)


def test_the_reviewer_answers_and_the_owner_is_asked(
    owner: Person, listing: Listing, reviewer: Person, login: Login
) -> None:
    """From the queue to the answer; the owner sees what to change and by when, never who said so or how."""
    reader = factories.make_person(factories.make_organisation(), name="明眼人")
    row = reported(reader, listing)
    desk = login(reviewer)
    assert "成果纠错" in desk.page("/admin/reviews").text
    assert "明眼人" in desk.page(f"/admin/corrections/{row.id}").text
    short = desk.submit(
        f"/admin/corrections/{row.id}", {"answer": "属实。"}, form="answering", button="action=accept"
    )
    assert short.status_code == 422
    assert "请写明请发布单位改什么" in short.text
    assert "属实。" in short.text
    words = {"answer": "属实，已请更正。", "request": "请把单位改为 MPa。"}
    done = desk.submit(f"/admin/corrections/{row.id}", words, form="answering", button="action=accept")
    assert "属实，等待更正" in done.text
    assert "共 1 次：属实 1 次" in desk.page(f"/achievements/{listing.id}").text
    mine = login(owner)
    page = mine.page(f"/desk/listings/{listing.id}").text
    assert "请把单位改为 MPa。" in page
    assert "请把单位改为 MPa。" in mine.page("/desk/notices").text
    assert "更正后重新提交审核" in mine.page("/desk").text
    for address in (f"/desk/listings/{listing.id}", "/desk/notices", f"/achievements/{listing.id}"):
        text = mine.page(address).text
        assert MESSAGE not in text
        assert "明眼人" not in text
    assert "共 1 次" not in mine.page(f"/achievements/{listing.id}").text
    assert "属实，已请更正。" in login(reader).page(f"/corrections/{row.id}").text


def test_settling_with_words(owner: Person, listing: Listing, reviewer: Person, login: Login) -> None:
    """Without a reason it is refused at the field, and the folded form stands open."""
    row = accepted(owner, listing, reviewer)
    desk = login(reviewer)
    refused = desk.submit(f"/admin/corrections/{row.id}", {"answer": " "}, form="settling")
    assert refused.status_code == 422
    assert "请写明了结的原因" in refused.text
    done = desk.submit(f"/admin/corrections/{row.id}", {"answer": "另案处理。"}, form="settling")
    assert "属实，已了结" in done.text


def test_the_register_filters_and_counts(
    listing: Listing, owner: Person, reviewer: Person, login: Login
) -> None:
    """By kind, state and listing; reviewers of the other kind see none of these, and unknown values are dropped."""
    accepted(owner, listing, reviewer)
    reported(owner, listing)
    desk = login(reviewer)
    page = desk.page(f"/admin/corrections?listing={listing.id}")
    assert "被指出 2 次，属实 1 次" in page.text
    assert "共 1 项" in desk.page("/admin/corrections?state=accepted").text
    assert "没有符合条件的纠错" in desk.page("/admin/corrections?kind=demand").text
    assert "共 2 项" in desk.page("/admin/corrections?kind=nothing&state=nothing&listing=x&page=99").text
    other = factories.make_staff(Role.DEMAND_REVIEWER)
    assert "没有符合条件的纠错" in login(other).page("/admin/corrections").text
    assert (
        login(other).get(f"/admin/corrections/{db.session.query(Correction).first().id}").status_code == 404
    )


def test_the_reviewer_of_the_next_version_sees_what_it_should_mend(
    owner: Person, listing: Listing, reviewer: Person, login: Login
) -> None:
    """Beside the fields, so that the error is not approved a second time."""
    from marketplace.services.catalogue import drafts, listings, revisions
    from marketplace.services.platform import reviews

    accepted(owner, listing, reviewer)
    actor = factories.actor(owner)
    with unit_of_work():
        revision = revisions.begin_next(actor, listings.get_own(actor, listing.id))
        drafts.submit(actor, listing.id, True)
        task = reviews.open_task_for("revision", revision.id)
        assert task is not None
        task_id = task.id
    page = login(reviewer).page(f"/admin/reviews/{task_id}").text
    assert "核对这一版改了没有" in page
    assert "请改单位。" in page
