"""Vouchers as the site knows them: serials already used, overpayment, what is unusual about a row."""

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.deals import vouchers
from marketplace.domain.deals.vouchers import Share, Side, Surroundings, Voucher
from marketplace.domain.errors import DomainError
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment, PaymentEvidence
from marketplace.services.deals.payments import access, effects, paid, plan

STANDING = ("submitted", "verified")
"""States of a row that counts, or will."""


def overpaid(contract: Contract, more_fen: int = 0) -> int:
    """Return by how many 分 verified and waiting payments, with ``more_fen``, exceed the contract's amount.

    0 where the amount is still open in part (金额待定).
    """
    version = contract.current
    if version is None or version.open_ended:
        return 0
    return max(0, paid.standing(contract.id) + more_fen - version.amount_fen)


def check_serial(actor: Actor, voucher: Voucher, kind: str) -> None:
    """Raise DomainError at ``serial`` where the same bank's serial stands already; names it only to who may read it."""
    if not voucher.serial:
        return
    known = _standing(voucher.bank, voucher.serial, kind)
    if known is None:
        return
    if not access.may_read(actor, known):
        raise DomainError(
            "voucher_known",
            N_("这家银行的这个流水号已由其他单位登记，请核对凭证；如确属贵单位的款项，请联系登记机构"),
            field="serial",
        )
    raise DomainError(
        "voucher_known",
        N_("这笔流水已经登记过：%(day)s，%(amount)s元，“%(title)s”，编号%(number)d，请勿重复登记"),
        field="serial",
        day=known.paid_on.isoformat(),
        amount=format_yuan(known.amount_fen),
        title=effects.title_of(known),
        number=known.id,
    )


def _standing(bank: str, serial: str, kind: str) -> Payment | None:
    """Return the row that stands under a bank's serial, by its own voucher or by evidence that came later."""
    row = db.session.scalar(
        select(Payment).where(
            Payment.kind == kind, Payment.bank == bank, Payment.serial == serial, Payment.state.in_(STANDING)
        )
    )
    if row is not None or kind != "payment":
        return row
    later = db.session.scalar(
        select(PaymentEvidence).where(
            PaymentEvidence.bank == bank,
            PaymentEvidence.serial == serial,
            PaymentEvidence.state.in_(STANDING),
        )
    )
    return later.payment if later is not None else None


def voucher_of(payment: Payment) -> Voucher:
    """Return what a row says, as it was entered."""
    return Voucher(
        paid_on=payment.paid_on,
        amount_fen=payment.amount_fen,
        evidence=payment.evidence,
        bank=payment.bank,
        serial=payment.serial,
        payer=Side(payment.payer_name, payment.payer_uscc),
        payee=Side(payment.payee_name, payment.payee_uscc),
        note=payment.note,
        currency=payment.currency,
        foreign_amount=payment.foreign_amount,
        rate=payment.rate or "",
        rate_on=payment.rate_on,
    )


def shares_of(payment: Payment) -> tuple[Share, ...]:
    """Return how a row is shared out."""
    return tuple(Share(each.contract_id, each.traded_id, each.amount_fen) for each in payment.allocations)


def remarks_on(payment: Payment) -> list[Words]:
    """Return what makes a row unusual, held against its first contract; overpayment against every one."""
    found = access.contracts_of(payment)
    contract = found[0]
    buyer, sellers = access.sides_of(contract)
    stands = payment.state in STANDING
    waiting = payment.state == "submitted"
    around = Surroundings(
        buyer=buyer,
        sellers=sellers,
        signed_on=contract.signed_on,
        open_instalments=tuple(fact.open_fen for fact in plan.facts_of(contract) if fact.open_fen)
        if waiting and len(found) == 1
        else (),
        overpaid_fen=max(overpaid(one) for one in found) if stands and payment.kind == "payment" else 0,
        beyond_paid_fen=max(0, *(-paid.standing(one.id) for one in found))
        if stands and payment.kind != "payment"
        else 0,
    )
    return vouchers.remarks(voucher_of(payment), payment.kind, around)
