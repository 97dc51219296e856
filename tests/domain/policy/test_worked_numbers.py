"""The worked numbers of docs/subsidy.md and the rows of its table of cases that are arithmetic."""

import pytest

from tests.domain.policy.worlds import (
    BUYER,
    OTHER_BUYER,
    SELLER,
    WAN,
    amend,
    claim,
    contract,
    decided,
    deregister,
    evidence,
    grants,
    line,
    of_other_buyer,
    payment,
    recovered,
    refund,
    run,
    share,
)

BIG = line(amount=2000 * WAN)


@pytest.mark.parametrize(
    ("paid", "aid"),
    [(300 * WAN, 30 * WAN), (500 * WAN, 50 * WAN), (1200 * WAN, 50 * WAN), (9, 0), (10, 1), (19, 1)],
)
def test_ten_percent_up_to_the_cap(paid: int, aid: int) -> None:
    done = run(contract("C1", BIG), payment("P1", paid), claim("K1"))
    assert grants(done) == ({"K1": aid} if aid else {})
    assert done["claims"][0]["entitlement_fen"] == paid // 10


def test_two_years_then_a_refund_of_350() -> None:
    done = run(
        contract("C1", BIG),
        payment("P1", 200 * WAN),
        claim("K1"),
        payment("P2", 400 * WAN),
        claim("K2", on="2026-06-01"),
        refund(350 * WAN),
    )
    assert grants(done) == {"K1": 20 * WAN, "K2": 30 * WAN}
    assert recovered(done) == [(5, 25 * WAN)]


def test_row_1_the_cap_is_the_achievements_over_contracts_buyers_and_years() -> None:
    events = [
        contract("C1"),
        payment("P1", 300 * WAN),
        of_other_buyer("C2"),
        payment("P2", 300 * WAN, "C2", payer_uscc=OTHER_BUYER),
        claim("K1"),
        claim("K2", buyer=OTHER_BUYER, on="2027-06-01"),
    ]
    assert grants(run(*events)) == {"K1": 30 * WAN, "K2": 20 * WAN}
    assert grants(run(*events, cap_scope="achievement_buyer")) == {"K1": 30 * WAN, "K2": 30 * WAN}


def test_row_3_each_achievement_of_a_contract_has_its_own_cap() -> None:
    done = run(
        contract("C1", line("A1"), line("A2")),
        payment("P1", [share(700 * WAN, "A1"), share(100 * WAN, "A2")]),
        claim("K1", "A1"),
        claim("K2", "A2"),
    )
    assert grants(done) == {"K1": 50 * WAN, "K2": 10 * WAN}


def test_row_4_the_entitlement_is_cumulative_to_the_fen() -> None:
    done = run(contract(), payment("P1", 15), claim("K1"), payment("P2", 15), claim("K2"))
    assert grants(done) == {"K1": 1, "K2": 2}


def test_row_6_no_more_than_the_line_as_amended_is_eligible() -> None:
    events = [contract("C1", line(amount=100)), payment("P1", 150), claim("K1")]
    assert run(*events)["claims"][0]["eligible_paid_fen"] == 100
    assert recovered(run(*events, amend(line(amount=40)))) == [(3, 6)]
    assert grants(run(*events, amend(line(amount=140)), claim("K2"))) == {"K1": 10, "K2": 4}


def test_row_7_the_technical_amount_limits_only_under_its_base() -> None:
    events = [contract("C1", line(amount=100, technical=60)), payment("P1", 80), claim("K1")]
    assert grants(run(*events)) == {"K1": 8}
    assert grants(run(*events, base="min_paid_technical")) == {"K1": 6}


def test_row_8_an_excluded_part_is_not_eligible() -> None:
    done = run(contract(), payment("P1", [share(100, excluded_fen=30), share(50)]), claim("K1"))
    assert done["claims"][0]["eligible_paid_fen"] == 120


@pytest.mark.parametrize("kind", ["cash", "acceptance_bill", "offset", "equity", "stripe"])
def test_rows_9_and_10_only_accepted_evidence_counts(kind: str) -> None:
    done = run(contract(), payment("P1", 100, evidence=kind), claim("K1"))
    assert decided(done, "K1") == ["NOTHING_NEW"]
    assert grants(
        run(contract(), payment("P1", 100, evidence=kind), claim("K1"), accepted_evidence=[kind])
    ) == {"K1": 10}


def test_row_10_a_bank_statement_attached_later_makes_it_count() -> None:
    done = run(
        contract(), payment("P1", 100, evidence="stripe"), evidence("P1", "bank_transfer"), claim("K1")
    )
    assert grants(done) == {"K1": 10}


def test_row_11_the_same_voucher_counts_once() -> None:
    done = run(
        contract("C1"),
        contract("C2"),
        payment("P1", 100, voucher_no="V"),
        payment("P2", 100, voucher_no="V"),
        payment("P3", 100, "C2", voucher_no="V"),
        claim("K1"),
    )
    assert done["claims"][0]["eligible_paid_fen"] == 100


@pytest.mark.parametrize(
    ("day", "aid"),
    [("2024-12-31", {}), ("2025-01-01", {"K1": 10}), ("2025-12-31", {"K1": 10}), ("2026-01-01", {})],
)
def test_row_12_the_window_is_by_payment_date_inclusive(day: str, aid: dict[str, int]) -> None:
    done = run(
        contract(),
        payment("P1", 100, paid_on=day),
        claim("K1"),
        window_from="2025-01-01",
        window_to="2025-12-31",
    )
    assert grants(done) == aid


def test_row_14_related_parties_get_nothing() -> None:
    done = run(contract(related_party=True), payment("P1", 100), claim("K1"))
    assert decided(done, "K1") == ["RELATED_PARTY"]


@pytest.mark.parametrize(
    ("divisions", "decision", "reasons"),
    [
        (["340104"], None, "granted"),
        (["341302"], None, ["SELLER_IN_CITY"]),
        (["340104", "341321"], None, ["SELLER_IN_CITY"]),
        (["340104", "341321"], "outside", "granted"),
        (["340104"], "inside", ["SELLER_IN_CITY"]),
        (["320500"], None, "granted"),
        ([None], None, "granted"),
        (["134130"], None, "granted"),
    ],
)
def test_row_16_in_and_out_of_the_city(
    divisions: list[str | None], decision: str | None, reasons: str | list[str]
) -> None:
    sellers = [{"name": "一", "uscc": SELLER, "division": division} for division in divisions]
    done = run(contract(sellers=sellers, seller_decision=decision), payment("P1", 100), claim("K1"))
    assert decided(done, "K1") == reasons


@pytest.mark.parametrize("kind", ["注销", "撤销"])
def test_row_17_what_rests_on_a_cancelled_contract_is_recovered(kind: str) -> None:
    done = run(contract(), payment("P1", 100), claim("K1"), deregister(kind=kind))
    assert recovered(done) == [(3, 10)]


@pytest.mark.parametrize(
    ("kind", "eligible"), [("转让", True), ("许可", True), ("开发", True), ("咨询", False)]
)
def test_row_18_contract_types(kind: str, eligible: bool) -> None:
    done = run(contract(type=kind), payment("P1", 100), claim("K1"))
    assert decided(done, "K1") == ("granted" if eligible else ["TYPE_NOT_ELIGIBLE"])


def test_row_21_what_does_not_fit_the_budget_waits_and_is_never_cut() -> None:
    done = run(contract(), payment("P1", 100), claim("K1"), annual_budget_fen=9)
    assert done["claims"] == [
        {
            "claim": "K1", "decision": "waiting_budget", "reasons": [],
            "eligible_paid_fen": 100, "entitlement_fen": 10, "grant_fen": 0,
        }
    ]  # fmt: skip


def test_row_22_grants_of_another_version_enter_as_prior_grants() -> None:
    prior = [{"achievement": "A1", "buyer_uscc": BUYER, "on": "2024-05-01", "amount_fen": 45 * WAN}]
    done = run(contract(), payment("P1", 300 * WAN), claim("K1"), prior_grants=prior)
    assert grants(done) == {"K1": 5 * WAN}
