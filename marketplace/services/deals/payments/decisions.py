"""Verifying vouchers: what the reviewer is shown, and what a decision does. Used by the review desk."""

from collections.abc import Iterable

from sqlalchemy import func, select

from marketplace.domain import clock, money
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.deals.terms import BANKS, CURRENCIES, EVIDENCE
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.platform.reasons import check_reasons
from marketplace.domain.states import PAYMENT
from marketplace.domain.text import N_, Words, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Payment, PaymentAllocation
from marketplace.models.platform import FileLink, ReviewTask, StoredFile
from marketplace.services import workflow
from marketplace.services.deals.payments import access, effects, vouchers
from marketplace.services.platform import audit, files, outbox, reviews
from marketplace.services.platform.reviews import Content, Elements, FieldRow

KIND_LABELS = {"payment": N_("付款"), "refund": N_("退款"), "reversal": N_("银行冲正")}
OUTCOMES = {"verify": "approved", "return": "returned"}


def payment_of(task: ReviewTask) -> Payment:
    """Return what a task is about."""
    payment = db.session.get(Payment, task.subject_id) if task.subject_kind == "payment" else None
    if payment is None:
        raise NotFound()
    return payment


def approve(actor: Actor, task: ReviewTask, note: str = "") -> None:
    """Verify a voucher. Nobody of a party may, nor who recorded it; a second press is harmless.

    Raises Conflict where it was withdrawn or decided otherwise meanwhile.
    """
    if _decide(actor, task, "verify", [], note):
        payment = payment_of(task)
        effects.after_verified(payment)
        effects.tell(payment, "payment_verified")


def return_(actor: Actor, task: ReviewTask, reasons: list[str], note: str = "") -> None:
    """Return a voucher, with coded reasons and words; it is corrected by a new row. Raises as ``approve``."""
    reasons = check_reasons(task.kind, reasons, note)
    if _decide(actor, task, "return", reasons, note):
        effects.tell(payment_of(task), "payment_returned")


def _decide(actor: Actor, task: ReviewTask, action: str, reasons: list[str], note: str) -> bool:
    """Move the row and close its task; False where this very decision was made before."""
    payment = payment_of(task)
    access.lock(one.id for one in access.contracts_of(payment))
    db.session.refresh(payment)
    db.session.refresh(task)
    if was_decided(actor, task, OUTCOMES[action]):
        return False
    subject = access.subject_of(payment)
    PAYMENT.decide(payment.state, action, actor, subject)
    payment.decided_by, payment.decision_note = actor.person_id, clean_text(note)
    # Before the state moves: the database accepts no verified row without its moment.
    payment.verified_at = clock.now() if action == "verify" else None
    workflow.apply(PAYMENT, payment, action, actor, subject, reasons, note)
    reviews.finish(actor, task, OUTCOMES[action], reasons, note, subject.makers)
    return True


def was_decided(actor: Actor, task: ReviewTask, outcome: str) -> bool:
    """Return whether the actor made this very decision before. Raises Conflict where another one was made."""
    if task.state != "done":
        return False
    if (task.outcome, task.decided_by) == (outcome, actor.person_id):
        return True
    raise Conflict(N_("此事项已由他人办结，请刷新页面查看结果"), code="task_closed")


def exclude(actor: Actor, allocation_id: int, fen: int, reason: str) -> PaymentAllocation:
    """Exclude 分 of an allocation from the subsidy, with a reason; it stays paid. 0 takes the exclusion back.

    Only who verifies vouchers may, never of an own contract. Raises DomainError (``excluded``, ``reason``).
    """
    row = db.session.get(PaymentAllocation, allocation_id)
    if row is None or not access.may_read(actor, row.payment):
        raise NotFound()
    require(actor, Permission.REVIEW, access.subject_of(row.payment))
    return write_exclusion(actor, row, fen, reason)


def write_exclusion(actor: Actor, row: PaymentAllocation, fen: int, reason: str) -> PaymentAllocation:
    """Exclude 分 of an allocation whose reader the caller has checked; raises as ``exclude`` does."""
    access.lock([row.contract_id])
    db.session.refresh(row)
    if row.payment.kind != "payment" or row.payment.state != "verified":
        raise DomainError("not_verified", N_("只有已核验的付款才能剔除"))
    if not 0 <= fen <= row.amount_fen:
        raise DomainError(
            "excluded_over", N_("剔除的金额应在0与%(amount)s元之间"), field="excluded",
            amount=money.format_yuan(row.amount_fen),
        )  # fmt: skip
    reason = clean_text(reason)
    if fen and not reason:
        raise DomainError("reason_missing", N_("请写明剔除的理由"), field="reason")
    row.excluded_fen, row.exclusion_reason = fen, reason
    db.session.flush()
    audit.record(
        actor, "payment.exclude", "payment", row.payment_id, contract=row.contract_id, amount_fen=fen
    )
    outbox.enqueue("contract", contract=row.contract_id)
    return row


def material(task: ReviewTask) -> Content:
    """Return every field of a voucher, its files, and what a reviewer should look at twice."""
    payment = payment_of(task)
    links = files.links_of("payment", payment.id)
    return Content(
        rows=rows_of(payment),
        files=links,
        warnings=[*vouchers.remarks_on(payment), *_elsewhere(payment), *same_files(links)],
        preview=f"/desk/payments/{payment.id}",
    )


def rows_of(payment: Payment) -> list[FieldRow]:
    """Return the fields of a row as the reviewer reads them."""
    rows = [
        FieldRow("kind", N_("类别"), ((KIND_LABELS[payment.kind],),)),
        FieldRow("shares", N_("付给哪些合同、哪些成果"), tuple(_shares(payment))),
        FieldRow("paid_on", N_("付款日期"), ((payment.paid_on.isoformat(),),)),
        FieldRow("amount", N_("人民币金额（元）"), _amount(payment)),
        FieldRow("evidence", N_("凭证种类"), ((EVIDENCE.label_of(payment.evidence),),)),
        FieldRow("bank", N_("银行"), ((BANKS.label_of(payment.bank),),) if payment.bank else ()),
        FieldRow("serial", N_("流水号"), ((payment.serial,),) if payment.serial else ()),
        FieldRow("payer", N_("付款人"), ((payment.payer_name, payment.payer_uscc),)),
        FieldRow("payee", N_("收款人"), ((payment.payee_name, payment.payee_uscc),)),
        FieldRow("note", N_("说明"), ((payment.note,),) if payment.note else ()),
    ]
    if payment.foreign_amount is not None:
        rows.insert(4, FieldRow("foreign", N_("外币"), _foreign(payment)))
    if payment.returns_id:
        rows.insert(1, FieldRow("returns", N_("退的是哪一笔付款"), _other(payment.returns_id)))
    if payment.replaces_id:
        rows.insert(1, FieldRow("replaces", N_("更正的是哪一笔"), _other(payment.replaces_id)))
    return rows


def _amount(payment: Payment) -> Elements:
    return ((money.format_yuan(payment.amount_fen), money.capital(payment.amount_fen)),)


def _foreign(payment: Payment) -> Elements:
    assert payment.foreign_amount is not None and payment.rate_on is not None  # noqa: S101, PT018
    amount = money.format_yuan(payment.foreign_amount)
    return ((CURRENCIES.label_of(payment.currency), amount, payment.rate or "", payment.rate_on.isoformat()),)


def _shares(payment: Payment) -> Iterable[tuple[str, ...]]:
    for each in payment.allocations:
        yield (
            each.contract.filing_number, effects.name_of(each.contract), each.traded.name,
            money.format_yuan(each.amount_fen),
        )  # fmt: skip


def _other(payment_id: int) -> Elements:
    other = db.session.get_one(Payment, payment_id)
    return ((other.paid_on.isoformat(), money.format_yuan(other.amount_fen), other.serial),)


def _elsewhere(payment: Payment) -> Iterable[Words]:
    """Yield the warning of a row of other contracts that looks like this one: amount, day and payer are the same."""
    mine = {each.contract_id for each in payment.allocations}
    alike = db.session.scalars(
        select(PaymentAllocation.contract_id)
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(
            Payment.id != payment.id,
            Payment.kind == payment.kind,
            Payment.state.in_(vouchers.STANDING),
            Payment.paid_on == payment.paid_on,
            Payment.amount_fen == payment.amount_fen,
            func.lower(Payment.payer_name) == payment.payer_name.lower(),
        )
        .distinct()
    )
    found = sorted(set(alike))
    if any(each not in mine for each in found):
        yield Words(N_("其他合同有金额、日期、付款人都相同的一笔，请核对是否同一张凭证"))
    elif found:
        yield Words(N_("本合同有金额、日期、付款人都相同的另一笔，请核对是否重复登记"))


def same_files(links: Iterable[FileLink]) -> list[Words]:
    """Return a warning for each file whose very bytes another organisation has uploaded, or another voucher shows."""
    found = []
    for link in links:
        count = files.seen_elsewhere(link.file)
        if count:
            found.append(
                Words(
                    N_("文件“%(name)s”也由另外%(count)d个单位上传过，请核对凭证的真实性"),
                    {"name": link.file.name, "count": count},
                )
            )
        used = _used_again(link)
        if used:
            found.append(
                Words(
                    N_("文件“%(name)s”也是另外%(count)d笔款项的凭证，请核对是否重复使用"),
                    {"name": link.file.name, "count": used},
                )
            )
    return found


def _used_again(link: FileLink) -> int:
    """Return how many other payments that stand show the very same bytes, uploaded inside this organisation."""
    query = (
        select(func.count(Payment.id.distinct()))
        .join(FileLink, (FileLink.subject_kind == "payment") & (FileLink.subject_id == Payment.id))
        .join(StoredFile, StoredFile.id == FileLink.file_id)
        .where(
            StoredFile.sha256 == link.file.sha256,
            StoredFile.organisation_id == link.file.organisation_id,
            Payment.state.in_(vouchers.STANDING),
            (Payment.id != link.subject_id) | (link.subject_kind != "payment"),
        )
    )
    return db.session.scalar(query) or 0
