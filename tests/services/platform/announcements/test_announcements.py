"""Announcements: written, published by the right person, fixed, withdrawn; one list with the 公示 of other areas."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.platform import Announcement, AuditEvent
from marketplace.models.subsidy import Publicity
from marketplace.services.platform import files
from marketplace.services.platform.announcements import publishing, reading, writing
from marketplace.services.platform.announcements.writing import Wording
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.people import png
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")

WORDS = Wording("notice", "关于集中申报的通知", "各有关单位：请按时申报补助。")


@pytest.fixture
def writer() -> Actor:
    """Somebody of 政策管理."""
    return factories.actor(factories.make_staff(Role.POLICY_MANAGER))


@pytest.fixture
def publisher() -> Actor:
    """Somebody of 公示发布."""
    return factories.actor(factories.make_staff(Role.PUBLISHER))


def draft(actor: Actor, **changes: object) -> int:
    """Write a draft."""
    said: dict[str, object] = {**vars(WORDS), **changes}
    with unit_of_work():
        return writing.create(actor, Wording(**said)).id  # type: ignore[arg-type]


def publish(actor: Actor, announcement_id: int) -> Announcement:
    """Publish a draft."""
    with unit_of_work():
        return publishing.act(actor, announcement_id, "publish")


def test_a_notice_is_published_by_who_wrote_it_and_then_fixed(writer: Actor) -> None:
    """Its day is today; the same press again changes nothing; words and files can no longer change."""
    row_id = draft(writer)
    with pytest.raises(NotFound):
        reading.get(row_id)
    row = publish(writer, row_id)
    assert (row.state, row.published_on) == ("published", clock.today())
    assert publish(writer, row_id).version == row.version
    for change in (
        lambda: writing.write(writer, row_id, WORDS, None),
        lambda: writing.add_file(writer, row_id, "a.png", png()),
        lambda: publishing.act(writer, row_id, "discard"),
    ):
        with pytest.raises(Conflict), unit_of_work():
            change()
    tags = db.session.query(AuditEvent.tag).filter_by(subject_kind="announcement").order_by(AuditEvent.id)
    assert [tag for (tag,) in tags] == ["announcement.create", "announcement.publish"]


def test_a_policy_is_published_by_somebody_who_did_not_write_it(writer: Actor, publisher: Actor) -> None:
    """Neither who began it nor who changed it last may publish it."""
    row_id = draft(writer, kind="policy")
    with pytest.raises(NotAllowed), unit_of_work():
        publishing.act(writer, row_id, "publish")
    with unit_of_work():
        writing.write(publisher, row_id, Wording("policy", "补助实施细则（试行）", WORDS.body), None)
    for maker in (writer, publisher):
        assert [one.action for one in publishing.available(maker, writing.get(row_id))] == ["discard"]
        with pytest.raises(NotAllowed), unit_of_work():
            publishing.act(maker, row_id, "publish")
    assert [publishing.waiting_count(one) for one in (writer, publisher, VISITOR)] == [0, 0, 0]
    third = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    assert publishing.waiting_count(third) == 1
    assert publish(third, row_id).published_by == third.person_id


def test_a_withdrawn_announcement_keeps_its_page_with_the_reason(writer: Actor, publisher: Actor) -> None:
    """Without a reason nothing happens; text and files are no longer for everybody; it leaves list and feed."""
    row_id = draft(writer)
    with unit_of_work():
        link = writing.add_file(writer, row_id, "a.png", png())
    publish(writer, row_id)
    assert files.open_for(VISITOR, link.id).link.id == link.id
    with unit_of_work():
        publishing.pin(publisher, row_id, True)
    with pytest.raises(DomainError, match="原因"), unit_of_work():
        publishing.act(publisher, row_id, "withdraw", " ")
    with unit_of_work():
        row = publishing.act(publisher, row_id, "withdraw", "日期有误")
    assert (row.state, row.pinned, reading.get(row_id).state_note) == ("withdrawn", False, "日期有误")
    assert reading.listed(reading.Question()).total == 0
    assert reading.newest() == []
    with pytest.raises(NotFound):
        files.open_for(VISITOR, link.id)
    with unit_of_work():
        copied = writing.copy(writer, row_id)
        assert (copied.state, copied.title) == ("draft", WORDS.title)
        assert len(files.links_of("announcement", copied.id)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "。，！？"}, "title"),
        ({"title": "短"}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"body": "太短"}, "body"),
        ({"body": "长" * 20_001}, "body"),
        ({"kind": "advert"}, "kind"),
        ({"valid_from": clock.today(), "valid_to": clock.today() - timedelta(days=1)}, "valid_to"),
    ],
)
def test_what_cannot_be_announced_is_refused_at_its_field(
    writer: Actor, changes: dict[str, object], field: str
) -> None:
    """The field and its message; nothing is written."""
    with pytest.raises(ValidationFailed) as refused, unit_of_work():
        writing.create(writer, Wording(**{**vars(WORDS), **changes}))  # type: ignore[arg-type]
    assert field in [each.field for each in refused.value.errors]


def test_two_people_do_not_overwrite_each_other(writer: Actor, publisher: Actor) -> None:
    """The second, whose page is old, is told."""
    row_id = draft(writer)
    seen = writing.get(row_id).version
    with unit_of_work():
        writing.write(writer, row_id, Wording("notice", "改过的一份通知", WORDS.body), seen)
    with pytest.raises(Conflict), unit_of_work():
        writing.write(publisher, row_id, WORDS, seen)


def test_nobody_publishes_words_or_files_that_they_have_not_read(writer: Actor, publisher: Actor) -> None:
    """A policy that its writer changes while the second person reads it, its files alone included, is not published."""
    row_id = draft(writer, kind="policy")
    for change in (
        lambda: writing.write(writer, row_id, Wording("policy", "另一份通知", WORDS.body), None),
        lambda: writing.add_file(writer, row_id, "a.png", png()),
        lambda: writing.remove_file(writer, row_id, files.links_of("announcement", row_id)[0].id),
    ):
        seen = writing.get(row_id).version
        with unit_of_work():
            change()
        with pytest.raises(Conflict), unit_of_work():
            publishing.act(publisher, row_id, "publish", expected=seen)
    with unit_of_work():
        seen = writing.get(row_id).version
        assert publishing.act(publisher, row_id, "publish", expected=seen).state == "published"


def test_nobody_else_writes_or_publishes(writer: Actor) -> None:
    """Not a member, not an auditor."""
    row_id = draft(writer)
    for role in (Role.AUDITOR, Role.FINANCE):
        other = factories.actor(factories.make_staff(role))
        with pytest.raises(NotAllowed), unit_of_work():
            writing.create(other, WORDS)
        with pytest.raises(NotAllowed), unit_of_work():
            publishing.act(other, row_id, "publish")


def test_few_are_pinned_and_stand_first(writer: Actor) -> None:
    """The fourth is refused; an unpinned one returns to its place."""
    made = [draft(writer, title=f"第{number}号通知公告") for number in range(4)]
    for row_id in made:
        publish(writer, row_id)
    unpublished = draft(writer)
    with pytest.raises(Conflict), unit_of_work():
        publishing.pin(writer, unpublished, True)
    for row_id in made[:3]:
        with unit_of_work():
            publishing.pin(writer, row_id, True)
    with pytest.raises(DomainError, match="最多置顶"), unit_of_work():
        publishing.pin(writer, made[3], True)
    assert [entry.id for entry in reading.listed(reading.Question()).items] == [
        made[2],
        made[1],
        made[0],
        made[3],
    ]
    with unit_of_work():
        publishing.pin(writer, made[2], False)
    assert [entry.id for entry in reading.latest(2)] == [made[1], made[0]]


def test_one_list_holds_every_kind_in_a_constant_number_of_queries(writer: Actor) -> None:
    """公示 of the subsidy stand among announcements; kind, words and year narrow; unknown values are dropped."""
    for number in range(12):
        publish(
            writer, draft(writer, title=f"通知公告第{number}号", kind="guide" if number % 2 else "notice")
        )
    with unit_of_work():
        db.session.add(
            Publicity(
                number="GS2026-001", title="第一批拟补助项目公示", words="", audit_head="",
                starts_on=clock.today(), ends_on=clock.today() + timedelta(days=5),
            )
        )  # fmt: skip
    with count_queries() as asked:
        page = reading.listed(reading.Question(), 1, 10)
    assert (page.total, page.pages, sum("announcements" in one for one in asked)) == (13, 2, 2)
    entry = next(one for one in reading.listed(reading.question("publicity")).items)
    assert (entry.path, entry.over) == (f"/publicities/{entry.id}", False)
    assert reading.listed(reading.question("guide")).total == 6
    assert reading.listed(reading.question(text="第1号")).total == 1
    assert reading.listed(reading.question(text="%")).total == 0
    assert reading.listed(reading.question(year="1999")).total == 0
    assert reading.listed(reading.question("drop", "", "x")).total == 13
    assert reading.listed(reading.question("price_publication")).total == 0
    assert reading.years() == [clock.today().year]


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "advert"},
        {"state": "lost"},
        {"state": "published"},
        {"published_on": clock.today()},
        {"pinned": True},
        {"valid_from": clock.today(), "valid_to": clock.today() - timedelta(days=1)},
    ],
)
def test_the_database_refuses_what_must_never_be(broken: dict[str, object]) -> None:
    """Each CHECK by itself."""
    row: dict[str, object] = {"kind": "notice", "title": "某", "state": "draft"}
    db.session.add(Announcement(**{**row, **broken}))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
