"""How two texts of a contract differ, as people read it."""

from dataclasses import replace
from datetime import date

from marketplace.domain.deals.differences import differences, words_of
from marketplace.domain.deals.texts import RightData
from tests.domain.deals.samples import ABROAD, LINE, MONEY, SELLER, TEXT, WAN, changed


def test_the_same_text_does_not_differ() -> None:
    """Nothing to tell."""
    assert differences(TEXT, TEXT) == []


def test_single_fields_show_labels_and_words() -> None:
    """Codes by their label, days as days, yes and no as words, empty as nothing."""
    new = changed("particulars", related_party=True, related_note="母子公司", plan_source="city")
    found = {each.field: (each.label, each.old, each.new) for each in differences(TEXT, new)}
    assert found == {
        "plan_source": ("项目计划来源", (("计划外",),), (("地市县计划",),)),
        "related_party": ("是否关联交易", (("否",),), (("是",),)),
        "related_note": ("关联关系说明", (), (("母子公司",),)),
    }
    (day,) = differences(TEXT, changed("money", valid_to=date(2029, 1, 1)))
    assert (day.old, day.new) == ((("2028-03-01",),), (("2029-01-01",),))


def test_rows_tell_what_went_and_what_came() -> None:
    """A changed instalment goes and comes, the other stays."""
    first, second = MONEY.instalments
    (change,) = differences(
        TEXT, changed("money", instalments=(first, replace(second, amount_fen=None, kind="royalty")))
    )
    assert change.kept == 1
    assert "2,000,000.00" in change.old[0]
    assert "金额待定" in change.new[0]
    assert "提成" in change.new[0]


def test_an_order_that_changed_shows_all_rows() -> None:
    """The first named seller counts, so order is content."""
    two = changed("parties", sellers=(SELLER, ABROAD))
    (change,) = differences(two, changed("parties", sellers=(ABROAD, SELLER)))
    assert change.field == "sellers"
    assert len(change.old) == len(change.new) == 2
    assert change.old == change.new[::-1]


def test_parties_and_lines_are_told_with_names_and_numbers() -> None:
    """A party by its filled fields, a line by its achievement, rights and amounts."""
    words = words_of(TEXT)
    assert words["buyer"][0][:2] == ("名称", "宿州测试有限公司")
    assert any("埇桥区" in each for each in words["buyer"][0])
    assert "国别（地区）" not in words["buyer"][0]
    assert words["lines"] == (
        (
            "大豆胶粘剂",
            "合肥测试大学",
            "201310699744.2",
            "成交额",
            "3,000,000.00",
            "技术交易额",
            "2,500,000.00",
        ),
    )
    lapsed = changed(
        "subject", lines=(replace(LINE, rights=(RightData("secret"), RightData("other", "A1", "lapsed"))),)
    )
    assert words_of(lapsed)["lines"][0][2:4] == ("技术秘密", "A1 已失效")
    assert LINE.amount_fen == 300 * WAN
