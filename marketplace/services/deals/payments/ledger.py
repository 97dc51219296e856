"""The page of all payments, for who may read contracts: filters as the export has them, and sums over all rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain.access import Actor, Permission, require
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment, PaymentAllocation
from marketplace.services.deals.ledger.payments import query_of
from marketplace.services.paging import SIZE, Page


@dataclass(frozen=True)
class LedgerPage:
    """A page of the ledger and the sums over all its rows, in 分; only verified rows are paid."""

    page: Page[Payment]
    paid_fen: int
    returned_fen: int
    waiting_fen: int


def page_of(actor: Actor, filters: Mapping[str, str], number: int) -> LedgerPage:
    """Return page ``number`` of the payments, latest first; ``filters`` as in services/deals/ledger/payments.py."""
    require(actor, Permission.READ_CONTRACTS)
    found = query_of(filters).order_by(None)
    verified, is_payment = Payment.state == "verified", Payment.kind == "payment"
    total, came, went, waits = db.session.execute(
        found.with_only_columns(
            func.count(),
            func.coalesce(func.sum(case((verified & is_payment, Payment.amount_fen), else_=0)), 0),
            func.coalesce(func.sum(case((verified & ~is_payment, Payment.amount_fen), else_=0)), 0),
            func.coalesce(func.sum(case((Payment.state == "submitted", Payment.amount_fen), else_=0)), 0),
        )
    ).one()
    pages = max(1, -(-total // SIZE))
    here = min(max(number, 1), pages)
    rows = db.session.scalars(
        found.options(
            selectinload(Payment.allocations)
            .joinedload(PaymentAllocation.contract)
            .options(joinedload(Contract.current))
        )
        .order_by(Payment.paid_on.desc(), Payment.id.desc())
        .limit(SIZE)
        .offset((here - 1) * SIZE)
    ).all()
    return LedgerPage(Page(rows, here, pages, total), int(came), int(went), int(waits))
