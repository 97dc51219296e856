"""The ledger of all payments, for who may read contracts: filters, totals, and the columns of its export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import selectinload

from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.deals.terms import BANKS, CURRENCIES, EVIDENCE
from marketplace.domain.states import PAYMENT
from marketplace.domain.taxonomy import Taxonomy
from marketplace.domain.text import N_, compact
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractRegistration, Payment, PaymentAllocation
from marketplace.services.deals.payments.decisions import KIND_LABELS
from marketplace.services.deals.payments.effects import name_of
from marketplace.services.paging import Page, paged
from marketplace.services.tables import Column

Filters = Mapping[str, str]


def _options(taxonomy: Taxonomy) -> dict[str, str]:
    return {term.code: term.label for term in taxonomy.terms}


STATES = {code: state.label for code, state in PAYMENT.states.items()}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "state": STATES,
    "kind": KIND_LABELS,
    "evidence": _options(EVIDENCE),
    "bank": _options(BANKS),
}
"""Filters of a closed list: name → code → label. Beside them: number (of a contract), from and to (days)."""


def query(filters: Filters) -> Select[Any]:
    """Return the payments under ``filters`` {state, kind, evidence, bank, number, from, to}, the latest first.

    What a filter does not understand is passed over, as the page could not have sent it.
    """
    found = select(Payment).options(
        selectinload(Payment.allocations)
        .joinedload(PaymentAllocation.contract)
        .selectinload(Contract.current),
        selectinload(Payment.allocations).joinedload(PaymentAllocation.traded),
    )
    for name, options in CHOICES.items():
        if filters.get(name) in options:
            found = found.where(getattr(Payment, name) == filters[name])
    first, last = _day(filters.get("from")), _day(filters.get("to"))
    if first is not None:
        found = found.where(Payment.paid_on >= first)
    if last is not None:
        found = found.where(Payment.paid_on <= last)
    number = compact(filters.get("number"))
    if number:
        found = found.where(Payment.id.in_(_of_number(number)))
    return found.order_by(Payment.paid_on.desc(), Payment.id.desc())


def _of_number(number: str) -> Select[Any]:
    """Return the ids of payments of a contract by its filing number or registration number."""
    registered = select(ContractRegistration.contract_id).where(ContractRegistration.number == number)
    return (
        select(PaymentAllocation.payment_id)
        .join(Contract, Contract.id == PaymentAllocation.contract_id)
        .where((func.upper(Contract.filing_number) == number) | Contract.id.in_(registered))
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@dataclass(frozen=True)
class LedgerPage:
    """A page of the ledger and the sums over all its rows, in 分; only verified rows are paid."""

    page: Page[Payment]
    paid_fen: int
    returned_fen: int
    waiting_fen: int


def page_of(actor: Actor, filters: Filters, number: int) -> LedgerPage:
    """Return page ``number`` of the ledger for who may read contracts."""
    require(actor, Permission.READ_CONTRACTS)
    found = query(filters)
    verified = Payment.state == "verified"
    is_payment = Payment.kind == "payment"
    waiting = Payment.state == "submitted"
    sums = db.session.execute(
        found.options()
        .order_by(None)
        .with_only_columns(
            func.coalesce(func.sum(case((verified & is_payment, Payment.amount_fen), else_=0)), 0),
            func.coalesce(func.sum(case((verified & ~is_payment, Payment.amount_fen), else_=0)), 0),
            func.coalesce(func.sum(case((waiting, Payment.amount_fen), else_=0)), 0),
        )
    ).one()
    return LedgerPage(paged(found, number), *(int(one) for one in sums))


def _contract_numbers(row: Payment) -> str:
    return "、".join(dict.fromkeys(each.contract.filing_number for each in row.allocations))


def _contract_names(row: Payment) -> str:
    return "、".join(dict.fromkeys(name_of(each.contract) for each in row.allocations))


def _achievements(row: Payment) -> str:
    return "、".join(dict.fromkeys(each.traded.name for each in row.allocations))


def _excluded(row: Payment) -> int:
    return sum(each.excluded_fen for each in row.allocations)


COLUMNS = (
    Column("id", N_("款项编号"), "int", lambda row: row.id),
    Column("contracts", N_("平台备案号"), "code", _contract_numbers),
    Column("titles", N_("合同名称"), "text", _contract_names),
    Column("achievements", N_("成果"), "text", _achievements),
    Column("kind", N_("类别"), "choice", lambda row: row.kind, options=KIND_LABELS),
    Column("state", N_("状态"), "choice", lambda row: row.state, options=STATES),
    Column("paid_on", N_("付款日期"), "date", lambda row: row.paid_on),
    Column("amount", N_("人民币金额"), "fen", lambda row: row.amount_fen),
    Column(
        "net", N_("计入已付的金额（退款为负）"), "fen",
        lambda row: (row.amount_fen if row.kind == "payment" else -row.amount_fen) if row.state == "verified" else 0,
        total=True,
    ),
    Column("excluded", N_("剔除金额"), "fen", _excluded, total=True),
    Column("evidence", N_("凭证种类"), "choice", lambda row: row.evidence, options=_options(EVIDENCE)),
    Column("bank", N_("银行"), "choice", lambda row: row.bank, options=_options(BANKS)),
    Column("serial", N_("流水号"), "code", lambda row: row.serial),
    Column("payer", N_("付款人"), "text", lambda row: row.payer_name),
    Column("payer_uscc", N_("付款人统一社会信用代码"), "code", lambda row: row.payer_uscc),
    Column("payee", N_("收款人"), "text", lambda row: row.payee_name),
    Column("payee_uscc", N_("收款人统一社会信用代码"), "code", lambda row: row.payee_uscc),
    Column("currency", N_("币种"), "choice", lambda row: row.currency, options=_options(CURRENCIES)),
    Column("rate", N_("汇率"), "code", lambda row: row.rate or ""),
    Column("rate_on", N_("汇率日期"), "date", lambda row: row.rate_on),
    Column("note", N_("说明"), "text", lambda row: row.note),
    Column("verified_at", N_("核验时间"), "moment", lambda row: row.verified_at),
)  # fmt: skip
"""Columns of the export; a row is a payment, as ``query`` gives it."""
