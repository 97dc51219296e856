"""拨付: the list for 财务, and the record of money that reached the enterprise, with its voucher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.deals.vouchers import TYPED_BANKS, normalise_serial
from marketplace.domain.errors import Conflict, DomainError, FieldError, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import DecisionSheet, Payout, SubsidyCase
from marketplace.services.platform import audit, files
from marketplace.services.platform.tables import Column, write_xlsx
from marketplace.services.subsidy import cases, hindrances, recoveries
from marketplace.services.subsidy.granting import following, releasing
from marketplace.services.subsidy.hindrances import Hindrance

COLUMNS = (
    Column("number", N_("受理编号"), "code", lambda row: row.case.number),
    Column("sheet", N_("批准单"), "code", lambda row: row.sheet),
    Column("enterprise", N_("收款单位"), "text", lambda row: row.case.organisation.name),
    Column("uscc", N_("统一社会信用代码"), "code", lambda row: row.case.organisation.uscc),
    Column("bank", N_("开户银行"), "text", lambda row: row.case.bank_name),
    Column("account_name", N_("户名"), "text", lambda row: row.case.account_name),
    Column("account", N_("账号"), "code", lambda row: row.case.account_number),
    Column("amount", N_("拨付金额"), "fen", lambda row: row.case.fixed_fen, total=True),
    Column("achievement", N_("成果或事项"), "text", lambda row: cases.title_of(row.case)),
    Column("obstacle", N_("暂不能拨付的原因"), "text", lambda row: row.obstacles),
)


@dataclass(frozen=True)
class _Row:
    """A line of the payment list."""

    case: SubsidyCase
    sheet: str
    obstacles: str


@dataclass(frozen=True)
class Transfer:
    """What 财务 enters of a transfer: amount in 分, day, bank (a code) and serial, and the voucher's (name, bytes)."""

    amount_fen: int | None
    paid_on: date | None
    bank: str
    serial: str
    uploads: Sequence[tuple[str, bytes]] = ()


def obstacles(case: SubsidyCase) -> list[Hindrance]:
    """Return what keeps an approved case from being paid out now."""
    return hindrances.of(case, "pay", SYSTEM)


def waiting(actor: Actor) -> list[SubsidyCase]:
    """Return the approved cases, in the order of their sheets and submission."""
    require(actor, Permission.READ_CASES)
    query = select(SubsidyCase).where(SubsidyCase.state == "approved")
    order = (SubsidyCase.sheet_id, SubsidyCase.submitted_at, SubsidyCase.id)
    return list(db.session.scalars(query.order_by(*order)).unique())


def payment_list(actor: Actor) -> bytes:
    """Return the list of what has to be paid, with full accounts: for 财务 alone, and written to the trail."""
    require(actor, Permission.PAY_GRANT)
    found = waiting(actor)
    audit.record(actor, "export.create", "ledger", None, table="payouts", rows=len(found))
    hindered = hindrances.of_many(found, "pay", SYSTEM)
    free = [case for case in found if not hindered[case.id]]
    payable = format_yuan(sum(case.fixed_fen or 0 for case in free))
    note = f"{clock.today().isoformat()}，{len(found)} 行，其中现在可以拨付 {len(free)} 行 {payable} 元"
    query = select(DecisionSheet.id, DecisionSheet.number)
    query = query.where(DecisionSheet.id.in_({case.sheet_id for case in found}))
    sheets = {row.id: row.number for row in db.session.execute(query)}
    rows = [
        _Row(case, sheets.get(case.sheet_id, ""), "；".join(map(hindrances.in_one_line, hindered[case.id])))
        for case in found
    ]
    return write_xlsx("补助资金拨付清单", COLUMNS, rows, note)


def pay(actor: Actor, case_id: int, transfer: Transfer) -> Payout:
    """Record the payout of an approved case, with its voucher; reports fall due from then on.

    The same transfer again gives back the payout. Raises ValidationFailed by field (the amount must be the one that was
    approved), DomainError naming the guard, NotAllowed for who approved it, Conflict where it is paid otherwise.
    """
    case = releasing.locked(actor, case_id)
    require(actor, Permission.PAY_GRANT, cases.subject_of(case))
    serial = _serial(transfer)
    known = of_case(case.id)
    if known is not None:
        if (known.bank, known.serial) == (transfer.bank, serial):
            return known
        raise Conflict(N_("这项补助已经拨付，请勿重复登记"), code="paid_already")
    _check(case, transfer, serial)
    _weigh_again(case)
    row = Payout(
        case_id=case.id,
        amount_fen=case.fixed_fen,
        paid_on=transfer.paid_on,
        bank=transfer.bank,
        serial=serial,
        account_number=case.account_number,
        paid_by=actor.person_id,
    )
    hindrances.act(actor, case, "pay")
    db.session.add(row)
    db.session.flush()
    for name, content in transfer.uploads:
        files.attach(actor, files.store(actor, name, content, "voucher"), "payout", row.id, "voucher")
    audit.record(actor, "payout.create", "payout", row.id, case=case.id)
    following.ask(case, row.paid_on)
    return row


def _weigh_again(case: SubsidyCase) -> None:
    """Raise Conflict where a refund or change that the worker has not followed yet lowers what was approved."""
    if case.policy is None or case.traded_id is None:
        return
    recoveries.sync(case.policy, [case.traded_id])
    if case.state != "approved":
        raise Conflict(N_("合同或付款刚有变化，补助金额正在重新计算，请稍后再登记"), code="weighed_again")


def _serial(transfer: Transfer) -> str:
    serial = normalise_serial(transfer.serial)
    if not serial:
        raise DomainError("serial_missing", N_("请填写银行流水号"), field="serial")
    return serial


def _check(case: SubsidyCase, transfer: Transfer, serial: str) -> None:
    faults = []
    if transfer.amount_fen != case.fixed_fen:
        amount = {"amount": format_yuan(case.fixed_fen or 0)}
        faults.append(
            FieldError("amount", "amount_differs", N_("拨付金额须等于批准金额：%(amount)s元"), amount)
        )
    approved = db.session.get(DecisionSheet, case.sheet_id) if case.sheet_id is not None else None
    first = approved.decided_on if approved is not None else None
    if transfer.paid_on is None or transfer.paid_on > clock.today() or (first and transfer.paid_on < first):
        faults.append(FieldError("paid_on", "day_wrong", N_("请填写拨付日期，不早于批准日，也不晚于今天")))
    if transfer.bank not in TYPED_BANKS:
        faults.append(FieldError("bank", "bank_missing", N_("请选择付款银行")))
    if not transfer.uploads:
        faults.append(FieldError("files", "voucher_missing", N_("请上传拨付凭证")))
    used = select(Payout.id).where(Payout.bank == transfer.bank, Payout.serial == serial)
    if db.session.scalar(select(used.exists())):
        faults.append(FieldError("serial", "serial_known", N_("这个流水号已经登记在另一笔拨付上，请核对")))
    if faults:
        raise ValidationFailed(faults)


def of_case(case_id: int) -> Payout | None:
    """Return the payout of a case."""
    return db.session.scalar(select(Payout).where(Payout.case_id == case_id))


@files.reader("payout")
def _may_read(actor: Actor, link: FileLink) -> bool:
    row = db.session.get(Payout, link.subject_id)
    return row is not None and cases.may_read(actor, row.case_id)
