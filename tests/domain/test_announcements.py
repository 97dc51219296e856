"""The plain writing of announcements: blocks and safe links, never HTML."""

import pytest

from marketplace.domain.platform.announcements import Segment, blocks, plain, segments


def test_writing_becomes_headings_paragraphs_and_lists() -> None:
    """Lines broken by hand stay broken; an empty line ends a list."""
    found = blocks("各单位：\n请注意。\n\n## 材料\n- 甲\n- 乙\n\n1. 填报\n2、提交\n\n- 丙")
    assert [(block.kind, len(block.lines)) for block in found] == [
        ("text", 2), ("heading", 1), ("list", 2), ("steps", 2), ("list", 1),
    ]  # fmt: skip
    assert found[3].lines[1] == (Segment("提交"),)
    assert blocks("\n \n") == []
    assert [block.kind for block in blocks("2026年起施行\n-5 ℃ 以下停工")] == ["text"]


@pytest.mark.parametrize(
    ("line", "links"),
    [
        ("见[办事指南](/help)。", ["/help"]),
        (
            "见 https://example.org/a?b=1，或邮件 mailto:a@example.org。",
            ["https://example.org/a?b=1", "mailto:a@example.org"],
        ),
        ("[坏](javascript:alert(1))", []),
        ("[坏](//evil.example/x)", []),
        ("[坏](data:text/html,x)", []),
        ('[坏](https://a.example/"onclick=x)', ["https://a.example/"]),
        ("<a href='https://a.example'>x</a>", ["https://a.example"]),
        ("没有链接", []),
        ("[" * 5000 + "](", []),
    ],
)
def test_only_safe_addresses_are_links(line: str, links: list[str]) -> None:
    """Every character of the line is still there; what is no link stays words."""
    found = segments(line)
    assert [part.url for part in found if part.url] == links


def test_the_beginning_is_words_on_one_line() -> None:
    """Marks of the writing are gone; a cut is shown."""
    assert plain("## 材料\n- [清单](/help)", 50) == "材料 清单"
    assert plain("一二三四五六", 4) == "一二三…"
    assert plain("", 4) == ""
