"""Payments: who may record which, what is refused and where it is said, and that twice is once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.deals import vouchers as rules
from marketplace.domain.deals.vouchers import Share, Side, Surroundings
from marketplace.domain.errors import DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.domain.money import MAX_FEN
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment
from marketplace.models.platform import ReviewTask
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import access, paid, recording, refunds, vouchers
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract, make_traded
from tests.services.deals.payments.money import (
    Trade,
    data,
    decide,
    make_trade,
    pdf,
    record,
    refund,
    task_of,
    verified,
)


@pytest.fixture
def trade(session: object) -> Trade:
    """A buyer and a seller with their people."""
    return make_trade()


@pytest.fixture
def contract(trade: Trade) -> Contract:
    """A registered contract of 300 万元 with one line."""
    return make_contract(trade.buyer, trade.seller)


def faults_of(call: object) -> list[tuple[str, str]]:
    """Field and code of everything that ``call`` refuses."""
    with pytest.raises(DomainError) as refused, unit_of_work():
        call()  # type: ignore[operator]
    error = refused.value
    if isinstance(error, ValidationFailed):
        return [(fault.field, fault.code) for fault in error.errors]
    return [(error.field or "", error.code)]


def test_a_payment_waits_and_counts_once_verified(trade: Trade, contract: Contract) -> None:
    """Both sides record; nothing counts before somebody of neither side has looked; the task names both sides."""
    for actor, fen in ((trade.buys, 100 * WAN), (trade.sells, 50 * WAN)):
        row = record(actor, contract, fen)
        assert (row.state, row.organisation_id) == ("submitted", actor.organisation_id)
        assert set(task_of(row).parties) == {trade.buyer.id, trade.seller.id}
    assert paid.net(contract.id) == 0
    assert paid.by_state(contract.id) == {"submitted": 150 * WAN}
    decide(trade.verifier, task_of(db.session.scalars(select(Payment).order_by(Payment.id)).first()))
    assert paid.net(contract.id) == 100 * WAN


def test_strangers_do_not_know_the_contract(trade: Trade, contract: Contract) -> None:
    """404 for another organisation, 403 for an administrator who may only read."""
    stranger = make.actor(make.make_person(make.make_organisation()))
    assert faults_of(lambda: recording.record(stranger, data(contract, 1)))[0][1] == "not_found"
    with pytest.raises(NotAllowed), unit_of_work():
        recording.record(trade.verifier, data(contract, 1))
    row = record(trade.buys, contract, 1)
    with pytest.raises(NotFound):
        access.get_for(stranger, row.id)
    assert access.get_for(trade.verifier, row.id).id == row.id
    with pytest.raises(NotFound), unit_of_work():
        recording.withdraw(stranger, row.id)


@pytest.mark.parametrize(
    ("state", "signed", "fits"),
    [
        ("draft", False, False), ("offered", False, False), ("confirmed", False, False), ("confirmed", True, True),
        ("submitted", True, True), ("returned", True, True), ("registered", True, True), ("completed", True, True),
        ("rescinded", True, True), ("voided", True, False), ("refused", True, False), ("deregistered", True, False),
        ("revoked", True, False),
    ],
)  # fmt: skip
def test_payments_begin_with_signing_and_end_with_the_contract(
    trade: Trade, state: str, signed: bool, fits: bool
) -> None:
    """Money can come back in every state, but goes out only on a signed contract that lives."""
    day = clock.today() - timedelta(days=9) if signed else None
    contract = make_contract(trade.buyer, trade.seller, state=state, signed_on=day)
    if fits:
        assert record(trade.buys, contract, 5).state == "submitted"
    else:
        assert faults_of(lambda: recording.record(trade.buys, data(contract, 5)))[0][1] in (
            "not_payable",
            "not_signed",
        )
    assert refund(trade.buys, contract, 5).kind == "refund"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"amount_fen": 0}, [("amount", "amount_zero")]),
        ({"paid_on": date(2999, 1, 1)}, [("paid_on", "day_future")]),
        ({"uploads": ()}, [("file", "voucher_missing")]),
        ({"serial": "", "bank": ""}, [("bank", "bank_missing"), ("serial", "serial_missing")]),
        ({"serial": "第1号"}, [("serial", "serial_character")]),
        ({"payer": Side("某", "91341302MA0000000X")}, [("payer_uscc", "uscc_check")]),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    trade: Trade, contract: Contract, values: dict, found: list
) -> None:
    """Nothing is stored."""
    fen = values.pop("amount_fen", 100)
    wrong = faults_of(lambda: recording.record(trade.buys, data(contract, fen, **values)))
    assert [field for field, _code in wrong] == [field for field, _code in found]
    assert wrong[0][1] == found[0][1] or found[0][1] == "uscc_check"
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 0


@pytest.mark.parametrize(("fen", "code"), [(None, "amount_missing"), (0, "amount_zero")])
def test_a_missing_amount_is_said_at_the_amount(
    trade: Trade, contract: Contract, fen: int | None, code: str
) -> None:
    """Not at the shares, which nobody can fill in without an amount."""
    empty = replace(data(contract, 1), shares=())
    empty = replace(empty, voucher=replace(empty.voucher, amount_fen=fen))
    assert faults_of(lambda: recording.record(trade.buys, empty)) == [("amount", code)]
    whole = replace(empty, voucher=replace(empty.voucher, amount_fen=1))
    assert faults_of(lambda: recording.record(trade.buys, whole)) == [("shares", "shares_missing")]


def test_a_party_with_another_number_is_a_slip(trade: Trade, contract: Contract) -> None:
    """The name of the buyer beside a number that is not the contract's: asked at once, not left out of the subsidy."""
    buyer, _sellers = access.sides_of(contract)
    assert buyer is not None
    cut = data(contract, 1, payer=Side(buyer.name, buyer.uscc[:-1]))
    assert faults_of(lambda: recording.record(trade.buys, cut)) == [("payer_uscc", "other_number")]
    assert record(trade.buys, contract, 1, payer=Side(buyer.name)).payer_uscc == ""
    assert record(trade.buys, contract, 1, payer=Side("代付公司", "")).payer_name == "代付公司"


def test_a_seller_abroad_is_known_by_its_own_number(trade: Trade) -> None:
    """However its contract writes it: a voucher keeps numbers without spaces, and in less than 18 characters."""
    abroad = {"uscc": "", "division": "", "country": "DE", "foreign_number": "hrb 123 456 münchen 2026/77"}
    contract = make_contract(trade.buyer)
    with unit_of_work():
        for name, value in abroad.items():
            setattr(contracts.sellers_of(contract)[0], name, value)
    row = record(trade.buys, contract, 300 * WAN)
    assert vouchers.remarks_on(row) == []


@pytest.mark.parametrize("content", [b"MZ\x90\x00 not a pdf", b"<html><script>alert(1)</script></html>", b""])
def test_a_disguised_file_is_no_voucher(trade: Trade, contract: Contract, content: bytes) -> None:
    """What calls itself PDF and is none is refused at the file, and with it the payment."""
    fake = recording.Upload("回单.pdf", content)
    assert faults_of(lambda: recording.record(trade.buys, data(contract, 9, uploads=(fake,))))[0][0] == "file"
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 0


def test_every_amount_edge(trade: Trade) -> None:
    """One 分 and 100亿元 are amounts; more than the contract needs words and is recorded all the same."""
    huge = make_contract(trade.buyer, trade.seller, amounts=(MAX_FEN,))
    assert record(trade.buys, huge, MAX_FEN - 1).amount_fen == MAX_FEN - 1
    assert record(trade.buys, huge, 1).amount_fen == 1
    one_more = faults_of(lambda: recording.record(trade.buys, data(huge, 1)))
    assert one_more == [("note", "overpaid")]
    over = record(trade.buys, huge, 1, note="对方多收，将退回")
    assert any("比合同金额多" in words.message for words in vouchers.remarks_on(over))
    assert faults_of(lambda: recording.record(trade.buys, data(huge, MAX_FEN + 1)))[0] == (
        "amount",
        "amount_too_large",
    )


def test_money_is_shared_over_lines_and_contracts_of_one_buyer(trade: Trade) -> None:
    """Every 分 has its line; another buyer's contract, or a line of another contract, is out of reach."""
    both = [make_traded(), make_traded()]
    first = make_contract(trade.buyer, trade.seller, amounts=(60, 40), traded=both)
    second = make_contract(trade.buyer, trade.seller, amounts=(70,), traded=both[:1])
    foreign = make_contract(make.make_organisation(), trade.seller, amounts=(70,))
    shares = (
        Share(first.id, both[0].id, 60),
        Share(first.id, both[1].id, 40),
        Share(second.id, both[0].id, 7),
    )
    row = record(trade.buys, first, 107, shares=shares)
    decide(trade.verifier, task_of(row))
    assert paid.net_by_line([first.id, second.id]) == {
        first.id: {both[0].id: 60, both[1].id: 40},
        second.id: {both[0].id: 7},
    }
    assert [one.contract.id for one in recording.targets(trade.buys, first)] == [first.id, second.id]
    elsewhere = (Share(first.id, both[0].id, 1), Share(foreign.id, foreign.current.lines[0].traded_id, 1))
    # The seller is party to both, but the money of two buyers is never one transfer.
    assert faults_of(lambda: recording.record(trade.sells, data(first, 2, shares=elsewhere))) == [
        ("shares", "other_buyer")
    ]
    assert (
        faults_of(lambda: recording.record(trade.buys, data(first, 2, shares=elsewhere)))[0][1] == "not_found"
    )
    wrong_line = (Share(second.id, both[1].id, 1),)
    assert (
        faults_of(lambda: recording.record(trade.buys, data(second, 1, shares=wrong_line)))[0][1]
        == "not_found"
    )
    short = (Share(second.id, both[0].id, 1),)
    assert faults_of(lambda: recording.record(trade.buys, data(second, 2, shares=short))) == [
        ("shares", "shares_short")
    ]


def test_the_same_voucher_is_named_to_its_owner_and_hidden_from_others(
    trade: Trade, contract: Contract
) -> None:
    """Bank and normalised serial are one among rows that stand; a returned or withdrawn one frees them."""
    row = record(trade.buys, contract, 100, serial="ab 12")
    with pytest.raises(DomainError) as refused, unit_of_work():
        recording.record(trade.sells, data(contract, 100, serial="ＡＢ12"))
    assert (refused.value.field, refused.value.params["number"]) == ("serial", row.id)
    other = make_trade()
    theirs = make_contract(other.buyer, other.seller)
    with pytest.raises(DomainError) as hidden, unit_of_work():
        recording.record(other.buys, data(theirs, 100, serial="AB12"))
    assert (hidden.value.field, hidden.value.params) == ("serial", {})
    assert record(other.buys, theirs, 100, serial="AB12", bank="ICBC").state == "submitted"
    assert refund(trade.buys, contract, 1, serial="AB12").state == "submitted"
    with unit_of_work():
        recording.withdraw(trade.buys, row.id)
    assert record(trade.buys, contract, 100, serial="AB12").state == "submitted"


def test_a_form_sent_twice_is_one_payment(trade: Trade, contract: Contract) -> None:
    """The key of the form makes it the same; nobody else can use it, and it does not serve for another payment."""
    once = data(contract, 5, request_key="k" * 24)
    ids = set()
    for _ in range(2):
        with unit_of_work():
            ids.add(recording.record(trade.buys, once).id)
    assert len(ids) == 1
    assert db.session.scalar(select(func.count()).select_from(ReviewTask)) == 1
    with pytest.raises(NotFound), unit_of_work():
        recording.record(trade.sells, once)
    gone_back = replace(once, voucher=replace(once.voucher, amount_fen=6))
    assert faults_of(lambda: recording.record(trade.buys, gone_back)) == [("", "form_reused")]


@pytest.mark.parametrize("same_form", [True, False], ids=["one form", "two forms"])
def test_two_presses_at_once_make_one_row(
    app: Flask, trade: Trade, contract: Contract, same_form: bool
) -> None:
    """Both at the same moment: one row, and who was second is told at the serial or gets the first one's row."""
    key = {"request_key": "r" * 24} if same_form else {}
    sent = [data(contract, 5, serial="RACE1", **key) for _ in range(2)]
    db.session.commit()
    outcomes: list[object] = []
    start = threading.Barrier(2)

    def press(each: recording.PaymentData) -> None:
        start.wait()
        with app.app_context():
            try:
                with unit_of_work():
                    outcomes.append(recording.record(trade.buys, each).id)
            except DomainError as refused:
                outcomes.append(refused)

    threads = [threading.Thread(target=press, args=(each,)) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 1
    refusals = [one for one in outcomes if isinstance(one, DomainError)]
    if same_form:
        assert refusals == []
        assert len(set(outcomes)) == 1
    else:
        assert [one.field for one in refusals] == ["serial"]


def test_the_database_itself_refuses_the_same_voucher(trade: Trade, contract: Contract) -> None:
    """Should the polite check ever be passed by, the constraint speaks at the same field."""
    first = record(trade.buys, contract, 5)
    same = Payment(
        paid_on=clock.today(), amount_fen=1, evidence="bank_transfer", bank=first.bank, serial=first.serial
    )
    with pytest.raises(DomainError) as refused, unit_of_work():
        db.session.add(same)
    assert refused.value.field == "serial"


def test_withdrawing_and_correcting(trade: Trade, contract: Contract) -> None:
    """Only who recorded it withdraws; the task goes; the new row carries the files and names the old one, once."""
    row = record(trade.buys, contract, 5, serial="OLD1")
    task = task_of(row)
    with pytest.raises(DomainError) as refused, unit_of_work():
        recording.withdraw(trade.sells, row.id)
    assert refused.value.code == "guard_is_recorder"
    assert faults_of(lambda: recording.record(trade.buys, data(contract, 6, replaces_id=row.id)))[0][1] == (
        "still_stands"
    )
    for _ in range(2):
        with unit_of_work():
            recording.withdraw(trade.buys, row.id)
    db.session.refresh(task)
    assert (db.session.get_one(Payment, row.id).state, task.state) == ("withdrawn", "cancelled")
    better = record(trade.buys, contract, 6, replaces_id=row.id, uploads=(), serial="OLD1")
    assert better.replaces_id == row.id
    assert [link.file_id for link in files.links_of("payment", better.id)] == [
        link.file_id for link in files.links_of("payment", row.id)
    ]
    again = faults_of(lambda: recording.record(trade.buys, data(contract, 6, replaces_id=row.id)))
    assert again[0][1] == "corrected"
    with pytest.raises(NotFound), unit_of_work():
        recording.record(trade.sells, data(contract, 6, replaces_id=row.id))


def test_a_refund_of_a_payment_never_gives_back_more_than_it_was(trade: Trade) -> None:
    """Line by line, waiting refunds counted; an unnamed one may go below zero; reversals are refunds by a bank."""
    lines = [make_traded(), make_traded()]
    contract = make_contract(trade.buyer, trade.seller, amounts=(60, 40), traded=lines)
    shares = (Share(contract.id, lines[0].id, 60), Share(contract.id, lines[1].id, 40))
    waiting = record(trade.buys, contract, 100, shares=shares)
    with pytest.raises(DomainError) as too_soon, unit_of_work():
        recording_refund(trade, contract, waiting, 1)
    assert too_soon.value.code == "not_verified"
    decide(trade.verifier, task_of(waiting))
    first = refund(trade.sells, contract, 50, waiting, shares=(Share(contract.id, lines[0].id, 50),))
    wrong = faults_of(lambda: recording_refund(trade, contract, waiting, 11))
    assert wrong == [("shares", "refund_over")]
    back = refund(trade.buys, contract, 10, waiting, "reversal")
    for row in (first, back):
        decide(trade.verifier, task_of(row))
    assert paid.net_by_line([contract.id])[contract.id] == {lines[0].id: 0, lines[1].id: 40}
    assert sum(paid.left_of(waiting).values()) == 40
    unnamed = refund(trade.buys, contract, 70)
    beyond = [words.params for words in vouchers.remarks_on(unnamed) if "比本站登记的付款多" in words.message]
    assert beyond == [{"over": "0.30"}]
    decide(trade.verifier, task_of(unnamed))
    assert paid.net(contract.id) == -30
    early = faults_of(
        lambda: recording_refund(
            trade, contract, waiting, 1, paid_on=waiting.paid_on - timedelta(days=1), line=lines[1].id
        )
    )
    assert early == [("paid_on", "before_payment")]
    with pytest.raises(DomainError) as of_refund, unit_of_work():
        recording_refund(trade, contract, first, 1)
    assert of_refund.value.code == "not_a_payment"


def recording_refund(
    trade: Trade, contract: Contract, returns: Payment, fen: int, line: int | None = None, **values: object
) -> Payment:
    """Record a refund inside an open unit of work."""
    buyer, sellers = access.sides_of(contract)
    assert contract.current is not None
    shares = (Share(contract.id, line or contract.current.lines[0].traded_id, fen),)
    sent = data(contract, fen, shares=shares, payer=sellers[0], payee=buyer, **values)
    return refunds.refund(trade.buys, contract.id, sent, "refund", returns.id)


def test_foreign_money_counts_by_its_debit(trade: Trade, contract: Contract) -> None:
    """Currency, amount, rate and day are kept; the RMB debit is what is paid; a gap is shown to the reviewer."""
    row = verified(
        trade, contract, 712_340, currency="USD", foreign_amount=100_000, rate="7.1234", rate_on=clock.today()
    )
    assert (row.currency, row.foreign_amount, row.rate) == ("USD", 100_000, "7.1234")
    assert paid.net(contract.id) == 712_340
    told = [words.message for words in vouchers.remarks_on(row)]
    assert not any("汇率" in each for each in told)
    far = vouchers.voucher_of(replace_rate(row))
    assert any("汇率" in words.message for words in rules.remarks(far, "payment", around()))


def replace_rate(row: Payment) -> Payment:
    """The same payment as if another rate had been typed; never stored."""
    db.session.expunge(row)
    row.rate = "6.5"
    return row


def around() -> Surroundings:
    """Nothing known."""
    return Surroundings(None, (Side("合肥测试大学"),), None)


def test_what_differs_is_recorded_and_told(trade: Trade, contract: Contract) -> None:
    """A third-party payer, another payee, a day before signing: recorded as true, flagged, never silently dropped."""
    third = Side("第三方公司", "")
    row = record(
        trade.buys, contract, 10, payer=third, payee=third, paid_on=contract.signed_on - timedelta(days=1)
    )
    told = "".join(words.message for words in vouchers.remarks_on(row))
    assert "不是合同买方" in told
    assert "不是合同卖方" in told
    assert "签订日期" in told
    decide(trade.verifier, task_of(row))
    assert paid.net(contract.id) == 10
    assert replace(vouchers.voucher_of(row), note="").payer == third


def test_files_are_for_the_parties(trade: Trade, contract: Contract) -> None:
    """Both sides and the authority open a voucher; nobody else does."""
    row = record(trade.buys, contract, 10, uploads=(pdf("读"),))
    link = files.links_of("payment", row.id)[0]
    for actor in (trade.buys, trade.sells, trade.verifier):
        assert files.open_for(actor, link.id).link.id == link.id
    with pytest.raises(NotFound):
        files.open_for(make.actor(make.make_person(make.make_organisation())), link.id)
