"""What the fields say, test by test."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.domain import taxonomy
from marketplace.retrieval.matching.fit import (
    BLEND,
    MEETING_WAYS,
    MONTHS_TO_USE,
    TESTS,
    WANTED_BANDS,
    WEIGHTS,
    AchievementFacts,
    DemandFacts,
    Finding,
    Verdict,
    blended,
    fit,
)

TODAY = date(2026, 6, 15)
DEMAND = DemandFacts(
    demand_type="adoption",
    field="05",
    tags=frozenset({"f5", "l08"}),
    ways=frozenset({"transfer", "licence"}),
    ip_ownership="demander",
    budget_fen=80_000_000,
    due_on=date(2027, 6, 15),
    division="341302",
)
ACHIEVEMENT = AchievementFacts(
    field="05",
    tags=frozenset({"l08"}),
    ways=frozenset({"transfer"}),
    maturity=("generic", 8),
    price_fen=60_000_000,
    ip_statuses=("valid", "pending"),
    division="341321",
)


def finding(name: str, demand: DemandFacts, achievement: AchievementFacts) -> Finding:
    return next(one for one in fit(demand, achievement, TODAY).findings if one.name == name)


def test_all_agree() -> None:
    found = fit(DEMAND, ACHIEVEMENT, TODAY)
    assert [one.verdict for one in found.findings] == [Verdict.YES] * len(TESTS)
    assert (found.share, found.missing) == (1.0, ())
    assert blended(0.5, found) == 0.5


def test_nothing_said_is_no_conflict() -> None:
    found = fit(DemandFacts(), AchievementFacts(), TODAY)
    assert {one.verdict for one in found.findings} == {Verdict.UNKNOWN}
    assert [one.code for one in found.findings] == [f"{one.name}_unknown" for one in found.findings]
    assert found.share == 0.5


@pytest.mark.parametrize(
    ("name", "demand", "achievement", "verdict", "code"),
    [
        ("field", {}, {"field": "01"}, "no", "field_differs"),
        ("tags", {}, {"tags": frozenset({"l01"})}, "no", "tags_differs"),
        ("maturity", {}, {"maturity": ("generic", 5)}, "no", "maturity_differs"),
        ("maturity", {"demand_type": "project"}, {"maturity": ("generic", 5)}, "yes", "maturity_agrees"),
        ("maturity", {"demand_type": "research"}, {"maturity": ("gbt37264", 2)}, "yes", "maturity_agrees"),
        ("maturity", {"demand_type": "team"}, {}, "unknown", "maturity_unknown"),
        ("price", {"budget_fen": 60_000_000}, {}, "yes", "price_agrees"),
        ("price", {"budget_fen": 59_999_999}, {}, "no", "price_differs"),
        ("price", {}, {"price_fen": None}, "unknown", "price_unknown"),
        ("time", {}, {"valid_until": date(2026, 6, 14)}, "no", "time_offer_ended"),
        ("time", {}, {"valid_until": TODAY}, "yes", "time_agrees"),
        ("time", {"due_on": date(2026, 9, 15)}, {}, "yes", "time_agrees"),
        ("time", {"due_on": date(2026, 9, 14)}, {}, "no", "time_differs"),
        ("time", {"due_on": date(2020, 1, 1)}, {}, "no", "time_differs"),
        ("ways", {"ways": frozenset({"open"})}, {}, "yes", "ways_open"),
        ("ways", {"ways": frozenset({"commission"})}, {"ways": frozenset({"service"})}, "yes", "ways_agrees"),
        ("ways", {"ways": frozenset({"equity"})}, {}, "no", "ways_differs"),
        ("rights", {}, {"ip_statuses": ("lapsed",)}, "no", "rights_lapsed"),
        ("rights", {}, {"ways": frozenset({"ordinary"})}, "no", "rights_not_for_sale"),
        ("rights", {}, {"ip_statuses": ("pending",)}, "unknown", "rights_pending"),
        ("rights", {}, {"ip_statuses": ()}, "unknown", "rights_unknown"),
        ("region", {}, {"division": "340100"}, "yes", "region_same_province"),
        ("region", {}, {"division": "320500"}, "no", "region_elsewhere"),
        ("region", {}, {"division": "999999"}, "unknown", "region_unknown"),
    ],
)
def test_each_verdict(
    name: str, demand: dict[str, object], achievement: dict[str, object], verdict: str, code: str
) -> None:
    found = finding(name, replace(DEMAND, **demand), replace(ACHIEVEMENT, **achievement))  # type: ignore[arg-type]
    assert (found.verdict.value, found.code) == (verdict, code)


def test_a_finding_carries_what_its_sentence_needs() -> None:
    assert finding("price", DEMAND, ACHIEVEMENT).params == {"budget_fen": 80_000_000, "price_fen": 60_000_000}
    assert finding("maturity", DEMAND, replace(ACHIEVEMENT, maturity=("generic", 5))).params == {
        "scale": "generic", "level": 5, "band": "4-6", "least": "7-9",
    }  # fmt: skip
    assert finding("time", DEMAND, ACHIEVEMENT).params == {
        "due_on": date(2027, 6, 15), "months_left": 12, "months_needed": 3,
    }  # fmt: skip


def test_conflicts_lower_the_score_and_are_named() -> None:
    found = fit(DEMAND, replace(ACHIEVEMENT, price_fen=90_000_000, field="01"), TODAY)
    assert [one.name for one in found.missing] == ["field", "price"]
    total = sum(WEIGHTS.values())
    assert found.share == pytest.approx((total - WEIGHTS["field"] - WEIGHTS["price"]) / total)
    assert 0.5 * (1 - BLEND) < blended(0.5, found) < 0.5


def test_the_tables_know_every_code() -> None:
    assert set(MEETING_WAYS) == set(taxonomy.DEMAND_COOPERATION_WAYS.codes) - {"open"}
    assert frozenset().union(*MEETING_WAYS.values()) == set(taxonomy.COOPERATION_WAYS.codes)
    assert set(WANTED_BANDS) == set(taxonomy.DEMAND_TYPES.codes) - {"team"}
    assert set(MONTHS_TO_USE) == set(taxonomy.MATURITY_BANDS.codes)
