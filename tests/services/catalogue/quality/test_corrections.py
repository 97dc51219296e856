"""纠错 from the report to the mended page: who learns what, who may answer, and that pressing twice is harmless."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, VISITOR, Actor, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.catalogue import Correction, Listing
from marketplace.models.people import Person
from marketplace.models.platform import AuditEvent, Notice, ReviewTask
from marketplace.services import workbench
from marketplace.services.catalogue import decisions, drafts, listings, revisions
from marketplace.services.catalogue.quality import corrections
from marketplace.services.platform import deadlines, reviews
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session", "noon")

MESSAGE = "胶合强度的单位应为兆帕，不是千帕，见检测报告。"
REQUEST = "请把胶合强度的单位改为 MPa。"


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified university."""
    return factories.make_person(factories.make_organisation("university"))


@pytest.fixture
def listing(owner: Person) -> Listing:
    """A published achievement of the owner."""
    return factories.make_published(owner)


@pytest.fixture
def reviewer() -> Person:
    """Somebody who answers reports about achievements."""
    return factories.make_staff(Role.ACHIEVEMENT_REVIEWER)


@pytest.fixture
def reader() -> Person:
    """Somebody of another organisation."""
    return factories.make_person(factories.make_organisation())


def report(actor: Actor, listing: Listing, message: str = MESSAGE, **more: str) -> Correction:
    """Report in a unit of its own."""
    with unit_of_work():
        row = corrections.report(actor, db.session.get_one(Listing, listing.id), message, **more)
    return db.session.get_one(Correction, row.id)


def decide(person: Person, row: Correction, action: str = "accept", **words: str) -> Correction:
    """Answer in a unit of its own."""
    said = {"answer": "属实，谢谢指正。", "request": REQUEST} | words
    with unit_of_work():
        corrections.decide(factories.actor(person), row.id, action, **said)
    db.session.expire_all()
    return db.session.get_one(Correction, row.id)


def told(person: Person) -> list[tuple[str, Any]]:
    """Return kind and params of a person's notices about reports."""
    query = select(Notice).where(Notice.person_id == person.id, Notice.kind.startswith("correction"))
    return [(each.kind, each.params) for each in db.session.scalars(query.order_by(Notice.id))]


def republish(owner: Person, reviewer: Person, listing: Listing) -> None:
    """Write, submit and approve a next version."""
    actor = factories.actor(owner)
    with unit_of_work():
        revisions.begin_next(actor, listings.get_own(actor, listing.id))
        drafts.save(actor, listing.id, {"benefit": "胶合强度不低于 0.9 MPa"})
        drafts.submit(actor, listing.id, True, "改单位")
    approve(reviewer, listing)


def approve(reviewer: Person, listing: Listing) -> None:
    """Approve the version that waits."""
    with unit_of_work():
        revision = revisions.in_work(db.session.get_one(Listing, listing.id))
        assert revision is not None
        task = reviews.open_task_for("revision", revision.id)
        assert task is not None
        decisions.approve(factories.actor(reviewer), task)


def test_a_report_opens_a_task_with_a_day_and_tells_the_reviewers_alone(
    owner: Person, listing: Listing, reviewer: Person, reader: Person
) -> None:
    """The owner hears nothing; a code and an audit event are there; neither holds the words or the name."""
    row = report(factories.actor(reader), listing, field="metrics", source="报告第三页")
    assert (row.state, row.field, row.source, len(row.code)) == ("open", "metrics", "报告第三页", 10)
    task = db.session.scalars(select(ReviewTask).where(ReviewTask.subject_kind == "correction")).one()
    assert (task.kind, task.due_on) == (
        "achievement_correction", deadlines.due("review.limit.achievement_correction"),
    )  # fmt: skip
    assert [kind for kind, _ in told(reviewer)] == ["correction_received"]
    assert (told(owner), told(reader)) == ([], [])
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "correction.create")).one()
    assert event.details == {"listing": listing.id, "revision": row.revision_id}


def test_the_same_report_twice_is_one(listing: Listing, reader: Person) -> None:
    """A double press finds the first one; another reader's same words, or other words, are a report of their own."""
    first = report(factories.actor(reader), listing)
    assert report(factories.actor(reader), listing).id == first.id
    assert report(VISITOR, listing).id != first.id
    assert report(factories.actor(reader), listing, MESSAGE + "请改。").id != first.id
    assert db.session.query(ReviewTask).filter_by(subject_kind="correction").count() == 3


def test_visitors_do_not_bury_the_reviewers(
    listing: Listing, reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond a measure only people who are known add a report; what was sent before still is one."""
    monkeypatch.setattr(corrections, "MOST_OF_VISITORS", 2)
    first = report(VISITOR, listing)
    report(VISITOR, listing, f"{MESSAGE}另一处也错了。")
    with pytest.raises(DomainError, match="登录后提交"):
        report(VISITOR, listing, f"{MESSAGE}还有第三处错误。")
    assert report(VISITOR, listing).id == first.id
    assert report(factories.actor(reader), listing).state == "open"


def test_the_answer_reaches_the_reporter_and_the_request_the_owner(
    owner: Person, listing: Listing, reviewer: Person, reader: Person
) -> None:
    """The owner reads what is asked for, by which day, and neither the reporter's name nor words."""
    row = decide(reviewer, report(factories.actor(reader), listing))
    assert (row.state, row.due_on) == ("accepted", deadlines.due("correction.limit"))
    ((kind, params),) = told(owner)
    assert kind == "correction_asked"
    assert params["request"] == REQUEST
    assert MESSAGE not in str(params)
    assert [kind for kind, _ in told(reader)] == ["correction_accepted"]
    asked = [item for item in workbench.workbench(factories.actor(owner)).mine if item.kind.message == "纠错"]
    assert [(item.path, item.due) for item in asked] == [(f"/desk/listings/{listing.id}", row.due_on)]
    waiting = [
        item for item in workbench.workbench(factories.actor(reader)).others if item.kind.message == "纠错"
    ]
    assert [(item.path, item.waits_for.message) for item in waiting] == [
        (f"/corrections/{row.id}", "发布单位")
    ]


def test_a_version_submitted_afterwards_mends_it(
    owner: Person, listing: Listing, reviewer: Person, reader: Person
) -> None:
    """Nothing is left to ask; the reporter hears of it."""
    row = decide(reviewer, report(factories.actor(reader), listing))
    republish(owner, reviewer, listing)
    db.session.refresh(row)
    db.session.refresh(listing)
    assert (row.state, row.mended_by, row.ended_at) == ("mended", listing.published_id, clock.now())
    assert corrections.asked_of(listing.id) == []
    assert [kind for kind, _ in told(reader)] == ["correction_accepted", "correction_mended"]


def test_a_version_submitted_before_the_owner_was_asked_mends_nothing(
    owner: Person, listing: Listing, reviewer: Person
) -> None:
    """It cannot have carried out what nobody had asked for."""
    actor = factories.actor(owner)
    moment = clock.now()
    with clock.frozen(moment.replace(hour=moment.hour - 1)), unit_of_work():
        revisions.begin_next(actor, listings.get_own(actor, listing.id))
        drafts.save(actor, listing.id, {"benefit": "别的内容"})
        drafts.submit(actor, listing.id, True)
    row = decide(reviewer, report(VISITOR, listing))
    approve(reviewer, listing)
    db.session.refresh(row)
    assert row.state == "accepted"


def test_rejecting_needs_words_and_asks_nobody(owner: Person, listing: Listing, reviewer: Person) -> None:
    """A visitor is told nothing by notice; the code finds the answer, however it is typed."""
    row = decide(reviewer, report(VISITOR, listing), "reject", answer="页面数字有检测报告支持。", request="")
    assert (row.state, row.due_on, row.request) == ("rejected", None, "")
    assert told(owner) == []
    shown = corrections.shown_code(row)
    for typed in (shown, shown.lower(), f" {row.code} ", row.code.translate({ord("A"): "Ａ"})):
        found = corrections.find(typed)
        assert found is not None
        assert found.id == row.id
    assert corrections.find("") is None
    assert corrections.find("7K3M-Q9P-D2X") is None


def test_settling_ends_what_no_version_will_mend(
    owner: Person, listing: Listing, reviewer: Person, reader: Person
) -> None:
    """With words, once; the owner is no longer asked."""
    row = decide(reviewer, report(factories.actor(reader), listing))
    for words in ("", "因" * 501):
        with pytest.raises(DomainError) as refused, unit_of_work():
            corrections.settle(factories.actor(reviewer), row.id, words)
        assert refused.value.field == "answer"
    for _press in range(2):
        with unit_of_work():
            corrections.settle(factories.actor(reviewer), row.id, "已经成交，不再修改。")
    db.session.refresh(row)
    assert (row.state, row.answer) == ("settled", "属实，谢谢指正。\n已经成交，不再修改。")
    assert told(reader)[-1] == (
        "correction_settled", {"title": "大豆基无醛木材胶粘剂", "answer": "已经成交，不再修改。"}
    )  # fmt: skip
    assert corrections.asked_of(listing.id) == []


def test_what_has_been_dealt_is_not_asked_for(
    owner: Person, listing: Listing, reviewer: Person, reader: Person
) -> None:
    """Nobody can change it: an answer ends the report at once, and one that waits is laid down by the clock."""
    waiting = decide(reviewer, report(factories.actor(reader), listing))
    assert corrections.lapse_ended() == 0
    with unit_of_work():
        listings.act(SYSTEM, db.session.get_one(Listing, listing.id), "deal")
    assert corrections.lapse_ended() == 1
    db.session.refresh(waiting)
    assert (waiting.state, waiting.ended_at) == ("settled", clock.now())
    at_once = decide(reviewer, report(VISITOR, listing), request="")
    assert (at_once.state, at_once.request, at_once.answer) == ("settled", "", "属实，谢谢指正。")
    assert decide(reviewer, at_once).state == "settled"
    assert [kind for kind, _ in told(reader)] == ["correction_accepted", "correction_settled"]
    assert [kind for kind, _ in told(owner) if kind.startswith("correction")] == ["correction_asked"]


def test_pressing_twice_is_harmless_and_another_is_too_late(
    listing: Listing, reviewer: Person, reader: Person
) -> None:
    """The same person's same press changes nothing; anybody else's decision comes too late."""
    row = decide(reviewer, report(factories.actor(reader), listing))
    assert decide(reviewer, row, answer="别的话").answer == "属实，谢谢指正。"
    with pytest.raises(Conflict):
        decide(reviewer, row, "reject")
    with pytest.raises(Conflict):
        decide(factories.make_staff(Role.ACHIEVEMENT_REVIEWER), row)
    assert len(told(reader)) == 1


def test_who_may_not_answer(owner: Person, listing: Listing, reader: Person) -> None:
    """Strangers find nothing, auditors read; the owner's and the reporter's own people never decide."""
    row = report(factories.actor(reader), listing)
    for person in (reader, owner, factories.make_staff(Role.DEMAND_REVIEWER)):
        with pytest.raises(NotFound):
            decide(person, row)
    auditor = factories.make_staff(Role.AUDITOR)
    assert corrections.get_task(factories.actor(auditor), row.id)[0].id == row.id
    factories.grant(reader, Role.ACHIEVEMENT_REVIEWER)
    factories.grant(owner, Role.ACHIEVEMENT_REVIEWER)
    for person in (auditor, reader, owner):
        with pytest.raises(NotAllowed):
            decide(person, row)
    db.session.refresh(row)
    assert row.state == "open"


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({"message": "错了"}, ["message"]),
        ({"message": "错" * 301}, ["message"]),
        ({"message": "　 \n" * 20}, ["message"]),
        ({"message": "。" * 40}, ["message"]),
        ({"field": "situation"}, ["field"]),
        ({"message": "", "field": "nothing", "source": "网" * 201}, ["message", "field", "source"]),
    ],
)
def test_what_a_report_needs(listing: Listing, words: dict[str, str], fields: list[str]) -> None:
    """All faults at once, each at its field."""
    with pytest.raises(ValidationFailed) as refused:
        report(VISITOR, listing, **{"message": MESSAGE} | words)
    assert [each.field for each in refused.value.errors] == fields


@pytest.mark.parametrize(
    ("action", "words", "fields"),
    [
        ("accept", {"answer": "", "request": " "}, ["answer", "request"]),
        ("reject", {"answer": "\n", "request": ""}, ["answer"]),
        ("accept", {"answer": "答" * 501, "request": "改" * 501}, ["answer", "request"]),
    ],
)
def test_what_an_answer_needs(
    listing: Listing, reviewer: Person, action: str, words: dict[str, str], fields: list[str]
) -> None:
    """Words for the reporter always, for the owner where they are asked."""
    row = report(VISITOR, listing)
    with pytest.raises(ValidationFailed) as refused:
        decide(reviewer, row, action, **words)
    assert [each.field for each in refused.value.errors] == fields


def test_reports_are_counted_for_reviewers_alone(listing: Listing, reviewer: Person, reader: Person) -> None:
    """By what came of them; the owner does not learn how many there were."""
    decide(reviewer, report(VISITOR, listing))
    decide(reviewer, report(factories.actor(reader), listing), "reject")
    report(VISITOR, listing, MESSAGE + "第三次。")
    count = corrections.count_for(factories.actor(reviewer), listing)
    assert count == corrections.Count(total=3, waiting=1, right=1, rejected=1)
    assert corrections.count_for(factories.actor(reader), listing) is None
    assert corrections.count_for(VISITOR, listing) is None
    register = db.session.scalars(corrections.register(factories.actor(reviewer))).all()
    assert [row.state for row in register] == ["open", "rejected", "accepted"]
    assert db.session.scalars(corrections.register(factories.actor(reader))).all() == []
    demands = factories.actor(factories.make_staff(Role.DEMAND_REVIEWER))
    assert db.session.scalars(corrections.register(demands)).all() == []


def test_what_is_no_longer_public_is_not_named_to_the_reporter(
    owner: Person, listing: Listing, reader: Person
) -> None:
    """They keep their words and the answer, and lose the name with the page."""
    row = report(factories.actor(reader), listing)
    assert corrections.readable_title(factories.actor(reader), row) == "大豆基无醛木材胶粘剂"
    with unit_of_work():
        actor = factories.actor(owner)
        listings.act(actor, listings.get_own(actor, listing.id), "unlist")
    assert corrections.readable_title(factories.actor(reader), row) == ""
    assert corrections.readable_title(factories.actor(owner), row) == "大豆基无醛木材胶粘剂"


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"decided_at": None},
        {"answer": ""},
        {"due_on": None},
        {"state": "mended"},
        {"state": "settled"},
        {"state": "rejected"},
        {"state": "open"},
    ],
    ids=str,
)
def test_the_database_refuses_what_must_never_be(
    listing: Listing, reviewer: Person, values: dict[str, Any]
) -> None:
    """An answered report has date and answer, an accepted one a day, a mended one its version; codes are unique."""
    row = decide(reviewer, report(VISITOR, listing))
    with pytest.raises(IntegrityError):
        db.session.execute(update(Correction).where(Correction.id == row.id).values(**values))
    db.session.rollback()


def test_a_code_belongs_to_one_report(listing: Listing) -> None:
    """The database accepts no second one."""
    first = report(VISITOR, listing)
    second = report(VISITOR, listing, MESSAGE + "另一处。")
    with pytest.raises(IntegrityError):
        db.session.execute(update(Correction).where(Correction.id == second.id).values(code=first.code))
    db.session.rollback()
