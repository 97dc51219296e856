"""The worker's second pair of hands: a thread for long jobs, so that promises never wait behind one."""

import logging
import threading

from flask import Flask

from marketplace.extensions import db
from marketplace.services import dispatch
from marketplace.services.platform import longjobs

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
