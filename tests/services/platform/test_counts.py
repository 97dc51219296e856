"""Counts: buffered, added up in the database, and never in a page's way."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.platform import DailyCount
from marketplace.services.platform import counts
from marketplace.services.platform.counts import Totals
from marketplace.web.counting import is_robot


@pytest.fixture(autouse=True)
def empty_buffer() -> Iterator[None]:
    """Other tests open pages too."""
    counts.ignore(False)
    counts.forget()
    yield
    counts.ignore(False)
    counts.forget()


@pytest.mark.usefixtures("session")
def test_counts_add_up_by_day() -> None:
    """Two flushes on one day are one row; another day is another row."""
    moment = clock.now()
    with clock.frozen(moment - timedelta(days=1)):
        counts.shown("achievement", [1, 2])
        counts.opened("achievement", 1)
    counts.shown("achievement", [1, 1, 3])
    counts.flush()
    counts.shown("achievement", [1])
    counts.shown("demand", [1])
    counts.flush()
    counts.flush()
    assert counts.totals("achievement", [1, 2, 3, 4]) == {
        1: Totals(4, 1), 2: Totals(1, 0), 3: Totals(1, 0), 4: Totals(0, 0),
    }  # fmt: skip
    today = clock.beijing(moment).date()
    assert counts.totals("achievement", [1], since=today) == {1: Totals(3, 0)}
    assert len(db.session.scalars(select(DailyCount)).all()) == 5


def test_many_threads_lose_nothing(app: Flask) -> None:
    """Eight threads count and flush at the same time: the sum is exact."""
    faults: list[BaseException] = []

    def count() -> None:
        try:
            with app.app_context():
                for _ in range(25):
                    counts.shown("achievement", [1, 2, 3])
                    counts.opened("achievement", 2)
                counts.flush()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with app.app_context():
        counts.flush()
        assert counts.totals("achievement", [1, 2]) == {1: Totals(200, 0), 2: Totals(200, 200)}


@pytest.mark.usefixtures("session")
def test_more_rows_than_one_statement_takes() -> None:
    """A long afternoon's buffer is written in portions."""
    counts.shown("achievement", range(1, counts.ROWS_AT_ONCE * 2 + 10))
    counts.flush()
    assert counts.totals("achievement", [1, counts.ROWS_AT_ONCE * 2 + 9]) == {
        1: Totals(1, 0),
        counts.ROWS_AT_ONCE * 2 + 9: Totals(1, 0),
    }


@pytest.mark.usefixtures("session")
def test_a_fault_keeps_the_counts_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is away: nobody notices, and the next flush writes what was kept."""
    counts.opened("demand", 5)
    with monkeypatch.context() as patched:
        patched.setattr(counts, "_write", lambda rows: 1 / 0)
        counts.flush()
    counts.opened("demand", 5)
    counts.flush()
    assert counts.totals("demand", [5]) == {5: Totals(0, 2)}


@pytest.mark.usefixtures("session")
def test_what_is_ignored_is_not_counted() -> None:
    """A robot's request leaves no trace."""
    counts.ignore(True)
    counts.opened("demand", 5)
    assert not counts.is_due(0)
    counts.ignore(False)
    counts.opened("demand", 5)
    assert counts.is_due(0)
    assert not counts.is_due(3600)


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.47", False),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", True),
        ("Sogou web spider/4.0", True),
        ("Googlebot/2.1", True),
        ("curl/8.5.0", True),
        ("python-requests/2.32", True),
        ("", True),
    ],
)
def test_obvious_robots_are_known(agent: str, robot: bool) -> None:
    """People with ordinary browsers and WeChat count; crawlers and scripts do not."""
    assert is_robot(agent) is robot
