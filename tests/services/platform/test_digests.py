"""Notices and digests: each person is told once, the way they want it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.models.platform import MailMessage, Notice
from marketplace.services import operations
from marketplace.services.platform import mailing, notices
from marketplace.services.unit import unit_of_work
from tests import factories

pytestmark = pytest.mark.usefixtures("session")

# A Wednesday; the next Monday is the 23rd.
WEDNESDAY = datetime(2026, 3, 18, 12, tzinfo=clock.BEIJING)


@pytest.fixture
def person() -> Person:
    """Somebody with an address."""
    return factories.make_person(factories.make_organisation(), email="reader@example.com")


def prefer(person: Person, **frequencies: str) -> None:
    """Set how often mail is wanted."""
    with unit_of_work():
        for group, frequency in frequencies.items():
            notices.set_frequency(factories.actor(person), group, frequency)


def tell(person: Person, title: str = "新型胶粘剂", kind: str = "listing_approved") -> None:
    """Leave a notice."""
    with unit_of_work():
        notices.notify([person.id], kind, "achievement", 1, title=title)


def mails(template: str) -> list[MailMessage]:
    """Mails promised so far."""
    return list(
        db.session.scalars(
            select(MailMessage).where(MailMessage.template == template).order_by(MailMessage.id)
        )
    )


def send(at: datetime) -> int:
    """Let the worker's clock strike at a moment."""
    with clock.frozen(at):
        return mailing.send_digests()


def test_at_once_is_the_default_and_needs_no_digest(person: Person) -> None:
    """One mail, and the digest has nothing left to say."""
    with clock.frozen(WEDNESDAY):
        tell(person)
    assert [mail.recipient for mail in mails("notice")] == ["reader@example.com"]
    assert send(WEDNESDAY + timedelta(days=10)) == 0


def test_a_daily_digest_goes_out_at_eight_and_only_once(person: Person) -> None:
    """What came since yesterday's eight o'clock, in one mail; striking again changes nothing."""
    prefer(person, review="daily")
    with clock.frozen(WEDNESDAY):
        tell(person, "甲")
        tell(person, "乙")
    morning = WEDNESDAY.replace(day=19, hour=8)
    assert send(morning - timedelta(minutes=1)) == 0
    assert send(morning) == 1
    assert send(morning) == 0
    assert send(morning + timedelta(days=1)) == 0
    (mail,) = mails("digest")
    assert [line["params"]["title"] for line in mail.params["lines"]] == ["甲", "乙"]
    assert mail.params["count"] == 2
    assert mails("notice") == []


def test_a_weekly_digest_waits_for_monday(person: Person) -> None:
    """Wednesday's notice goes out on Monday at eight; Monday's own at nine waits a week."""
    prefer(person, review="weekly", inquiry="daily")
    with clock.frozen(WEDNESDAY):
        tell(person, "周报")
        tell(person, "日报", kind="inquiry_received")
    assert send(WEDNESDAY.replace(day=19, hour=9)) == 1
    assert send(WEDNESDAY.replace(day=22, hour=9)) == 0
    assert send(WEDNESDAY.replace(day=23, hour=9)) == 1
    assert [mail.params["lines"][0]["params"]["title"] for mail in mails("digest")] == ["日报", "周报"]
    with clock.frozen(WEDNESDAY.replace(day=23, hour=9)):
        tell(person, "下周")
    assert send(WEDNESDAY.replace(day=24, hour=9)) == 0
    assert send(WEDNESDAY.replace(day=30, hour=9)) == 1


def test_what_was_read_or_is_not_wanted_is_not_mailed(person: Person) -> None:
    """Read on the site, switched off, or the account closed: no mail, and nothing is left over for later."""
    prefer(person, review="daily", inquiry="off")
    with clock.frozen(WEDNESDAY):
        tell(person, "读过")
        tell(person, "不要", kind="inquiry_received")
    with unit_of_work():
        notices.mark_read(factories.actor(person))
    assert send(WEDNESDAY.replace(day=19, hour=9)) == 0
    prefer(person, inquiry="daily")
    assert send(WEDNESDAY.replace(day=20, hour=9)) == 0
    with clock.frozen(WEDNESDAY.replace(day=20)):
        tell(person, "销户后")
    with unit_of_work():
        closed = db.session.get_one(Person, person.id)
        closed.closed_at, closed.password_hash = clock.now(), ""
    assert send(WEDNESDAY.replace(day=21, hour=9)) == 0
    assert mails("digest") == mails("notice") == []
    assert db.session.scalars(select(Notice).where(Notice.digested_at.is_(None))).all() == []


def test_a_preference_changed_meanwhile_leaves_nothing_hanging(person: Person) -> None:
    """From daily to at-once: what was gathered still goes out with the next daily digest."""
    prefer(person, review="daily")
    with clock.frozen(WEDNESDAY):
        tell(person, "攒着")
    prefer(person, review="immediate")
    assert send(WEDNESDAY.replace(day=19, hour=9)) == 1


def test_notices_are_ones_own() -> None:
    """Nobody reads or marks another person's notice."""
    first, second = factories.make_person(), factories.make_person()
    tell(first)
    (notice,) = db.session.scalars(notices.query(factories.actor(first)))
    assert notices.get(factories.actor(second), notice.id) is None
    with unit_of_work():
        notices.mark_read(factories.actor(second), notice.id)
    assert notices.unread_count(factories.actor(first)) == 1
    with unit_of_work():
        notices.mark_read(factories.actor(first), notice.id)
    assert notices.unread_count(factories.actor(first)) == 0
    assert db.session.scalars(notices.query(factories.actor(first), unread_only=True)).all() == []


def test_a_preference_the_page_does_not_offer_is_refused(person: Person) -> None:
    """Neither an unknown group, nor an unknown frequency, nor a visitor."""
    actor = factories.actor(person)
    for who, group, value in [
        (actor, "gossip", "daily"),
        (actor, "review", "hourly"),
        (Actor(), "review", "off"),
    ]:
        with pytest.raises(ValueError, match="no such preference"), unit_of_work():
            notices.set_frequency(who, group, value)


def test_old_mails_and_kept_promises_are_tidied_away(person: Person) -> None:
    """Sent mails hold names and links: after thirty days they are gone; what was never sent stays."""
    with clock.frozen(WEDNESDAY):
        tell(person)
        tell(person)
    with clock.frozen(WEDNESDAY), unit_of_work():
        mails("notice")[0].sent_at = clock.now()
    with clock.frozen(WEDNESDAY + timedelta(days=29)):
        operations.tidy()
    assert len(mails("notice")) == 2
    with clock.frozen(WEDNESDAY + timedelta(days=31)):
        operations.tidy()
    assert [mail.sent_at for mail in mails("notice")] == [None]
