"""/healthz: whether the parts that a page needs are there, for machines that watch the site."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.services import operations
from marketplace.services.outside import outside
from marketplace.web.guards import public

logger = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def check() -> tuple[Response, int]:
    """Answer 200 when everything is well, 503 when something is not; the body says what. Tells no secrets."""
    parts = {"database": _guarded(_database), "index": _guarded(_index), "worker": _guarded(_worker)}
    well = all(part["ok"] for part in parts.values())
    response = jsonify({"ok": well, **parts})
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if well else 503


def _guarded(check_part: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return check_part()
    except Exception:
        db.session.rollback()
        logger.exception("health check failed")
        return {"ok": False}


def _database() -> dict[str, Any]:
    db.session.execute(text("SELECT 1"))
    return {"ok": True}


def _index() -> dict[str, Any]:
    index = outside().index
    return {"ok": index.serves(), "generation": index.generation()}


def _worker() -> dict[str, Any]:
    """The worker is well as long as it keeps promises in time; in its first minute it was seen by nobody yet."""
    health, seen = operations.outbox_health(), operations.worker_seen()
    return {
        "ok": health.overdue == 0 and (seen is None or operations.worker_is_alive()),
        "seen_at": seen.isoformat(timespec="seconds") if seen else None,
        "waiting": health.waiting,
        "overdue": health.overdue,
        "failed": health.failed,
    }
