"""Reminders before the last day: each once, with a link that confirms and is good for that day alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.catalogue import Listing, ListingReminder
from marketplace.models.people import Membership, Person
from marketplace.models.platform import MailMessage, Notice
from marketplace.services.catalogue import listings
from marketplace.services.catalogue.validity import confirming, expiry, reminders
from marketplace.services.platform import mailing, notices
from marketplace.services.unit import unit_of_work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session", "noon")

LAST = date(2027, 3, 18)
"""The last day of what is published at ``noon``."""


def before(days: int) -> datetime:
    """Noon in Beijing, so many days before the last one."""
    return datetime(2027, 3, 18, 4, tzinfo=UTC) - timedelta(days=days)


def remind(days: int) -> int:
    """Let the clock strike so many days before the last one."""
    with clock.frozen(before(days)):
        return reminders.remind_due()


def told(person: Person, kind: str = "listing_expiring") -> list[Notice]:
    """The person's reminders, oldest first."""
    query = select(Notice).where(Notice.person_id == person.id, Notice.kind == kind)
    return list(db.session.scalars(query.order_by(Notice.id)))


def mails() -> list[MailMessage]:
    """Mails of reminders."""
    found = db.session.scalars(select(MailMessage).order_by(MailMessage.id))
    return [one for one in found if one.params.get("kind") in ("listing_expiring", "listing_expired")]


def owned(**content: object) -> tuple[Person, Listing]:
    """A person, and a listing of their organisation."""
    owner = make.make_person(make.make_organisation())
    return owner, make.make_published(owner, **content)  # type: ignore[arg-type]


def test_thirty_and_seven_days_before_and_never_twice() -> None:
    """On the days themselves and later; both settings are kept apart."""
    owner, item = owned()
    assert [remind(days) for days in (31, 30, 30, 29, 8, 7, 7, 1, 0)] == [0, 1, 0, 0, 0, 1, 0, 0, 0]
    assert [one.params for one in told(owner)] == [{"title": item.published.title, "day": "2027-03-18"}] * 2
    assert len(mails()) == 2
    assert {one.params["act"][1] for one in mails()} == {confirming.path(owner.id, item)}


def test_after_a_pause_of_the_worker_the_owner_hears_once() -> None:
    """Both days are past: one reminder."""
    owner, _item = owned()
    assert [remind(5), remind(4)] == [1, 0]
    assert len(told(owner)) == 1


def test_what_was_confirmed_with_less_time_left_is_not_reminded_of_it() -> None:
    """An achievement that ends by itself ten days after it was published: only the last reminder, without a link."""
    owner, item = owned(valid_until=clock.today() + timedelta(days=10))
    assert item.expires_on == clock.today() + timedelta(days=10)
    assert reminders.remind_due() == 0
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert [reminders.remind_due(), reminders.remind_due()] == [1, 0]
    assert len(told(owner)) == 1
    (mail,) = mails()
    assert mail.params["act"] is None
    assert mail.params["lines"] == [[reminders.ENDS_ITSELF, ""]]


def test_a_digest_drops_what_was_confirmed_meanwhile() -> None:
    """The reminder waits for the morning; the owner is faster."""
    owner, item = owned()
    with unit_of_work():
        notices.set_frequency(make.actor(owner), "listing", "daily")
    assert remind(30) == 1
    with clock.frozen(before(30)):
        assert notices.more_of(told(owner)[0]) is not None
        with unit_of_work():
            confirming.confirm(make.actor(owner), item.id)
        assert notices.more_of(told(owner)[0]) is None
    with clock.frozen(before(29)):
        assert mailing.send_digests() == 0


def test_the_link_confirms_once_for_its_round_also_after_expiry() -> None:
    """Used twice: nothing more. The link of the former round: nothing. After expiry: public again."""
    owner, item = owned()
    first = token(confirming.path(owner.id, item))
    with clock.frozen(before(20)):
        for _ in range(2):
            with unit_of_work():
                confirming.confirm_by(first)
        assert db.session.get_one(Listing, item.id).expires_on == date(2028, 2, 26)
    second = token(confirming.path(owner.id, item))
    with clock.frozen(datetime(2028, 2, 28, 4, tzinfo=UTC)):
        assert expiry.expire_due() == 1
        assert told(owner, "listing_expired")
        assert mails()[-1].params["act"][1].endswith(second)
        assert confirming.asked_by(first).open is False
        with unit_of_work():
            confirming.confirm_by(first)
        assert db.session.get_one(Listing, item.id).state == "expired"
        with unit_of_work():
            confirming.confirm_by(second)
        assert db.session.get_one(Listing, item.id).state == "published"


def token(path: str) -> str:
    """The token at the end of a path."""
    return path.rpartition("/")[2]


@pytest.mark.parametrize("wrong", ["person", "listing", "signature", "left", "unlisted"])
def test_a_link_is_its_persons_own(wrong: str) -> None:
    """What this site did not sign is not there, nor for somebody who left; an unlisted item cannot be confirmed."""
    owner, item = owned()
    given = token(confirming.path(owner.id, item))
    person, listing, last, signature = given.split("-")
    changed = {
        "person": f"{int(person) + 1}-{listing}-{last}-{signature}",
        "listing": f"{person}-{int(listing) + 1}-{last}-{signature}",
        "signature": given[:-1] + ("0" if given[-1] != "0" else "1"),
    }
    if wrong == "left":
        with unit_of_work():
            member = db.session.scalar(select(Membership).where(Membership.person_id == owner.id))
            assert member is not None
            member.ended_at = clock.now() + timedelta(days=300)
    if wrong == "unlisted":
        with unit_of_work():
            listings.act(make.actor(owner), listings.get_own(make.actor(owner), item.id), "unlist")
        assert confirming.asked_by(given).open is False
        return
    with pytest.raises(NotFound):
        confirming.asked_by(changed.get(wrong, given))


def test_several_are_confirmed_together_and_a_refusal_harms_no_other() -> None:
    """One whose own validity is over is named; the rest are confirmed; nothing of another organisation."""
    owner = make.make_person(make.make_organisation())
    good = make.make_published(owner, "demand")
    ending = make.make_published(owner, valid_until=clock.today() + timedelta(days=10))
    foreign = owned()[1]
    with clock.frozen(clock.now() + timedelta(days=12)):
        expiry.expire_due()
        actor = make.actor(owner)
        assert [one.id for one in db.session.scalars(confirming.due(actor))] == [ending.id]
        with unit_of_work():
            done, refused = confirming.confirm_all(actor, [good.id, ending.id])
        assert (done, [(row.id, error.code) for row, error in refused]) == (1, [(ending.id, "validity_over")])
        assert db.session.get_one(Listing, ending.id).state == "expired"
        assert db.session.get_one(Listing, good.id).expires_on == date(2027, 3, 30)
        with pytest.raises(NotFound), unit_of_work():
            confirming.confirm_all(actor, [foreign.id])


def test_many_are_reminded_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction grows with the number of listings."""
    make.make_many_published(make.make_organisation(), 5)
    monkeypatch.setattr(reminders, "CHUNK", 2)
    assert remind(7) == 5
    assert len(list(db.session.scalars(select(ListingReminder)))) == 5
