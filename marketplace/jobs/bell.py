"""huey as the bell: a wake-up after each commit, ticks by the clock.

A lost ring costs nothing: the next tick finds what is due in the outbox.
"""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab

from marketplace.jobs import chores
from marketplace.jobs.hands import JobHands, Lookout
from marketplace.services import operations


def configure(app: Flask) -> None:
    """Make the bell of ``app`` from JOBS_URL; without one (tests) nothing rings."""
    if not app.config["JOBS_URL"]:
        return
    app.extensions["marketplace_bell"] = Bell(app)


class Bell:
    """Opens huey on first use, so that making an app does no I/O."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._huey: Huey | None = None
        self._wake: Callable[[], Any] = lambda: None
        self._answering = threading.local()
        app.extensions["marketplace_outside"].wake = self.ring

    @property
    def huey(self) -> Huey:
        """The huey instance with its tasks."""
        if self._huey is None:
            self._huey = _open(self.app.config["JOBS_URL"])
            self._define(self._huey)
        return self._huey

    def ring(self) -> None:
        """Wake the worker. A bell that is out of reach must not fail a request whose work is committed.

        What the worker commits while it answers rings nothing: it would never come to rest.
        """
        if getattr(self._answering, "now", False):
            return
        with contextlib.suppress(Exception):
            _ = self.huey
            self._wake()

    def _define(self, huey: Huey) -> None:
        @huey.task(name="wake")
        def wake() -> None:
            self.answer(chores.run_due)

        @huey.periodic_task(crontab(minute="*"), name="tick")
        def tick() -> None:
            # Chores of the clock make promises too, so promises come after them.
            self.answer(chores.run_by_clock, chores.run_due)

        self._wake = wake

    def answer(self, *chores_due: Callable[[], None]) -> None:
        """Do ``chores_due`` with the bell silent for this thread."""
        self._answering.now = True
        try:
            with self.app.app_context():
                for chore in chores_due:
                    chore()
        finally:
            self._answering.now = False


def _open(url: str) -> Huey:
    parts = urlsplit(url)
    if parts.scheme.startswith("redis"):
        return RedisHuey("marketplace", url=url)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("marketplace", filename=str(path))


def run_worker() -> None:
    """Listen to the bell of the current application until stopped: one thread for promises, one for long jobs."""
    bell: Bell = current_app.extensions["marketplace_bell"]
    operations.beat()
    bell.ring()
    consumer = bell.huey.create_consumer(workers=1, initial_delay=0.05, max_delay=0.4, backoff=1.2)
    with JobHands(bell.app), Lookout(bell.app, bell.ring):
        consumer.run()
