"""The state of every part in words: well on a fresh site, and what each trouble says."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.platform import Job, MailMessage, OutboxMessage, ReviewTask, SettingValue
from marketplace.services import operations
from marketplace.services.catalogue import indexing
from marketplace.services.platform.watching import health
from marketplace.services.unit import unit_of_work
from tests.factories import make_organisation, make_person, make_staff, make_submitted

pytestmark = pytest.mark.usefixtures("session")


def tones() -> dict[str, str]:
    """Part → tone."""
    return {one.key: one.tone for one in health.checks()}


@pytest.fixture
def well(session: object, drain: Callable[[], int]) -> None:
    """A site on which the worker lives, in a year whose holidays are known."""
    indexing.rebuild()
    operations.beat()


@pytest.mark.usefixtures("well")
def test_a_fresh_site_is_well() -> None:
    """Everything but what is not connected, and the holidays of a year that nobody has published."""
    with clock.frozen(clock.now().replace(year=2025, month=6)):
        operations.beat()
        found = tones()
    assert {key for key, tone in found.items() if tone not in ("ok",)} <= {"scanner", "calendar"}
    assert found["scanner"] == "info"


@pytest.mark.usefixtures("well")
def test_each_trouble_is_told_with_its_remedy() -> None:
    """Given up promises, mail that stays, failed jobs, a broken chain, late tasks, old proposals."""
    before, now = tones(), clock.now()
    owner = make_person(make_organisation())
    make_submitted(owner)
    by = make_staff(Role.SYSTEM_ADMIN)
    with unit_of_work():
        db.session.add(OutboxMessage(topic="mail", payload={}, state="failed", last_error="x"))
        letter = MailMessage(recipient="a@example.com", template="notice", params={})
        letter.created_at = now - timedelta(hours=1)
        proposal = SettingValue(
            key="login.failures_allowed",
            value=9,
            valid_from=clock.today(),
            state="proposed",
            proposed_by=by.id,
        )
        proposal.created_at = now - timedelta(days=8)
        fault = {"fault": "link 3 is missing", "links": 3, "unsealed": 0}
        verified = Job(kind="audit_verify", params={}, state="done", result=fault, finished_at=now)
        failed = Job(kind="reindex", params={}, state="failed", finished_at=now)
        db.session.add_all([letter, proposal, verified, failed])
        for task in db.session.query(ReviewTask):
            task.due_on = clock.today() - timedelta(days=2)
    found = {one.key: one for one in health.checks()}
    expected = {
        "outbox": "bad",
        "mail": "warn",
        "jobs": "warn",
        "audit": "bad",
        "reviews": "warn",
        "settings": "warn",
    }
    assert {key: found[key].tone for key in expected} == expected
    assert all(found[key].remedy for key in expected)
    assert all(before[key] == "ok" for key in ("outbox", "mail", "jobs", "reviews", "settings"))
    assert next(iter(found.values())).tone == "bad"


def test_a_silent_worker_and_an_index_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never seen; and an index that is not there."""
    found = tones()
    assert found["worker"] == "bad"
    assert found["index"] in ("bad", "ok")


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "tone"), [(50, "ok"), (10, "warn"), (3, "bad")])
def test_a_disk_that_fills_up_is_told_in_time(monkeypatch: pytest.MonkeyPatch, free: int, tone: str) -> None:
    """By the share that is free."""
    unit = 10 * health.GIB
    monkeypatch.setattr(
        health.shutil, "disk_usage", lambda _folder: _Usage(100 * unit, (100 - free) * unit, free * unit)
    )
    assert tones()["disk"] == tone


def test_a_year_without_holidays_is_urgent_once_it_has_begun() -> None:
    """Next year is worth a word, this year more than that."""
    with clock.frozen(clock.now().replace(year=2030)):
        assert tones()["calendar"] == "bad"
    with clock.frozen(clock.now().replace(year=2026, month=11)):
        assert tones()["calendar"] == "warn"
