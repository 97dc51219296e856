"""Marking what was found in the reader's own text."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketplace.retrieval.snippets import Segment, highlight, snippet
from tests.retrieval import samples


def marked(text: str, typed: str) -> list[str]:
    return [segment.text for segment in highlight(text, typed) if segment.marked]


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("氢燃料电池双极板", "双极板", ["双极板"]),
        ("氢燃料电池双极板", "燃料电池 双极板", ["燃料电池双极板"]),
        ("燃料电堆用电池", "燃料电池", []),
        ("無醛環保膠", "环保胶", ["環保膠"]),
        ("占地3㎡以上", "m2", ["㎡"]),
        ("ＰＭ２．５监测", "pm2.5", ["ＰＭ２．５"]),
        ("位于甬桥，近埇桥", "涌桥", ["甬桥", "埇桥"]),
        ("5G通信与15G样机", "5g", ["5G"]),
        ("Battery与attery", "att", ["att"]),
        ("電池電池", "电池", ["電池電池"]),
        ("电池 -锂", "电池 -锂", ["电池"]),
        ("质子交换膜", '"交换"', ["交换"]),
        ("没有", "电池", []),
        ("", "电池", []),
        ("电池", "", []),
    ],
)
def test_marks(text: str, typed: str, found: list[str]) -> None:
    assert marked(text, typed) == found


def test_words_of_a_long_query_are_marked_where_the_whole_is_missing() -> None:
    assert marked("双极板用于车载燃料电池", "燃料电池双极板") == ["双极板", "燃料电池"]


@settings(deadline=None)
@given(
    text=st.text(alphabet=samples.AWKWARD + "\n\t㎡½İ"), typed=st.text(alphabet=samples.AWKWARD, max_size=8)
)
def test_segments_join_to_the_text_and_alternate(text: str, typed: str) -> None:
    segments = highlight(text, typed)
    assert "".join(segment.text for segment in segments) == text
    assert all(segment.text for segment in segments)
    assert all(one.marked != two.marked for one, two in itertools.pairwise(segments))


def test_a_snippet_shows_the_part_with_the_matches() -> None:
    text = "前言" * 60 + "。本成果研制了双极板冲压线，双极板厚度0.075毫米。" + "后记" * 60
    found = snippet(text, "双极板", 40)
    assert [segment.text for segment in found if segment.marked] == ["双极板", "双极板"]
    assert found[0] == Segment("…", False)
    assert found[1].text.startswith("本成果")
    assert found[-1] == Segment("…", False)
    assert 38 <= sum(len(segment.text) for segment in found) <= 44


def test_a_snippet_without_matches_is_the_beginning() -> None:
    assert snippet("一二三四五六", "电池", 4) == [Segment("一二三四", False), Segment("…", False)]
    assert snippet("一二\n三", "电池", 4) == [Segment("一二 三", False)]
    assert snippet("", "电池") == []


@settings(deadline=None)
@given(
    text=st.text(alphabet=samples.AWKWARD + "。电池", max_size=300),
    typed=st.text(alphabet=samples.AWKWARD, max_size=6),
    length=st.integers(5, 60),
)
@example(text="5222。2", typed="2", length=5)
def test_a_snippet_is_a_part_of_the_text(text: str, typed: str, length: int) -> None:
    whole = " ".join(text.split())
    segments = [segment for segment in snippet(text, typed, length) if segment != Segment("…", False)]
    shown = "".join(segment.text for segment in segments)
    assert shown in whole
    assert len(shown) >= min(len(whole), length)
    if any(segment.marked for segment in highlight(whole, typed)):
        assert any(segment.marked for segment in segments)
