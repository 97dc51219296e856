"""Verifying vouchers: who may, what follows, what the reviewer is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment, PaymentEvidence, TurnoverEntry
from marketplace.models.platform import Notice
from marketplace.services import deciding
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import decisions, effects, evidences, overview, paid, recording
from marketplace.services.deals.payments.evidences import EvidenceData
from marketplace.services.deals.turnover import entries
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import WAN, make_contract, make_payment
from tests.services.deals.payments.money import (
    Trade,
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


def notices_of(kind: str) -> list[int | None]:
    """Who was told."""
    return list(db.session.scalars(select(Notice.person_id).where(Notice.kind == kind).order_by(Notice.id)))


def test_verifying_counts_tells_and_is_harmless_twice(trade: Trade, contract: Contract) -> None:
    """Both sides hear of it once; the second press of the same person does nothing, another decision is refused."""
    row = record(trade.buys, contract, 7 * WAN)
    task = task_of(row)
    for _ in range(2):
        decide(trade.verifier, task)
    assert paid.net(contract.id) == 7 * WAN
    assert sorted(notices_of("payment_verified")) == sorted([trade.buys.person_id, trade.sells.person_id])
    done = db.session.get_one(Payment, row.id)
    assert (done.decided_by, done.verified_at is not None) == (trade.verifier.person_id, True)
    with pytest.raises(Conflict):
        decide(trade.verifier, task, "return")
    with pytest.raises(Conflict):
        decide(make.actor(make.make_staff(Role.CONTRACT_REGISTRAR)), task)
    with pytest.raises(Conflict), unit_of_work():
        recording.withdraw(trade.buys, row.id)


def test_nobody_of_a_party_verifies_not_even_with_the_role(trade: Trade, contract: Contract) -> None:
    """Neither side, nor who recorded it; other roles do not see the task."""
    row = record(trade.buys, contract, 5)
    task = task_of(row)
    for organisation in (trade.buyer, trade.seller):
        insider = make.make_person(organisation)
        make.grant(insider, Role.FINANCE)
        with pytest.raises(NotAllowed):
            decide(make.actor(insider), task)
    for role in (Role.ACHIEVEMENT_REVIEWER, Role.CONTRACT_VERIFIER, Role.SYSTEM_ADMIN):
        with pytest.raises(NotFound):
            decide(make.actor(make.make_staff(role)), task)
    assert paid.net(contract.id) == 0
    decide(make.actor(make.make_staff(Role.CONTRACT_REGISTRAR)), task)
    assert paid.net(contract.id) == 5


def test_a_returned_voucher_says_why_and_is_corrected_by_a_new_row(trade: Trade, contract: Contract) -> None:
    """The old row stays as it was; the reasons reach the parties."""
    row = record(trade.buys, contract, 5)
    with pytest.raises(DomainError), unit_of_work():
        deciding.return_(trade.verifier, reviews.get_for(trade.verifier, task_of(row).id), [], "")
    decide(trade.verifier, task_of(row), "return")
    back = db.session.get_one(Payment, row.id)
    assert (back.state, back.decision_note, back.verified_at) == ("returned", "看不清", None)
    assert len(notices_of("payment_returned")) == 2
    view = overview.of_payment(trade.buys, row.id)
    assert view.may_correct
    assert not overview.of_payment(trade.sells, row.id).may_correct
    again = record(trade.buys, contract, 6, replaces_id=row.id)
    assert not overview.of_payment(trade.buys, row.id).may_correct
    assert overview.of_payment(trade.buys, again.id).replaces.id == row.id


def test_the_reviewer_reads_everything_and_is_warned(trade: Trade, contract: Contract) -> None:
    """Fields, files, and what looks like another voucher: the same bytes, the same amount, day and payer."""
    file = pdf("同一份回单")
    first = record(trade.buys, contract, 9 * WAN, uploads=(file,))
    other = make_trade()
    theirs = make_contract(other.buyer, other.seller)
    record(other.buys, theirs, 1 * WAN, uploads=(file,))
    second = record(trade.buys, make_contract(trade.buyer, trade.seller), 9 * WAN, uploads=(file,))
    content = deciding.material(trade.verifier, task_of(second)).content
    told = "".join(words.message % words.params for words in content.warnings)
    for part in (
        "其他合同有金额、日期、付款人都相同",
        "另外1个单位上传过",
        "另外1笔款项的凭证",
        "各期都不相同",
    ):
        assert part in told
    keys = [row.key for row in content.rows]
    assert {"kind", "shares", "paid_on", "amount", "evidence", "bank", "serial", "payer", "payee"} <= set(
        keys
    )
    assert len(content.files) == 1
    assert first.serial not in told
    mine = deciding.material(trade.verifier, task_of(record(trade.buys, contract, 9 * WAN)))
    assert any("其他合同" in words.message or "本合同" in words.message for words in mine.content.warnings)


def test_a_refund_brings_a_completed_contract_back_to_life(trade: Trade) -> None:
    """Only where something is owed again, and only once the refund is verified."""
    contract = make_contract(trade.buyer, trade.seller, state="completed", amounts=(100,))
    paid_row = verified(trade, contract, 100)
    over = verified(trade, contract, 10, note="多付")
    decide(trade.verifier, task_of(refund(trade.sells, contract, 10, over)))
    assert db.session.get_one(Contract, contract.id).state == "completed"
    back = refund(trade.sells, contract, 30, paid_row)
    assert task_of(back).title.startswith("退款 · ")
    assert db.session.get_one(Contract, contract.id).state == "completed"
    decide(trade.verifier, task_of(back))
    assert db.session.get_one(Contract, contract.id).state == "registered"
    assert not paid.is_paid_in_full(db.session.get_one(Contract, contract.id))


def test_what_counts_of_a_rescinded_contract_follows_the_money(trade: Trade) -> None:
    """A rescinded contract counts with what was really paid; later money moves its entry."""
    contract = make_contract(trade.buyer, trade.seller, amounts=(100,))
    first = verified(trade, contract, 60)
    with unit_of_work():
        found = db.session.get_one(Contract, contract.id)
        contracts.act(SYSTEM, found, "rescind")
        entries.post(found, "rescind", clock.today())
    assert posted(contract) == 60
    decide(trade.verifier, task_of(refund(trade.sells, contract, 25, first)))
    assert posted(contract) == 35


def posted(contract: Contract) -> int:
    """What the turnover holds of a contract."""
    rows = db.session.scalars(select(TurnoverEntry).where(TurnoverEntry.contract_id == contract.id))
    return sum(row.amount_fen for row in rows)


def test_what_the_provider_told_is_verified_by_the_site(trade: Trade, contract: Contract) -> None:
    """``effects.receive`` counts it at once; the trail has it as the system's act."""
    row = make_payment(contract, 8, state="submitted", organisation_id=None, evidence="stripe", bank="STRIPE")
    with unit_of_work():
        effects.receive(db.session.get_one(Payment, row.id))
    assert paid.net(contract.id) == 8
    assert db.session.get_one(Payment, row.id).state == "verified"


def test_a_part_is_excluded_with_a_reason(trade: Trade, contract: Contract) -> None:
    """By who verifies, within the amount; it stays paid; 0 takes it back."""
    row = verified(trade, contract, 100)
    share = row.allocations[0]
    for fen, reason, field in ((101, "多", "excluded"), (-1, "负", "excluded"), (5, " ", "reason")):
        with pytest.raises(DomainError) as refused, unit_of_work():
            decisions.exclude(trade.verifier, share.id, fen, reason)
        assert refused.value.field == field
    with pytest.raises(NotAllowed), unit_of_work():
        decisions.exclude(trade.buys, share.id, 5, "试")
    stranger = make.actor(make.make_person(make.make_organisation()))
    with pytest.raises(NotFound), unit_of_work():
        decisions.exclude(stranger, share.id, 5, "试")
    with unit_of_work():
        assert decisions.exclude(trade.verifier, share.id, 40, "没有发票").excluded_fen == 40
    assert paid.net(contract.id) == 100
    with unit_of_work():
        assert decisions.exclude(trade.verifier, share.id, 0, "").exclusion_reason == ""


def add(trade: Trade, payment: Payment, evidence: str | None, **values: object) -> PaymentEvidence:
    """Add evidence as the buyer and commit."""
    filled: dict = {"uploads": (pdf(),)} if evidence else {"note": "原凭证有误"}
    if evidence == "bank_transfer":
        filled |= {"bank": "HSB", "serial": f"E{payment.id}-{len(payment.evidences)}"}
    with unit_of_work():
        row = evidences.add(trade.buys, payment.id, EvidenceData(evidence, **(filled | values)))
    return db.session.get_one(PaymentEvidence, row.id)


def test_the_latest_verified_evidence_is_the_present_one(trade: Trade, contract: Contract) -> None:
    """A bank statement for cash counts once verified; returned ones change nothing; taken back is none."""
    row = verified(trade, contract, 100, evidence="cash", bank="", serial="", uploads=())
    assert evidences.present_evidence(row) == "cash"
    first = add(trade, row, "bank_transfer")
    assert evidences.present_evidence(row) == "cash"
    with pytest.raises(Conflict):
        add(trade, row, "bank_transfer")
    decide(trade.verifier, task_of(first, "payment_evidence"))
    assert evidences.present_evidence(row) == "bank_transfer"
    second = add(trade, row, "acceptance_bill", bank="", serial="")
    decide(trade.verifier, task_of(second, "payment_evidence"), "return")
    assert evidences.present_evidence(row) == "bank_transfer"
    third = add(trade, row, None)
    material = deciding.material(trade.verifier, task_of(third, "payment_evidence")).content
    assert material.rows[0].changed
    decide(trade.verifier, task_of(third, "payment_evidence"))
    assert evidences.present_evidence(row) is None
    assert paid.net(contract.id) == 100


def test_evidence_is_checked_like_a_voucher(trade: Trade, contract: Contract) -> None:
    """Bank, serial and file; the voucher of another payment is none of this one, and the other way round."""
    card = verified(trade, contract, 100, evidence="cash", bank="", serial="", uploads=())
    known = record(trade.buys, contract, 5)
    with pytest.raises(ValidationFailed) as missing:
        add(trade, card, "bank_transfer", bank="", serial="", uploads=())
    assert [fault.field for fault in missing.value.errors] == ["bank", "serial", "file"]
    with pytest.raises(ValidationFailed) as silent:
        add(trade, card, None, note=" ")
    assert silent.value.errors[0].field == "note"
    with pytest.raises(DomainError) as twice:
        add(trade, card, "bank_transfer", serial=known.serial, bank=known.bank)
    assert twice.value.field == "serial"
    later = add(trade, card, "bank_transfer", serial="LATE1")
    with pytest.raises(DomainError) as again:
        record(trade.buys, contract, 100, serial="late1")
    assert (again.value.field, again.value.params["number"]) == ("serial", card.id)
    with pytest.raises(DomainError), unit_of_work():
        evidences.withdraw(trade.sells, later.id)
    for _ in range(2):
        with unit_of_work():
            evidences.withdraw(trade.buys, later.id)
    assert reviews.open_task_for("payment_evidence", later.id) is None
    assert record(trade.buys, contract, 100, serial="late1").state == "submitted"
    with pytest.raises(DomainError) as waiting:
        add(trade, known, "bank_transfer")
    assert waiting.value.code == "not_verified"
