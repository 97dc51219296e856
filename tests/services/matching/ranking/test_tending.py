"""The clock and the commands: when everything is learnt anew, and what is left after a restart."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskCliRunner

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.platform import Job
from marketplace.retrieval.matching.knowledge import KnowledgeTable
from marketplace.retrieval.matching.ownership import Home
from marketplace.retrieval.matching.reading import Reader
from marketplace.services import dispatch
from marketplace.services.matching.knowledge import table
from marketplace.services.matching.ranking import following, tending
from marketplace.services.platform import longjobs
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.retrieval.matching.conftest import CONCEPTS
from tests.services.matching.ranking.test_following import Drain, Market, everything, market, work

__all__ = ["market", "work"]

pytestmark = pytest.mark.usefixtures("session", "home")


def test_an_empty_site_learns_nothing(home: Home) -> None:
    assert tending.why_learn() == ""
    tending.tend()
    assert db.session.query(Job).count() == 0
    assert not home.holds


def test_the_clock_learns_when_it_is_due(
    market: Market, work: Drain, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, outdated by another table, and at night after a change; after a failure it rests."""
    assert tending.why_learn() == "missing"
    tending.tend()
    work()
    job = db.session.query(Job).one()
    assert (job.kind, job.state, job.result["documents"]) == ("match_refresh", "done", 7)
    assert tending.why_learn() == ""
    market.move(3, "unlist")
    monkeypatch.setattr(following, "LEARNT_SHARE", 9.0)
    monkeypatch.setattr(tending, "LEARNT_SHARE", 9.0)
    work()
    with home.own() as held:
        assert held is not None
        home.save_if_due(held, now=True)
    assert tending.why_learn() == ""
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert tending.why_learn() == "nightly"
    other = Reader(table=KnowledgeTable(CONCEPTS[:3]))
    monkeypatch.setattr(table, "reader", lambda: other)
    assert tending.why_learn() == "outdated"
    with unit_of_work():
        job = db.session.query(Job).one()
        job.state, job.finished_at = "failed", clock.now()
    tending.tend()
    assert db.session.query(Job).count() == 1
    with clock.frozen(clock.now() + tending.REST):
        tending.tend()
    assert db.session.query(Job).count() == 2


def test_night_begins_at_three_in_beijing() -> None:
    for hour, day in ((2, 17), (4, 18)):
        with clock.frozen(datetime(2026, 3, 18, hour, tzinfo=clock.BEIJING)):
            assert tending._last_night() == datetime(2026, 3, day, 3, tzinfo=clock.BEIJING)


def test_commands_and_the_administrators_button(market: Market, runner: FlaskCliRunner) -> None:
    """``ensure`` ranks what was never ranked, once; ``refresh`` and the job do it all again with the same result."""
    assert "7 texts ranked" in runner.invoke(args=["matching", "ensure"]).output
    assert runner.invoke(args=["matching", "ensure"]).output == ""
    db.session.rollback()
    before = everything()
    assert len(before) == 7
    assert "7 texts ranked, 0 lists changed" in runner.invoke(args=["matching", "refresh"]).output
    admin = factories.actor(factories.make_staff(Role.SYSTEM_ADMIN))
    with unit_of_work():
        longjobs.start(admin, "match_refresh")
    dispatch.perform_jobs()
    db.session.rollback()
    assert db.session.query(Job).one().state == "done"
    assert everything() == before
