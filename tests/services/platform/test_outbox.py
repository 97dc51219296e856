"""The outbox: nothing promised by a commit is lost, nothing rolled back is promised."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.platform import OutboxMessage
from marketplace.services.outside import outside
from marketplace.services.platform import outbox
from marketplace.services.platform.outbox import BATCH, MAX_ATTEMPTS, Handler
from marketplace.services.unit import unit_of_work
from tests.support.tree import ROOT

pytestmark = pytest.mark.usefixtures("session")


class Taker:
    """A handler that remembers what it was given, and fails where told."""

    def __init__(self, *bad: int, error: Exception | None = None) -> None:
        self.calls: list[list[int]] = []
        self.bad = set(bad)
        self.error = error or RuntimeError("no route")

    def __call__(self, payloads: Sequence[dict[str, Any]]) -> None:
        numbers = [payload["n"] for payload in payloads]
        self.calls.append(numbers)
        if self.bad & set(numbers):
            raise self.error


def promise(*numbers: int, topic: str = "test") -> None:
    """Promise numbers in one transaction."""
    with unit_of_work():
        for number in numbers:
            outbox.enqueue(topic, n=number)


def promise_and_fail() -> None:
    """Promise something in a transaction that comes to nothing."""
    with unit_of_work():
        outbox.enqueue("test", n=1)
        raise RuntimeError("oh")


def rows() -> list[OutboxMessage]:
    """All messages as they are now."""
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_rollback_promises_nothing() -> None:
    """The message lives and dies with the transaction."""
    with pytest.raises(RuntimeError, match="oh"):
        promise_and_fail()
    assert rows() == []


def test_a_commit_wakes_the_worker_and_a_rollback_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bell rings after the commit, never before it."""
    rung: list[int] = []
    monkeypatch.setattr(outside(), "wake", lambda: rung.append(len(rows())))
    promise(1)
    with pytest.raises(RuntimeError, match="oh"):
        promise_and_fail()
    assert rung == [1]


def test_promises_are_kept_in_order_one_by_one_or_together() -> None:
    """A handler that can take many gets the whole batch; both marks say done."""
    promise(1, 2, 3)
    promise(4, 5, topic="other")
    single, many = Taker(), Taker()
    assert outbox.drain({"test": Handler(single), "other": Handler(many, together=True)}) == 5
    assert single.calls == [[1], [2], [3]]
    assert many.calls == [[4, 5]]
    assert {(row.state, row.attempts) for row in rows()} == {("done", 1)}


def test_a_failure_backs_off_and_is_given_up_visibly() -> None:
    """Each failure doubles the pause; the last one ends in 失败, from where an administrator sends it again."""
    promise(1)
    handlers = {"test": Handler(taker := Taker(1))}
    moment = clock.now()
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        with clock.frozen(moment):
            assert outbox.drain(handlers) == 1
            assert outbox.drain(handlers) == 0
        pauses.append((rows()[0].available_at - moment) // timedelta(seconds=1))
        moment = rows()[0].available_at
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, *[3600] * 5]
    assert (rows()[0].state, rows()[0].last_error) == ("failed", "RuntimeError: no route")
    with clock.frozen(moment + timedelta(days=1)):
        assert outbox.drain(handlers) == 0
    taker.bad.clear()
    with unit_of_work():
        outbox.retry(rows()[0].id)
    assert outbox.drain(handlers) == 1
    assert rows()[0].state == "done"


def test_a_bad_payload_does_not_hold_up_its_batch() -> None:
    """Handed over together, kept apart when the batch fails: only the bad one waits."""
    promise(1, 2, 3)
    taker = Taker(2)
    outbox.drain({"test": Handler(taker, together=True)})
    assert taker.calls == [[1, 2, 3], [1], [2], [3]]
    assert [row.state for row in rows()] == ["done", "waiting", "done"]


def test_being_busy_counts_as_no_attempt() -> None:
    """A lock that somebody holds for minutes never ends in 失败."""
    promise(1)
    moment = clock.now()
    handlers = {"test": Handler(Taker(1, error=BlockingIOError("locked")), busy=(BlockingIOError,))}
    for _ in range(MAX_ATTEMPTS + 2):
        with clock.frozen(moment):
            assert outbox.drain(handlers) == 1
        moment += timedelta(seconds=3)
    assert (rows()[0].state, rows()[0].attempts) == ("waiting", 0)
    outbox.hasten("test")
    assert outbox.drain({"test": Handler(Taker())}) == 1


@pytest.mark.parametrize("together", [False, True])
def test_where_the_way_is_down_the_rest_waits_unasked(together: bool) -> None:
    """A silent mail server costs one wait for all mails, not one for each: other topics go on."""
    promise(*range(BATCH + 5))
    promise(1, topic="zeal")
    taker, zeal = Taker(*range(BATCH + 5), error=ConnectionError("silent")), Taker()
    down = Handler(taker, together, down=(ConnectionError,), pause=timedelta(minutes=1))
    moment = clock.now()
    with clock.frozen(moment):
        outbox.drain({"test": down, "zeal": Handler(zeal)})
        assert outbox.drain({"test": down}) == 0
    assert (len(taker.calls), len(zeal.calls)) == (1, 1)
    tried = [row.attempts for row in rows() if row.topic == "test"]
    assert tried == [1] * (BATCH if together else 1) + [0] * (5 if together else BATCH + 4)
    assert rows()[0].last_error == "silent"
    taker.bad.clear()
    with clock.frozen(moment + timedelta(minutes=1)):
        assert outbox.drain({"test": down}) == BATCH + 5
    assert {row.state for row in rows()} == {"done"}


def test_killed_between_keeping_and_marking_it_is_kept_again() -> None:
    """The worker dies after the handler and before the mark: the promise is repeated, so handlers must bear that."""
    promise(1)

    class Killed(BaseException):
        pass

    taker = Taker()

    def keep_and_die(payloads: Sequence[dict[str, Any]]) -> None:
        taker(payloads)
        raise Killed

    with pytest.raises(Killed):
        outbox.drain({"test": Handler(keep_and_die)})
    assert rows()[0].state == "waiting"
    outbox.drain({"test": Handler(taker)})
    assert taker.calls == [[1], [1]]
    assert [row.state for row in rows()] == ["done"]


def test_more_than_a_batch_is_drained_in_one_go() -> None:
    """A burst of commits is worked off without waiting for the next ring."""
    promise(*range(BATCH + 5))
    taker = Taker()
    assert outbox.drain({"test": Handler(taker, together=True)}) == BATCH + 5
    assert [len(call) for call in taker.calls] == [BATCH, 5]


def test_every_topic_that_is_promised_has_a_handler(app: Flask) -> None:
    """The topics in use and the handlers are the same."""
    from marketplace.services import dispatch

    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "marketplace").rglob("*.py"))
    promised = {topic for source in sources for topic in re.findall(r'outbox\.enqueue\("(\w+)"', source)}
    assert set(dispatch.HANDLERS) == promised
