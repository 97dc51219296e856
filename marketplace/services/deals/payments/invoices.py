"""Invoices beside the payments, and both held against each other line by line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals.reconciliation import Balance, balance, explains, total
from marketplace.domain.deals.vouchers import NOTE_LENGTH, Share, check_shares
from marketplace.domain.errors import DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.money import MAX_FEN
from marketplace.domain.text import N_, clean_text, compact
from marketplace.extensions import db
from marketplace.models.deals import (
    Contract,
    Invoice,
    InvoiceShare,
    PaidExplanation,
    TradedAchievement,
)
from marketplace.models.platform import FileLink
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import paid, recording
from marketplace.services.deals.payments.recording import Upload
from marketplace.services.platform import audit, files

_NUMBER = re.compile(r"[0-9A-Z-]{6,30}")


@dataclass(frozen=True)
class InvoiceData:
    """What a person enters; ``shares`` name lines of the one contract."""

    number: str
    issued_on: date | None
    amount_fen: int | None
    shares: tuple[Share, ...]
    uploads: tuple[Upload, ...] = ()


def record(actor: Actor, contract_id: int, data: InvoiceData) -> Invoice:
    """Record an invoice of a contract. Raises ValidationFailed, or DomainError at ``number`` for one that is known."""
    contracts.get_own(actor, contract_id, lock=True)
    contract = contracts.get_own(actor, contract_id)
    recording.check_payable(contract)
    number = compact(data.number)
    faults = _faults(contract, data, number)
    if faults:
        raise ValidationFailed(faults)
    row = Invoice(
        contract_id=contract.id,
        number=number,
        issued_on=data.issued_on,
        amount_fen=data.amount_fen,
        organisation_id=actor.organisation_id,
        created_by=actor.person_id,
        shares=[InvoiceShare(traded_id=one.traded_id, amount_fen=one.amount_fen) for one in data.shares],
    )
    db.session.add(row)
    db.session.flush()
    for upload in data.uploads:
        file = files.store(actor, upload.name, upload.content, "invoice")
        files.attach(actor, file, "invoice", row.id, "invoice")
    audit.record(actor, "invoice.create", "invoice", row.id, contract=contract.id)
    return row


def _faults(contract: Contract, data: InvoiceData, number: str) -> list[FieldError]:
    faults = []
    if not _NUMBER.fullmatch(number):
        faults.append(FieldError("number", "number_wrong", N_("请照发票填写发票号码：6到30位数字或字母")))
    if data.issued_on is None:
        faults.append(FieldError("issued_on", "day_missing", N_("请填写开票日期")))
    elif data.issued_on > clock.today():
        faults.append(FieldError("issued_on", "day_future", N_("开票日期不能晚于今天，请核对")))
    if not data.amount_fen or not 0 < data.amount_fen <= MAX_FEN:
        faults.append(
            FieldError("amount", "amount_wrong", N_("请填写发票的价税合计金额，大于0，不超过100亿元"))
        )
    else:
        wrong = check_shares(data.shares, data.amount_fen)
        faults += [wrong] if wrong else []
    known = {line.traded_id for line in contract.current.lines} if contract.current is not None else set()
    if any(share.contract_id != contract.id or share.traded_id not in known for share in data.shares):
        raise NotFound()
    if not data.uploads:
        faults.append(FieldError("file", "file_missing", N_("请上传发票")))
    return faults


def get_for(actor: Actor, invoice_id: int) -> Invoice:
    """Return an invoice of a contract that the actor may read; NotFound otherwise."""
    row = db.session.get(Invoice, invoice_id)
    if row is None:
        raise NotFound()
    contracts.get_for(actor, row.contract_id)
    return row


def cancel(actor: Actor, invoice_id: int) -> Invoice:
    """Mark an invoice as 红冲: it no longer counts, and its number is free again. Twice is harmless.

    Raises DomainError for anybody but the organisation that recorded it.
    """
    row = get_for(actor, invoice_id)
    contracts.get_own(actor, row.contract_id, lock=True)
    db.session.refresh(row)
    if row.organisation_id != actor.organisation_id:
        raise DomainError("not_recorder", N_("只有登记这张发票的单位可以标记红冲"))
    if row.cancelled_at is None:
        row.cancelled_at = clock.now()
        db.session.flush()
        audit.record(actor, "invoice.cancel", "invoice", row.id, contract=row.contract_id)
    return row


def of_contract(contract: Contract) -> list[Invoice]:
    """Return the invoices of a contract, the newest first."""
    query = select(Invoice).where(Invoice.contract_id == contract.id)
    return list(db.session.scalars(query.order_by(Invoice.issued_on.desc(), Invoice.id.desc())))


@dataclass(frozen=True)
class Line:
    """A line of the reconciliation: what is compared, its name, and the words that explain the difference now."""

    balance: Balance
    name: str
    explanation: PaidExplanation | None


@dataclass(frozen=True)
class Reconciliation:
    """All lines of a contract, and their sum."""

    lines: Sequence[Line]
    total: Balance


def reconcile(contract: Contract) -> Reconciliation:
    """Return paid against invoiced for each line of a contract. Without any invoice there is nothing to explain yet."""
    version = contract.current
    lines = version.lines if version is not None else []
    found = balance(
        {line.traded_id: line.amount_fen for line in lines},
        paid.net_by_line([contract.id]).get(contract.id, {}),
        _invoiced(contract),
    )
    names = _names([row.traded_id for row in found])
    words = _explanations(contract)
    rows = [Line(row, names[row.traded_id], _standing(words, row)) for row in found]
    return Reconciliation(rows, total(found))


def _invoiced(contract: Contract) -> dict[int, int]:
    query = (
        select(InvoiceShare.traded_id, func.sum(InvoiceShare.amount_fen))
        .join(Invoice, Invoice.id == InvoiceShare.invoice_id)
        .where(Invoice.contract_id == contract.id, Invoice.cancelled_at.is_(None))
        .group_by(InvoiceShare.traded_id)
    )
    return {traded_id: int(fen) for traded_id, fen in db.session.execute(query)}


def _names(traded_ids: Sequence[int]) -> dict[int, str]:
    query = select(TradedAchievement.id, TradedAchievement.name).where(TradedAchievement.id.in_(traded_ids))
    return {row.id: row.name for row in db.session.execute(query)}


def _explanations(contract: Contract) -> list[PaidExplanation]:
    query = select(PaidExplanation).where(PaidExplanation.contract_id == contract.id)
    return list(db.session.scalars(query.order_by(PaidExplanation.id.desc())))


def _standing(words: Sequence[PaidExplanation], row: Balance) -> PaidExplanation | None:
    mine = (one for one in words if one.traded_id == row.traded_id)
    return next((one for one in mine if explains(one.difference_fen, row)), None)


def line_of(contract: Contract, traded_id: int) -> Line:
    """Return one line of the reconciliation; NotFound for an achievement that has none."""
    for line in reconcile(contract).lines:
        if line.balance.traded_id == traded_id:
            return line
    raise NotFound()


def explain(actor: Actor, contract_id: int, traded_id: int, difference_fen: int, words: str) -> None:
    """Explain the difference of a line, as the person saw it; the words lapse when it changes.

    Raises DomainError where there is none, where it has changed meanwhile, and for words too short or too long.
    """
    contracts.lock_row(contract_id)
    contract = contracts.get_own(actor, contract_id)
    line = line_of(contract, traded_id)
    if line.balance.difference_fen != difference_fen or not difference_fen:
        raise DomainError("difference_changed", N_("差额已经变化，请按现在的差额说明"))
    words = clean_text(words)
    if not 5 <= len(words) <= NOTE_LENGTH:
        raise DomainError(
            "words_length", N_("请写明差额的原因，5到%(limit)d字"), field="explanation", limit=NOTE_LENGTH
        )
    if line.explanation is not None and line.explanation.words == words:
        return
    row = PaidExplanation(
        contract_id=contract.id,
        traded_id=traded_id,
        difference_fen=difference_fen,
        words=words,
        organisation_id=actor.organisation_id,
        created_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "paid_explanation.create", "paid_explanation", row.id, contract=contract.id)


@files.reader("invoice")
def _may_read_file(actor: Actor, link: FileLink) -> bool:
    try:
        get_for(actor, link.subject_id)
    except NotFound:
        return False
    return True
