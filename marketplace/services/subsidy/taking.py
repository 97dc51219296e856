"""Which payments a case takes: those of its batch's days, and what earlier cases of the same purchase have taken.

A case is one buyer × one achievement × one batch (DOMAIN §3, 0); a batch asks for payments of certain days. The
entitlement is cumulative, so that what an earlier case took stays in the sum; everything else waits for its own batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.deals import Payment, PaymentAllocation
from marketplace.models.subsidy import SubsidyBatch, SubsidyCase
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.applying import terms


@dataclass(frozen=True)
class Left:
    """Payments that a case leaves to other batches, by their key in the world; each with the reason."""

    batch: SubsidyBatch | None
    reasons: Mapping[str, Words]

    @property
    def keys(self) -> frozenset[str]:
        """The payments as the arithmetic names them."""
        return frozenset(self.reasons)


def key_of(payment_id: int, contract_id: int) -> str:
    """Return how the world names what a payment gave to a contract."""
    return f"{payment_id}/{contract_id}"


def left_by(case: SubsidyCase, until: datetime | None = None) -> Left:
    """Return what a case leaves to other batches; ``until``: as it was when its amount was fixed.

    A draft is shown as it would be in the batch that is open, or else the next; without one it leaves nothing.
    """
    batch = case.batch if case.submitted_at is not None else _coming(case)
    if batch is None or case.traded_id is None:
        return Left(batch, {})
    found = _outside(case.traded_id, batch)
    earlier = _earlier(case, until) if found else []
    others = _others(batch) if found else []
    return Left(
        batch,
        {
            key_of(payment.id, contract_id): _reason(payment, batch, others)
            for payment, contract_id in found
            # What lies outside the version's window is of another version, and never counts in this one.
            if policies.holds_on(batch.policy, payment.paid_on)
            and not any(_took(one, payment) for one in earlier)
        },
    )


def _coming(case: SubsidyCase) -> SubsidyBatch | None:
    window = terms.window_of(case)
    return window.open or window.coming


def _outside(traded_id: int, batch: SubsidyBatch) -> Sequence[tuple[Payment, int]]:
    query = (
        select(Payment, PaymentAllocation.contract_id)
        .join(PaymentAllocation, PaymentAllocation.payment_id == Payment.id)
        .where(
            PaymentAllocation.traded_id == traded_id,
            Payment.state == "verified",
            Payment.kind == "payment",
            (Payment.paid_on < batch.paid_from) | (Payment.paid_on > batch.paid_to),
        )
        .order_by(Payment.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query).unique()]


def _earlier(case: SubsidyCase, until: datetime | None) -> Sequence[SubsidyCase]:
    """Return the cases of the same purchase that hold an amount, fixed before."""
    query = select(SubsidyCase).where(
        SubsidyCase.clause == case.clause,
        SubsidyCase.organisation_id == case.organisation_id,
        SubsidyCase.traded_id == case.traded_id,
        SubsidyCase.fixed_fen.is_not(None),
        SubsidyCase.id != case.id,
    )
    if until is not None:
        query = query.where(SubsidyCase.fixed_at < until)
    return db.session.scalars(query.order_by(SubsidyCase.id)).unique().all()


def _took(earlier: SubsidyCase, payment: Payment) -> bool:
    """Return whether an earlier case took a payment: of its batch's days, and verified before its amount was fixed."""
    batch, fixed_at, verified_at = earlier.batch, earlier.fixed_at, payment.verified_at
    if batch is None or fixed_at is None or verified_at is None:
        return False
    return batch.paid_from <= payment.paid_on <= batch.paid_to and verified_at < fixed_at


def _others(batch: SubsidyBatch) -> Sequence[SubsidyBatch]:
    same = SubsidyBatch.policy_version_id == batch.policy_version_id
    query = select(SubsidyBatch).where(same, SubsidyBatch.id != batch.id)
    return db.session.scalars(query.order_by(SubsidyBatch.apply_from, SubsidyBatch.id)).all()


def _reason(payment: Payment, batch: SubsidyBatch, others: Sequence[SubsidyBatch]) -> Words:
    told = {"first": batch.paid_from.isoformat(), "last": batch.paid_to.isoformat()}
    wanted = [one for one in others if one.paid_from <= payment.paid_on <= one.paid_to]
    if not wanted:
        words = N_("付款日期不在本批次的付款期间（%(first)s至%(last)s）内，留待以后的批次")
        return Words(words, told)
    words = N_("付款日期不在本批次的付款期间（%(first)s至%(last)s）内，属于批次“%(title)s”")
    return Words(words, told | {"title": wanted[-1].title})
