"""Telling the site: signed events, sent again until it answers, held back and sent twice on request."""

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from marketplace.domain import clock

ATTEMPTS = 20
LONGEST_PAUSE = 30.0


def signed(payload: bytes, secret: str, at: int | None = None) -> str:
    """Return the header Stripe-Signature for ``payload``, by default of this moment."""
    moment = int(clock.now().timestamp()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def written(event: dict[str, Any]) -> bytes:
    """Return an event as it goes over the wire."""
    return json.dumps(event, ensure_ascii=False).encode()


class Courier:
    """A thread that posts events to ``url``; while ``held`` they pile up, ``again`` sends one a second time."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = urlsplit(url), secret
        self._waiting: list[tuple[float, int, dict[str, Any]]] = []
        self._turn = threading.Condition()
        self._held = self._ending = False
        self._thread = threading.Thread(target=self._work, name="stripe-courier", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing any more."""
        self._change(lambda: setattr(self, "_ending", True))
        self._thread.join()

    def take(self, event: dict[str, Any]) -> None:
        """Accept an event for delivery."""
        self._change(lambda: self._waiting.append((0.0, 0, event)))

    def hold(self, held: bool) -> None:
        """Keep events back, or let them go, the last first: nothing promises their order."""

        def change() -> None:
            self._held = held
            self._waiting.reverse()

        self._change(change)

    def _change(self, change: Callable[[], None]) -> None:
        with self._turn:
            change()
            self._turn.notify()

    def _work(self) -> None:
        while True:
            with self._turn:
                due = self._next()
                if due is None and not self._ending:
                    self._turn.wait(0.5 if self._waiting and not self._held else None)
                if self._ending:
                    return
            if due is not None:
                self._try(*due)

    def _next(self) -> tuple[int, dict[str, Any]] | None:
        now = clock.now().timestamp()
        for place, (at, tried, event) in enumerate(self._waiting):
            if not self._held and at <= now:
                del self._waiting[place]
                return tried, event
        return None

    def _try(self, tried: int, event: dict[str, Any]) -> None:
        if self._send(written(event)) or tried + 1 >= ATTEMPTS:
            return
        at = clock.now().timestamp() + min(2.0**tried, LONGEST_PAUSE)
        self._change(lambda: self._waiting.append((at, tried + 1, event)))

    def _send(self, payload: bytes) -> bool:
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port or 80, timeout=10)
        headers = {"Content-Type": "application/json", "Stripe-Signature": signed(payload, self._secret)}
        try:
            connection.request("POST", self._url.path, payload, headers)
            return connection.getresponse().status // 100 == 2
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
