"""Sending what the outbox promised to mail."""

from collections.abc import Sequence
from typing import Any

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.integrations.mail import compose
from marketplace.models.platform import MailMessage
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work


def send(payloads: Sequence[dict[str, Any]]) -> None:
    """Send the mail of each payload ``{message: id}`` unless it went out before."""
    for payload in payloads:
        message = db.session.get(MailMessage, payload["message"])
        if message is None or message.sent_at is not None:
            continue
        params = {**message.params, "public_url": outside().public_url}
        outside().mailer.send(compose(message.recipient, message.template, params))
        with unit_of_work():
            sent = db.session.get_one(MailMessage, payload["message"])
            # The links in it are secrets of which the database keeps digests only.
            sent.sent_at, sent.params = clock.now(), {}
