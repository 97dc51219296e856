"""The worker's other threads: one for long jobs, so that promises never wait behind one, and one that looks round."""

import logging
import threading
from collections.abc import Callable

from flask import Flask

from marketplace.extensions import db
from marketplace.services import dispatch
from marketplace.services.platform import longjobs, outbox

logger = logging.getLogger(__name__)


class JobHands:
    """While the ``with`` block runs, a call for long jobs in this process is answered by a thread of its own."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._called = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="long-jobs", daemon=True)

    def __enter__(self) -> "JobHands":
        self._app.extensions["marketplace_outside"].call_jobs = self._called.set
        self._called.set()  # a job may have been waiting since before this worker began
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop taking jobs; one that is being performed is left for the next worker to begin again."""
        self._app.extensions["marketplace_outside"].call_jobs = None
        self._ending = True
        self._called.set()
        with self._app.app_context():
            longjobs.let_go()

    def _work(self) -> None:
        while True:
            self._called.wait()
            self._called.clear()
            if self._ending:
                return
            with self._app.app_context():
                try:
                    dispatch.perform_jobs()
                except Exception:
                    db.session.rollback()
                    logger.exception("long jobs stopped; the next tick calls again")


class Lookout:
    """While the ``with`` block runs, looks every few seconds for promises that have come due, and rings for them.

    A promise that was put off has no commit of its own to ring the bell when its time comes.
    """

    SECONDS = 5.0

    def __init__(self, app: Flask, ring: Callable[[], None]) -> None:
        self._app = app
        self._ring = ring
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lookout", daemon=True)

    def __enter__(self) -> "Lookout":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()

    def _watch(self) -> None:
        while not self._ending.wait(self.SECONDS):
            with self._app.app_context():
                try:
                    if outbox.any_due():
                        self._ring()
                except Exception:
                    logger.exception("the lookout could not see the outbox")
