"""Invoices and the reconciliation; the overview of a contract; the ledger of all payments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from marketplace.domain import clock
from marketplace.domain.deals.vouchers import Share
from marketplace.domain.errors import DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import Contract, Invoice
from marketplace.services.deals.ledger.payments import PAYMENT_COLUMNS, query_of
from marketplace.services.deals.payments import invoices, ledger, overview
from marketplace.services.deals.payments.invoices import InvoiceData
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment, make_traded
from tests.services.deals.payments.money import Trade, make_trade, pdf, record


@pytest.fixture
def trade(session: object) -> Trade:
    """A buyer and a seller with their people."""
    return make_trade()


@pytest.fixture
def contract(trade: Trade) -> Contract:
    """A contract of two lines, 60 and 40."""
    return make_contract(trade.buyer, trade.seller, amounts=(60, 40), traded=[make_traded(), make_traded()])


def bill(contract: Contract, number: str, fen: int, place: int = 0, **values: Any) -> InvoiceData:
    """An invoice of one line."""
    assert contract.current is not None
    share = Share(contract.id, contract.current.lines[place].traded_id, fen)
    return InvoiceData(
        **({
            "number": number, "issued_on": clock.today(), "amount_fen": fen, "shares": (share,), "uploads": (pdf(),),
        } | values)
    )  # fmt: skip


def write(trade: Trade, contract: Contract, sent: InvoiceData) -> Invoice:
    """Record an invoice as the seller and commit."""
    with unit_of_work():
        row = invoices.record(trade.sells, contract.id, sent)
    return db.session.get_one(Invoice, row.id)


def test_paid_and_invoiced_are_held_against_each_other(trade: Trade, contract: Contract) -> None:
    """Line by line with a sum; words hold until the difference changes; a cancelled invoice no longer counts."""
    lines = contract.current.lines
    make_payment(contract, 50, shares=[(lines[0].traded_id, 30), (lines[1].traded_id, 20)])
    row = write(trade, contract, bill(contract, "24-0001", 20))
    found = invoices.reconcile(contract)
    assert [(line.balance.difference_fen, line.explanation) for line in found.lines] == [
        (10, None),
        (20, None),
    ]
    assert (found.total.agreed_fen, found.total.difference_fen) == (100, 30)
    with pytest.raises(DomainError) as stale, unit_of_work():
        invoices.explain(trade.buys, contract.id, lines[0].traded_id, 11, "尾款发票待验收后开具")
    assert stale.value.code == "difference_changed"
    with pytest.raises(DomainError) as short, unit_of_work():
        invoices.explain(trade.buys, contract.id, lines[0].traded_id, 10, "待开")
    assert short.value.field == "explanation"
    for _ in range(2):
        with unit_of_work():
            invoices.explain(trade.buys, contract.id, lines[0].traded_id, 10, "尾款发票待验收后开具")
    assert invoices.reconcile(contract).lines[0].explanation.words == "尾款发票待验收后开具"
    for _ in range(2):
        with unit_of_work():
            invoices.cancel(trade.sells, row.id)
    assert invoices.reconcile(contract).lines[0].explanation is None
    write(trade, contract, bill(contract, "24-0001", 30))
    write(trade, contract, bill(contract, "24-0002", 20, place=1))
    assert invoices.reconcile(contract).total.difference_fen == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": "１２"}, "number"),
        ({"number": "发票12345678"}, "number"),
        ({"issued_on": None}, "issued_on"),
        ({"issued_on": date(2999, 1, 1)}, "issued_on"),
        ({"amount_fen": 0}, "amount"),
        ({"amount_fen": 21}, "shares"),
        ({"uploads": ()}, "file"),
    ],
)
def test_an_invoice_names_what_is_wrong(trade: Trade, contract: Contract, values: dict, field: str) -> None:
    """At its field; nothing is stored."""
    with pytest.raises(ValidationFailed) as refused:
        write(trade, contract, bill(contract, values.pop("number", "24-0001"), 20, **values))
    assert [fault.field for fault in refused.value.errors] == [field]


def test_an_invoice_number_stands_once_and_belongs_to_who_recorded_it(
    trade: Trade, contract: Contract
) -> None:
    """Known in any spelling; only the recorder cancels; strangers find nothing; files are for the parties."""
    row = write(trade, contract, bill(contract, "ab 123456", 20))
    with pytest.raises(DomainError) as known:
        write(trade, contract, bill(contract, "ＡＢ123456", 20))
    assert known.value.field == "number"
    with pytest.raises(DomainError) as not_mine, unit_of_work():
        invoices.cancel(trade.buys, row.id)
    assert not_mine.value.code == "not_recorder"
    stranger = make.actor(make.make_person(make.make_organisation()))
    with pytest.raises(NotFound), unit_of_work():
        invoices.cancel(stranger, row.id)
    link = files.links_of("invoice", row.id)[0]
    assert files.open_for(trade.buys, link.id).link.id == link.id
    with pytest.raises(NotFound):
        files.open_for(stranger, link.id)
    other = make_contract(trade.buyer, trade.seller)
    with pytest.raises(NotFound):
        write(trade, contract, bill(other, "99-9999", 20))


def test_the_overview_says_what_is_agreed_paid_waiting_open_and_late(trade: Trade) -> None:
    """Each figure by itself; the rows newest first; what the reader may do."""
    today = clock.today()
    plan = [(60 * WAN, today - timedelta(days=3)), (40 * WAN, today + timedelta(days=30))]
    contract = make_contract(trade.buyer, trade.seller, amounts=(100 * WAN,), instalments=plan)
    make_payment(contract, 50 * WAN, paid_on=today - timedelta(days=5))
    make_payment(contract, 5 * WAN, kind="refund", paid_on=today - timedelta(days=1))
    make_payment(contract, 7 * WAN, state="returned")
    record(trade.buys, contract, 20 * WAN)
    money = overview.of_contract(trade.buys, contract.id)
    assert (money.amount_fen, money.paid_fen, money.waiting_fen) == (100 * WAN, 45 * WAN, 20 * WAN)
    assert (money.open_fen, money.overdue_fen) == (55 * WAN, 15 * WAN)
    assert [line.payment.kind for line in money.lines] == ["payment", "payment", "refund", "payment"]
    assert money.next == money.facts[0]
    assert (money.may_handle, money.may_record) == (True, True)
    staff = overview.of_contract(trade.verifier, contract.id)
    assert (staff.may_handle, staff.may_record) == (False, False)
    with pytest.raises(NotFound):
        overview.of_contract(make.actor(make.make_person(make.make_organisation())), contract.id)


def test_the_ledger_filters_and_sums(trade: Trade, contract: Contract) -> None:
    """By state, evidence, bank, contract and day; sums of verified rows, here and in the export."""
    today = clock.today()
    make_payment(contract, 50, paid_on=today - timedelta(days=10))
    make_payment(contract, 8, kind="refund")
    make_payment(contract, 3, state="submitted", evidence="cash", bank="", serial="")
    make_payment(make_contract(trade.buyer, trade.seller), 11, bank="ICBC")
    everything = ledger.page_of(trade.verifier, {}, 1)
    assert (everything.page.total, everything.paid_fen, everything.returned_fen) == (4, 61, 8)
    assert everything.waiting_fen == 3
    for filters, count in (
        ({"state": "submitted"}, 1),
        ({"kind": "refund"}, 1),
        ({"evidence": "cash"}, 1),
        ({"bank": "ICBC"}, 1),
        ({"contract": contract.filing_number.lower()}, 3),
        ({"contract": contract.registration.number}, 3),
        ({"paid_from": (today - timedelta(days=1)).isoformat()}, 3),
        ({"paid_to": (today - timedelta(days=1)).isoformat()}, 1),
    ):
        assert ledger.page_of(trade.verifier, filters, 1).page.total == count, filters
    with pytest.raises(NotAllowed):
        ledger.page_of(trade.buys, {}, 1)
    columns = {column.key: column for column in PAYMENT_COLUMNS}
    rows = db.session.scalars(query_of({})).all()
    assert sum(columns["net"].get(row) for row in rows) == 53
