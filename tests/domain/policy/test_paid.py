"""Rules 1 to 5 at their edges: which payments count, what is net paid, which contracts are eligible."""

from typing import Any

import pytest

from tests.domain.policy.worlds import (
    BUYER,
    OTHER_SELLER,
    SELLER,
    Json,
    amend,
    claim,
    contract,
    decided,
    deregister,
    evidence,
    grants,
    line,
    payment,
    recovered,
    refund,
    register,
    run,
    share,
)


def _eligible(*events: Json, **policy: Any) -> int:
    """Return what is eligible for A1 after ``events``, as the next claim sees it."""
    paid: int = run(*events, claim("K"), **policy)["claims"][-1]["eligible_paid_fen"]
    return paid


@pytest.mark.parametrize(
    "bent",
    [{"payer_uscc": SELLER}, {"payee_uscc": BUYER}, {"paid_on": "2020-01-01"}, {"evidence": "cash"}],
)
def test_rule_1_a_voucher_is_used_up_whatever_became_of_its_first_payment(bent: Json) -> None:
    first = payment("P1", 100, voucher_no="V", **bent)
    second = payment("P2", 100, voucher_no="V")
    assert _eligible(contract(), first, second, window_from="2025-01-01") == 0
    assert _eligible(contract(), second, {**first, "voucher_no": "W"}, window_from="2025-01-01") == 100


def test_rule_1_vouchers_are_compared_exactly() -> None:
    vouchers = ["V", "v", "V ", " "]
    events = [payment(f"P{i}", 1, voucher_no=voucher) for i, voucher in enumerate(vouchers)]
    assert _eligible(contract(), *events) == 4


def test_rule_1_any_of_the_sellers_may_be_paid_and_only_this_contracts() -> None:
    sellers = [{"name": "一", "uscc": uscc, "division": "340104"} for uscc in (SELLER, OTHER_SELLER)]
    paid = payment("P1", 100, payee_uscc=OTHER_SELLER)
    assert _eligible(contract(sellers=sellers), paid) == 100
    assert _eligible(contract(sellers=[]), payment("P1", 100)) == 0
    assert _eligible(contract(sellers=sellers[:1]), contract("C2", sellers=sellers), paid) == 0


def test_rule_1_evidence_cannot_make_an_unsound_payment_count() -> None:
    events = [contract(), payment("P1", 100, evidence="stripe", payer_uscc=SELLER)]
    assert _eligible(*events, evidence("P1", "bank_transfer")) == 0


def test_rule_1_withdrawn_evidence_is_never_accepted_and_may_come_back() -> None:
    events = [contract(), payment("P1", 100), claim("K1"), evidence("P1", None)]
    assert recovered(run(*events)) == [(3, 10)]
    again = run(*events, evidence("P1", "bank_transfer"), claim("K2"))
    assert grants(again) == {"K1": 10, "K2": 10}
    assert recovered(again) == [(3, 10)]


def test_rule_1_the_same_evidence_again_changes_nothing() -> None:
    events = [
        contract(),
        payment("P1", 100),
        evidence("P1", "bank_transfer"),
        evidence("P1", "bank_transfer"),
    ]
    assert _eligible(*events) == 100
    assert _eligible(*events, evidence("P1", "cash"), evidence("P1", None)) == 0


def test_rule_2_refunds_wait_for_the_payments_they_are_set_against() -> None:
    events = [contract(), refund(60), payment("P1", 50)]
    assert _eligible(*events) == 0
    assert _eligible(*events, payment("P2", 30)) == 20


def test_rule_2_net_paid_is_never_below_zero_in_the_sum_of_a_contract() -> None:
    events = [contract("C1", line("A1"), line("A2")), refund([share(500, "A2")]), payment("P1", 80)]
    assert decided(run(*events, claim("K1"), min_paid_per_contract_fen=80), "K1") == "granted"


def test_rule_2_a_refund_naming_a_payment_sleeps_while_that_does_not_count() -> None:
    events = [
        contract(),
        payment("P1", 100),
        payment("P2", 40, evidence="stripe"),
        refund(40, payment="P2"),
        claim("K1"),
    ]
    assert grants(run(*events)) == {"K1": 10}
    awake = [*events, evidence("P2", "bank_transfer")]
    assert _eligible(*awake) == 100
    assert _eligible(*awake, evidence("P2", None)) == 100


def test_rule_2_a_refund_above_its_payment_wakes_up_with_evidence_and_is_recovered() -> None:
    done = run(
        contract(),
        payment("P1", 100),
        payment("P2", 40, evidence="stripe"),
        refund(70, payment="P2"),
        claim("K1"),
        evidence("P2", "bank_transfer"),
    )
    assert recovered(done) == [(5, 3)]


def test_rule_2_a_refund_of_a_duplicate_changes_nothing_one_without_a_name_counts_in_full() -> None:
    events = [contract(), payment("P1", 100, voucher_no="V"), payment("P2", 100, voucher_no="V")]
    assert _eligible(*events, refund(100, payment="P2")) == 100
    assert _eligible(*events, refund(100)) == 0
    assert _eligible(*events, refund(100, payment=None)) == 0


def test_rule_2_a_refund_of_an_excluded_part_counts_in_full() -> None:
    events = [contract(), payment("P1", [share(100, excluded_fen=40)]), refund(40, payment="P1")]
    assert _eligible(*events) == 20


def test_rule_2_lines_for_one_achievement_add_up() -> None:
    events = [contract(), payment("P1", [share(60), share(30)]), refund([share(20), share(5)])]
    assert _eligible(*events) == 65


def test_rule_2_a_named_refund_may_return_another_achievement_of_the_contract() -> None:
    events = [
        contract("C1", line("A1"), line("A2")),
        payment("P1", 100),
        payment("P2", [share(50, "A2")], evidence="cash"),
        refund(30, payment="P2"),
    ]
    assert _eligible(*events) == 100
    assert _eligible(*events, evidence("P2", "bank_transfer")) == 70


def test_rule_3_all_reasons_are_named_sorted() -> None:
    bad = contract(
        type="咨询",
        buyer={"name": "甲", "uscc": BUYER, "division": "320500", "kind": "person"},
        seller_decision="inside",
        related_party=True,
        registered=False,
    )
    reasons = decided(run(bad, claim("K1"), min_paid_per_contract_fen=1), "K1")
    assert reasons == [
        "BUYER_NOT_ENTERPRISE", "BUYER_OUTSIDE_CITY", "NOT_REGISTERED", "RELATED_PARTY", "SELLER_IN_CITY",
        "TYPE_NOT_ELIGIBLE",
    ]  # fmt: skip


def test_rule_3_deregistered_hides_not_registered_and_is_final() -> None:
    unregistered = contract(registered=False)
    assert decided(run(unregistered, claim("K1")), "K1") == ["NOT_REGISTERED"]
    assert decided(run(unregistered, deregister(), claim("K1")), "K1") == ["DEREGISTERED"]
    assert decided(run(unregistered, deregister(), register(), claim("K1")), "K1") == ["DEREGISTERED"]
    assert decided(run(contract(), deregister(), deregister(kind="撤销"), claim("K1")), "K1") == [
        "DEREGISTERED"
    ]


def test_rule_3_registration_may_come_after_payment_and_twice() -> None:
    events = [contract(registered=False), payment("P1", 100), register(), register(), claim("K1")]
    assert grants(run(*events)) == {"K1": 10}


@pytest.mark.parametrize(
    ("minimum", "expected"), [(None, "granted"), (0, "granted"), (90, "granted"), (91, ["BELOW_MINIMUM"])]
)
def test_rule_3_the_minimum_sums_the_lines_beyond_their_amounts(minimum: int | None, expected: Any) -> None:
    events = [contract("C1", line("A1", 20), line("A2", 20)), payment("P1", [share(80), share(10, "A2")])]
    assert decided(run(*events, claim("K1"), min_paid_per_contract_fen=minimum), "K1") == expected


def test_rule_3_the_minimum_sees_only_current_lines() -> None:
    events = [
        contract("C1", line("A1"), line("A2")),
        payment("P1", [share(50), share(60, "A2")]),
        claim("K1"),
        amend(line("A1")),
    ]
    done = run(*events, claim("K2"), min_paid_per_contract_fen=100)
    assert decided(done, "K2") == ["BELOW_MINIMUM"]
    assert recovered(done) == [(3, 5)]


def test_rule_3_below_the_minimum_takes_every_line_along() -> None:
    done = run(
        contract("C1", line("A1"), line("A2")),
        payment("P1", [share(50), share(60, "A2")]),
        claim("K1", "A2"),
        claim("K2", "A1"),
        refund([share(11, "A2")]),
        min_paid_per_contract_fen=100,
    )
    assert [(r["achievement"], r["amount_fen"]) for r in done["recoveries"]] == [("A1", 5), ("A2", 6)]


def test_rule_3_reasons_are_the_union_over_the_buyers_contracts_for_the_achievement() -> None:
    events = [
        contract("C1", registered=False),
        contract("C2", related_party=True),
        contract("C3", line("A2"), type="咨询"),
    ]
    assert decided(run(*events, claim("K1")), "K1") == ["NOT_REGISTERED", "RELATED_PARTY"]
    one_good = [*events, contract("C4")]
    assert decided(run(*one_good, claim("K1")), "K1") == ["NOTHING_NEW"]
    assert decided(run(*one_good, payment("P1", 100, "C4"), claim("K1")), "K1") == "granted"


def test_rule_4_contracts_add_up_each_limited_by_its_own_line() -> None:
    events = [
        contract("C1", line(amount=100)),
        contract("C2", line(amount=30)),
        contract("C3", type="咨询"),
        payment("P1", 40, "C1"),
        payment("P2", 50, "C2"),
        payment("P3", 500, "C3"),
    ]
    assert _eligible(*events) == 70


def test_rule_4_payments_stay_with_a_line_that_goes_and_comes_back() -> None:
    events = [contract("C1", line("A1"), line("A2")), payment("P1", 100), amend(line("A2"))]
    assert decided(run(*events, claim("K1")), "K1") == ["NO_CONTRACT"]
    while_away = [*events, payment("P2", 10), refund(20)]
    assert _eligible(*while_away, amend(line("A1"))) == 90


def test_rule_4_other_buyers_and_achievements_do_not_enter() -> None:
    other = contract("C2", buyer={"name": "乙", "uscc": "X", "division": "341302", "kind": "enterprise"})
    events = [contract("C1", line("A1"), line("A2")), other, payment("P1", [share(7), share(50, "A2")])]
    assert _eligible(*events, payment("P2", 900, "C2", payer_uscc="X")) == 7


@pytest.mark.parametrize(
    ("rate", "paid", "aid"),
    [
        ("0", 10**12, 0),
        ("1", 10**12, 10**12),
        ("01.0", 7, 7),
        ("0.1", 19, 1),
        ("0.3", 10, 3),
        ("0.29", 100, 29),
        ("0.57", 100, 57),
        ("0.333333333333333333333333333333", 3, 0),
        ("0.999999999999999999999999999999", 10**12, 10**12 - 1),
        ("0." + "0" * 5000 + "1", 10**12, 0),
    ],
)
def test_rule_5_the_rate_is_exact_before_the_floor(rate: str, paid: int, aid: int) -> None:
    done = run(
        contract("C1", line(amount=10**13)), payment("P1", paid), claim("K1"), rate=rate, cap_fen=10**13
    )
    assert done["claims"][0]["entitlement_fen"] == aid


def test_amounts_beyond_any_float_stay_exact() -> None:
    paid = 10**40 + 7
    done = run(contract("C1", line(amount=paid)), payment("P1", paid), claim("K1"), rate="1", cap_fen=10**41)
    assert grants(done) == {"K1": paid}
