"""News of saved searches: what is new and may be seen, once, as each search wishes."""

from datetime import datetime

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, SavedHit, SavedSearch
from marketplace.models.people import Person
from marketplace.models.platform import MailMessage, Notice
from marketplace.services.catalogue import decisions, drafts, listings, revisions, search
from marketplace.services.catalogue.saved import news, searches
from marketplace.services.people import accounts, verification
from marketplace.services.platform import mailing, notices, reviews
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")

BEFORE = datetime(2026, 3, 17, 12, tzinfo=clock.BEIJING)
WEDNESDAY = datetime(2026, 3, 18, 12, tzinfo=clock.BEIJING)
LATER = datetime(2026, 3, 18, 13, tzinfo=clock.BEIJING)
THURSDAY = datetime(2026, 3, 19, 8, 1, tzinfo=clock.BEIJING)
MONDAY = datetime(2026, 3, 23, 8, 1, tzinfo=clock.BEIJING)


def reader(**options: object) -> Person:
    """Somebody of a verified firm."""
    return make.make_person(make.make_organisation(**options))  # type: ignore[arg-type]


def keep(
    person: Person, text: str = "", frequency: str = "daily", kind: str = "achievement", **filters: list[str]
) -> SavedSearch:
    """Let a person keep a question."""
    with unit_of_work():
        asked = search.question(kind, text, filters)  # type: ignore[arg-type]
        row = searches.save(make.actor(person), asked, text or "全部", frequency)
    return row


def publish(kind: str = "achievement", owner: Person | None = None, **content: object) -> Listing:
    """Publish something of a university."""
    return make.make_published(
        owner or make.make_person(make.make_organisation("university")), kind, **content
    )


def follow(*items: Listing) -> None:
    """Let the worker look for whom they are news."""
    news.follow([{"kind": one.kind, "id": one.id} for one in items])


def told(person: Person) -> list[tuple[str, int]]:
    """Names and numbers of the notices of saved searches, oldest first."""
    db.session.rollback()  # the worker of some tests writes beside this session
    query = select(Notice).where(Notice.person_id == person.id, Notice.kind == "search_found")
    return [
        (one.params["title"], one.params["number"]) for one in db.session.scalars(query.order_by(Notice.id))
    ]


def mails(template: str) -> list[MailMessage]:
    """Mails promised so far."""
    query = select(MailMessage).where(MailMessage.template == template)
    return list(db.session.scalars(query.order_by(MailMessage.id)))


@pytest.mark.parametrize(
    ("wanted", "on_site", "at_once", "next_morning", "on_monday"),
    [
        ("immediate", 1, 1, 0, 0),
        ("daily", 1, 0, 1, 1),
        ("weekly", 1, 0, 0, 1),
        ("off", 0, 0, 0, 0),
    ],
)
def test_each_frequency_on_the_site_and_by_mail(
    wanted: str, on_site: int, at_once: int, next_morning: int, on_monday: int
) -> None:
    """Told as wished, and however often the worker looks, once."""
    person = reader()
    with clock.frozen(BEFORE):
        row = keep(person, "胶粘剂", wanted)
    with clock.frozen(WEDNESDAY):
        item = publish()
        other = publish(title="淀粉基胶粘剂")
        for _ in range(2):
            follow(item, other)
    assert told(person) == [("胶粘剂", 2)] * on_site
    found = [mail for mail in mails("notice") if mail.params.get("kind") == "search_found"]
    assert len(found) == at_once
    for mail in found:
        assert mail.params["lines"][0][1].startswith("大豆基无醛木材胶粘剂——")
        assert mail.params["stop"] == searches.mute_path(row.person_id, row.id)
        assert mail.params["path"] == f"/desk/searches/{row.id}"
    for moment, sent in ((THURSDAY, next_morning), (MONDAY, on_monday)):
        with clock.frozen(moment):
            mailing.send_digests()
        mine = [mail for mail in mails("digest") if mail.recipient == person.email]
        assert len(mine) == sent, moment
        for mail in mine:
            (line,) = mail.params["lines"]
            assert line["stop"] == searches.mute_path(row.person_id, row.id)
            assert len(line["lines"]) == 2


def test_words_and_filters_decide() -> None:
    """A word it has not, a field it is not in, another kind: no news. All things: news."""
    person = reader()
    with clock.frozen(BEFORE):
        kept = {
            "all": keep(person),
            "word": keep(person, "无醛 大豆"),
            "not": keep(person, "无醛 -大豆"),
            "field": keep(person, "", field=["05"]),
            "other field": keep(person, "", field=["01"]),
            "demand": keep(person, "无醛", kind="demand"),
        }
        keys = {name: row.id for name, row in kept.items()}
    with clock.frozen(WEDNESDAY):
        follow(publish())
    hit = set(db.session.scalars(select(SavedHit.search_id)))
    assert hit == {keys["all"], keys["word"], keys["field"]}


def test_what_was_there_before_is_no_news_unless_its_text_comes_to_answer() -> None:
    """Saved later, changed without meaning, unlisted and relisted: silence. A changed text that now answers: once."""
    owner = make.make_person(make.make_organisation("university"))
    with clock.frozen(BEFORE):
        reviewer = make.make_staff(Role.ACHIEVEMENT_REVIEWER)
        item = publish(owner=owner, reviewer=reviewer)
    person = reader()
    with clock.frozen(WEDNESDAY):
        keep(person, "胶粘剂")
        keep(person, "石墨烯")
    follow(item)
    assert told(person) == []
    with clock.frozen(LATER):
        for action in ("unlist", "relist", "reconfirm"):
            with unit_of_work():
                listings.act(make.actor(owner), listings.get_own(make.actor(owner), item.id), action)
        follow(item)
        assert told(person) == []
        for title in ("石墨烯改性胶粘剂", "石墨烯改性木材胶粘剂"):
            change(owner, reviewer, item, title)
            follow(item)
            assert told(person) == [("石墨烯", 1)]


def change(owner: Person, reviewer: Person, item: Listing, title: str) -> None:
    """Publish another version of an item."""
    with unit_of_work():
        revision = revisions.begin_next(make.actor(owner), item)
        revisions.write(revision, {"title": title, "change_note": "改进"})
    with unit_of_work():
        drafts.submit(make.actor(owner), item.id, declared=True)
    with unit_of_work():
        revision = revisions.in_work(db.session.get_one(Listing, item.id))
        assert revision is not None
        task = reviews.open_task_for("revision", revision.id)
        assert task is not None
        decisions.approve(make.actor(reviewer), task)


@pytest.mark.parametrize(
    ("disclosure", "public", "verified", "reviewer"),
    [
        ("public", True, True, True),
        ("anonymous", True, True, True),
        ("verified", False, True, True),
        ("admin", False, False, True),
    ],
)
def test_only_what_its_owner_may_find_is_news(
    disclosure: str, public: bool, verified: bool, reviewer: bool
) -> None:
    """By disclosure of the demand and standing of the searcher; never to the people who published it."""
    owner = make.make_person(make.make_organisation())
    with clock.frozen(BEFORE):
        people = {
            "public": make.make_person(make.make_organisation(verified=False)),
            "verified": reader(),
            "reviewer": make.make_staff(Role.DEMAND_REVIEWER),
            "own": make.make_person(owner.memberships[0].organisation),
        }
        for person in people.values():
            keep(person, "无醛胶", kind="demand")
    with clock.frozen(WEDNESDAY):
        follow(publish("demand", owner, disclosure=disclosure))
    assert {name: bool(told(person)) for name, person in people.items()} == {
        "public": public, "verified": verified, "reviewer": reviewer, "own": False,
    }  # fmt: skip


def test_words_that_a_reader_is_not_shown_find_nothing_and_name_nobody() -> None:
    """An anonymous demand: its secret words are news to verified people alone, its organisation named to them alone."""
    outsider, insider = make.make_person(make.make_organisation(verified=False)), reader()
    with clock.frozen(BEFORE):
        for person in (outsider, insider):
            keep(person, "出口订单", "immediate", kind="demand")
            keep(person, "无醛胶", "immediate", kind="demand")
    with clock.frozen(WEDNESDAY):
        item = publish("demand", make.make_person(make.make_organisation()), disclosure="anonymous")
        follow(item)
    assert [name for name, _ in told(outsider)] == ["无醛胶"]
    assert sorted(name for name, _ in told(insider)) == ["出口订单", "无醛胶"]
    named = {
        mail.recipient: mail.params["lines"][0][1]
        for mail in mails("notice")
        if mail.params["kind"] == "search_found"
    }
    assert "——" not in named[outsider.email]
    assert named[insider.email].endswith(f"——{item.organisation.name}")


@pytest.mark.parametrize("lost", ["taken down", "search removed", "silenced", "account closed", "read"])
def test_a_digest_speaks_only_of_what_still_holds(lost: str) -> None:
    """What happened between the news and the morning."""
    with clock.frozen(BEFORE):
        person, owner = reader(), make.make_person(make.make_organisation("university"))
        key = keep(person, "胶粘剂").id
    with clock.frozen(WEDNESDAY):
        item = publish(owner=owner)
        follow(item)
        with unit_of_work():
            if lost == "taken down":
                listings.act(make.actor(owner), listings.get_own(make.actor(owner), item.id), "unlist")
            elif lost == "search removed":
                searches.remove(make.actor(person), key)
            elif lost == "silenced":
                searches.change(make.actor(person), key, "胶", "off")
            elif lost == "account closed":
                accounts.close(make.actor(person))
            else:
                notices.mark_read(make.actor(person))
    with clock.frozen(THURSDAY):
        mailing.send_digests()
    assert mails("digest") == []


def test_who_wants_to_hear_again_is_not_told_of_what_came_meanwhile() -> None:
    """Off, something new, on again: silence until the next."""
    person = reader()
    with clock.frozen(BEFORE):
        key = keep(person, "胶粘剂", "off").id
    with clock.frozen(WEDNESDAY):
        item = publish()
        follow(item)
    with clock.frozen(LATER):
        with unit_of_work():
            searches.change(make.actor(person), key, "胶粘剂", "daily")
        follow(item)
    assert told(person) == []


def test_a_newly_verified_organisation_is_news_once(drain) -> None:
    """The first verification, through the review; a changed profile is not."""
    person = reader()
    with clock.frozen(BEFORE):
        keep(person, "", "daily", "organisation", organisation_kind=["university"])
        keep(person, "", "daily", "organisation", organisation_kind=["broker"])
        admin = make.make_staff(Role.SYSTEM_ADMIN)
        organisation = make.make_organisation("university", verified=False)
    task = reviews.open_task_for("profile", organisation.profile_id or 0)
    assert task is not None
    with clock.frozen(WEDNESDAY):
        with unit_of_work():
            verification.approve(make.actor(admin), task)
        drain()
    assert [number for _, number in told(person)] == [1]


def test_what_comes_before_the_digest_joins_the_notice_that_waits() -> None:
    """One line with all of it; once it was read, or mailed, a new one begins."""
    person = reader()
    with clock.frozen(BEFORE):
        keep(person, "胶粘剂")
    with clock.frozen(WEDNESDAY):
        for _ in range(3):
            follow(publish())
        assert told(person) == [("胶粘剂", 3)]
        with unit_of_work():
            notices.mark_read(make.actor(person))
        follow(publish())
    with clock.frozen(THURSDAY):
        mailing.send_digests()
        follow(publish())
    assert told(person) == [("胶粘剂", 3), ("胶粘剂", 1), ("胶粘剂", 1)]


def test_publishing_promises_the_news_by_itself(drain) -> None:
    """The worker's part is done without anybody calling it; an outbox promise may be kept twice."""
    person = reader()
    with clock.frozen(BEFORE):
        keep(person, "胶粘剂", "immediate")
    with clock.frozen(WEDNESDAY):
        publish()
        drain()
    assert told(person) == [("胶粘剂", 1)]


def test_many_searches_hit_by_one_item_take_a_constant_number_of_queries() -> None:
    """However many are told, the reading is a handful of statements; only mails at once are promised one by one."""
    people = [reader() for _ in range(3)]
    numbers = []
    for words, frequency in (("胶粘剂", "daily"), ("大豆", "weekly")):
        for person in people:
            with clock.frozen(BEFORE):
                keep(person, words, frequency)
        with clock.frozen(WEDNESDAY):
            item = publish()
            with count_queries() as seen:
                follow(item)
        numbers.append(len([one for one in seen if not one.startswith(("INSERT", "SAVEPOINT", "RELEASE"))]))
    assert max(numbers) <= 16
    assert [sum(number for _, number in told(person)) for person in people] == [3, 3, 3]


def test_muting_the_kind_silences_every_search() -> None:
    """Neither site nor mail; the searches stay."""
    person = reader()
    with clock.frozen(BEFORE):
        keep(person, "胶粘剂", "immediate")
        with unit_of_work():
            notices.mute(make.actor(person), "search_found")
            notices.mute(make.actor(person), "search_found")
    with clock.frozen(WEDNESDAY):
        follow(publish())
    assert told(person) == []
    with unit_of_work():
        notices.unmute(make.actor(person), "search_found")
    with clock.frozen(LATER):
        follow(publish())
    assert told(person) == [("胶粘剂", 1)]
