"""Cleaning of typed text: what cannot be seen is not kept."""

import pytest

from marketplace.domain.text import clean_line, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("无醛\u200b胶\ufeff黏剂", "无醛胶黏剂"),
        ("合同\u202egpj.exe", "合同gpj.exe"),
        ("\u2066甲\u2069乙\u200f", "甲乙"),
        ("soft\u00adware", "software"),
        ("\x00\x07甲\x1b[0m", "甲[0m"),
        ("5\u202f℃", "5 ℃"),
        ("😀 CO₂ 10²", "😀 CO₂ 10²"),
        ("\u200b\u2060", ""),
    ],
)
def test_the_invisible_is_dropped(typed: str, kept: str) -> None:
    """Zero-width blanks would keep a text from being found, turning marks make it look like another."""
    assert clean_line(typed) == kept


def test_lines_are_kept_and_blanks_are_not() -> None:
    """Paragraphs stay; more than one empty line, and blanks at the ends of lines, do not."""
    assert clean_text(" 甲 \r\n\r\n\r\n\r\n乙\u3000\u3000丙\t\r丁 ") == "甲\n\n乙 丙\n丁"
