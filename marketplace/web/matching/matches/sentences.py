"""The structured tests of a match in words: what was wanted, what is offered, the verdict, what is missing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from marketplace.domain import regions, taxonomy
from marketplace.domain.taxonomy import Taxonomy
from marketplace.domain.text import N_
from marketplace.models.catalogue import AchievementRevision, DemandRevision
from marketplace.retrieval.matching.fit import WANTED_BANDS, Finding, Verdict
from marketplace.services.catalogue.finding.texts import label, labels
from marketplace.services.matching.reading.matches import Pair
from marketplace.web.filters import day, wan

TESTS: Mapping[str, str] = {
    "field": N_("技术领域"),
    "tags": N_("产业方向"),
    "maturity": N_("成熟度"),
    "price": N_("价格与预算"),
    "time": N_("时间"),
    "ways": N_("合作方式"),
    "rights": N_("知识产权"),
    "region": N_("地区"),
}
"""The tests in the order of their findings."""

TELLING = ("price", "maturity", "ways", "time", "field", "tags", "rights", "region")
"""What one wants to know first."""

TONES: Mapping[Verdict, str] = {Verdict.YES: "ok", Verdict.NO: "bad", Verdict.UNKNOWN: "info"}
WORDS: Mapping[Verdict, str] = {
    Verdict.YES: N_("符合"),
    Verdict.NO: N_("不符"),
    Verdict.UNKNOWN: N_("不详"),
}
SIGNS: Mapping[Verdict, str] = {Verdict.YES: "✓", Verdict.NO: "✗", Verdict.UNKNOWN: "?"}

SENTENCES: Mapping[str, str] = {
    "field_agrees": N_("都属于%(wanted)s"),
    "field_differs": N_("需求属于%(wanted)s，成果属于%(offered)s"),
    "field_unknown": N_("有一方没有写明技术领域"),
    "tags_agrees": N_("都在%(common)s"),
    "tags_differs": N_("没有共同的产业方向"),
    "tags_unknown": N_("有一方没有选产业方向"),
    "maturity_agrees": N_("成熟度 %(level)s 级，达到所需的 %(least)s 级"),
    "maturity_differs": N_("成熟度 %(level)s 级，这类需求一般要 %(least)s 级以上"),
    "maturity_unknown": N_("没有写明成熟度或需求类型"),
    "price_agrees": N_("预算 %(budget)s 万元，标价 %(price)s 万元"),
    "price_differs": N_("预算 %(budget)s 万元，标价 %(price)s 万元"),
    "price_unknown": N_("价格或预算面议"),
    "time_agrees": N_("离期望完成还有 %(left)s 个月，投入使用约需 %(needed)s 个月"),
    "time_differs": N_("离期望完成还有 %(left)s 个月，投入使用约需 %(needed)s 个月"),
    "time_offer_ended": N_("成果的有效期到 %(until)s 已结束"),
    "time_unknown": N_("没有写明期望完成时间或成熟度"),
    "ways_open": N_("需求方接受任何合作方式"),
    "ways_agrees": N_("双方都可以%(common)s"),
    "ways_differs": N_("需求方希望%(wanted)s，成果提供%(offered)s"),
    "ways_unknown": N_("有一方没有写明合作方式"),
    "rights_valid": N_("%(number)s 件知识产权有效"),
    "rights_pending": N_("知识产权还在申请中"),
    "rights_lapsed": N_("知识产权均已失效"),
    "rights_not_for_sale": N_("需求方希望取得知识产权，成果只提供%(offered)s"),
    "rights_unknown": N_("成果没有登记知识产权"),
    "region_same_city": N_("同在%(place)s"),
    "region_same_province": N_("同在%(place)s"),
    "region_elsewhere": N_("需求在%(demand)s，成果在%(achievement)s"),
    "region_unknown": N_("有一方没有写明所在地"),
}

MISSING: Mapping[str, str] = {
    "field_differs": N_("确认成果能否用到这个领域"),
    "tags_differs": N_("确认是否属于同一产业方向"),
    "maturity_differs": N_("还需中试或示范，或改为联合研发"),
    "price_differs": N_("标价比预算高 %(gap)s 万元，需商谈价格或分期"),
    "time_differs": N_("时间不够，需推迟期望完成时间或分步实施"),
    "time_offer_ended": N_("需发布单位确认成果仍然有效"),
    "ways_differs": N_("需双方商定都能接受的合作方式"),
    "rights_lapsed": N_("需发布单位说明现有权利"),
    "rights_not_for_sale": N_("需商定知识产权归属"),
    "region_elsewhere": N_("需安排异地交流"),
}
"""What it takes where a test says no."""


@dataclass(frozen=True)
class Line:
    """A test in words."""

    name: str
    label: str
    tone: str
    word: str
    sign: str
    sentence: str
    missing: str


@dataclass(frozen=True)
class Compared:
    """A test with what each side says of itself, '' where it did not say."""

    line: Line
    wanted: str
    offered: str


def line(finding: Finding) -> Line:
    """Return a finding in words."""
    values = _values(finding)
    missing = MISSING.get(finding.code, "") if finding.verdict is Verdict.NO else ""
    return Line(
        finding.name, _(TESTS[finding.name]), TONES[finding.verdict], _(WORDS[finding.verdict]),
        SIGNS[finding.verdict], _(SENTENCES[finding.code], **values), _(missing, **values) if missing else "",
    )  # fmt: skip


def lines(findings: Iterable[Finding]) -> list[Line]:
    """Return findings in words, in their order."""
    return [line(one) for one in findings]


def compared(pair: Pair) -> list[Compared]:
    """Return all tests of a pair as its reader may know them, side by side."""
    sides = _sides(pair)
    made = []
    for one in pair.fit.findings:
        wanted, offered = sides.get(one.name, ("", ""))
        if one.name == "region" and one.params:
            wanted, offered = (_place(one.params[side]) for side in ("demand", "achievement"))
        made.append(Compared(line(one), wanted, offered))
    return made


def telling(findings: Iterable[Finding]) -> Line | None:
    """Return the line that tells most in one glance: what fits, money before field; else what does not."""
    found = list(findings)
    for verdict in (Verdict.YES, Verdict.NO):
        fitting = {one.name: one for one in found if one.verdict is verdict}
        for name in TELLING:
            if name in fitting:
                return line(fitting[name])
    return None


def _values(finding: Finding) -> dict[str, Any]:
    made = _VALUES.get(finding.name)
    return made(finding.params) if made and finding.params else {}


def _words(terms: Taxonomy, codes: Iterable[str]) -> str:
    return _("、").join(_(word) for word in labels(terms, codes))


def _place(code: str) -> str:
    city = regions.city_of(code) or code
    return regions.short_name(code) if city == code else _("%(province)s%(city)s", **_names(code, city))


def _names(code: str, city: str) -> dict[str, str]:
    province = regions.short_name(regions.province_of(code))
    name = regions.short_name(city)
    # A municipality's second level has no name of its own.
    return {"province": province, "city": name if name != province and not name.startswith("市辖") else ""}


def _field(params: Mapping[str, Any]) -> dict[str, Any]:
    return {side: _(label(taxonomy.NATIONAL_FIELDS, params[side])) for side in ("wanted", "offered")}


def _tags(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"common": _words(taxonomy.CITY_TAGS, params["common"])}


def _maturity(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"level": params["level"], "least": params["least"].partition("-")[0]}


def _price(params: Mapping[str, Any]) -> dict[str, Any]:
    budget, price = params["budget_fen"], params["price_fen"]
    return {"budget": wan(budget), "price": wan(price), "gap": wan(max(price - budget, 0))}


def _time(params: Mapping[str, Any]) -> dict[str, Any]:
    if "valid_until" in params:
        return {"until": day(params["valid_until"])}
    return {"left": params["months_left"], "needed": params["months_needed"]}


def _ways(params: Mapping[str, Any]) -> dict[str, Any]:
    offered = taxonomy.COOPERATION_WAYS
    return {
        "common": _words(offered, params.get("common", ())),
        "wanted": _words(taxonomy.DEMAND_COOPERATION_WAYS, params.get("wanted", ())),
        "offered": _words(offered, params.get("offered", ())),
    }


def _rights(params: Mapping[str, Any]) -> dict[str, Any]:
    offered = _words(taxonomy.COOPERATION_WAYS, params.get("offered", ()))
    return {"number": params.get("number", 0), "offered": offered}


def _region(params: Mapping[str, Any]) -> dict[str, Any]:
    demand, achievement = params["demand"], params["achievement"]
    near = regions.city_of(demand) is not None and regions.city_of(demand) == regions.city_of(achievement)
    place = regions.city_of(demand) if near else regions.province_of(demand)
    return {
        "demand": _place(demand),
        "achievement": _place(achievement),
        "place": regions.short_name(place or demand),
    }


_VALUES: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "field": _field, "tags": _tags, "maturity": _maturity, "price": _price, "time": _time, "ways": _ways,
    "rights": _rights, "region": _region,
}  # fmt: skip


def _sides(pair: Pair) -> dict[str, tuple[str, str]]:
    """Return by test what each side says of itself, as every reader of both may know it."""
    demand, achievement = pair.demand.published, pair.achievement.published
    assert isinstance(demand, DemandRevision)  # noqa: S101
    assert isinstance(achievement, AchievementRevision)  # noqa: S101
    least = WANTED_BANDS.get(demand.demand_type, ("",))[-1].partition("-")[0]
    scale = taxonomy.MATURITY_SCALES[achievement.maturity_scale]
    level = achievement.maturity_level
    statuses = [right.status for right in achievement.ip_rights]
    price = _("%(n)s 万元", n=wan(achievement.price_fen)) if achievement.price_fen is not None else ""
    budget = _("%(n)s 万元", n=wan(demand.budget_fen)) if demand.budget_fen is not None else _("面议")
    return {
        "field": tuple(_words(taxonomy.NATIONAL_FIELDS, [one.field]) for one in (demand, achievement)),  # type: ignore[dict-item]
        "tags": tuple(_words(taxonomy.CITY_TAGS, one.tags) for one in (demand, achievement)),  # type: ignore[dict-item]
        "maturity": (
            _("%(n)s 级以上", n=least) if least else "",
            f"{level}/{len(scale)}" if level is not None else "",
        ),
        "price": (budget, price or _(label(taxonomy.PRICING_METHODS, achievement.pricing) or "面议")),
        "time": (
            _("%(day)s 前完成", day=day(demand.due_on)) if demand.due_on else "",
            _("有效期至 %(day)s", day=day(achievement.valid_until)) if achievement.valid_until else "",
        ),
        "ways": (
            _words(taxonomy.DEMAND_COOPERATION_WAYS, demand.ways),
            _words(taxonomy.COOPERATION_WAYS, achievement.ways),
        ),
        "rights": (
            _words(taxonomy.IP_OWNERSHIPS, [demand.ip_ownership]),
            _("%(n)s 件有效", n=statuses.count("valid")) if statuses else "",
        ),
    }
