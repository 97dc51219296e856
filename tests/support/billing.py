"""The payment provider's stand-in for tests: a real server on loopback that the official client talks to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from marketplace.integrations.billing import StripeBilling
from marketplace.integrations.billing_fake import FakeStripe
from marketplace.integrations.billing_fake.courier import signed, written
from marketplace.integrations.billing_fake.server import KEY, SECRET

ACCOUNT = "acct_demo0000000001"


@contextmanager
def connected(app: Flask) -> Iterator[FakeStripe]:
    """Run the stand-in and have ``app`` pay through it; its events are only written down."""
    fake = FakeStripe()
    fake.start()
    billing = StripeBilling(KEY, SECRET, fake.base, retries=0)
    app.extensions["marketplace_outside"].billing = billing
    try:
        yield fake
    finally:
        app.extensions["marketplace_outside"].billing = None
        fake.stop()
        billing.close()


def letter(event: dict[str, Any], secret: str = SECRET, at: int | None = None) -> dict[str, Any]:
    """Return an event as the arguments of a POST: body and signature."""
    body = written(event)
    headers = {"Stripe-Signature": signed(body, secret, at)}
    return {"data": body, "headers": headers, "content_type": "application/json"}
