"""What the provider and the ledger disagree on, and catching up where the provider's word did not arrive."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.integrations.billing import BillingMissing, Charge
from marketplace.models.deals import Checkout, Payment
from marketplace.services.deals.billing import accounts, settling

KINDS = {
    "missing_here": N_("支付平台有、台账没有"),
    "missing_there": N_("台账有、支付平台没有"),
    "amount": N_("金额不一致"),
    "refund": N_("退款金额不一致"),
    "unsettled": N_("支付平台已付款，在线支付记录未结清"),
    "hidden": N_("支付平台不再让本站查看此账户"),
}
"""How provider and ledger can disagree."""


@dataclass(frozen=True)
class Difference:
    """One disagreement: 分 as the ledger and as the provider has them; ``checkout_id`` where it is known."""

    kind: str
    account: str
    object_id: str
    ledger_fen: int
    provider_fen: int
    checkout_id: int | None = None


@dataclass(frozen=True)
class _Entry:
    """What the ledger holds of one charge."""

    account: str
    checkout_id: int
    amount_fen: int
    gone_fen: int


def compare(since: date) -> list[Difference]:
    """Return every disagreement about payments made on or after a day (Beijing), by account, then by charge.

    Raises DomainError where no provider is configured, BillingUnavailable where it is silent.
    """
    billing = accounts.provider()
    start = datetime.combine(since, time.min, clock.BEIJING)
    ledger = _ledger(since)
    keys = {row.request_key: row for row in db.session.scalars(select(Checkout))}
    known = sorted({row.account for row in keys.values()})
    states = {key: (row.id, row.account, row.amount_fen, row.state) for key, row in keys.items()}
    db.session.rollback()
    found: list[Difference] = []
    for account in known:
        mine = {key: entry for key, entry in ledger.items() if entry.account == account}
        try:
            # A day more on the provider's side: its moment of a charge and our day of it may fall apart.
            charges = {one.id: one for one in billing.charges(account, start - timedelta(days=1))}
        except BillingMissing:
            found.append(Difference("hidden", account, "", sum(one.amount_fen for one in mine.values()), 0))
            continue
        for charge in charges.values():
            found.extend(_of_charge(account, charge, ledger.get(charge.id), states, start))
        for key, entry in mine.items():
            if key not in charges:
                found.append(
                    Difference("missing_there", account, key, entry.amount_fen, 0, entry.checkout_id)
                )
    return sorted(found, key=lambda each: (each.account, each.object_id, each.kind))


def _of_charge(
    account: str,
    charge: Charge,
    entry: _Entry | None,
    states: dict[str, tuple[int, str, int, str]],
    start: datetime,
) -> Iterator[Difference]:
    checkout = states.get(charge.checkout_key)
    if checkout is None or checkout[1] != account:
        return  # another site's business on the same account
    checkout_id, _account, _amount, state = checkout
    if entry is None:
        if charge.at >= start:
            yield Difference("missing_here", account, charge.id, 0, charge.amount_fen, checkout_id)
        return
    if entry.amount_fen != charge.amount_fen:
        yield Difference("amount", account, charge.id, entry.amount_fen, charge.amount_fen, checkout_id)
    if entry.gone_fen != charge.gone_fen:
        yield Difference("refund", account, charge.id, entry.gone_fen, charge.gone_fen, checkout_id)
    if state != "paid":
        yield Difference("unsettled", account, charge.id, entry.amount_fen, charge.amount_fen, checkout_id)


def _ledger(since: date) -> dict[str, _Entry]:
    """Return charge id → what the ledger holds of it: the payment, and what went back net of failed refunds."""
    rows = db.session.execute(
        select(Payment, Checkout.account)
        .join(Checkout, Checkout.id == Payment.checkout_id)
        .where(Payment.bank == settling.BANK, Payment.state == "verified")
        .order_by(Payment.id)
    ).all()
    refunds = {row.serial: row for row, _account in rows if row.kind == "refund"}
    gone: dict[int, int] = defaultdict(int)
    for row, _account in rows:
        if row.kind == "refund" and row.returns_id is not None:
            gone[row.returns_id] += row.amount_fen
        elif row.kind == "payment" and row.serial in refunds:
            returned = refunds[row.serial].returns_id
            gone[returned or 0] -= row.amount_fen
    return {
        row.serial: _Entry(account, row.checkout_id or 0, row.amount_fen, gone[row.id])
        for row, account in rows
        if row.kind == "payment" and row.serial not in refunds and row.paid_on >= since
    }


def catch_up(found: list[Difference]) -> int:
    """Ask the provider again about every checkout that differs, and settle it; return how many were asked."""
    asked = sorted({each.checkout_id for each in found if each.checkout_id is not None})
    for checkout_id in asked:
        settling.ask(checkout_id)
    return len(asked)
