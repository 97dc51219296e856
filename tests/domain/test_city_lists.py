"""Lists and indicators of the plans: what a value may be, and what a change changes."""

import pytest

from marketplace.domain.errors import DomainError
from marketplace.domain.platform import city_lists
from marketplace.domain.platform.settings import SETTINGS, check_value, section_of
from marketplace.domain.taxonomy import CITY_TAGS


def test_every_record_begins_with_a_value_that_would_be_accepted() -> None:
    for record in city_lists.ALL:
        assert check_value(record.key, record.initial) == record.initial
        assert SETTINGS[record.key].second_person
    assert sum(len(record.initial) for record in city_lists.TERM_LISTS) == len(CITY_TAGS) == 24
    assert len(city_lists.INDICATORS) == 15


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "terms"),
        ("f1", "terms"),
        ([{"code": "f1", "label": "、。"}], "terms-0-label"),
        ([{"code": "f1", "label": "长" * 21}], "terms-0-label"),
        ([{"code": "f1", "label": "甲"}, {"code": "f2", "label": " 甲 "}], "terms-1-label"),
        ([{"code": "l01", "label": "甲"}], None),
        ([{"code": "f1", "label": "甲"}, {"code": "f1", "label": "乙"}], None),
        ([{"code": "f1", "label": "甲"}] * 41, "terms"),
    ],
)
def test_a_list_that_cannot_be_is_refused_at_its_place(value: object, field: str | None) -> None:
    with pytest.raises(DomainError) as refused:
        check_value("list.future_industry", value)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": "十"}, "number"),
        ({"number": "0"}, "number"),
        ({"number": "NaN"}, "number"),
        ({"number": "1e12"}, "number"),
        ({"year": "二零二五"}, "year"),
        ({"year": 1999}, "year"),
        ({"period": "monthly"}, "period"),
        ({"source": " "}, "source"),
    ],
)
def test_a_target_names_the_field_that_is_wrong(changed: dict[str, object], field: str) -> None:
    good = {"number": "1,200.50", "year": 2030, "period": "level", "source": "某规划"}
    assert check_value("target.patents", good)["number"] == "1200.50"
    with pytest.raises(DomainError) as refused:
        check_value("target.patents", {**good, **changed})
    assert refused.value.field == field


def test_an_instrument_needs_name_and_text() -> None:
    with pytest.raises(DomainError) as refused:
        check_value("list.instruments", [{"name": "平台", "text": " "}])
    assert refused.value.field == "lines-0-text"


def test_numbers_of_codes_rise() -> None:
    assert city_lists.next_code("list.future_industry", ["f1", "f12", "l03"]) == "f13"
    assert city_lists.next_code("list.leading_industry", ["l09"]) == "l10"
    assert city_lists.next_code("list.key_field", []) == "k1"


def test_a_change_is_told_as_added_removed_and_renamed() -> None:
    before = [{"code": "f1", "label": "甲"}, {"code": "f2", "label": "乙"}]
    after = [{"code": "f1", "label": "甲甲"}, {"code": "f3", "label": "丙"}]
    assert city_lists.change_of("terms", before, after) == city_lists.Change(
        ("丙",), ("乙",), (("甲", "甲甲"),)
    )
    old, new = [{"name": "平台", "text": "1"}], [{"name": "平台", "text": "2"}, {"name": "大赛", "text": "3"}]
    assert city_lists.change_of("lines", old, new) == city_lists.Change(
        ("大赛：3",), (), (("平台：1", "平台：2"),)
    )


def test_every_setting_stands_under_a_heading() -> None:
    assert section_of("review.limit.contract") == "审核时限"
    assert section_of("something.new") == "其他"
