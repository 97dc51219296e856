"""A storm of 500 events of the payment provider: web server, worker and stand-in, each by itself.

``python -m tests.benchmarks.bench_billing`` makes an instance of its own, prints one JSON object with the measures that
are missed. The clock runs from the first event sent until the worker has followed the last.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from marketplace import create_app
from marketplace.extensions import db
from marketplace.integrations.billing_fake import FakeStripe
from marketplace.integrations.billing_fake.server import KEY, SECRET
from marketplace.models.deals import BillingEvent, Contract
from marketplace.services.deals.billing import reconciling
from marketplace.services.deals.payments import paid
from tests.deals import WAN
from tests.services.deals.billing.steps import Deal, make_deal, make_deal_like, open_checkout
from tests.support.billing import ACCOUNT
from tests.support.tree import ROOT

PORT = 8791
EVENTS = 500
CHECKOUTS = 72
MOST_SECONDS = 20.0
LONG_AGO = date(2020, 1, 1)
BIN = ROOT / ".venv" / "bin"


def run() -> dict[str, Any]:
    """Make the site, send the storm, and return the figures with what is missed."""
    with tempfile.TemporaryDirectory() as folder:
        fake = FakeStripe(webhook=f"http://127.0.0.1:{PORT}/webhooks/stripe")
        fake.courier.hold(True)
        fake.start()
        try:
            return measure(fake, Path(folder))
        finally:
            fake.stop()


def measure(fake: FakeStripe, instance: Path) -> dict[str, Any]:
    """Fill an instance with paid checkouts, then let their events go."""
    stripe = {"KEY": KEY, "WEBHOOK_SECRET": SECRET, "BASE": fake.base}
    names = {f"MARKETPLACE_STRIPE_{name}": value for name, value in stripe.items()}
    env = {**os.environ, "MARKETPLACE_ENV": "demo", "MARKETPLACE_INSTANCE": str(instance), **names}
    env.pop("DATABASE_URL", None)
    for words in (["db", "upgrade"], ["reference", "load"]):
        subprocess.run(
            [BIN / "flask", "--app", "wsgi", *words], cwd=ROOT, env=env, check=True, capture_output=True
        )
    app = create_app(
        "demo",
        INSTANCE=instance,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{instance / 'marketplace.db'}",
        FILES_DIR=instance / "files",
        JOBS_URL="",
        **{f"STRIPE_{name}": value for name, value in stripe.items()},
    )
    with app.app_context():
        deals = happen(fake)
        events = fake.book.events()
        # Told twice, as the provider does when it heard no answer.
        for event in events[: EVENTS - len(events)]:
            fake.courier.take(event)
        with serving(env):
            started = time.perf_counter()
            fake.courier.hold(False)
            followed = wait(len(events))
            seconds = time.perf_counter() - started
        wrong = sum(paid.net(db.session.get_one(Contract, key).id) != net for key, net in deals.items())
        differences = len(reconciling.compare(LONG_AGO))
    found = {
        "events": max(EVENTS, len(events)),
        "distinct": len(events),
        "followed": followed,
        "seconds": round(seconds, 1),
        "contracts_wrong": wrong,
        "differences": differences,
    }
    return {**found, "missed": missed(found)}


def happen(fake: FakeStripe) -> dict[int, int]:
    """Pay, decline, refund and fail on many contracts; return contract → 分 net as it must come out."""
    first = make_deal()
    nets: dict[int, int] = {}
    for number in range(CHECKOUTS):
        deal: Deal = first if not number else make_deal_like(first)
        charge = fake.book.pay(open_checkout(deal).session)["id"]
        fake.book.refund(ACCOUNT, charge, WAN, None)
        if number % 2 == 0:
            fake.book.settle_refund(fake.book.refund(ACCOUNT, charge, 2 * WAN, None)["id"], "failed")
        nets[deal.contract.id] = 19 * WAN
    return nets


@contextmanager
def serving(env: dict[str, str]) -> Iterator[None]:
    """Run a web server with one worker process, and the site's worker."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    web = [
        BIN / "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--workers", "1", "--threads", "4",
        "--worker-class", "gthread", "--log-level", "error", "wsgi:app",
    ]  # fmt: skip
    running = [
        subprocess.Popen(command, cwd=ROOT, env=env, **silent)
        for command in (web, [BIN / "flask", "--app", "wsgi", "worker"])
    ]
    try:
        time.sleep(6)  # until both have come up: the storm is measured, not the start
        yield
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait()


def wait(wanted: int) -> int:
    """Wait until every distinct event has been followed, or for three times the measure; return how many were."""
    until = time.monotonic() + 3 * MOST_SECONDS
    query = select(func.count()).where(BillingEvent.state != "stored")
    followed = 0
    while followed < wanted and time.monotonic() < until:
        time.sleep(0.1)
        followed = db.session.scalar(query) or 0
        db.session.rollback()
    return followed


def missed(found: dict[str, Any]) -> list[str]:
    """The measures that are not kept, in words."""
    words = []
    if found["seconds"] > MOST_SECONDS:
        words.append(f"{found['events']} events took {found['seconds']} s, wanted ≤ {MOST_SECONDS}")
    if found["followed"] != found["distinct"] or found["contracts_wrong"] or found["differences"]:
        words.append("something was lost on the way")
    return words


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False))
