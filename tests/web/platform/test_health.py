"""/healthz: what a watching machine learns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.platform import Heartbeat
from marketplace.services.outside import outside
from marketplace.services.platform import outbox
from marketplace.services.unit import unit_of_work
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def index(runner: FlaskCliRunner) -> None:
    """A site that was set up has an index."""
    assert runner.invoke(args=["search", "reindex"]).exit_code == 0


def test_everything_is_well(client: InspectingClient) -> None:
    """A fresh site is well before its worker's first minute."""
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json()["ok"] is True
    assert {name: answer.get_json()[name]["ok"] for name in ("database", "index", "worker")} == {
        "database": True,
        "index": True,
        "worker": True,
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_late_promises_and_a_silent_worker_are_told(client: InspectingClient) -> None:
    """What should have been done a minute ago, or a heart that stopped, is not well."""
    with unit_of_work(), clock.frozen(clock.now() - timedelta(minutes=5)):
        outbox.enqueue("index", kind="achievement", id=1)
        db.session.flush()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()["worker"]["overdue"]) == (503, 1)


def test_a_stopped_heart(client: InspectingClient) -> None:
    """A worker that was seen once and then no more."""
    with unit_of_work():
        db.session.merge(Heartbeat(name="worker", at=clock.now() - timedelta(minutes=10)))
    assert client.get("/healthz").get_json()["worker"]["ok"] is False


def test_a_missing_index_and_a_broken_part(
    client: InspectingClient, monkeypatch: pytest.MonkeyPatch, drain: Callable[[], int]
) -> None:
    """An index of another chain is not well; an error in a check is an answer, not a crash."""
    index: Any = outside().index
    with monkeypatch.context() as patch:
        patch.setattr(index, "serves", lambda: False)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.get_json()["index"]["ok"]) == (503, False)
    assert client.get("/healthz").status_code == 200
