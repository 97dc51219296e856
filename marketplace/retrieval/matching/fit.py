"""Structured fit: what the fields of a demand and of an achievement say about each other, test by test.

Pure and without words: a test names its verdict, a code for the sentence to say and the values that fill it; the web
room has the sentences. Nothing is hidden by a failed test: it says what is missing to be a fit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from marketplace.domain.regions import city_of, exists, province_of
from marketplace.domain.taxonomy import maturity_band


class Verdict(StrEnum):
    """The outcome of a test."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DemandFacts:
    """A demand's fields, codes as in domain/taxonomy.py; "", None or nothing means that it was not said.

    ``budget_fen`` in 分; ``division`` is the six-digit code of the demanding organisation.
    """

    demand_type: str = ""
    field: str = ""
    tags: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    ip_ownership: str = ""
    budget_fen: int | None = None
    due_on: date | None = None
    division: str = ""


@dataclass(frozen=True, slots=True)
class AchievementFacts:
    """An achievement's fields. ``price_fen`` in 分, None when negotiable; ``maturity`` is (scale, level);
    ``ip_statuses`` are those of its rights; the offer ends on ``valid_until``."""

    field: str = ""
    tags: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    maturity: tuple[str, int] | None = None
    price_fen: int | None = None
    valid_until: date | None = None
    ip_statuses: tuple[str, ...] = ()
    division: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one test: ``name`` of the test, ``code`` of the sentence (unique), ``params`` to fill it."""

    name: str
    verdict: Verdict
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """All findings in a fixed order, and their weighed share of agreement: 0 to 1, 0.5 when nothing is known.

    ``weights`` by name of test; None: those of this module.
    """

    findings: tuple[Finding, ...]
    share: float
    weights: Mapping[str, float] | None = None

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What stands in the way of a fit."""
        return tuple(one for one in self.findings if one.verdict is Verdict.NO)

    def without(self, names: Collection[str]) -> Fit:
        """The fit when the tests of these names are switched off; they are no longer among the findings."""
        return _weighed(tuple(one for one in self.findings if one.name not in names), self.weights)


BLEND = 0.3
"""How far the fields may lower a text score: with none of them agreeing it keeps 1 − BLEND of itself."""

MEETING_WAYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "commission": frozenset({"joint", "service"}),
        "joint": frozenset({"joint"}),
        "transfer": frozenset({"transfer"}),
        "licence": frozenset({"exclusive", "sole", "ordinary"}),
        "equity": frozenset({"equity"}),
        "consulting": frozenset({"service"}),
        "service": frozenset({"service"}),
    }
)
"""Ways of cooperation an achievement may offer for each way a demand asks for; "open" takes any."""

WANTED_BANDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"adoption": ("7-9",), "project": ("7-9", "4-6"), "research": ("7-9", "4-6", "1-3")}
)
"""Bands of maturity by type of demand: who adopts wants what is proven, who commissions research takes a principle."""

MONTHS_TO_USE: Mapping[str, int] = MappingProxyType({"7-9": 3, "4-6": 12, "1-3": 24})
"""Months from signing to use, a rule of thumb by band of maturity: introduction, pilot, development."""

OWNING_WAYS = frozenset({"transfer", "joint"})
"""Ways that can leave the rights with the demander."""


def fit(
    demand: DemandFacts,
    achievement: AchievementFacts,
    today: date,
    weights: Mapping[str, float] | None = None,
) -> Fit:
    """Compare the fields of both sides as of ``today`` (Beijing); ``weights`` as in ``Fit``."""
    return _weighed(tuple(test(demand, achievement, today) for test in TESTS), weights)


def _weighed(findings: tuple[Finding, ...], weights: Mapping[str, float] | None = None) -> Fit:
    counted = WEIGHTS if weights is None else weights
    known = [
        (counted[one.name], one.verdict is Verdict.YES)
        for one in findings
        if one.verdict is not Verdict.UNKNOWN
    ]
    total = sum(weight for weight, _ in known)
    agreed = sum(weight for weight, yes in known if yes)
    return Fit(findings, agreed / total if total else 0.5, weights)


def blended(text_score: float, found: Fit) -> float:
    """The score that ranks: the text's, lowered by what the fields do not agree in. Never above the text's."""
    return text_score * (1 - BLEND * (1 - found.share))


def _verdict(yes: bool) -> Verdict:
    return Verdict.YES if yes else Verdict.NO


def _unknown(name: str) -> Finding:
    return Finding(name, Verdict.UNKNOWN, f"{name}_unknown")


def _said(name: str, yes: bool, **params: Any) -> Finding:
    return Finding(name, _verdict(yes), f"{name}_{'agrees' if yes else 'differs'}", params)


def _field(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    if not demand.field or not achievement.field:
        return _unknown("field")
    return _said("field", demand.field == achievement.field, wanted=demand.field, offered=achievement.field)


def _tags(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    if not demand.tags or not achievement.tags:
        return _unknown("tags")
    common = demand.tags & achievement.tags
    return _said("tags", bool(common), common=sorted(common), wanted=sorted(demand.tags))


def _maturity(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    wanted = WANTED_BANDS.get(demand.demand_type)
    if wanted is None or achievement.maturity is None:
        return _unknown("maturity")
    scale, level = achievement.maturity
    band = maturity_band(scale, level)
    return _said("maturity", band in wanted, scale=scale, level=level, band=band, least=wanted[-1])


def _price(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    if demand.budget_fen is None or achievement.price_fen is None:
        return _unknown("price")
    params = {"budget_fen": demand.budget_fen, "price_fen": achievement.price_fen}
    return _said("price", achievement.price_fen <= demand.budget_fen, **params)


def _time(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    if achievement.valid_until is not None and achievement.valid_until < today:
        return Finding("time", Verdict.NO, "time_offer_ended", {"valid_until": achievement.valid_until})
    if demand.due_on is None or achievement.maturity is None:
        return _unknown("time")
    needed = MONTHS_TO_USE[maturity_band(*achievement.maturity)]
    left = _months(today, demand.due_on)
    return _said("time", left >= needed, due_on=demand.due_on, months_left=left, months_needed=needed)


def _months(start: date, end: date) -> int:
    """Whole months from one day to another; none once it is past."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return max(months, 0)


def _ways(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    if not demand.ways or not achievement.ways:
        return _unknown("ways")
    wanted = sorted(demand.ways)
    if "open" in demand.ways:
        return Finding("ways", Verdict.YES, "ways_open", {"offered": sorted(achievement.ways)})
    meeting = frozenset().union(*(MEETING_WAYS.get(way, frozenset()) for way in wanted)) & achievement.ways
    return _said(
        "ways", bool(meeting), common=sorted(meeting), wanted=wanted, offered=sorted(achievement.ways)
    )


def _rights(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    """In force, and, if the demander wants to own them, offered in a way that allows it."""
    statuses = achievement.ip_statuses
    if statuses and all(status == "lapsed" for status in statuses):
        return Finding("rights", Verdict.NO, "rights_lapsed", {})
    if demand.ip_ownership == "demander" and achievement.ways and not achievement.ways & OWNING_WAYS:
        return Finding("rights", Verdict.NO, "rights_not_for_sale", {"offered": sorted(achievement.ways)})
    if "valid" in statuses:
        return Finding("rights", Verdict.YES, "rights_valid", {"number": statuses.count("valid")})
    if "pending" in statuses:
        return Finding("rights", Verdict.UNKNOWN, "rights_pending", {})
    return _unknown("rights")


def _region(demand: DemandFacts, achievement: AchievementFacts, today: date) -> Finding:
    here, there = demand.division, achievement.division
    if not exists(here) or not exists(there):
        return _unknown("region")
    params = {"demand": here, "achievement": there}
    if city_of(here) is not None and city_of(here) == city_of(there):
        return Finding("region", Verdict.YES, "region_same_city", params)
    if province_of(here) == province_of(there):
        return Finding("region", Verdict.YES, "region_same_province", params)
    return Finding("region", Verdict.NO, "region_elsewhere", params)


TESTS: Sequence[Callable[[DemandFacts, AchievementFacts, date], Finding]] = (
    _field, _tags, _maturity, _price, _time, _ways, _rights, _region,
)  # fmt: skip

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "field": 2.0, "tags": 1.0, "maturity": 2.0, "price": 2.0, "time": 1.0, "ways": 2.0, "rights": 1.0,
        "region": 0.5,
    }
)  # fmt: skip
"""What each test counts; a far region is an effort, not an obstacle."""

SURE_AFTER = 30
"""Dismissals that named a field, from which on what they say counts half of what many would."""
MOST_RAISED = 3.0
"""By how much a test that all dismissals name counts more than by itself."""


def learnt_weights(named: Mapping[str, int]) -> dict[str, float]:
    """What each test counts after people dismissed matches and named a test as the reason, so many times each.

    A test that is named more than the others counts more, one that nobody names keeps its weight.
    """
    total = sum(named.get(name, 0) for name in WEIGHTS)
    sure = total / (total + SURE_AFTER)
    return {
        name: weight * (1 + MOST_RAISED * sure * named.get(name, 0) / max(total, 1))
        for name, weight in WEIGHTS.items()
    }
