"""Rankings on the site at full size: 3,000 demands × 100,000 achievements in a database, lists written as rows.

``python -m tests.benchmarks.bench_ranking [achievements] [demands]`` prints one JSON object. The first learning reads
every text (it is measured apart: texts are read once, when they are published); ``refresh`` is the one after it.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from marketplace import create_app
from marketplace.demo import scale
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.matching import Ranking
from marketplace.models.platform import OutboxMessage
from marketplace.services.matching.ranking import following, learning
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work

LIMITS = {"refresh_seconds": 60.0, "memory_gib": 4.0, "one_item_seconds": 5.0}


def run(achievements: int = 100_000, demands: int = 3_000) -> dict[str, Any]:
    """Fill a database, learn, refresh, change one item of each kind; ``missed`` names the limits that were not kept."""
    with tempfile.TemporaryDirectory(prefix="bench-ranking-") as made:
        root = Path(made)
        app = create_app(
            "testing",
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{root / 'bench.db'}",
            INSTANCE=root,
            SEARCH_DIR=root / "search",
            MATCHER_DIR=root / "matcher",
            MATCHER_ACTIVE=True,
            FILES_DIR=root / "files",
            MAIL_DIR=root / "mail",
        )
        for command in (["db", "upgrade"], ["reference", "load"]):
            app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        with app.app_context():
            scale.add(achievements, 20, lambda _more: None, demands)
            figures = _measured()
            db.session.remove()
            db.engine.dispose()
    figures = {"achievements": achievements, "demands": demands, **figures}
    return {**figures, "missed": [name for name, most in LIMITS.items() if figures[name] > most]}


def _measured() -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name in ("first_seconds", "refresh_seconds"):
        began, busy = time.perf_counter(), time.process_time()
        done = learning.refresh()
        figures[name] = round(time.perf_counter() - began, 1)
        figures[name.replace("seconds", "cpu_seconds")] = round(time.process_time() - busy, 1)
        figures[name.replace("seconds", "written")] = done["written"]
    for kind in ("achievement", "demand"):
        figures[f"one_{kind}_seconds"] = _one(kind)
    figures["one_item_seconds"] = max(figures[f"one_{kind}_seconds"] for kind in ("achievement", "demand"))
    figures["rows"] = db.session.scalar(select(func.count()).select_from(Ranking))
    figures["told"] = db.session.scalar(
        select(func.count()).select_from(OutboxMessage).where(OutboxMessage.topic == "tell")
    )
    figures["memory_gib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2)
    return figures


def _one(kind: str) -> float:
    """Seconds to take an item out of all lists and to bring it back: the longer of the two."""
    took = []
    key = db.session.scalar(select(Listing.id).where(Listing.kind == kind).order_by(Listing.id).limit(1))
    for state in ("unlisted", "published"):
        with unit_of_work():
            db.session.get_one(Listing, key).state = state
        began = time.perf_counter()
        following.follow([{"kind": kind, "id": key}])
        took.append(time.perf_counter() - began)
    assert outside().matcher.holds
    return round(max(took), 2)


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:]))))
