"""Recording payments, and what went back: rows that are never overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.deals import vouchers as rules
from marketplace.domain.deals.vouchers import Share, Side, Voucher
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.states import PAYMENT
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty, Payment, PaymentAllocation
from marketplace.models.people import Organisation
from marketplace.services import workflow
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import access, effects, paid, plan, vouchers
from marketplace.services.platform import audit, files, reviews

PAYABLE_STATES = frozenset(
    {"confirmed", "submitted", "examined", "returned", "registered", "completed", "rescinded"}
)
"""States in which a payment may be recorded; the contract must be signed as well. Money can come back in any state."""
MOST_TARGETS = 40


@dataclass(frozen=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True)
class PaymentData:
    """What a person enters. ``request_key``: the form it came from, so that it counts once however often it is sent.

    ``replaces_id``: the returned or withdrawn row that this one corrects; its files go along unless new ones are sent.
    """

    voucher: Voucher
    shares: tuple[Share, ...]
    uploads: tuple[Upload, ...] = ()
    request_key: str = ""
    replaces_id: int | None = None


@dataclass(frozen=True)
class Target:
    """A contract that a payment may be shared over; ``lines`` are (traded id, name, 分 of the line, 分 paid net)."""

    contract: Contract
    lines: tuple[tuple[int, str, int, int], ...]


def start(actor: Actor, contract_id: int) -> Voucher:
    """Return what a new payment of a contract begins with: buyer, first seller, the next open instalment.

    Raises NotFound, NotAllowed, or DomainError where nothing can be recorded on the contract.
    """
    contract = contracts.get_own(actor, contract_id)
    check_payable(contract)
    buyer, sellers = access.sides_of(contract)
    amount = next((fact.open_fen for fact in plan.facts_of(contract) if fact.open_fen), None)
    payee = sellers[0] if sellers else Side("")
    return Voucher(amount_fen=amount, payer=buyer or Side(""), payee=payee)


def targets(actor: Actor, contract: Contract) -> list[Target]:
    """Return the contract, then the payable ones of the same buyer that the actor handles too."""
    buyer = contracts.buyer_of(contract)
    mine = contracts.own_query(actor).where(
        Contract.state.in_(sorted(PAYABLE_STATES)), Contract.signed_on.is_not(None)
    )
    others = [
        one for one in db.session.scalars(mine).unique() if one.id != contract.id and _same_buyer(one, buyer)
    ][:MOST_TARGETS]
    found = [contract, *others]
    net = paid.net_by_line([one.id for one in found])
    return [Target(one, _lines(one, net.get(one.id, {}))) for one in found]


def _lines(contract: Contract, net: dict[int, int]) -> tuple[tuple[int, str, int, int], ...]:
    version = contract.current
    return tuple(
        (line.traded_id, line.traded.name, line.amount_fen, net.get(line.traded_id, 0))
        for line in (version.lines if version is not None else [])
    )


def _same_buyer(contract: Contract, buyer: ContractParty | None) -> bool:
    side, _sellers = access.sides_of(contract)
    return side is not None and buyer is not None and rules.is_same(side, access.side_of(buyer))


def is_payable(contract: Contract) -> bool:
    """Return whether a payment may be recorded on a contract now."""
    return contract.signed_on is not None and contract.state in PAYABLE_STATES


def check_payable(contract: Contract) -> None:
    """Raise DomainError where no payment may be recorded: not signed, or ended."""
    if contract.state not in PAYABLE_STATES:
        raise DomainError("not_payable", N_("合同尚未签订或已经终止，不能登记付款；退款仍可登记"))
    if contract.signed_on is None:
        raise DomainError("not_signed", N_("请先填写合同的签订日期，再登记付款"))


def record(actor: Actor, data: PaymentData) -> Payment:
    """Record a payment of one contract, or of several of the same buyer, and have its voucher verified.

    The same ``request_key`` from the same organisation returns the first row. Raises NotFound for a contract the
    actor does not know, ValidationFailed naming every field, DomainError at ``serial`` where the voucher is known.
    """
    if not data.shares:
        raise ValidationFailed(_unshared(cleaned(data.voucher)))
    access.lock(share.contract_id for share in data.shares)
    # Asked behind the lock: a second press at the same moment then finds what the first one wrote.
    known = sent_before(actor, data)
    if known is not None:
        return known
    found = _handled(actor, data.shares)
    for contract in found:
        check_payable(contract)
    data = replace(data, voucher=cleaned(data.voucher))
    faults = _faults(data, found)
    if faults:
        raise ValidationFailed(faults)
    vouchers.check_serial(actor, data.voucher, "payment")
    return insert(actor, data, "payment", None)


def sent_before(actor: Actor, data: PaymentData) -> Payment | None:
    """Return the row that the same form made before, NotFound where another organisation sent it.

    Raises Conflict where the form says something else by now: somebody went back in the browser for another payment,
    which must not be taken for the first.
    """
    if not data.request_key:
        return None
    known = db.session.scalar(select(Payment).where(Payment.request_key == data.request_key))
    if known is None:
        return None
    if known.organisation_id != actor.organisation_id:
        raise NotFound()
    said = data.voucher
    same = (known.paid_on, known.amount_fen, known.bank) == (said.paid_on, said.amount_fen, said.bank)
    if not same or known.serial != rules.normalise_serial(said.serial):
        raise Conflict(
            N_("这张表单已经提交过一次（编号%(number)d），这次填的没有登记；另一笔请重新打开登记页面填写"),
            code="form_reused",
            number=known.id,
        )
    return known


def _handled(actor: Actor, shares: Sequence[Share]) -> list[Contract]:
    """Return the contracts of the shares, every one of which the actor handles, all of one buyer."""
    found = [contracts.get_own(actor, key) for key in sorted({share.contract_id for share in shares})]
    first = contracts.buyer_of(found[0])
    if any(not _same_buyer(other, first) for other in found[1:]):
        raise DomainError("other_buyer", N_("一笔款只能分到同一买方的合同"), field="shares")
    for share in shares:
        contract = next(one for one in found if one.id == share.contract_id)
        if share.traded_id not in {line[0] for line in _lines(contract, {})}:
            raise NotFound()
    return found


def cleaned(voucher: Voucher) -> Voucher:
    """Return a voucher with its numbers normalised and its words cleaned. Raises DomainError naming the field."""
    return replace(
        voucher,
        serial=rules.normalise_serial(voucher.serial),
        payer=_side(voucher.payer, "payer_uscc"),
        payee=_side(voucher.payee, "payee_uscc"),
        note=clean_text(voucher.note),
        rate=clean_line(voucher.rate),
    )


def _side(side: Side, field: str) -> Side:
    try:
        return Side(clean_line(side.name)[:200], rules.normalise_uscc(side.uscc))
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, field, **refused.params) from refused


def _faults(data: PaymentData, found: Sequence[Contract]) -> list[FieldError]:
    voucher = data.voucher
    faults = rules.check(voucher, clock.today())
    wrong_shares = rules.check_shares(data.shares, voucher.amount_fen or 0)
    if voucher.amount_fen and wrong_shares:
        faults.append(wrong_shares)
    faults += _misnumbered(voucher, found[0])
    faults += missing_voucher(data)
    over = max((vouchers.overpaid(one, _sum_on(one, data.shares)) for one in found), default=0)
    if over > 0 and not voucher.note:
        faults.append(
            FieldError(
                "note", "overpaid",
                N_("连同这一笔，已登记的付款比合同金额多%(over)s元；请核对金额，确属多付的，请在此说明原因"),
                {"over": format_yuan(over)},
            )
        )  # fmt: skip
    return faults


def missing_voucher(data: PaymentData) -> list[FieldError]:
    """Return the fault of a bank transfer without its voucher; a correction takes over the files of the former row."""
    carried = data.replaces_id is not None and bool(files.links_of("payment", data.replaces_id, "voucher"))
    if data.voucher.evidence != "bank_transfer" or data.uploads or carried:
        return []
    return [FieldError("file", "voucher_missing", N_("请上传银行转账凭证（回单）"))]


def _unshared(voucher: Voucher) -> list[FieldError]:
    """Return what is wrong where nothing is shared out: most often the amount itself is missing or zero."""
    faults = rules.check(voucher, clock.today())
    missing = rules.check_shares((), voucher.amount_fen or 0)
    return [*faults, missing] if voucher.amount_fen and missing else faults


def _misnumbered(voucher: Voucher, contract: Contract) -> list[FieldError]:
    """Return the fault of a party's name beside another number: a slip that would make the payment a stranger's."""
    buyer, sellers = access.sides_of(contract)
    sides = (
        ("payer_uscc", voucher.payer, (buyer,) if buyer is not None else ()),
        ("payee_uscc", voucher.payee, sellers),
    )
    message = N_("“%(name)s”在合同中的代码是%(number)s，与您填的不同；请核对，凭证上没有的可以不填")
    return [
        FieldError(field, "other_number", message, {"name": party.name, "number": party.uscc})
        for field, side, parties in sides
        if (party := rules.numbered_otherwise(side, parties)) is not None
    ]


def _sum_on(contract: Contract, shares: Sequence[Share]) -> int:
    return sum(share.amount_fen for share in shares if share.contract_id == contract.id)


def insert(actor: Actor, data: PaymentData, kind: str, returns: Payment | None) -> Payment:
    """Write a row that has been checked, with its files, and open the task in which it is verified."""
    voucher = data.voucher
    former = former_of(actor, data, kind)
    row = Payment(
        kind=kind,
        organisation_id=actor.organisation_id,
        created_by=actor.person_id,
        paid_on=voucher.paid_on,
        amount_fen=voucher.amount_fen,
        currency=voucher.currency,
        foreign_amount=voucher.foreign_amount,
        rate=voucher.rate or None,
        rate_on=voucher.rate_on,
        evidence=voucher.evidence,
        bank=voucher.bank,
        serial=voucher.serial,
        payer_name=voucher.payer.name,
        payer_uscc=voucher.payer.uscc,
        payee_name=voucher.payee.name,
        payee_uscc=voucher.payee.uscc,
        note=voucher.note,
        returns_id=returns.id if returns is not None else None,
        replaces_id=former.id if former is not None else None,
        request_key=data.request_key[:64] or None,
        allocations=[
            PaymentAllocation(
                contract_id=share.contract_id, traded_id=share.traded_id, amount_fen=share.amount_fen
            )
            for share in data.shares
        ],
    )
    db.session.add(row)
    db.session.flush()
    if data.uploads:
        attach(actor, "payment", row.id, data.uploads)
    elif former is not None:
        files.copy_links(("payment", former.id), ("payment", row.id))
    touched = sorted({share.contract_id for share in data.shares})
    audit.record(actor, "payment.create", "payment", row.id, contracts=touched, kind=kind)
    open_review(actor, row)
    return row


def attach(actor: Actor, subject_kind: str, subject_id: int, uploads: Sequence[Upload]) -> None:
    """Keep files as vouchers of a payment or of later evidence. Raises DomainError at ``file``."""
    for upload in uploads:
        file = files.store(actor, upload.name, upload.content, "voucher")
        files.attach(actor, file, subject_kind, subject_id, "voucher")


def former_of(actor: Actor, data: PaymentData, kind: str) -> Payment | None:
    """Return the row that this one corrects. Raises Conflict where it stands, or was corrected already."""
    if data.replaces_id is None:
        return None
    former = access.get_for(actor, data.replaces_id)
    if former.organisation_id != actor.organisation_id or former.kind != kind:
        raise NotFound()
    check_correctable(former)
    return former


def check_correctable(former: Payment) -> None:
    """Raise Conflict unless a row was returned or withdrawn and no other row has taken its place."""
    if former.state not in ("returned", "withdrawn"):
        raise Conflict(N_("这一笔没有被退回或撤回，不能更正后重新提交"), code="still_stands")
    if replacement_of(former) is not None:
        raise Conflict(N_("这一笔已经更正并重新提交过，请在付款列表中查看"), code="corrected")


def replacement_of(former: Payment) -> Payment | None:
    """Return the row that corrects this one, if there is one."""
    return db.session.scalar(
        select(Payment).where(Payment.replaces_id == former.id).order_by(Payment.id.desc()).limit(1)
    )


def open_review(actor: Actor, row: Payment) -> None:
    """Open the task in which 财务 or 合同登记 verifies a row; nobody of a party may."""
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    reviews.open_task(
        "payment", "payment", row.id, organisation, effects.task_title(row), access.subject_of(row).parties
    )


def withdraw(actor: Actor, payment_id: int) -> Payment:
    """Take back a row that waits for verification. Raises Conflict once it is decided; a second press is harmless."""
    payment = access.get_own(actor, payment_id)
    subject = access.subject_of(payment, actor)
    if payment.state == "withdrawn":
        require(actor, Permission.HANDLE_CONTRACT, subject)
        return payment
    workflow.apply(PAYMENT, payment, "withdraw", actor, subject)
    task = reviews.open_task_for("payment", payment.id)
    if task is not None:
        reviews.cancel(task)
    return payment
