"""Which requests count as views, and when the counts are written: after the response has gone out."""

import atexit
import re

from flask import Flask, Response, current_app, request

from marketplace.services.platform import counts

_ROBOTS = re.compile(
    r"bot|crawl|spider|slurp|archive|curl|wget|python|java/|go-http|httpclient|headless|monitor|preview|scan",
    re.IGNORECASE,
)


def install(app: Flask) -> None:
    """Let ``app`` count its views."""
    app.before_request(_listen)
    app.after_request(_write_afterwards)
    if not app.testing:
        # A process that ends writes what it still holds.
        atexit.register(_write, app)


def is_robot(agent: str) -> bool:
    """Return whether a User-Agent is none or plainly not a person's browser."""
    return not agent.strip() or _ROBOTS.search(agent) is not None


def _listen() -> None:
    fetched_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    counts.ignore(fetched_ahead or request.method != "GET" or is_robot(request.headers.get("User-Agent", "")))


def _write_afterwards(response: Response) -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if counts.is_due(app.config["COUNTS_FLUSH_SECONDS"]):
        response.call_on_close(lambda: _write(app))
    return response


def _write(app: Flask) -> None:
    with app.app_context():
        counts.flush()
