"""Rules 6 to 8 at their edges: the order of the checks, what is recovered, what a release gives back."""

from typing import Any

import pytest

from tests.domain.policy.worlds import (
    BUYER,
    OTHER_BUYER,
    Json,
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
    release,
    run,
    share,
)

TWO_LINES = [contract("C1", line("A1"), line("A2")), payment("P1", [share(100, "A1"), share(100, "A2")])]
TWO_BUYERS = [
    contract("C1"),
    payment("P1", 100),
    of_other_buyer("C2"),
    payment("P2", 100, "C2", payer_uscc=OTHER_BUYER),
]


def _prior(amount: int, achievement: str = "A1", buyer: str = BUYER, on: str = "2025-01-01") -> Json:
    return {"achievement": achievement, "buyer_uscc": buyer, "on": on, "amount_fen": amount}


def test_rule_6_the_checks_come_in_their_order() -> None:
    """All limits are zero; each step removes the reason that was named, and the next one appears."""
    zero: Json = {
        "cap_fen": 0, "enterprise_year_cap_fen": 0, "min_grant_fen": 11, "annual_budget_fen": 0,
        "min_paid_per_contract_fen": 50,
    }  # fmt: skip
    unpaid, paid = [contract()], [contract(), payment("P1", 100)]
    steps: list[tuple[list[Json], Json, Any]] = [
        ([], {}, ["NO_CONTRACT"]),
        ([contract(registered=False)], {}, ["NOT_REGISTERED"]),
        (unpaid, {}, ["BELOW_MINIMUM"]),
        (unpaid, {"min_paid_per_contract_fen": None}, ["NOTHING_NEW"]),
        (paid, {}, ["CAP_EXHAUSTED"]),
        (paid, {"cap_fen": 10}, ["ENTERPRISE_YEAR_CAP"]),
        (paid, {"cap_fen": 10, "enterprise_year_cap_fen": 10}, ["BELOW_MIN_GRANT"]),
        (paid, {"cap_fen": 10, "enterprise_year_cap_fen": 10, "min_grant_fen": 10}, "waiting_budget"),
        (
            paid,
            {"cap_fen": 10, "enterprise_year_cap_fen": 10, "min_grant_fen": 10, "annual_budget_fen": 10},
            "granted",
        ),
    ]
    for events, change, expected in steps:
        assert decided(run(*events, claim("K1"), **{**zero, **change}), "K1") == expected


@pytest.mark.parametrize(
    ("limit", "at_zero"),
    [
        ("cap_fen", ["CAP_EXHAUSTED"]),
        ("enterprise_year_cap_fen", ["ENTERPRISE_YEAR_CAP"]),
        ("annual_budget_fen", "waiting_budget"),
        ("min_grant_fen", "granted"),
        ("min_paid_per_contract_fen", "granted"),
    ],
)
def test_rule_6_zero_is_a_limit_null_is_none(limit: str, at_zero: str | list[str]) -> None:
    events = [contract(), payment("P1", 100), claim("K1")]
    assert decided(run(*events, **{limit: 0}), "K1") == at_zero
    if limit != "cap_fen":
        assert decided(run(*events, **{limit: None}), "K1") == "granted"


def test_rule_6_a_refused_claim_shows_what_was_eligible_and_entitled() -> None:
    done = run(contract(), payment("P1", 100), claim("K1"), cap_fen=0)
    assert done["claims"][0] == {
        "claim": "K1", "decision": "refused", "reasons": ["CAP_EXHAUSTED"],
        "eligible_paid_fen": 100, "entitlement_fen": 10, "grant_fen": 0,
    }  # fmt: skip


def test_rule_6_a_grant_is_cut_to_cap_and_year_cap_and_the_rest_can_be_claimed_later() -> None:
    events = [contract(), payment("P1", 100), claim("K1"), claim("K2"), claim("K3", on="2026-01-01")]
    assert grants(run(*events, enterprise_year_cap_fen=6)) == {"K1": 6, "K3": 4}
    assert grants(run(*events, cap_fen=7)) == {"K1": 7}


def test_rule_6_the_minimum_is_held_against_what_is_left_after_the_cuts() -> None:
    events = [contract(), payment("P1", 100), claim("K1")]
    assert decided(run(*events, cap_fen=7, min_grant_fen=8), "K1") == ["BELOW_MIN_GRANT"]
    assert decided(run(*events, enterprise_year_cap_fen=7, min_grant_fen=8), "K1") == ["BELOW_MIN_GRANT"]
    assert grants(run(*events, enterprise_year_cap_fen=8, min_grant_fen=8)) == {"K1": 8}


def test_rule_6_the_year_is_the_claims_not_the_payments_nor_the_order() -> None:
    events = [*TWO_LINES, claim("K1", on="2026-12-31"), claim("K2", "A2", on="2025-01-01")]
    assert grants(run(*events, annual_budget_fen=10)) == {"K1": 10, "K2": 10}


def test_rule_6_a_waiting_claim_holds_nothing_and_is_not_decided_again() -> None:
    events = [*TWO_BUYERS, claim("K1"), claim("K2", buyer=OTHER_BUYER), release("K1")]
    done = run(*events, claim("K3", buyer=OTHER_BUYER), annual_budget_fen=15)
    assert decided(done, "K2") == "waiting_budget"
    assert grants(done) == {"K1": 10, "K3": 10}


def test_rule_6_a_smaller_claim_may_pass_one_that_waits() -> None:
    events = [
        contract("C1", line("A1"), line("A2")),
        payment("P1", [share(100, "A1"), share(50, "A2")]),
        claim("K1", "A1"),
        claim("K2", "A2"),
    ]
    assert grants(run(*events, annual_budget_fen=9)) == {"K2": 5}


def test_rule_6_prior_grants_fill_cap_year_cap_and_budget_but_not_want() -> None:
    events = [contract(), payment("P1", 100), claim("K1")]
    assert grants(run(*events, prior_grants=[_prior(30)])) == {"K1": 10}
    assert grants(run(*events, prior_grants=[_prior(30)], cap_fen=36)) == {"K1": 6}
    assert grants(run(*events, prior_grants=[_prior(30, "A9")], cap_fen=36)) == {"K1": 10}
    assert grants(run(*events, prior_grants=[_prior(30, "A9")], enterprise_year_cap_fen=36)) == {"K1": 6}
    others = [_prior(30, "A9", OTHER_BUYER)]
    assert grants(run(*events, prior_grants=others, enterprise_year_cap_fen=36)) == {"K1": 10}
    assert decided(run(*events, prior_grants=others, annual_budget_fen=39), "K1") == "waiting_budget"
    last_year = [_prior(30, "A9", on="2024-12-31")]
    assert grants(run(*events, prior_grants=last_year, annual_budget_fen=10, enterprise_year_cap_fen=10)) == {
        "K1": 10
    }
    assert decided(run(*events, prior_grants=[_prior(40)], cap_fen=36), "K1") == ["CAP_EXHAUSTED"]


def test_rule_6_prior_grants_of_others_fill_the_cap_unless_it_is_the_buyers_own() -> None:
    events = [contract(), payment("P1", 100), claim("K1")]
    prior = [_prior(8, buyer=OTHER_BUYER)]
    assert grants(run(*events, prior_grants=prior, cap_fen=12)) == {"K1": 4}
    assert grants(run(*events, prior_grants=prior, cap_fen=12, cap_scope="achievement_buyer")) == {"K1": 10}


def test_rule_6_a_group_shares_one_cap_with_its_prior_grants() -> None:
    events = [*TWO_LINES, claim("K1", "A1"), claim("K2", "A2")]
    groups = {"A1": "G", "A2": "G", "A3": "G"}
    assert grants(run(*events, cap_groups=groups, cap_fen=15)) == {"K1": 10, "K2": 5}
    assert grants(run(*events, cap_groups=groups, cap_fen=15, prior_grants=[_prior(2, "A3")])) == {
        "K1": 10, "K2": 3,
    }  # fmt: skip
    assert grants(run(*events, cap_groups=None, cap_fen=15)) == {"K1": 10, "K2": 10}


def test_rule_6_a_group_is_not_the_achievement_of_the_same_name() -> None:
    events = [*TWO_LINES, claim("K1", "A1"), claim("K2", "A2")]
    assert grants(run(*events, cap_groups={"A1": "A2"}, cap_fen=15)) == {"K1": 10, "K2": 10}


def test_rule_6_a_group_under_a_cap_for_each_buyer() -> None:
    events = [*TWO_BUYERS, contract("C3", line("A2")), payment("P3", [share(100, "A2")], "C3")]
    claims = [claim("K1"), claim("K2", "A2"), claim("K3", buyer=OTHER_BUYER)]
    done = run(*events, *claims, cap_groups={"A1": "G", "A2": "G"}, cap_fen=15, cap_scope="achievement_buyer")
    assert grants(done) == {"K1": 10, "K2": 5, "K3": 10}


def test_rule_7_a_recovery_frees_the_cap_but_not_the_year_cap_nor_the_budget() -> None:
    events = [*TWO_BUYERS, claim("K1"), refund(100), claim("K2", buyer=OTHER_BUYER)]
    assert grants(run(*events, cap_fen=10)) == {"K1": 10, "K2": 10}
    assert decided(run(*events, annual_budget_fen=10), "K2") == "waiting_budget"
    again = [contract(), payment("P1", 100), claim("K1"), refund(100), payment("P2", 100), claim("K2")]
    assert grants(run(*again)) == {"K1": 10, "K2": 10}
    assert decided(run(*again, enterprise_year_cap_fen=10), "K2") == ["ENTERPRISE_YEAR_CAP"]


def test_rule_7_nothing_is_recovered_while_the_cap_still_covers_the_grant() -> None:
    events = [contract(), payment("P1", 300), claim("K1"), refund(100), refund(1)]
    assert recovered(run(*events, cap_fen=20)) == [(4, 1)]


@pytest.mark.parametrize(
    ("lowering", "amount"),
    [
        (refund(50), 5),
        (amend(line(amount=50)), 5),
        (amend(line("A2")), 10),
        (deregister(), 10),
        (evidence("P1", None), 10),
        (evidence("P1", "cash"), 10),
    ],
)
def test_rule_7_follows_refund_amend_deregister_and_evidence(lowering: Json, amount: int) -> None:
    assert recovered(run(contract(), payment("P1", 100), claim("K1"), lowering)) == [(3, amount)]


def test_rule_7_recoveries_of_one_event_are_sorted() -> None:
    done = run(
        contract("C1", line("B"), line("A10"), line("A9")),
        payment("P1", [share(100, "B"), share(100, "A10"), share(100, "A9")]),
        claim("K1", "B"),
        claim("K2", "A9"),
        claim("K3", "A10"),
        deregister(),
    )
    assert [r["achievement"] for r in done["recoveries"]] == ["A10", "A9", "B"]


def test_rule_7_recovers_only_the_new_excess_each_time() -> None:
    events = [contract(), payment("P1", 100), claim("K1"), refund(30), refund(5), refund(16), deregister()]
    assert recovered(run(*events)) == [(3, 3), (4, 1), (5, 2), (6, 4)]


def test_rule_7_another_contract_of_the_buyer_may_carry_the_grant() -> None:
    events = [contract("C1"), contract("C2"), payment("P1", 100, "C1"), claim("K1"), payment("P2", 100, "C2")]
    assert recovered(run(*events, deregister("C1"))) == []


def test_rule_8_a_release_gives_back_cap_year_cap_and_budget() -> None:
    events = [*TWO_BUYERS, claim("K1"), release("K1"), claim("K2", buyer=OTHER_BUYER)]
    assert grants(run(*events, cap_fen=10)) == {"K1": 10, "K2": 10}
    assert grants(run(*events, annual_budget_fen=10)) == {"K1": 10, "K2": 10}
    again = [contract(), payment("P1", 100), claim("K1"), release("K1"), claim("K2")]
    assert grants(run(*again, enterprise_year_cap_fen=10)) == {"K1": 10, "K2": 10}


def test_rule_8_a_release_drops_what_was_recovered_after_the_claim_and_takes_its_cap_back() -> None:
    events = [contract(), payment("P1", 100), claim("K1"), refund(100), release("K1")]
    assert recovered(run(*events)) == []
    more = run(*events, payment("P2", 100), claim("K2"), cap_fen=10)
    assert grants(more) == {"K1": 10, "K2": 10}


def test_rule_8_what_was_recovered_before_the_claim_stays() -> None:
    events = [
        contract(), payment("P1", 100), claim("K1"), refund(40),
        payment("P2", 100), claim("K2"), refund(30), release("K2"),
    ]  # fmt: skip
    assert recovered(run(*events[:-1])) == [(3, 4), (6, 3)]
    assert recovered(run(*events)) == [(3, 4)]


def test_rule_8_what_the_first_grant_took_down_falls_on_the_second_at_the_release() -> None:
    events = [
        contract(), payment("P1", 100), claim("K1"), payment("P2", 200), claim("K2"),
        refund(150), release("K1"),
    ]  # fmt: skip
    assert recovered(run(*events[:-1])) == [(5, 15)]
    assert recovered(run(*events)) == [(6, 5)]


def test_rule_8_recoveries_of_other_pairs_stay_in_their_order() -> None:
    events = [
        contract("C1", line("A1"), line("A2")),
        payment("P1", [share(100, "A1"), share(100, "A2")]),
        claim("K1", "A1"),
        claim("K2", "A2"),
        payment("P2", [share(100, "A1")]),
        claim("K3", "A1"),
        refund([share(50, "A2")]),
        refund([share(120, "A1")]),
        refund([share(10, "A2")]),
        release("K1"),
    ]
    assert recovered(run(*events[:-1])) == [(6, 5), (7, 12), (8, 1)]
    assert recovered(run(*events)) == [(6, 5), (8, 1), (9, 2)]


def test_rule_8_the_cap_may_be_overdrawn_and_nobody_else_is_touched() -> None:
    """K3 took the cap that a recovery had freed; releasing K1 drops that recovery, and K2 stands in full again."""
    events = [
        contract("C1"),
        payment("P1", 100),
        claim("K1"),
        payment("P2", 100),
        claim("K2"),
        refund(200),
        of_other_buyer("C2"),
        payment("P3", 200, "C2", payer_uscc=OTHER_BUYER),
        claim("K3", buyer=OTHER_BUYER),
        payment("P4", 200),
        release("K1"),
        claim("K4"),
    ]
    done = run(*events, cap_fen=20)
    assert grants(done) == {"K1": 10, "K2": 10, "K3": 20}
    assert recovered(done) == []
    assert decided(done, "K4") == ["CAP_EXHAUSTED"]
    assert grants(run(*events, cap_fen=40))["K4"] == 10
    assert grants(run(*events, cap_fen=35))["K4"] == 5
    assert grants(run(*events, release("K3"), claim("K5"), cap_fen=20))["K5"] == 10


def test_rule_8_the_claims_own_output_stays() -> None:
    events = [contract(), payment("P1", 100), claim("K1")]
    assert run(*events)["claims"] == run(*events, release("K1"))["claims"]


def test_rule_8_year_and_budget_of_the_claims_year_are_freed_not_of_the_releases() -> None:
    events = [
        *TWO_LINES, claim("K1", on="2024-06-01"), claim("K2", "A2", on="2025-06-01"), release("K1"),
        claim("K3", on="2025-06-02"), claim("K4", on="2024-06-02"),
    ]  # fmt: skip
    done = run(*events, annual_budget_fen=10)
    assert decided(done, "K3") == "waiting_budget"
    assert decided(done, "K4") == "granted"
