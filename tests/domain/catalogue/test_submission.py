"""What a complete achievement or demand needs."""

from datetime import date
from typing import Any

import pytest

from marketplace.domain.catalogue.content import ITEMS, STEPS, blank, place_of, step_of
from marketplace.domain.catalogue.submission import check

TODAY = date(2026, 3, 18)
LONG = "写得足够长的一段文字，说明现在怎么做、难在哪里、要达到什么程度、由谁使用。"


def achievement(**changes: Any) -> dict[str, Any]:
    """Return a complete achievement, with changes."""
    content: dict[str, Any] = {name: blank(item) for name, item in ITEMS["achievement"].items()}
    content |= {
        "title": "低温秸秆腐熟菌剂", "benefit": "40天降解55%", "summary": LONG, "keywords": ["秸秆"], "field": "09",
        "completed_by": ["甲大学"], "problem": LONG, "advantages": LONG,
        "metrics": [{"indicator": "降解率", "current": "20%", "achieved": "55%", "evidence": ""}],
        "maturity": ("generic", 7), "maturity_proof": "两季田间试验", "stage": "middle", "attribute": "original",
        "forms": ["product"], "level": "unrated", "evaluation": "none", "team": ["张三"], "ways": ["service"],
        "pricing": "negotiable", "contact_name": "李四", "contact_phone": "13800138000",
    }  # fmt: skip
    return content | changes


def demand(**changes: Any) -> dict[str, Any]:
    """Return a complete demand, with changes."""
    content: dict[str, Any] = {name: blank(item) for name, item in ITEMS["demand"].items()}
    content |= {
        "title": "无醛胶替代", "demand_type": "adoption", "field": "05", "keywords": ["无醛胶"], "situation": LONG,
        "metrics": [{"indicator": "甲醛", "present": "", "target": "未检出"}], "due_on": date(2026, 12, 1),
        "ways": ["licence"], "ip_ownership": "agreed", "disclosure": "anonymous", "summary": LONG,
        "contact_name": "王五", "contact_phone": "13900139000", "contact_email": "wang@fuli.example",
    }  # fmt: skip
    return content | changes


def codes(kind: str, content: dict[str, Any], name: str = "符离板业有限公司（演示）") -> dict[str, str]:
    """Return what is wrong, by place."""
    return {error.field: error.code for error in check(kind, content, TODAY, name)}


def test_complete_content_has_nothing_missing() -> None:
    """The examples of this file are complete."""
    assert codes("achievement", achievement()) == {}
    assert codes("demand", demand()) == {}


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, items in ITEMS.items() for name, item in items.items() if item.needed],
)
def test_every_needed_field_is_asked_for(kind: str, name: str) -> None:
    """Emptying one needed field is one fault, at that field."""
    content = achievement() if kind == "achievement" else demand()
    found = codes(kind, content | {name: blank(ITEMS[kind][name])})
    assert found == {name: "missing"}


def test_an_empty_draft_lists_everything_in_the_order_of_the_form() -> None:
    """The list on the last page follows the steps."""
    for kind, items in ITEMS.items():
        found = [
            error.field
            for error in check(kind, {name: blank(item) for name, item in items.items()}, TODAY, "")
        ]
        assert found == [name for name, item in items.items() if item.needed]


def test_rows_need_their_cells() -> None:
    """A row that was begun is to be finished."""
    rows = [{"indicator": "降解率", "current": "", "achieved": "", "evidence": ""}]
    assert codes("achievement", achievement(metrics=rows)) == {
        "metrics-0-current": "missing",
        "metrics-0-achieved": "missing",
    }


def test_research_ends_after_it_starts() -> None:
    """And does not start in the future."""
    assert codes(
        "achievement", achievement(research_from=date(2025, 5, 2), research_to=date(2025, 5, 1))
    ) == {"research_to": "ends_before_start"}
    assert codes("achievement", achievement(research_from=date(2026, 3, 19))) == {
        "research_from": "in_future"
    }


def test_days_lie_ahead() -> None:
    """A demand due today, or an achievement valid until today, helps nobody."""
    assert codes("demand", demand(due_on=TODAY)) == {"due_on": "over"}
    assert codes("achievement", achievement(valid_until=TODAY)) == {"valid_until": "over"}


@pytest.mark.parametrize(
    ("pricing", "fault"), [("listing", True), ("auction", True), ("agreement", False), ("negotiable", False)]
)
def test_a_listed_price_is_needed(pricing: str, fault: bool) -> None:
    """挂牌 and 拍卖 are about a price; zero is one."""
    found = codes("achievement", achievement(pricing=pricing))
    assert found == ({"price_fen": "missing"} if fault else {})
    assert codes("achievement", achievement(pricing=pricing, price_fen=0)) == {}


def right(**changes: str) -> dict[str, str]:
    """Return a valid patent, with changes."""
    row = {"ip_type": "invention", "number": "201310699744.2", "status": "valid", "owner": "甲大学"}
    return row | changes


def test_a_licence_needs_a_right_that_is_alive() -> None:
    """A lapsed right cannot be transferred or licensed (民法典 865)."""
    assert codes("achievement", achievement(ways=["ordinary"])) == {"ip_rights": "right_missing"}
    lapsed = [right(status="lapsed")]
    assert codes("achievement", achievement(ways=["transfer"], ip_rights=lapsed)) == {
        "ip_rights": "all_lapsed"
    }
    alive = [*lapsed, right(number="", ip_type="secret")]
    assert codes("achievement", achievement(ways=["transfer"], ip_rights=alive)) == {}
    assert codes("achievement", achievement(ways=["service"], ip_rights=lapsed)) == {}


def test_rights_have_numbers_and_stand_once() -> None:
    """Only a technical secret and 其他 go without one."""
    rows = [right(), right(number=""), right(), right(ip_type="other", number="")]
    assert codes("achievement", achievement(ip_rights=rows)) == {
        "ip_rights-1-number": "missing",
        "ip_rights-2-number": "twice",
    }


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("summary", f"{LONG}符离板业有限公司"),
        ("title", "符离板业寻求无醛胶"),
        ("summary", f"{LONG}请联系王五"),
        ("summary", f"{LONG}电话13900139000"),
        ("summary", f"{LONG} WANG@fuli.example"),
        ("keywords", ["无醛胶", "符离板业"]),
    ],
)
def test_an_anonymous_demand_does_not_tell_who(field: str, told: Any) -> None:
    """Name, short name and contact give the owner away."""
    assert codes("demand", demand(**{field: told})) == {field: "tells_who"}
    assert codes("demand", demand(**{field: told}, disclosure="public")) == {}


def test_texts_explain_something() -> None:
    """Ten characters explain nothing."""
    assert codes("demand", demand(situation="太难了", summary="求技术")) == {
        "situation": "too_short",
        "summary": "too_short",
    }


def test_every_fault_has_a_step_and_a_name() -> None:
    """The list links to where a thing is filled in."""
    for kind in STEPS:
        for error in check(kind, {}, TODAY, ""):
            assert step_of(kind, error.field) in {step.key for step in STEPS[kind]}
            assert place_of(kind, error.field).label
    place = place_of("achievement", "ip_rights-2-number")
    assert (place.label, place.row, place.column) == ("知识产权", 3, "编号")
    assert place_of("demand", "files").label == "图片与附件"
    assert step_of("demand", "files") == "submit"
