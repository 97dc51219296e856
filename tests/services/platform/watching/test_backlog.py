"""The outbox and the jobs in numbers, and a whole topic tried again."""

from datetime import timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, NotAllowed
from marketplace.extensions import db
from marketplace.models.platform import Job, OutboxMessage
from marketplace.services import dispatch
from marketplace.services.platform import outbox
from marketplace.services.platform.watching import backlog
from marketplace.services.unit import unit_of_work
from tests.factories import actor, make_staff

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def rows(session: object) -> None:
    """Two mails given up, one promise that waits too long, one that was kept."""
    now = clock.now()
    with unit_of_work():
        for error in ("no route", "refused 550"):
            db.session.add(
                OutboxMessage(
                    topic="mail", payload={"message": 10**6}, state="failed", attempts=16, last_error=error
                )
            )
        db.session.add(OutboxMessage(topic="index", payload={}, state="done", done_at=now))
        late = OutboxMessage(topic="tell", payload={"listings": []})
        late.created_at = late.available_at = now - timedelta(hours=3)
        db.session.add(late)
        db.session.add(Job(kind="reindex", params={}, state="failed", error="x"))


def test_topics_stand_with_the_troubled_first() -> None:
    """Counts, since when, and the last reason."""
    mail, tell, index = backlog.topics()
    assert (mail.topic, mail.failed, mail.error) == ("mail", 2, "refused 550")
    assert (tell.topic, tell.waiting, tell.late) == ("tell", 1, 1)
    assert tell.oldest is not None
    assert clock.now() - tell.oldest > timedelta(hours=2)
    assert (index.topic, index.done, index.oldest) == ("index", 1, None)


def test_the_last_day_is_counted_by_the_hour() -> None:
    """Twenty-four hours up to this one; what was made three hours ago stands there."""
    hours = backlog.hours()
    assert len(hours) == 24
    assert hours[-1].kept == 1
    assert sum(hour.made for hour in hours) == 4
    assert max(hour.made for hour in hours[:-1]) == 1


def test_messages_and_jobs_are_filtered() -> None:
    """By state, topic and words of the error; jobs by kind and state."""

    def count(**filters: str) -> int:
        return len(db.session.scalars(backlog.messages(filters)).all())

    assert count() == 4
    assert count(state="failed", topic="mail", q="550") == 1
    assert count(q="%") == 0
    assert len(db.session.scalars(backlog.jobs({"kind": "reindex", "state": "failed"})).all()) == 1
    assert len(db.session.scalars(backlog.jobs({"state": "running"})).all()) == 0


def test_a_topic_is_tried_again_once() -> None:
    """All of it goes back; a second press finds nothing; others may not."""
    admin = actor(make_staff(Role.SYSTEM_ADMIN))
    with unit_of_work():
        assert backlog.retry_topic(admin, "mail") == 2
    with pytest.raises(Conflict), unit_of_work():
        backlog.retry_topic(admin, "mail")
    auditor = actor(make_staff(Role.AUDITOR))
    with pytest.raises(NotAllowed), unit_of_work():
        backlog.retry_topic(auditor, "mail")
    assert backlog.failed_of("mail") == 0
    assert outbox.any_due()


def test_every_topic_has_words() -> None:
    """What the page calls a topic is no code."""
    assert set(dispatch.HANDLERS) <= set(backlog.TOPICS)
