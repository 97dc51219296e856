"""Inquiries on the site: the first question, the thread, its files and 保密承诺, its end, what the authority sees."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import func, select

from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import FileOpening, Inquiry, InquiryMessage
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import FileLink
from marketplace.services.catalogue import listings
from marketplace.services.matching.inquiries import writing
from marketplace.services.platform import files, notices
from marketplace.services.unit import unit_of_work
from tests import factories
from tests import threads as make
from tests.support.client import InspectingClient
from tests.support.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("session")

MESSAGE = "我们有两条四辊涂胶线，想了解冬季固化时间和最小起订量。"


@pytest.fixture
def seller() -> Person:
    """The manager of a university."""
    return factories.make_person(factories.make_organisation("university", "星河研究院"), "manager")


@pytest.fixture
def listing(seller: Person) -> Listing:
    """A published achievement."""
    return factories.make_published(seller)


@pytest.fixture
def buyer() -> Person:
    """A person of a verified enterprise."""
    return factories.make_person(factories.make_organisation("enterprise", "砀山板材公司"))


def address(listing: Listing) -> str:
    """Where one asks about a listing."""
    return f"/desk/inquiries/new/{listing.kind}/{listing.id}"


def only() -> Inquiry:
    """The one inquiry there is."""
    return db.session.scalars(select(Inquiry)).one()


def count() -> int:
    """How many inquiries there are."""
    return db.session.scalar(select(func.count()).select_from(Inquiry)) or 0


def test_a_question_reaches_everybody_of_the_owner(
    listing: Listing, seller: Person, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient], drain: Callable[[], int], mailbox: Mailbox,
) -> None:  # fmt: skip
    """Notice and mail to each of the owner's people, the mail with the question and the way to the thread."""
    colleague = factories.make_person(db.session.get_one(Person, seller.id).memberships[0].organisation)
    outsider = factories.make_person(factories.make_organisation())
    login(buyer)
    done = client.submit(address(listing), {"message": MESSAGE})
    assert done.status_code == 200
    assert "已发送" in done.get_data(as_text=True)
    drain()
    for person in (seller, colleague):
        mail = mailbox.last(person.email)
        assert MESSAGE in mail.body
        assert "砀山板材公司" in mail.body
        assert any(f"/desk/inquiries/{only().id}" in link for link in mail.links)
        assert notices.unread_count(factories.actor(person)) >= 1
    assert mailbox.to(outsider.email) == []
    received = login(seller).page("/desk/inquiries")
    assert MESSAGE in received.text
    assert "砀山板材公司" in received.text
    assert MESSAGE in login(buyer).page("/desk/inquiries?box=sent").text
    assert MESSAGE not in login(outsider).page("/desk/inquiries").text
    assert MESSAGE not in login(outsider).page("/desk/inquiries?box=sent").text


def test_sent_twice_is_one_question(
    listing: Listing, buyer: Person, seller: Person, client: InspectingClient,
    login: Callable[..., InspectingClient], drain: Callable[[], int], mailbox: Mailbox,
) -> None:  # fmt: skip
    """The form's own key makes a second press the same inquiry; a stranger cannot use it."""
    login(buyer)
    data = {"message": MESSAGE, "request_key": "one-press"}
    for _ in range(3):
        assert client.post(address(listing), data=data).status_code == 302
    assert count() == 1
    drain()
    assert len(mailbox.to(seller.email)) == len({mail.subject for mail in mailbox.to(seller.email)})
    stranger = login(factories.make_person(factories.make_organisation()))
    stranger.post(address(listing), data=data)
    assert count() == 1


@pytest.mark.parametrize("message", ["在吗", "", "长" * 2001])
def test_bad_input_keeps_what_was_typed(
    message: str, listing: Listing, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:  # fmt: skip
    """The page comes back with the error at its field, what was typed in place, and nothing sent."""
    login(buyer)
    answer = client.submit(address(listing), {"message": message})
    assert answer.status_code == 422
    body = answer.get_data(as_text=True)
    assert "field-error" in body
    assert message in body
    assert count() == 0


def test_who_may_ask(
    listing: Listing, seller: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """Visitors sign in first; own items and hidden ones are refused, and whose organisation is unverified."""
    assert "/login" in client.get(address(listing)).headers["Location"]
    login(seller)
    refused = client.get(address(listing))
    assert refused.status_code == 403
    assert "贵单位自己发布" in refused.get_data(as_text=True)
    login(factories.make_person())
    assert client.get(address(listing)).status_code == 403
    login(factories.make_person(factories.make_organisation(verified=False)))
    assert "贵单位通过认证后才能联系对方" in client.page(address(listing), status=403).text
    page = client.page(f"/achievements/{listing.id}")
    assert "所在单位通过认证后，可以从这里联系对方" in page.text
    assert address(listing) not in page.links
    login(factories.make_person(factories.make_organisation()))
    assert client.get(address(listing)).status_code == 200
    with unit_of_work():
        listings.act(factories.actor(seller), db.session.get_one(Listing, listing.id), "unlist")
    assert client.get(address(listing)).status_code == 404
    assert client.get("/desk/inquiries/new/contract/1").status_code == 404


def test_asking_is_limited(
    listing: Listing, buyer: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """Nobody fills letter boxes from here."""
    login(buyer)
    data = {"message": "短"}
    codes = [client.post(address(listing), data=data).status_code for _ in range(31)]
    assert set(codes[:30]) == {422}
    assert codes[30] == 429


def thread(buyer: Person, listing: Listing) -> str:
    """Ask, and return the address of the thread."""
    return f"/desk/inquiries/{make.ask(buyer, listing, message=MESSAGE).id}"


def test_an_answer_on_the_site(
    listing: Listing, seller: Person, buyer: Person, client: InspectingClient,
    login: Callable[..., InspectingClient], drain: Callable[[], int], mailbox: Mailbox,
) -> None:  # fmt: skip
    """Answer, see that it was read, ask further: each press once, each told to the other side."""
    here = thread(buyer, listing)
    page = login(seller).page(here)
    assert MESSAGE in page.text
    assert "等谁" in page.text
    form = {"message": "最小起订两吨，固化四小时。\n详见 https://example.com/x", "request_key": "press"}
    for _ in range(2):
        assert client.post(here, data=form).status_code == 302
    page = login(buyer).page(here)
    assert page.text.count("最小起订两吨") == 1
    assert "https://example.com/x" in page.text
    assert "https://example.com/x" not in page.links
    assert "对方于" in page.text
    drain()
    assert "最小起订两吨" in mailbox.last(buyer.email).body
    client.submit(here, {"message": "夏季呢？"}, form="writing", button="as=question")
    assert only().state == "waiting"
    assert "新留言" in login(seller).page("/desk/inquiries").text
    assert "待答复" in client.page("/desk").text


def test_what_is_wrong_with_a_message(
    listing: Listing, buyer: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """Empty, too long, a level nobody offered, a script in disguise: 422 with the text kept, nothing written."""
    here = thread(buyer, listing)
    login(buyer)
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    hostile = {
        "a.svg": svg,
        "a.pdf": b"<html><script>x</script></html>",
        "a.js": b"alert(1)",
        "a.docx": b"MZ" * 99,
    }
    for name, content in hostile.items():
        sent = {"message": "请看附件", "level": "verified", "file": (BytesIO(content), name)}
        answer = client.post(here, data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422, name
        assert "请看附件" in answer.get_data(as_text=True)
    for bad in ({"message": ""}, {"message": "长" * 2001}, {"message": "请看", "level": "admin"}):
        assert client.post(here, data={"level": "verified", **bad}).status_code == 422
    login(factories.make_person(factories.make_organisation()))
    assert client.get(here).status_code == 404
    assert client.post(here, data={"message": "我来看看", "level": "verified"}).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(InquiryMessage)) == 1


def upload(person: Person, inquiry: Inquiry, level: str, name: str = "工艺.txt") -> FileLink:
    """Write a message with a file."""
    made = make.write(person, inquiry, files=(writing.Upload(name, f"{name} 的内容".encode()),), level=level)
    return db.session.scalars(select(FileLink).where(FileLink.subject_id == made.id)).one()


def test_files_open_by_level_and_are_logged(
    listing: Listing,
    seller: Person,
    buyer: Person,
    client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:
    """认证 at once, 双方 after the 保密承诺 by one's own name; who opened what is seen by who gave it."""
    here = thread(buyer, listing)
    plain, secret = (
        upload(seller, only(), "verified", "样本.txt"),
        upload(seller, only(), "parties", "配方.txt"),
    )
    assert login(buyer).get(f"/files/{plain.id}").status_code == 404
    sent = client.get(f"{here}/files/{plain.id}")
    assert (sent.status_code, sent.headers["Cache-Control"]) == (200, "private, no-store")
    assert "attachment" in sent.headers["Content-Disposition"]
    assert client.get(f"{here}/files/{secret.id}").status_code == 404
    assert "签署保密承诺后可以打开" in client.page(here).text
    wrong = client.submit(f"{here}/secrecy", {"typed_name": "别人"})
    assert wrong.status_code == 422
    assert "与账号上的姓名一致" in wrong.get_data(as_text=True)
    client.submit(f"{here}/secrecy", {"typed_name": buyer.name})
    assert client.get(f"{here}/files/{secret.id}").status_code == 200
    paper = f"{here}/secrecy/{buyer.memberships[0].organisation_id}"
    assert buyer.name in client.page(paper).text
    assert client.get(f"{paper}.pdf").status_code in (200, 302)
    assert client.post(f"{here}/secrecy", data={"typed_name": buyer.name, "digest": "x"}).status_code == 302
    page = login(seller).page(here)
    assert page.text.count("配方.txt") >= 2
    assert "谁打开过我方的文件" in page.text
    assert buyer.name in page.text
    assert login(seller).get(f"{here}/files/{secret.id}").status_code == 200
    assert db.session.scalar(select(func.count()).select_from(FileOpening)) == 2
    stranger = login(factories.make_person(factories.make_organisation()))
    for path in (f"{here}/files/{plain.id}", paper, f"{here}/secrecy", f"{here}/close"):
        assert stranger.get(path).status_code == 404


def test_the_listing_opens_its_files_to_who_accepted(
    seller: Person, buyer: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """The owner offers, the asker accepts, and the files open while the thread is open and both are verified."""
    listing = factories.make_published(seller)
    assert listing.published_id is not None
    with unit_of_work():
        actor = factories.actor(seller)
        stored = files.store(actor, "图纸.txt", "不公开的图纸".encode(), "attachment")
        link_id = files.attach(actor, stored, "revision", listing.published_id, "attachment", "parties").id
    here = thread(buyer, listing)
    one = f"{here}/files/{link_id}"
    assert login(buyer).get(one).status_code == 404
    assert login(buyer).get(f"{here}/secrecy").status_code == 302
    assert client.post(f"{here}/secrecy/offer").status_code == 403
    login(seller).submit(f"{here}/secrecy/offer", {})
    assert login(buyer).get(one).status_code == 404
    client.submit(f"{here}/secrecy", {"typed_name": buyer.name})
    assert client.get(one).status_code == 200
    assert client.get(f"/files/{link_id}").status_code == 404
    with unit_of_work():
        db.session.get_one(Organisation, buyer.memberships[0].organisation_id).state = "suspended"
    assert client.get(one).status_code == 404
    with unit_of_work():
        db.session.get_one(Organisation, buyer.memberships[0].organisation_id).state = "verified"
    client.submit(f"{here}/close", {"outcome": "provided"})
    assert client.get(one).status_code == 404


def test_closing(
    listing: Listing,
    seller: Person,
    buyer: Person,
    client: InspectingClient,
    login: Callable[..., InspectingClient],
) -> None:
    """With an outcome; afterwards the thread is only to be read, by both, and the other side knows."""
    here = thread(buyer, listing)
    login(seller)
    assert client.submit(f"{here}/close", {"outcome": ""}).status_code == 422
    missing = client.submit(f"{here}/close", {"outcome": "other"})
    assert missing.status_code == 422
    data = {"outcome": "price", "note": "报价超出预算"}
    assert [client.post(f"{here}/close", data=data).status_code for _ in range(2)] == [302, 302]
    assert client.get(f"{here}/close").status_code == 302
    for person in (seller, buyer):
        page = login(person).page(here)
        assert "已结束：价格不合" in page.text
        assert "报价超出预算" in page.text
    assert client.post(here, data={"message": "再谈谈？", "level": "verified"}).status_code == 403


def test_the_authority_sees_heads_until_it_was_raised(
    listing: Listing, buyer: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """Late ones as a list; messages, and a word of its own, once silence rose."""
    here = thread(buyer, listing)
    reviewer = factories.make_staff(Role.ACHIEVEMENT_REVIEWER)
    page = login(reviewer).page(here)
    assert MESSAGE not in page.text
    assert listing.published is not None
    make.move(only(), "raise_admin")
    assert listing.published.title in client.page("/admin/inquiries").text
    assert "没有超时未答的询问" in client.page("/admin/inquiries?tab=late").text
    assert listing.published.title in client.page("/desk").text
    assert MESSAGE in client.page(here).text
    client.submit(here, {"message": "请发布单位三日内答复。"}, form="writing")
    assert "管理部门" in login(buyer).page(here).text
    assert client.get("/admin/inquiries").status_code == 403
    assert login(factories.make_staff(Role.AUDITOR)).post(here, data={"message": "查看"}).status_code in (
        403,
        422,
    )


def test_answer_time_beside_the_owner(listing: Listing, client: InspectingClient) -> None:
    """The definition stands beside it, and a blank is said to be one."""
    for path in (f"/achievements/{listing.id}", f"/organisations/{listing.organisation_id}"):
        page = client.page(path)
        assert "暂无足够记录" in page.text
        assert "近 12 个月收到的询问" in page.text


def test_what_has_gone_since_the_form_was_drawn_takes_nothing_typed_along(
    listing: Listing, buyer: Person, client: InspectingClient, login: Callable[..., InspectingClient]
) -> None:
    """A listing withdrawn in between is left out; of a broker who was to read along the asker is told first."""
    broker = factories.make_organisation("broker")
    login(buyer)
    drawn = {"message": MESSAGE, "request_key": "drawn", "pair": "999999", "broker": str(broker.id)}
    with unit_of_work():
        db.session.get_one(Organisation, broker.id).state = "suspended"
    told = client.post(address(listing), data=drawn)
    assert told.status_code == 422
    assert "不能跟进询问" in told.text
    assert MESSAGE in told.text
    assert count() == 0
    assert client.post(address(listing), data=drawn | {"broker": ""}).status_code == 302
    assert (only().pair_id, only().broker_id) == (None, None)
