"""Money that went back: refunds by the seller, reversals by a bank; rows of their own."""

from collections.abc import Sequence
from dataclasses import replace

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals import vouchers as rules
from marketplace.domain.deals.vouchers import Share, Side, Voucher
from marketplace.domain.errors import DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_
from marketplace.models.deals import Contract, Payment
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import access, paid, recording, vouchers
from marketplace.services.deals.payments.recording import PaymentData

KINDS = ("refund", "reversal")


def start(actor: Actor, contract_id: int, payment: Payment | None = None) -> Voucher:
    """Return what a refund begins with: seller and buyer changed over, and what is left of the payment it returns."""
    contract = contracts.get_own(actor, contract_id)
    if payment is not None:
        check_refundable(payment)
        payer, payee = (
            Side(payment.payee_name, payment.payee_uscc),
            Side(payment.payer_name, payment.payer_uscc),
        )
        left = sum(max(0, fen) for fen in paid.left_of(payment).values())
        return Voucher(amount_fen=left or None, payer=payer, payee=payee, bank=payment.bank)
    buyer, sellers = access.sides_of(contract)
    return Voucher(payer=sellers[0] if sellers else Side(""), payee=buyer or Side(""))


def lines_of(contract: Contract, payment: Payment | None) -> list[tuple[Contract, int, str, int]]:
    """Return (contract, traded id, name, 分 that can go back at most) for each line money may go back on.

    With a payment, the lines it paid, with what is left of it; else the contract's lines with what is paid net.
    """
    if payment is not None:
        left = paid.left_of(payment)
        return [
            (each.contract, each.traded_id, each.traded.name, left[each.contract_id, each.traded_id])
            for each in payment.allocations
        ]
    version = contract.current
    net = paid.net_by_line([contract.id]).get(contract.id, {})
    lines = version.lines if version is not None else []
    return [(contract, line.traded_id, line.traded.name, net.get(line.traded_id, 0)) for line in lines]


def all_left(payment: Payment) -> tuple[Share, ...]:
    """Return the shares of a refund that gives back all that is left of a payment."""
    return tuple(Share(*key, fen) for key, fen in paid.left_of(payment).items() if fen > 0)


def check_refundable(payment: Payment) -> None:
    """Raise DomainError unless this is a verified payment; what is not verified is withdrawn instead."""
    if payment.kind != "payment":
        raise DomainError("not_a_payment", N_("这是一笔退款或冲正，不能再登记退款"))
    if payment.state != "verified":
        raise DomainError("not_verified", N_("只有已核验的付款才登记退款；还没有核验的请撤回后重新登记"))


def refund(
    actor: Actor, contract_id: int, data: PaymentData, kind: str = "refund", returns_id: int | None = None
) -> Payment:
    """Record money that went back (``kind`` refund or reversal), naming the payment it returns where known.

    A named payment never gives back more than it was, line by line. An unnamed one may: what is known of the past
    may be incomplete. Verified like a payment. Raises as ``recording.record``.
    """
    touched = {contract_id, *(share.contract_id for share in data.shares)}
    access.lock(touched)
    contract = next(
        one for one in [contracts.get_own(actor, key) for key in sorted(touched)] if one.id == contract_id
    )
    payment = access.get_own(actor, returns_id) if returns_id is not None else None
    known = recording.sent_before(actor, data)
    if known is not None:
        return known
    if kind not in KINDS:
        raise DomainError("kind_unknown", N_("请选择退款或冲正"), field="kind")
    if payment is not None:
        check_refundable(payment)
        if contract.id not in {one.id for one in access.contracts_of(payment)}:
            raise NotFound()
    data = replace(data, voucher=recording.cleaned(data.voucher))
    faults = _faults(contract, data, payment)
    if faults:
        raise ValidationFailed(faults)
    vouchers.check_serial(actor, data.voucher, kind)
    return recording.insert(actor, data, kind, payment)


def _faults(contract: Contract, data: PaymentData, payment: Payment | None) -> list[FieldError]:
    voucher = data.voucher
    faults = rules.check(voucher, clock.today())
    if payment is not None and voucher.paid_on is not None and voucher.paid_on < payment.paid_on:
        faults.append(
            FieldError(
                "paid_on", "before_payment", N_("退款日期早于原付款日期%(day)s，请核对"),
                {"day": payment.paid_on.isoformat()},
            )
        )  # fmt: skip
    wrong_shares = rules.check_shares(data.shares, voucher.amount_fen or 0)
    if voucher.amount_fen and wrong_shares:
        faults.append(wrong_shares)
    faults += _beyond(contract, data.shares, payment)
    return faults + recording.missing_voucher(data)


def _beyond(contract: Contract, shares: Sequence[Share], payment: Payment | None) -> list[FieldError]:
    """Return the fault of giving back on a line what it never had, or more than is left of the payment."""
    lines = {(one.id, traded_id): (name, left) for one, traded_id, name, left in lines_of(contract, payment)}
    faults = []
    for share in shares:
        if (share.contract_id, share.traded_id) not in lines:
            raise NotFound()
        name, left = lines[share.contract_id, share.traded_id]
        if payment is not None and share.amount_fen > left:
            faults.append(
                FieldError(
                    "shares", "refund_over",
                    N_("“%(name)s”在这笔付款中最多还能退%(left)s元；退得更多的部分请不指明原付款，另行登记"),
                    {"name": name, "left": format_yuan(max(0, left))},
                )
            )  # fmt: skip
    return faults
