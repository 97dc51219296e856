"""Typed text: what is well-formed is taken, what is not is named at its place."""

from datetime import date

import pytest

from marketplace.domain.catalogue.content import ITEMS, blank
from marketplace.domain.catalogue.typed import parse_day, take
from marketplace.domain.errors import DomainError


def codes(kind: str, **typed: object) -> dict[str, str]:
    """Return the error codes by place."""
    return {error.field: error.code for error in take(kind, typed).errors}


def test_a_long_title_is_refused_and_everything_else_is_taken() -> None:
    """Nothing is lost because one field is wrong."""
    taken = take("achievement", {"title": "长" * 10_000, "benefit": "好"})
    assert taken.values == {"benefit": "好"}
    assert [(error.field, error.params) for error in taken.errors] == [
        ("title", {"limit": 100, "length": 10_000})
    ]


def test_invisible_characters_are_dropped_and_emoji_are_kept() -> None:
    """NUL cannot be stored; an emoji is a character like any other."""
    values = take(
        "demand", {"title": "无醛\x00胶\u200d🌾 \r\n 求购", "situation": "一\x07\r\n\r\n\r\n\r\n二"}
    ).values
    assert "\x00" not in values["title"]
    assert "🌾" in values["title"]
    assert values["situation"] == "一\n\n二"


@pytest.mark.parametrize(
    ("typed", "unit", "fen"),
    [
        ("260", "万元", 260_000_000),
        ("７．５", "万元", 7_500_000),
        ("1,040,000.00", "元", 104_000_000),
        ("", "万元", None),
        ("0", "元", 0),
    ],
)
def test_amounts_are_read_in_their_unit(typed: str, unit: str, fen: int | None) -> None:
    """元 and 万元 stand beside the amount."""
    taken = take("achievement", {"price_fen": typed, "price_unit": unit})
    assert taken.errors == []
    assert taken.values["price_fen"] == fen


@pytest.mark.parametrize("typed", ["-5", "1.0000001", "三百", "1e5", "99999999999", "5亿元"])
def test_impossible_amounts_are_refused(typed: str) -> None:
    """Negative, finer than a 分, not a number, beyond 100亿元, in another unit."""
    taken = take("achievement", {"price_fen": typed, "price_unit": "万元"})
    assert "price_fen" not in taken.values
    assert [error.field for error in taken.errors] == ["price_fen"]


def test_an_unknown_unit_is_refused() -> None:
    """The unit decides a factor of ten thousand: it is never guessed."""
    assert codes("demand", budget_fen="5", budget_unit="亿元") == {"budget_fen": "unit_unknown"}


@pytest.mark.parametrize(
    "typed", ["2026-11-08", "２０２６／１１／８", "2026年11月8日", "20261108", date(2026, 11, 8)]
)
def test_days_are_read(typed: object) -> None:
    """As people write them, full-width digits included."""
    assert parse_day(typed) == date(2026, 11, 8)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-02-30", "day_unknown"),
        ("明年", "day_form"),
        ("0201-01-01", "day_year"),
        ("2026-11", "day_form"),
    ],
)
def test_impossible_days_are_refused(typed: str, code: str) -> None:
    """A calendar decides, not a pattern."""
    with pytest.raises(DomainError) as caught:
        parse_day(typed)
    assert caught.value.code == code


def test_rights_are_checked_by_their_type() -> None:
    """A wrong check character is named in its row; the rest of the row stays."""
    rows = [
        {"ip_type": "invention", "number": "ZL 2013 1 0699744.2", "status": "valid", "owner": "甲"},
        {"ip_type": "", "number": "", "status": "", "owner": " "},
        {"ip_type": "invention", "number": "201310699744.3", "status": "valid", "owner": "乙"},
        {"ip_type": "secret", "number": "有号码", "status": "valid", "owner": "丙"},
        {"ip_type": "", "number": " 号码未定类型 ", "status": "", "owner": ""},
    ]
    taken = take("achievement", {"ip_rights": rows})
    assert {error.field: error.code for error in taken.errors} == {
        "ip_rights-2-number": "patent_check",
        "ip_rights-3-number": "ip_secret",
    }
    assert [row["number"] for row in taken.values["ip_rights"]] == ["201310699744.2", "", "", "号码未定类型"]
    assert [row["owner"] for row in taken.values["ip_rights"]] == ["甲", "乙", "丙", ""]


def test_too_many_rows_are_named_and_the_first_are_kept() -> None:
    """A list has an end."""
    taken = take("demand", {"metrics": [{"indicator": f"{n}", "target": "1"} for n in range(15)]})
    assert len(taken.values["metrics"]) == 12
    assert taken.errors[0].params == {"limit": 12, "count": 15}


def test_words_are_split_without_repetition() -> None:
    """顿号, commas, semicolons and line breaks part them."""
    taken = take("achievement", {"keywords": "小麦、赤霉病，小麦;\n抗病育种；"})
    assert taken.values["keywords"] == ["小麦", "赤霉病", "抗病育种"]
    assert codes("achievement", keywords="、".join(map(str, range(11)))) == {"keywords": "too_many"}
    assert codes("achievement", keywords="很" * 21) == {"keywords": "word_too_long"}


def test_codes_come_from_their_list() -> None:
    """What the page could not have offered is refused."""
    assert codes("achievement", field="99") == {"field": "not_in_list"}
    assert codes("achievement", tags=["k1", "zz"]) == {"tags": "not_in_list"}
    assert codes("demand", disclosure="everybody") == {"disclosure": "not_in_list"}
    assert take("achievement", {"tags": ["l01", "f1", "f1", ""]}).values["tags"] == ["f1", "l01"]


@pytest.mark.parametrize(
    ("typed", "value"), [("generic:7", ("generic", 7)), ("", None), (("gbt22900", 13), ("gbt22900", 13))]
)
def test_maturity_is_scale_and_level(typed: object, value: object) -> None:
    """One choice holds both."""
    assert take("achievement", {"maturity": typed}).values["maturity"] == value


@pytest.mark.parametrize("typed", ["generic:10", "gbt22900:14", "nothing:1", "generic", "generic:x"])
def test_a_level_beyond_its_scale_is_refused(typed: str) -> None:
    """The generic scale ends at nine."""
    assert codes("achievement", maturity=typed) == {"maturity": "not_in_list"}


def test_contact_data_are_checked_when_given() -> None:
    """An empty field is fine in a draft, a wrong one never."""
    assert codes("demand", contact_phone="3024567") == {"contact_phone": "phone_area"}
    assert codes("demand", contact_email="a@@b.cn") == {"contact_email": "email_at"}
    assert (
        take("demand", {"contact_phone": "１３８００１３８０００"}).values["contact_phone"] == "13800138000"
    )
    assert take("demand", {"contact_phone": ""}).values["contact_phone"] == ""


def test_names_that_are_no_fields_are_passed_over() -> None:
    """Nobody sets a state, an owner or a number by typing it."""
    taken = take("achievement", {"state": "approved", "listing_id": 1, "price_unit": "元", "version": 9})
    assert taken.values == {}
    assert taken.errors == []


@pytest.mark.parametrize("kind", ["achievement", "demand"])
def test_an_empty_form_is_an_empty_draft(kind: str) -> None:
    """Every empty field has its empty value, and none is an error."""
    taken = take(kind, dict.fromkeys(ITEMS[kind]))
    assert taken.errors == []
    assert taken.values == {name: blank(item) for name, item in ITEMS[kind].items()}


@pytest.mark.parametrize(
    "junk",
    [["x"], {"a": 1}, 5.5, True, [[1]], [{"indicator": ["x"]}], [None], ("a", "b", "c")],
    ids=repr,
)
def test_shapes_that_no_form_sends_are_refused(junk: object) -> None:
    """A hidden field may hold anything; whatever comes is read or named, and never breaks."""
    for kind, items in ITEMS.items():
        for name in items:
            taken = take(kind, {name: junk})
            assert (name in taken.values) != bool(taken.errors)
