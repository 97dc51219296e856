"""The ledger of payments and of what went back: its columns and filters."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain.deals import terms
from marketplace.domain.states.payments import PAYMENT
from marketplace.domain.text import N_, compact
from marketplace.models.deals import Contract, ContractRegistration, Payment, PaymentAllocation
from marketplace.services.platform.tables import Column

KINDS = {"payment": N_("付款"), "refund": N_("退款"), "reversal": N_("冲正")}
STATES: Mapping[str, str] = {code: state.label for code, state in PAYMENT.states.items()}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS,
    "state": STATES,
    "evidence": dict(terms.EVIDENCE.choices),
    "bank": dict(terms.BANKS.choices),
}
DAYS = ("paid_from", "paid_to")
FILTERS: Mapping[str, Mapping[str, str]] = {**CHOICES, "contract": {}, **{name: {} for name in DAYS}}


def signed_fen(payment: Payment) -> int:
    """Return the amount with the sign of its kind."""
    return payment.amount_fen if payment.kind == "payment" else -payment.amount_fen


def _contracts(payment: Payment) -> str:
    numbers = [
        (share.contract.registration.number if share.contract.registration else None)
        or share.contract.filing_number
        for share in payment.allocations
    ]
    return "；".join(dict.fromkeys(numbers))


def _foreign(payment: Payment) -> str:
    cents = payment.foreign_amount
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"


PAYMENT_COLUMNS: tuple[Column, ...] = (
    Column("contracts", N_("合同编号"), "code", _contracts),
    Column("kind", N_("种类"), "choice", lambda row: row.kind, options=KINDS),
    Column("paid_on", N_("日期"), "date", lambda row: row.paid_on),
    Column("amount", N_("金额"), "fen", signed_fen),
    # What waits or was returned is listed, but is no part of the sum.
    Column("net", N_("计入已付"), "fen", lambda row: signed_fen(row) if row.state == "verified" else 0, total=True),
    Column("currency", N_("币种"), "choice", lambda row: row.currency, options=dict(terms.CURRENCIES.choices)),
    Column("foreign", N_("外币金额"), "code", _foreign),
    Column("rate", N_("汇率"), "code", lambda row: row.rate),
    Column("rate_on", N_("汇率日期"), "date", lambda row: row.rate_on),
    Column("evidence", N_("凭证种类"), "choice", lambda row: row.evidence, options=dict(terms.EVIDENCE.choices)),
    Column("bank", N_("银行"), "choice", lambda row: row.bank, options=dict(terms.BANKS.choices)),
    Column("serial", N_("流水号"), "code", lambda row: row.serial),
    Column("payer", N_("付款人"), "text", lambda row: row.payer_name),
    Column("payer_uscc", N_("付款人统一社会信用代码"), "code", lambda row: row.payer_uscc),
    Column("payee", N_("收款人"), "text", lambda row: row.payee_name),
    Column("payee_uscc", N_("收款人统一社会信用代码"), "code", lambda row: row.payee_uscc),
    Column("state", N_("状态"), "choice", lambda row: row.state, options=STATES),
    Column("verified_at", N_("核验时间"), "moment", lambda row: row.verified_at),
    Column("decision_note", N_("核验意见"), "text", lambda row: row.decision_note),
    Column("note", N_("备注"), "text", lambda row: row.note),
)  # fmt: skip


def query_of(filters: Mapping[str, str]) -> Select[Any]:
    """Return the payments of the filters, by id, with the contracts they pay for."""
    query = (
        select(Payment)
        .options(
            selectinload(Payment.allocations)
            .joinedload(PaymentAllocation.contract)
            .options(joinedload(Contract.registration))
        )
        .order_by(Payment.id)
    )
    for name, value in filters.items():
        if value:
            query = query.where(_CONDITIONS[name](value))
    return query


def _of_contract(number: str) -> ColumnElement[bool]:
    """By registration number or 平台备案号, as much of it as was typed."""
    wanted = compact(number)
    found = (
        select(PaymentAllocation.payment_id)
        .join(Contract, Contract.id == PaymentAllocation.contract_id)
        .outerjoin(ContractRegistration, ContractRegistration.contract_id == Contract.id)
        .where(
            ContractRegistration.number.startswith(wanted.replace("-", ""), autoescape=True)
            | (Contract.filing_number == wanted)
        )
    )
    return Payment.id.in_(found)


_CONDITIONS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "kind": lambda value: Payment.kind == value,
    "state": lambda value: Payment.state == value,
    "evidence": lambda value: Payment.evidence == value,
    "bank": lambda value: Payment.bank == value,
    "contract": _of_contract,
    "paid_from": lambda value: Payment.paid_on >= date.fromisoformat(value),
    "paid_to": lambda value: Payment.paid_on <= date.fromisoformat(value),
}
