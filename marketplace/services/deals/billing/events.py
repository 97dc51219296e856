"""Events of the provider: written down first, by their own id, then followed to what they are about.

An event is believed only to say where something happened; what happened is read from the provider.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.integrations.billing import BillingMissing, Told
from marketplace.models.deals import BillingEvent, Checkout, Payment
from marketplace.services.deals.billing import accounts, settling
from marketplace.services.outside import outside
from marketplace.services.platform import outbox
from marketplace.services.unit import unit_of_work

FOLLOWED = ("checkout.session.", "payment_intent.", "charge.", "refund.")
ACCOUNT = "account."


def store(told: Told) -> bool:
    """Write an event down and promise to follow it; False where it is known already.

    Events about other things are written down and left alone, so that nobody wonders where they are.
    """
    if db.session.get(BillingEvent, told.id) is not None:
        return False
    followed = bool(told.account) and told.type.startswith((*FOLLOWED, ACCOUNT))
    db.session.add(
        BillingEvent(
            id=told.id,
            account=told.account,
            type=told.type,
            object_id=told.object_id,
            created=told.created,
            received_at=clock.now(),
            state="stored" if followed else "ignored",
            outcome="" if followed else "of no concern",
        )
    )
    db.session.flush()
    if followed:
        outbox.enqueue("billing", event=told.id)
    return True


def follow(payloads: Sequence[dict[str, Any]]) -> None:
    """Keep the promises of the topic ``billing``: settle what the events are about, each thing once a batch.

    Raises BillingUnavailable when the provider is silent; the events then stay as they are and are tried again.
    """
    keys = [payload["event"] for payload in payloads]
    query = select(BillingEvent).where(BillingEvent.id.in_(keys), BillingEvent.state == "stored")
    groups: dict[tuple[str, str], list[str]] = {}
    for row in db.session.scalars(query.order_by(BillingEvent.received_at, BillingEvent.id)):
        about = "" if row.type.startswith(ACCOUNT) else row.object_id
        groups.setdefault((row.account, about), []).append(row.id)
    db.session.rollback()
    settled: dict[int, str] = {}
    ended: dict[tuple[str, str], list[str]] = {}
    try:
        # Payment pages first: by them the charges and refunds of the same batch are known without asking.
        for (account, about), events in sorted(groups.items(), key=lambda each: each[0][1][:3] != "cs_"):
            ended.setdefault(_follow(account, about, settled), []).extend(events)
    finally:
        _close(ended)


def _close(ended: Mapping[tuple[str, str], Sequence[str]]) -> None:
    """Write down what became of events; those that are not among them are followed again."""
    with unit_of_work():
        for (state, outcome), events in ended.items():
            db.session.execute(
                update(BillingEvent)
                .where(BillingEvent.id.in_(events), BillingEvent.state == "stored")
                .values(state=state, outcome=outcome)
            )


def _follow(account: str, about: str, settled: dict[int, str]) -> tuple[str, str]:
    if outside().billing is None:
        return "ignored", "no key"
    if not about:
        known = accounts.recheck(account)
        return ("ignored", "unknown account") if known is None else ("done", "account")
    checkout_id = _known(account, about)
    if checkout_id is None:
        try:
            checkout_id = _learn(account, about)
        except BillingMissing:
            return "ignored", "missing"
    if checkout_id is None:
        return "ignored", "not ours"
    if checkout_id not in settled:
        settled[checkout_id] = settling.ask(checkout_id)
    return "done", settled[checkout_id]


def _known(account: str, about: str) -> int | None:
    """Return the checkout of an object that has been heard of before."""
    checkout = select(Checkout.id).where(
        Checkout.account == account, (Checkout.session == about) | (Checkout.intent == about)
    )
    found = db.session.scalar(checkout)
    if found is None:
        found = db.session.scalar(
            select(Payment.checkout_id)
            .join(Checkout, Checkout.id == Payment.checkout_id)
            .where(Payment.bank == settling.BANK, Payment.serial == about, Checkout.account == account)
            .limit(1)
        )
    db.session.rollback()
    return found


def _learn(account: str, about: str) -> int | None:
    """Ask the provider which checkout an object belongs to; after a kill the page's id is learnt here as well."""
    page = accounts.provider().page_behind(account, about)
    if page is None or not page[1]:
        return None
    session_id, key = page
    with unit_of_work():
        row = db.session.scalar(
            select(Checkout).where(Checkout.account == account, Checkout.request_key == key).with_for_update()
        )
        if row is None or row.session not in (None, session_id):
            return None
        # Its address follows with the rest when the page is read.
        row.session = session_id
        return row.id
