"""What has really been paid: verified payments less verified refunds and reversals, to the 分."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment, PaymentAllocation

SIGNED_AMOUNT: ColumnElement[int] = case(
    (Payment.kind == "payment", PaymentAllocation.amount_fen), else_=-PaymentAllocation.amount_fen
)
"""An allocation with the sign of its payment."""

IS_VERIFIED: ColumnElement[bool] = func.coalesce(Payment.state, "") == "verified"
"""Verified, said so that no index on the state is tried: nearly all payments are, and SQLite would begin with those."""


def net_by_line(contract_ids: Collection[int], until: date | None = None) -> dict[int, dict[int, int]]:
    """Return contract id → traded achievement id → 分 paid net, by one query.

    ``until``: only money that moved on or before this day. A line can be below zero where more went back than came.
    """
    if not contract_ids:
        return {}
    query = (
        select(PaymentAllocation.contract_id, PaymentAllocation.traded_id, func.sum(SIGNED_AMOUNT))
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(IS_VERIFIED, PaymentAllocation.contract_id.in_(contract_ids))
        .group_by(PaymentAllocation.contract_id, PaymentAllocation.traded_id)
    )
    if until is not None:
        query = query.where(Payment.paid_on <= until)
    found: dict[int, dict[int, int]] = {}
    for contract_id, traded_id, fen in db.session.execute(query):
        found.setdefault(contract_id, {})[traded_id] = int(fen)
    return found


def net(contract_id: int) -> int:
    """Return the 分 paid net on a contract."""
    return sum(net_by_line([contract_id]).get(contract_id, {}).values())


def by_state(contract_id: int) -> dict[str, int]:
    """Return state → 分 net of the rows in it: ``verified`` is what is paid, ``submitted`` what waits for a look."""
    query = (
        select(Payment.state, func.sum(SIGNED_AMOUNT))
        .join(PaymentAllocation, Payment.id == PaymentAllocation.payment_id)
        .where(PaymentAllocation.contract_id == contract_id)
        .group_by(Payment.state)
    )
    return {state: int(fen) for state, fen in db.session.execute(query)}


def standing(contract_id: int) -> int:
    """Return the 分 net that are verified or wait for it: what a new voucher comes on top of."""
    found = by_state(contract_id)
    return found.get("verified", 0) + found.get("submitted", 0)


def left_of(payment: Payment) -> dict[tuple[int, int], int]:
    """Return (contract id, traded id) → 分 of a payment that no standing refund or reversal has given back."""
    back = (
        select(
            PaymentAllocation.contract_id, PaymentAllocation.traded_id, func.sum(PaymentAllocation.amount_fen)
        )
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(Payment.returns_id == payment.id, Payment.state.in_(("submitted", "verified")))
        .group_by(PaymentAllocation.contract_id, PaymentAllocation.traded_id)
    )
    left = {(each.contract_id, each.traded_id): each.amount_fen for each in payment.allocations}
    for contract_id, traded_id, fen in db.session.execute(back):
        left[contract_id, traded_id] = left.get((contract_id, traded_id), 0) - int(fen)
    return left


def is_paid_in_full(contract: Contract) -> bool:
    """Return whether all that the contract says has been paid and verified, and nothing is 金额待定."""
    version = contract.current
    if version is None or any(one.amount_fen is None for one in version.instalments):
        return False
    return net(contract.id) >= version.amount_fen > 0
