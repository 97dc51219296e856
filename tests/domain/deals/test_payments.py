"""Plan against fact, paid against invoiced, and what a voucher has to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.deals import plan, reconciliation, vouchers
from marketplace.domain.deals.plan import Planned
from marketplace.domain.deals.vouchers import Share, Side, Surroundings, Voucher
from marketplace.domain.errors import DomainError
from marketplace.domain.money import MAX_FEN

TODAY = date(2026, 3, 18)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
BUYER, SELLER = Side("砀山板材有限公司", "91341302MA0000001X"), Side("合肥测试大学", "12340000TEST00000A")
FULL = Voucher(
    paid_on=TODAY, amount_fen=100, bank="HSB", serial="A1", payer=BUYER, payee=SELLER,
)  # fmt: skip


def states(net: int, *parts: Planned) -> list[tuple[int, str]]:
    """What is paid of each part, and its state."""
    return [(fact.paid_fen, fact.state) for fact in plan.fill(parts, net, TODAY)]


def test_money_fills_the_plan_in_order() -> None:
    """The earlier instalment first; a day that is not over is not late; a condition is never late."""
    first, second, third = Planned("一", 100, YESTERDAY), Planned("二", 50, TODAY), Planned("三", 70)
    assert states(0, first, second, third) == [(0, "late"), (0, "due"), (0, "due")]
    assert states(99, first, second, third) == [(99, "late"), (0, "due"), (0, "due")]
    assert states(120, first, second, third) == [(100, "paid"), (20, "partial"), (0, "due")]
    assert states(220, first, second, third) == [(100, "paid"), (50, "paid"), (70, "paid")]
    assert states(-5, first)[0] == (0, "late")
    facts = plan.fill([first, second], 30, TODAY)
    assert facts[0].late_days == 1
    assert plan.overdue_fen(facts) == 70
    assert plan.next_due(facts) == facts[0]
    assert plan.next_due(plan.fill([first], 100, TODAY)) is None


def test_what_is_open_takes_only_what_is_left() -> None:
    """金额待定 is paid after everything determined, is never late and has no open amount."""
    royalty, fixed = Planned("提成", None, YESTERDAY, kind="royalty"), Planned("入门费", 100, TODAY)
    assert states(100, royalty, fixed) == [(0, "open"), (100, "paid")]
    assert states(130, royalty, fixed) == [(30, "open"), (100, "paid")]
    assert plan.fill([royalty], 5, TODAY)[0].open_fen is None


@given(st.lists(st.integers(1, 10**12), max_size=6), st.integers(-(10**12), 10**13))
def test_no_fen_is_lost_or_made_in_a_plan(amounts: list[int], net: int) -> None:
    """Paid and open of each part make its amount; together no more than was paid."""
    facts = plan.fill([Planned("期", fen, YESTERDAY) for fen in amounts], net, TODAY)
    assert [fact.paid_fen + (fact.open_fen or 0) for fact in facts] == amounts
    assert sum(fact.paid_fen for fact in facts) == min(max(net, 0), sum(amounts))
    assert plan.overdue_fen(facts) == sum(amounts) - sum(fact.paid_fen for fact in facts)


def test_balances_follow_the_lines_and_keep_former_ones() -> None:
    """A line taken out of the contract is still held against its invoices; words hold for one difference only."""
    rows = reconciliation.balance({7: 100, 3: 50}, {7: 60, 9: 5}, {7: 40, 8: 1})
    assert [(row.traded_id, row.difference_fen) for row in rows] == [(7, 20), (3, 0), (8, -1), (9, 5)]
    assert reconciliation.total(rows).difference_fen == 24
    assert reconciliation.explains(20, rows[0])
    assert not reconciliation.explains(19, rows[0])
    assert not reconciliation.explains(0, rows[1])


@pytest.mark.parametrize(
    ("typed", "kept"), [(" a1 b2 ", "A1B2"), ("Ａ１－b２", "A1-B2"), ("2026\u200b01", "202601"), ("", "")]
)
def test_serials_meet_themselves_however_they_are_typed(typed: str, kept: str) -> None:
    """Width, case, blanks and what nobody sees make no other number."""
    assert vouchers.normalise_serial(typed) == kept


@pytest.mark.parametrize("typed", ["回单1234", "12;34", "1" * 61])
def test_what_no_bank_prints_is_no_serial(typed: str) -> None:
    """The message stands at the field."""
    with pytest.raises(DomainError) as refused:
        vouchers.normalise_serial(typed)
    assert refused.value.field == "serial"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"paid_on": None}, "paid_on", "day_missing"),
        ({"paid_on": TOMORROW}, "paid_on", "day_future"),
        ({"paid_on": date(1990, 12, 31)}, "paid_on", "day_early"),
        ({"amount_fen": None}, "amount", "amount_missing"),
        ({"amount_fen": 0}, "amount", "amount_zero"),
        ({"amount_fen": -1}, "amount", "amount_zero"),
        ({"amount_fen": MAX_FEN + 1}, "amount", "amount_too_large"),
        ({"evidence": "stripe"}, "evidence", "evidence_unknown"),
        ({"evidence": "gold"}, "evidence", "evidence_unknown"),
        ({"bank": ""}, "bank", "bank_missing"),
        ({"bank": "STRIPE"}, "bank", "bank_unknown"),
        ({"serial": ""}, "serial", "serial_missing"),
        ({"evidence": "cash", "bank": ""}, "bank", "bank_missing"),
        ({"payer": Side("")}, "payer_name", "payer_missing"),
        ({"payee": Side("")}, "payee_name", "payee_missing"),
        ({"note": "长" * 501}, "note", "note_long"),
        ({"currency": "XXX"}, "currency", "currency_unknown"),
        ({"rate": "7.1"}, "currency", "currency_cny"),
        ({"currency": "USD", "rate": "7.1", "rate_on": TODAY}, "foreign_amount", "foreign_missing"),
        ({"currency": "USD", "foreign_amount": 100, "rate": "7,1", "rate_on": TODAY}, "rate", "rate_wrong"),
        ({"currency": "USD", "foreign_amount": 100, "rate": "0", "rate_on": TODAY}, "rate", "rate_wrong"),
        ({"currency": "USD", "foreign_amount": 100, "rate": "7.1"}, "rate_on", "rate_day_missing"),
        (
            {"currency": "USD", "foreign_amount": 100, "rate": "7.1", "rate_on": TOMORROW},
            "rate_on", "rate_day_future",
        ),
    ],
)  # fmt: skip
def test_each_fault_of_a_voucher_is_named_at_its_field(change: dict, field: str, code: str) -> None:
    """One thing wrong, one message."""
    faults = vouchers.check(replace(FULL, **change), TODAY)
    assert [(fault.field, fault.code) for fault in faults] == [(field, code)]


@pytest.mark.parametrize("fen", [1, 100, MAX_FEN])
def test_amounts_from_one_fen_to_ten_billion_are_taken(fen: int) -> None:
    """The edges are inside; cash needs no bank and no serial."""
    assert vouchers.check(replace(FULL, amount_fen=fen), TODAY) == []
    assert vouchers.check(replace(FULL, evidence="cash", bank="", serial=""), TODAY) == []


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([], "shares_missing"),
        ([Share(1, 1, 99)], "shares_short"),
        ([Share(1, 1, 60), Share(1, 2, 41)], "shares_over"),
        ([Share(1, 1, 0), Share(1, 2, 100)], "share_zero"),
        ([Share(1, 1, 50), Share(1, 1, 50)], "share_twice"),
        ([Share(1, 1, 50), Share(2, 1, 50)], ""),
    ],
)
def test_every_fen_belongs_to_a_line(shares: list[Share], code: str) -> None:
    """Neither more nor less than the voucher's amount, and no line twice."""
    fault = vouchers.check_shares(shares, 100)
    assert (fault.code if fault else "") == code


def test_sides_are_compared_by_number_then_by_name() -> None:
    """A name typed with other blanks or widths is the same party; another number is another one."""
    assert vouchers.is_same(Side("砀山板材有限公司（宿州）"), Side("砀山板材有限公司(宿州)", "X"))
    assert not vouchers.is_same(Side("砀山板材有限公司", "A"), Side("砀山板材有限公司", "B"))
    assert vouchers.is_among(SELLER, [BUYER, SELLER])
    assert not vouchers.is_among(Side("某某"), [BUYER, SELLER])


def test_what_is_unusual_is_said() -> None:
    """Nothing about an ordinary payment; a remark for each thing a reviewer should look at twice."""
    around = Surroundings(BUYER, (SELLER,), YESTERDAY, (100,))
    assert vouchers.remarks(FULL, "payment", around) == []
    odd = replace(
        FULL, paid_on=YESTERDAY - timedelta(days=1), payer=SELLER, payee=BUYER, evidence="cash", amount_fen=7,
        currency="USD", foreign_amount=1, rate="6", rate_on=TODAY - timedelta(days=30),
    )  # fmt: skip
    said = [words.message for words in vouchers.remarks(odd, "payment", replace(around, overpaid_fen=3))]
    for part in (
        "签订日期",
        "不是合同买方",
        "不是合同卖方",
        "不是银行转账",
        "超过",
        "汇率相差",
        "汇率日期",
        "各期",
    ):
        assert any(part in each for each in said), part
    back = replace(FULL, payer=SELLER, payee=BUYER)
    assert vouchers.remarks(back, "refund", around) == []
    assert len(vouchers.remarks(FULL, "refund", around)) == 2
