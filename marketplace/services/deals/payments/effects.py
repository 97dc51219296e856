"""What follows when money is verified, whoever verified it."""

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.domain.money import format_yuan
from marketplace.domain.states import PAYMENT
from marketplace.models.deals import Contract, Payment
from marketplace.services import workflow
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import access, paid
from marketplace.services.deals.turnover import entries
from marketplace.services.platform import notices, outbox


def receive(payment: Payment) -> None:
    """Verify what the payment provider told, read again from it; what follows is the same as for a voucher."""
    subject = access.subject_of(payment)
    # The moment and the state reach the database in one flush: it accepts neither without the other.
    payment.verified_at = clock.now()
    workflow.apply(PAYMENT, payment, "receive", SYSTEM, subject)
    after_verified(payment)


def after_verified(payment: Payment) -> None:
    """Bring the contracts in line with money that has just been verified; call it after the flush.

    A completed contract on which something is owed again is alive again; a rescinded one counts in the turnover
    with what was really paid, so that its entry follows.
    """
    for contract in access.contracts_of(payment):
        if contract.state == "completed" and not paid.is_paid_in_full(contract):
            contracts.act(SYSTEM, contract, "resume")
        if contract.state == "rescinded":
            entries.post(contract, "rescind", clock.today())
        outbox.enqueue("contract", contract=contract.id)


MONEY_BACK = {"payment_verified": "refund_verified", "payment_returned": "refund_returned"}
"""Notice of a payment → the one of a refund or a reversal."""


def tell(payment: Payment, kind: str, *, but: int | None = None) -> None:
    """Leave a notice with the amount for the people of every party, but not for the person ``but``.

    Money that went back is told as such: ``payment_verified`` becomes ``refund_verified``, and so on.
    """
    if payment.kind != "payment":
        kind = MONEY_BACK.get(kind, kind)
    subject = access.subject_of(payment)
    people = {person for one in subject.parties for person in notices.members_of(one)}
    notices.notify(
        people - {but}, kind, "payment", payment.id,
        title=title_of(payment), amount=format_yuan(payment.amount_fen),
    )  # fmt: skip


def title_of(payment: Payment) -> str:
    """Return the name of the first contract that a payment pays."""
    return name_of(access.contracts_of(payment)[0])


def task_title(payment: Payment) -> str:
    """Return what a reviewer reads in the queue: several vouchers of one contract are told apart by day and amount."""
    day, amount = payment.paid_on.isoformat(), format_yuan(payment.amount_fen)
    named = title_of(payment)[:140] if payment.kind == "payment" else f"退款 · {title_of(payment)[:134]}"
    return f"{named} · {day} · {amount} 元"


def name_of(contract: Contract) -> str:
    """Return the name of a contract, or its filing number while it has none."""
    return (contract.current.title if contract.current is not None else "") or contract.filing_number
