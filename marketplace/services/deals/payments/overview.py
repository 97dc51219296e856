"""All the money of one contract, and one payment with all that hangs on it, as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.deals.plan import Fact, next_due, overdue_fen
from marketplace.domain.text import Words
from marketplace.extensions import db
from marketplace.models.deals import Contract, Invoice, Payment, PaymentAllocation
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import FileLink, ReviewTask
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import access, evidences, invoices, paid, plan, recording, vouchers
from marketplace.services.deals.payments.invoices import Reconciliation
from marketplace.services.platform import files


@dataclass(frozen=True)
class Line:
    """A payment as it concerns one contract: its share, its sign, its files, who verified it."""

    payment: Payment
    share_fen: int
    files: Sequence[FileLink]
    verifier: str
    recorder: str


@dataclass(frozen=True)
class Overview:
    """What is agreed, paid, waiting, open and late on a contract, in 分, with every row behind it."""

    contract: Contract
    amount_fen: int
    paid_fen: int
    waiting_fen: int
    open_fen: int
    overdue_fen: int
    facts: Sequence[Fact]
    next: Fact | None
    lines: Sequence[Line]
    invoices: Sequence[Invoice]
    invoice_files: Mapping[int, Sequence[FileLink]]
    reconciliation: Reconciliation
    may_handle: bool
    may_record: bool


def of_contract(actor: Actor, contract_id: int) -> Overview:
    """Return the money of a contract that the actor may read; NotFound otherwise."""
    contract = contracts.get_for(actor, contract_id)
    sums = paid.by_state(contract.id)
    net = sums.get("verified", 0)
    facts = plan.facts_of(contract, net)
    amount = contract.current.amount_fen if contract.current is not None else 0
    bills = invoices.of_contract(contract)
    handles = may(actor, Permission.HANDLE_CONTRACT, contracts.subject_of(contract))
    return Overview(
        contract=contract,
        amount_fen=amount,
        paid_fen=net,
        waiting_fen=sums.get("submitted", 0),
        open_fen=max(0, amount - net),
        overdue_fen=overdue_fen(facts),
        facts=facts,
        next=next_due(facts),
        lines=_lines(contract),
        invoices=bills,
        invoice_files=files.links_of_many("invoice", [bill.id for bill in bills]),
        reconciliation=invoices.reconcile(contract),
        may_handle=handles,
        may_record=handles and recording.is_payable(contract),
    )


def _lines(contract: Contract) -> list[Line]:
    query = (
        select(Payment)
        .where(
            Payment.id.in_(
                select(PaymentAllocation.payment_id).where(PaymentAllocation.contract_id == contract.id)
            )
        )
        .options(selectinload(Payment.allocations), selectinload(Payment.evidences))
        .order_by(Payment.paid_on.desc(), Payment.id.desc())
    )
    rows = list(db.session.scalars(query))
    links = files.links_of_many("payment", [row.id for row in rows])
    people = _people(rows)
    organisations = _organisations(rows)
    return [
        Line(
            row,
            sum(each.amount_fen for each in row.allocations if each.contract_id == contract.id),
            links.get(row.id, []),
            people.get(row.decided_by or 0, ""),
            organisations.get(row.organisation_id or 0, ""),
        )
        for row in rows
    ]


def _people(rows: Sequence[Payment]) -> dict[int, str]:
    query = select(Person.id, Person.name).where(Person.id.in_({row.decided_by for row in rows}))
    return {row.id: row.name for row in db.session.execute(query)}


def _organisations(rows: Sequence[Payment]) -> dict[int, str]:
    query = select(Organisation).where(Organisation.id.in_({row.organisation_id for row in rows}))
    return {row.id: row.name for row in db.session.scalars(query)}


@dataclass(frozen=True)
class PaymentView:
    """One payment: the shares the reader may see, what is unusual, what came of it and what may be done."""

    payment: Payment
    contracts: Sequence[Contract]
    allocations: Sequence[PaymentAllocation]
    files: Sequence[FileLink]
    evidence_files: Mapping[int, Sequence[FileLink]]
    present_evidence: str | None
    remarks: Sequence[Words]
    refunds: Sequence[Payment]
    returns: Payment | None
    replaces: Payment | None
    replaced_by: Payment | None
    task: ReviewTask | None
    recorder: str
    verifier: str
    left_fen: int
    may_withdraw: bool
    may_correct: bool
    may_refund: bool
    may_add_evidence: bool
    may_exclude: bool


def of_payment(actor: Actor, payment_id: int) -> PaymentView:
    """Return a payment that the actor may read; NotFound otherwise."""
    payment = access.get_for(actor, payment_id)
    readable = [
        one
        for one in access.contracts_of(payment)
        if may(actor, Permission.READ_CONTRACT, contracts.subject_of(one))
    ]
    ids = {one.id for one in readable}
    handles = any(may(actor, Permission.HANDLE_CONTRACT, contracts.subject_of(one)) for one in readable)
    own = handles and payment.organisation_id == actor.organisation_id
    left = sum(max(0, fen) for fen in paid.left_of(payment).values())
    replaced_by = recording.replacement_of(payment)
    done = payment.kind == "payment" and payment.state == "verified"
    return PaymentView(
        payment=payment,
        contracts=readable,
        allocations=[each for each in payment.allocations if each.contract_id in ids],
        files=files.links_of("payment", payment.id),
        evidence_files=files.links_of_many("payment_evidence", [row.id for row in payment.evidences]),
        present_evidence=evidences.present_evidence(payment),
        remarks=vouchers.remarks_on(payment),
        refunds=_refunds(payment),
        returns=_other(payment.returns_id),
        replaces=_other(payment.replaces_id),
        replaced_by=replaced_by,
        task=_last_task(payment),
        recorder=_organisations([payment]).get(payment.organisation_id or 0, ""),
        verifier=_people([payment]).get(payment.decided_by or 0, ""),
        left_fen=left,
        may_withdraw=own and payment.state == "submitted",
        may_correct=own and payment.state in ("returned", "withdrawn") and replaced_by is None,
        may_refund=handles and done and left > 0,
        may_add_evidence=handles and done and all(row.state != "submitted" for row in payment.evidences),
        may_exclude=done and may(actor, Permission.REVIEW, access.subject_of(payment)),
    )


def _refunds(payment: Payment) -> list[Payment]:
    query = select(Payment).where(Payment.returns_id == payment.id)
    return list(db.session.scalars(query.order_by(Payment.id)))


def _other(payment_id: int | None) -> Payment | None:
    return db.session.get(Payment, payment_id) if payment_id is not None else None


def _last_task(payment: Payment) -> ReviewTask | None:
    """Return the task in which a payment is, or was, verified."""
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "payment", ReviewTask.subject_id == payment.id
    )
    return db.session.scalar(query.order_by(ReviewTask.id.desc()).limit(1))
