"""Differences between two revisions as plain data."""

from datetime import date

from marketplace.domain.catalogue.content import ITEMS
from marketplace.domain.catalogue.diff import Change, differences, words


def test_equal_contents_do_not_differ() -> None:
    """Whatever they hold."""
    content = {"title": "甲", "keywords": ["a"], "price_fen": 100, "files": [{"name": "x", "digest": "1"}]}
    assert differences("achievement", content, dict(content)) == []


def test_values_are_shown_as_people_read_them() -> None:
    """Labels for codes, 万元 for 分, scale and level for maturity."""
    old = {"field": "", "price_fen": None, "maturity": ("generic", 6), "valid_until": None, "title": "甲"}
    new = {
        "field": "09", "price_fen": 7_500_000, "maturity": ("generic", 7),
        "valid_until": date(2027, 1, 1), "title": "甲",
    }  # fmt: skip
    found = {change.field: change for change in differences("achievement", old, new)}
    assert list(found) == ["field", "maturity", "price_fen", "valid_until"]
    assert (found["field"].old, found["field"].new) == ((), (("农业",),))
    assert found["price_fen"].new == (("7.5 万元",),)
    assert found["maturity"].old == (("通用九级", "6", "模拟环境下系统演示"),)
    assert found["valid_until"].new == (("2027-01-01",),)


def test_terms_of_one_wording_are_told_apart() -> None:
    """生物医药健康 stands in two lists of the city: changing from one to the other is a change."""
    (change,) = differences("demand", {"tags": ["l02", "f1"]}, {"tags": ["k4", "f1"]})
    assert change.old == (("生物医药健康", "主导产业"),)
    assert change.new == (("生物医药健康", "重点研发领域"),)
    assert words(ITEMS["demand"]["tags"], ["f1"]) == (("通用智能",),)


def test_lists_differ_by_element() -> None:
    """Only what went and what came is shown, and how many stayed."""
    (change,) = differences("demand", {"keywords": ["a", "b", "c"]}, {"keywords": ["b", "d", "c"]})
    assert change == Change("keywords", "关键词", (("a",),), (("d",),), kept=2)


def test_a_changed_order_shows_the_whole_list() -> None:
    """The first 完成单位 is not the second."""
    (change,) = differences("achievement", {"completed_by": ["甲", "乙"]}, {"completed_by": ["乙", "甲"]})
    assert (change.old, change.new, change.kept) == ((("甲",), ("乙",)), (("乙",), ("甲",)), 0)


def test_a_changed_cell_is_a_changed_row() -> None:
    """Rows are elements, codes in them are words."""
    row = {"ip_type": "invention", "number": "201310699744.2", "status": "pending", "owner": "甲"}
    (change,) = differences("achievement", {"ip_rights": [row]}, {"ip_rights": [row | {"status": "valid"}]})
    assert change.old == (("发明专利", "201310699744.2", "申请中", "甲"),)
    assert change.new == (("发明专利", "201310699744.2", "有效", "甲"),)


def test_files_differ_by_content_and_level() -> None:
    """The same name with other bytes is another file."""
    file = {"name": "报告.pdf", "caption": "", "level": "public", "digest": "abc"}
    (change,) = differences("demand", {"files": [file]}, {"files": [file | {"digest": "abd"}]})
    assert change.field == "files"
    assert change.old == (("报告.pdf", "公开", "abc"),)


def test_a_code_that_left_its_list_is_still_shown() -> None:
    """Lists change over the years, old revisions do not."""
    assert words(ITEMS["demand"]["field"], "99") == (("99",),)
