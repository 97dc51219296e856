"""Bringing the ledger in line with what the provider says of a checkout, whatever was heard of it before.

Every event, however late or often it comes, ends here: the provider is read, never the event, and what it says is
added to the ledger where it is missing. Nothing is taken away, so that an older answer does no harm.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.deals import shares
from marketplace.domain.errors import DomainError, NotAllowed
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.integrations.billing import (
    BillingMissing,
    BillingRefused,
    BillingUnavailable,
    Charge,
    GoneBack,
    Session,
)
from marketplace.models.deals import BillingDispute, Checkout, Contract, Payment, PaymentAllocation
from marketplace.services.deals import contracts
from marketplace.services.deals.billing import accounts, checkouts
from marketplace.services.deals.payments import access, effects, paid
from marketplace.services.platform import audit
from marketplace.services.unit import unit_of_work

BANK = "STRIPE"
EVIDENCE = "stripe"
Pair = tuple[int, int]


def ask(checkout_id: int) -> str:
    """Read a checkout from the provider, outside any transaction, and settle it; return the outcome in a word."""
    row = db.session.get_one(Checkout, checkout_id)
    account, session_id = row.account, row.session
    db.session.rollback()
    if session_id is None:
        return "not open"
    try:
        page = accounts.provider().session(account, session_id)
    except BillingMissing:
        # The provider no longer lets us see it: what it said before stands, and nobody can pay on the page.
        with unit_of_work():
            checkouts.move(checkouts.locked(checkout_id), "expire")
        return "missing"
    with unit_of_work():
        return settle(checkout_id, page)


def check(checkout_id: int) -> None:
    """Ask on a person's request. Raises DomainError when the provider is silent."""
    try:
        ask(checkout_id)
    except (BillingUnavailable, BillingRefused) as fault:
        raise accounts.silent() from fault


def abandon(checkout_id: int) -> None:
    """Close a payment page at the provider, so that another may be opened; a page paid meanwhile stays paid.

    Outside any transaction. Raises DomainError when the provider is silent.
    """
    row = db.session.get_one(Checkout, checkout_id)
    account, session_id = row.account, row.session
    db.session.rollback()
    if session_id is None:
        with unit_of_work():
            checkouts.move(checkouts.locked(checkout_id), "expire")
        return
    try:
        accounts.provider().expire_session(account, session_id)
    except BillingUnavailable as fault:
        raise accounts.silent() from fault
    except BillingRefused:
        # It is paid or closed already: asking tells which.
        check(checkout_id)
        return
    check(checkout_id)


def settle(checkout_id: int, page: Session) -> str:
    """Add to the ledger what ``page`` says and it does not know yet; return the outcome in a word.

    Inside a unit of work. Pages that are not the checkout's own, and amounts that differ from what was asked for,
    change nothing: ``reconcile`` shows them.
    """
    row = checkouts.locked(checkout_id)
    if page.checkout_key != row.request_key or row.session not in (None, page.id):
        return "another page"
    if row.state == "new":
        row.session, row.url = page.id, page.url
        checkouts.move(row, "open")
    row.intent = page.intent
    if page.charge is not None:
        return _settle_charge(row, page.charge)
    if page.status == "expired":
        checkouts.move(row, "expire")
    elif page.failed:
        checkouts.move(row, "fail")
    db.session.flush()
    return page.status


def _settle_charge(row: Checkout, charge: Charge) -> str:
    if (charge.amount_fen, charge.currency, charge.checkout_key) != (row.amount_fen, "cny", row.request_key):
        return "amount differs"
    row.receipt_url = charge.receipt_url if charge.receipt_url.startswith(("https://", "http://")) else ""
    checkouts.move(row, "pay")
    payment = find("payment", charge.id) or _receive(row, charge)
    for dispute in charge.disputes:
        _note_dispute(payment, dispute)
    for back in (*charge.refunds, *charge.disputes):
        _settle_back(payment, back)
    return "paid"


def find(kind: str, serial: str) -> Payment | None:
    """Return the row that stands for something the provider told."""
    query = select(Payment).where(
        Payment.kind == kind, Payment.bank == BANK, Payment.serial == serial, Payment.state == "verified"
    )
    return db.session.scalar(query)


def find_by_checkout(checkout_id: int) -> Payment | None:
    """Return the payment that a checkout became."""
    query = select(Payment).where(Payment.checkout_id == checkout_id, Payment.kind == "payment")
    return db.session.scalar(query.order_by(Payment.id).limit(1))


def receipt_of(payment: Payment) -> str:
    """Return the address of the provider's receipt for an online payment, or ''."""
    row = db.session.get(Checkout, payment.checkout_id) if payment.checkout_id else None
    return row.receipt_url if row is not None else ""


def _receive(row: Checkout, charge: Charge) -> Payment:
    divided = {(row.contract_id, each["traded"]): each["amount_fen"] for each in row.shares}
    payment = _row(row, "payment", charge.id, charge.amount_fen, charge.at, divided)
    effects.receive(payment)
    effects.tell(payment, "online_paid")
    return payment


def _settle_back(payment: Payment, back: GoneBack) -> None:
    gone, restored = find("refund", back.id), find("payment", back.id)
    row = db.session.get_one(Checkout, payment.checkout_id)
    if back.stands and gone is None:
        divided = _divide(payment, back.amount_fen)
        # A lost dispute and a refund are both money that left the seller again.
        refund = _row(row, "refund", back.id, back.amount_fen, _known_at(payment, back), divided, payment)
        effects.receive(refund)
        effects.tell(refund, "online_refunded")
    elif not back.stands and gone is not None and restored is None:
        same = {(each.contract_id, each.traded_id): each.amount_fen for each in gone.allocations}
        made = _row(row, "payment", back.id, back.amount_fen, clock.now(), same, note=back.id)
        effects.receive(made)
        effects.tell(made, "online_paid")


def _known_at(payment: Payment, back: GoneBack) -> datetime:
    """Return when the money went back: a refund when it was made, a dispute when we hear that it is lost."""
    return clock.now() if db.session.get(BillingDispute, back.id) is not None else back.at


def _row(
    row: Checkout, kind: str, serial: str, amount: int, at: datetime, divided: dict[Pair, int],
    returns: Payment | None = None, note: str = "",
) -> Payment:  # fmt: skip
    contract = db.session.get_one(Contract, row.contract_id)
    sides = [contracts.buyer_of(contract), next(iter(contracts.sellers_of(contract)), None)]
    payer, payee = [access.side_of(party) if party is not None else None for party in sides]
    if kind == "refund":
        payer, payee = payee, payer
    made = Payment(
        kind=kind,
        paid_on=clock.beijing(at).date(),
        amount_fen=amount,
        evidence=EVIDENCE,
        bank=BANK,
        serial=serial,
        payer_name=payer.name if payer else "",
        payer_uscc=payer.uscc[:18] if payer else "",
        payee_name=payee.name if payee else "",
        payee_uscc=payee.uscc[:18] if payee else "",
        note=note,
        returns_id=returns.id if returns is not None else None,
        checkout_id=row.id,
    )
    made.allocations = [
        PaymentAllocation(contract_id=contract_id, traded_id=traded_id, amount_fen=fen)
        for (contract_id, traded_id), fen in divided.items()
    ]
    db.session.add(made)
    db.session.flush()
    audit.record(SYSTEM, "payment.create", "payment", made.id, contracts=[row.contract_id], kind=kind)
    return made


def _divide(payment: Payment, amount_fen: int) -> dict[Pair, int]:
    """Divide what went back over the lines, by what is left of the payment on each."""
    left = {key: max(0, fen) for key, fen in paid.left_of(payment).items()}
    for restored in _restored(payment):
        for each in restored.allocations:
            left[each.contract_id, each.traded_id] = (
                left.get((each.contract_id, each.traded_id), 0) + each.amount_fen
            )
    if sum(left.values()) < amount_fen:
        # More went back than the ledger has left of it, as when it was also repaid by transfer: by whole shares then.
        left = {(each.contract_id, each.traded_id): amount_fen for each in payment.allocations}
    divided = zip(left, shares.split(amount_fen, list(left.values())), strict=True)
    return {key: fen for key, fen in divided if fen}


def _restored(payment: Payment) -> Sequence[Payment]:
    """Return the rows that took a failed refund of a payment back."""
    failed = select(Payment.serial).where(Payment.returns_id == payment.id, Payment.bank == BANK)
    query = select(Payment).where(
        Payment.kind == "payment",
        Payment.bank == BANK,
        Payment.state == "verified",
        Payment.serial.in_(failed),
    )
    return list(db.session.scalars(query.order_by(Payment.id)))


def _note_dispute(payment: Payment, told: GoneBack) -> None:
    row = db.session.get(BillingDispute, told.id)
    if row is None:
        db.session.add(
            BillingDispute(
                id=told.id, payment_id=payment.id, status=told.status, reason=told.reason[:80],
                amount_fen=told.amount_fen,
            )
        )  # fmt: skip
        effects.tell(payment, "online_disputed")
    elif row.status != told.status:
        row.status = told.status
    db.session.flush()


def refundable(actor: Actor, payment: Payment) -> int:
    """Return the 分 of an online payment that the actor may send back: the seller's 负责人, what is left of it."""
    if payment.checkout_id is None or payment.kind != "payment" or payment.state != "verified":
        return 0
    if not actor.is_manager or actor.organisation_id not in _sellers(payment) or not accounts.is_open():
        return 0
    if find("refund", payment.serial) is not None:
        return 0  # a row that takes a failed refund back, not a charge
    restored = sum(each.amount_fen for each in _restored(payment))
    return max(0, sum(paid.left_of(payment).values()) + restored)


def _sellers(payment: Payment) -> set[int | None]:
    sides = [party for one in access.contracts_of(payment) for party in contracts.sellers_of(one)]
    return {party.organisation_id for party in sides if party.organisation_id is not None}


def give_back(actor: Actor, payment_id: int, amount_fen: int, request_key: str) -> None:
    """Have the provider refund an online payment, then settle; the same form sent twice is one refund.

    Outside any transaction: the provider's word counts, and a kill in between heals by its event. Raises NotFound,
    NotAllowed, DomainError at ``amount`` where more is asked back than is left or the provider refuses.
    """
    payment = access.get_for(actor, payment_id)
    require(actor, Permission.HANDLE_CONTRACT, access.subject_of(payment))
    checkout = db.session.get(Checkout, payment.checkout_id) if payment.checkout_id else None
    if checkout is None or not actor.is_manager or actor.organisation_id not in _sellers(payment):
        raise NotAllowed(N_("在线支付由卖方负责人在此退款"))
    # What is left of it is the provider's to say: it knows a form sent twice from a second wish.
    if not 0 < amount_fen <= payment.amount_fen:
        raise DomainError(
            "refund_amount",
            N_("请填写大于0、不超过原付款 %(most)s 元的金额"),
            field="amount",
            most=format_yuan(payment.amount_fen),
        )
    account, charge, checkout_id = checkout.account, payment.serial, checkout.id
    db.session.rollback()
    try:
        accounts.provider().refund(account, charge, amount_fen, f"refund-{payment_id}-{request_key}")
    except BillingUnavailable as fault:
        raise accounts.silent() from fault
    except BillingRefused as refused:
        raise DomainError(
            "refund_refused",
            N_("支付平台没有接受退款：金额超过还可以退的部分，或此款已全部退回、处于争议中"),
            field="amount",
        ) from refused
    check(checkout_id)
