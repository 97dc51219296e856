"""What was typed, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.query import MAX_TEXT, Form, Lookup, Query, parse


def texts(things: tuple[tuple[Form, ...], ...]) -> list[str]:
    return [forms[0].text for forms in things]


@pytest.mark.parametrize(
    ("typed", "words", "phrases", "excluded"),
    [
        ("燃料电池 双极板", ["燃料电池", "双极板"], [], []),
        ("燃料电池、双极板，碳纸", ["燃料电池", "双极板", "碳纸"], [], []),
        ('"质子交换膜" 电堆', ["电堆"], ["质子交换膜"], []),
        ("“质子交换膜”", [], ["质子交换膜"], []),
        ("「膜」『电极』", [], ["膜", "电极"], []),
        ('"proton  exchange" membrane', ["membrane"], ["proton exchange"], []),
        ("电池 -锂 －鉛酸", ["电池"], [], ["锂", "铅酸"]),
        ('电池 -"磷酸 铁锂"', ["电池"], [], ["磷酸 铁锂"]),
        ("U-Pb -Sm-Nd", ["u-pb"], [], ["sm-nd"]),
        ('电池 "未闭合', ["电池", "未闭合"], [], []),
        ('5" 屏', ["5", "屏"], [], []),
        ("电池 电池", ["电池"], [], []),
        ('- -- "" -"" …… ！', [], [], []),
    ],
)
def test_words_phrases_and_exclusions(
    analyzer: Analyzer, typed: str, words: list[str], phrases: list[str], excluded: list[str]
) -> None:
    query = parse(typed, analyzer)
    assert (texts(query.words), texts(query.phrases), texts(query.excluded)) == (words, phrases, excluded)
    assert query.searchable is bool(words or phrases or excluded)


def test_blank_is_not_the_same_as_nothing_to_search(analyzer: Analyzer) -> None:
    assert parse(" \u3000 ", analyzer).blank
    assert not parse("？", analyzer).blank


def test_required_pieces_are_cut_from_the_word_itself(analyzer: Analyzer) -> None:
    (form,) = parse("燃料电池的双极板", analyzer).words[0]
    assert [unit.text for unit in form.units] == ["燃料电池", "双极板"]
    (form,) = parse("反渗透膜", analyzer).words[0]
    assert [unit.text for unit in form.units] == ["反渗透膜"], "a lone character is not required by itself"
    (form,) = parse("的", analyzer).words[0]
    assert form.units[0].lookups == (Lookup("b的", prefix=True),)


def test_a_run_is_a_beginning_only_where_it_may_go_on(analyzer: Analyzer) -> None:
    def lookups(typed: str) -> list[Lookup]:
        return [lookup for lookup in parse(typed, analyzer).words[0][0].lookups if lookup.term[0] == "r"]

    assert lookups("5G") == [Lookup("r5g", prefix=True)]
    assert lookups("5G通信") == [Lookup("r5g")]
    assert lookups("定年U-P") == [Lookup("ru-p", prefix=True)]
    assert lookups("U-") == [Lookup("ru", prefix=True)]


def test_alias_spellings_are_tried_both_ways_and_marked(analyzer: Analyzer) -> None:
    query = parse("甬桥", analyzer)
    assert [form.text for form in query.words[0]] == ["甬桥", "埇桥"]
    assert {"甬桥", "埇桥", "涌桥"} <= set(query.marks)


def test_pasted_texts_are_read_to_a_limit(analyzer: Analyzer) -> None:
    query = parse("电" * 10_000, analyzer)
    assert len(query.words[0][0].text) == MAX_TEXT


@given(typed=st.text())
def test_anything_can_be_read(typed: str) -> None:
    query = parse(typed, Analyzer.default())
    assert isinstance(query, Query)
    assert all(form.lookups and form.units for forms in query.words for form in forms)
