"""Evidence that comes later: a bank statement for a card payment, or taking evidence back."""

from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals import vouchers as rules
from marketplace.domain.deals.terms import BANKS, EVIDENCE
from marketplace.domain.deals.vouchers import Voucher
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.money import format_yuan
from marketplace.domain.platform.reasons import check_reasons
from marketplace.domain.states import PAYMENT_EVIDENCE
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Payment, PaymentEvidence
from marketplace.models.people import Organisation
from marketplace.models.platform import ReviewTask
from marketplace.services import workflow
from marketplace.services.deals.payments import access, decisions, effects, vouchers
from marketplace.services.deals.payments.recording import Upload, attach
from marketplace.services.platform import audit, files, outbox, reviews
from marketplace.services.platform.reviews import Content, FieldRow

TAKEN_BACK = "none"
"""What a form sends for taking the present evidence back; stored as None."""


@dataclass(frozen=True)
class EvidenceData:
    """What a person enters. ``evidence`` None takes the present one back; ``note`` says why."""

    evidence: str | None
    bank: str = ""
    serial: str = ""
    note: str = ""
    uploads: tuple[Upload, ...] = ()


def present_evidence(payment: Payment) -> str | None:
    """Return the kind of evidence that stands now: the latest that was verified, else the row's own.

    None where evidence was taken back: nothing accepts that.
    """
    later = [row for row in payment.evidences if row.state == "verified"]
    return later[-1].evidence if later else payment.evidence


def get_for(actor: Actor, evidence_id: int) -> PaymentEvidence:
    """Return later evidence of a payment that the actor may read; NotFound otherwise."""
    row = db.session.get(PaymentEvidence, evidence_id)
    if row is None or not access.may_read(actor, row.payment):
        raise NotFound()
    return row


def check_open_to_evidence(payment: Payment) -> None:
    """Raise DomainError where no evidence can be added: not a verified payment, or some waits to be verified."""
    if payment.kind != "payment" or payment.state != "verified":
        raise DomainError("not_verified", N_("只有已核验的付款才补充凭证；没有核验的请撤回后重新登记"))
    if any(row.state == "submitted" for row in payment.evidences):
        raise Conflict(N_("已有一份补充凭证待核验，请等核验后再补充"), code="evidence_waits")


def add(actor: Actor, payment_id: int, data: EvidenceData) -> PaymentEvidence:
    """Add evidence to a verified payment, or take the present one back; verified like a voucher.

    Raises Conflict while another one waits, so that a second press adds nothing; ValidationFailed naming the fields.
    """
    payment = access.get_own(actor, payment_id)
    check_open_to_evidence(payment)
    serial, note = rules.normalise_serial(data.serial), clean_text(data.note)
    faults = _faults(payment, data, serial, note)
    if faults:
        raise ValidationFailed(faults)
    vouchers.check_serial(actor, Voucher(bank=data.bank, serial=serial), "payment")
    last = db.session.scalar(
        select(func.max(PaymentEvidence.ordinal)).where(PaymentEvidence.payment_id == payment.id)
    )
    row = PaymentEvidence(
        payment_id=payment.id,
        ordinal=(last or 0) + 1,
        evidence=data.evidence,
        bank=data.bank if data.evidence else "",
        serial=serial if data.evidence else "",
        note=note,
        organisation_id=actor.organisation_id,
        created_by=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    db.session.refresh(payment)
    attach(actor, "payment_evidence", row.id, data.uploads)
    audit.record(actor, "payment_evidence.create", "payment_evidence", row.id, payment=payment.id)
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    reviews.open_task(
        "payment_evidence", "payment_evidence", row.id, organisation, effects.task_title(payment),
        access.subject_of(payment).parties,
    )  # fmt: skip
    return row


def _faults(payment: Payment, data: EvidenceData, serial: str, note: str) -> list[FieldError]:
    faults = []
    if data.evidence is None:
        if not note:
            faults.append(FieldError("note", "note_missing", N_("请写明为什么收回凭证")))
        return faults
    if data.evidence not in rules.TYPED_BY_HAND:
        faults.append(FieldError("evidence", "evidence_unknown", N_("请选择凭证种类")))
    by_bank = data.evidence == "bank_transfer"
    if data.bank and data.bank not in rules.TYPED_BANKS:
        faults.append(FieldError("bank", "bank_unknown", N_("请从列表中选择银行")))
    if not data.bank and (by_bank or serial):
        faults.append(FieldError("bank", "bank_missing", N_("请选择出具凭证的银行")))
    if by_bank and not serial:
        faults.append(FieldError("serial", "serial_missing", N_("请填写银行凭证上的流水号")))
    if (data.bank, serial) == (payment.bank, payment.serial) and serial:
        faults.append(FieldError("serial", "serial_same", N_("这就是原来登记的凭证，不需要补充")))
    if len(note) > rules.NOTE_LENGTH:
        limit = {"limit": rules.NOTE_LENGTH}
        faults.append(FieldError("note", "note_long", N_("说明最多%(limit)d字，请删减"), limit))
    if not data.uploads:
        faults.append(FieldError("file", "voucher_missing", N_("请上传凭证，例如银行对账单")))
    return faults


def withdraw(actor: Actor, evidence_id: int) -> PaymentEvidence:
    """Take back evidence that waits for verification; a second press is harmless."""
    row = get_for(actor, evidence_id)
    access.get_own(actor, row.payment_id)
    db.session.refresh(row)
    if row.state == "withdrawn":
        return row
    workflow.apply(PAYMENT_EVIDENCE, row, "withdraw", actor, access.subject_of_evidence(row, actor))
    task = reviews.open_task_for("payment_evidence", row.id)
    if task is not None:
        reviews.cancel(task)
    return row


def evidence_of(task: ReviewTask) -> PaymentEvidence:
    """Return what a task is about."""
    row = (
        db.session.get(PaymentEvidence, task.subject_id) if task.subject_kind == "payment_evidence" else None
    )
    if row is None:
        raise NotFound()
    return row


def approve(actor: Actor, task: ReviewTask, note: str = "") -> None:
    """Verify later evidence: from now on it is the payment's present evidence. Raises as for a voucher."""
    if _decide(actor, task, "verify", [], note):
        effects.tell(evidence_of(task).payment, "payment_verified")


def return_(actor: Actor, task: ReviewTask, reasons: list[str], note: str = "") -> None:
    """Return later evidence with coded reasons and words; the payment keeps the evidence it had."""
    reasons = check_reasons(task.kind, reasons, note)
    if _decide(actor, task, "return", reasons, note):
        effects.tell(evidence_of(task).payment, "payment_returned")


def _decide(actor: Actor, task: ReviewTask, action: str, reasons: list[str], note: str) -> bool:
    row = evidence_of(task)
    access.lock(one.id for one in access.contracts_of(row.payment))
    db.session.refresh(row)
    db.session.refresh(task)
    if decisions.was_decided(actor, task, decisions.OUTCOMES[action]):
        return False
    subject = access.subject_of_evidence(row)
    PAYMENT_EVIDENCE.decide(row.state, action, actor, subject)
    row.decided_by = actor.person_id
    row.verified_at = clock.now() if action == "verify" else None
    workflow.apply(PAYMENT_EVIDENCE, row, action, actor, subject, reasons, note)
    reviews.finish(actor, task, decisions.OUTCOMES[action], reasons, note, subject.makers)
    if action == "verify":
        for contract in access.contracts_of(row.payment):
            outbox.enqueue("contract", contract=contract.id)
    return True


def material(task: ReviewTask) -> Content:
    """Return the new evidence beside what stands now, then the payment it belongs to."""
    row = evidence_of(task)
    payment = row.payment
    links = files.links_of("payment_evidence", row.id)
    present = present_evidence(payment)
    rows = [
        FieldRow("evidence", N_("补充的凭证"), ((label_of(row.evidence),),), ((label_of(present),),)),
        FieldRow("bank", N_("银行"), ((BANKS.label_of(row.bank),),) if row.bank else ()),
        FieldRow("serial", N_("流水号"), ((row.serial,),) if row.serial else ()),
        FieldRow("note", N_("说明"), ((row.note,),) if row.note else ()),
        FieldRow(
            "payment",
            N_("原来登记的款项"),
            (
                (payment.paid_on.isoformat(), format_yuan(payment.amount_fen)),
                (payment.payer_name, payment.payee_name),
            ),
        ),
    ]
    warnings = decisions.same_files(links)
    return Content(rows, links, warnings, preview=f"/desk/payments/{payment.id}")


def label_of(evidence: str | None) -> str:
    """Return the words (msgid) of a kind of evidence; of None, that it was taken back."""
    return EVIDENCE.label_of(evidence) if evidence else N_("收回凭证（不再有凭证）")
