"""The worker's part in journeys: a thread that keeps the outbox's promises as soon as the bell rings."""

import threading

from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.platform import OutboxMessage
from marketplace.services import dispatch


class BackgroundWorker:
    """Runs while the ``with`` block does; leaving it waits for the last promise and fails on a broken one."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._bell = threading.Event()
        self._ending = False
        self._faults: list[str] = []
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> None:
        self._app.extensions["marketplace_outside"].wake = self._bell.set
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._ending = True
        self._bell.set()
        self._thread.join(timeout=30)
        self._app.extensions["marketplace_outside"].wake = lambda: None
        assert not self._thread.is_alive(), "the worker did not come to an end"
        if kind is None:
            assert self._faults == []

    def _work(self) -> None:
        while not self._ending:
            self._bell.wait()
            self._bell.clear()
            with self._app.app_context():
                dispatch.drain()
                query = select(OutboxMessage.last_error).where(OutboxMessage.last_error != "")
                self._faults.extend(db.session.scalars(query))
