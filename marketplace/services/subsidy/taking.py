"""Which payments a case takes: those of its batch's days, and what earlier cases of the same purchase have taken.

A case is one buyer × one achievement × one batch (DOMAIN §3, 0); a batch asks for payments of certain days. The
entitlement is cumulative, so that what an earlier case took stays in the sum; everything else waits for its own batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

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
    return lefts_of([case], until)[case.id]


def lefts_of(found: Sequence[SubsidyCase], until: datetime | None = None) -> dict[int, Left]:
    """Return case id → what it leaves to other batches, by a number of queries that does not grow with the cases."""
    batches = _batches(found)
    outside = _outside(found, batches)
    touched = [case for case in found if case.id in outside]
    earlier = _earlier(touched, until) if touched else {}
    others = _others([batches[case.id] for case in touched]) if touched else {}
    made = {}
    for case in found:
        batch, payments = batches[case.id], outside.get(case.id, [])
        mine = [one for one in earlier.get(purchase_of(case), []) if one.id != case.id]
        made[case.id] = Left(
            batch,
            {
                key_of(payment.id, contract_id): _reason(payment, batch, others[batch.policy_version_id])
                for payment, contract_id in payments
                # What lies outside the version's window is of another version, and never counts in this one.
                if batch is not None
                and policies.holds_on(batch.policy, payment.paid_on)
                and not any(_took(one, payment) for one in mine)
            },
        )
    return made


def _batches(found: Sequence[SubsidyCase]) -> dict[int, SubsidyBatch | None]:
    """Return case id → its batch; for a draft the one that is open, or else the next."""
    drafts = [case for case in found if case.submitted_at is None]
    held = terms.of_many(drafts) if drafts else {}
    made = {case_id: each.window.open or each.window.coming for case_id, each in held.items()}
    wanted = {case.batch_id for case in found if case.id not in made}
    rows = db.session.scalars(select(SubsidyBatch).where(SubsidyBatch.id.in_(wanted))) if wanted else ()
    known = {row.id: row for row in rows}
    return made | {case.id: known.get(case.batch_id or 0) for case in found if case.id not in made}


Purchase = tuple[str, int, int | None]
"""(clause, organisation, traded achievement)"""


def purchase_of(case: SubsidyCase) -> Purchase:
    """Return which purchase a case is about; several cases may be about one, each in a batch of its own."""
    return (case.clause, case.organisation_id, case.traded_id)


def _outside(
    found: Sequence[SubsidyCase], batches: Mapping[int, SubsidyBatch | None]
) -> dict[int, list[tuple[Payment, int]]]:
    """Return case id → the verified payments for its achievement, with their contract, not of its batch's days."""
    asked = {case.id: case for case in found if batches[case.id] is not None and case.traded_id is not None}
    days = {(batch.paid_from, batch.paid_to) for batch in batches.values() if batch is not None}
    if not asked:
        return {}
    query = (
        select(Payment, PaymentAllocation.contract_id, PaymentAllocation.traded_id)
        .join(PaymentAllocation, PaymentAllocation.payment_id == Payment.id)
        .where(
            PaymentAllocation.traded_id.in_({case.traded_id for case in asked.values()}),
            Payment.state == "verified",
            Payment.kind == "payment",
            or_(*((Payment.paid_on < first) | (Payment.paid_on > last) for first, last in sorted(days))),
        )
        .order_by(Payment.id)
    )
    paid: dict[int, list[tuple[Payment, int]]] = {}
    for payment, contract_id, traded_id in db.session.execute(query).unique():
        paid.setdefault(traded_id, []).append((payment, contract_id))
    made = {}
    for case_id, case in asked.items():
        batch, rows = batches[case_id], paid.get(case.traded_id or 0, [])
        mine = [row for row in rows if batch is not None and not _asks_for(batch, row[0])]
        if mine:
            made[case_id] = mine
    return made


def _earlier(found: Sequence[SubsidyCase], until: datetime | None) -> dict[Purchase, list[SubsidyCase]]:
    """Return the cases of the same purchases that hold an amount, fixed before."""
    query = select(SubsidyCase).where(
        SubsidyCase.organisation_id.in_({case.organisation_id for case in found}),
        SubsidyCase.traded_id.in_({case.traded_id for case in found}),
        SubsidyCase.fixed_fen.is_not(None),
    )
    if until is not None:
        query = query.where(SubsidyCase.fixed_at < until)
    query = query.options(selectinload(SubsidyCase.batch)).order_by(SubsidyCase.id)
    made: dict[Purchase, list[SubsidyCase]] = {}
    for row in db.session.scalars(query).unique():
        made.setdefault(purchase_of(row), []).append(row)
    return made


def _took(earlier: SubsidyCase, payment: Payment) -> bool:
    """Return whether an earlier case took a payment: of its batch's days, and verified before its amount was fixed."""
    batch, fixed_at, verified_at = earlier.batch, earlier.fixed_at, payment.verified_at
    if batch is None or fixed_at is None or verified_at is None:
        return False
    return _asks_for(batch, payment) and verified_at < fixed_at


def _asks_for(batch: SubsidyBatch, payment: Payment) -> bool:
    return batch.paid_from <= payment.paid_on <= batch.paid_to


def _others(batches: Sequence[SubsidyBatch | None]) -> dict[int, list[SubsidyBatch]]:
    """Return version id → all its batches; the one that a payment is outside of never asks for it."""
    versions = {batch.policy_version_id for batch in batches if batch is not None}
    query = select(SubsidyBatch).where(SubsidyBatch.policy_version_id.in_(versions))
    made: dict[int, list[SubsidyBatch]] = {}
    for row in db.session.scalars(query.order_by(SubsidyBatch.apply_from, SubsidyBatch.id)):
        made.setdefault(row.policy_version_id, []).append(row)
    return made


def _reason(payment: Payment, batch: SubsidyBatch, others: Sequence[SubsidyBatch]) -> Words:
    told = {"first": batch.paid_from.isoformat(), "last": batch.paid_to.isoformat()}
    wanted = [one for one in others if _asks_for(one, payment)]
    if not wanted:
        words = N_("付款日期不在本批次的付款期间（%(first)s至%(last)s）内，留待以后的批次")
        return Words(words, told)
    words = N_("付款日期不在本批次的付款期间（%(first)s至%(last)s）内，属于批次“%(title)s”")
    return Words(words, told | {"title": wanted[-1].title})
