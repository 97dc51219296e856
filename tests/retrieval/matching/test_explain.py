"""Reasons add up to the score, show their places, and the score stands on them."""

import random

import pytest

from marketplace.retrieval.matching.explain import Explanation, Place, explain
from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.reading import Text
from tests.retrieval.matching.conftest import ACHIEVEMENTS, DEMANDS

PAIRS = [(11, 1), (12, 2), (13, 4)]


def written(text: Text, place: Place) -> str:
    return (text.title if place.part == "title" else text.content)[place.start : place.end]


def without(text: Text, places: list[Place]) -> Text:
    parts = {"title": list(text.title), "content": list(text.content)}
    for place in places:
        parts[place.part][place.start : place.end] = " " * (place.end - place.start)
    return Text("".join(parts["title"]), "".join(parts["content"]))


@pytest.mark.parametrize(("demand", "achievement"), PAIRS)
def test_reasons_and_rest_are_the_score(matcher: Matcher, demand: int, achievement: int) -> None:
    found = explain(matcher, DEMANDS[demand], ACHIEVEMENTS[achievement])
    assert found.score == pytest.approx(matcher.score(DEMANDS[demand], ACHIEVEMENTS[achievement]), abs=1e-5)
    assert sum(one.weight for one in found.reasons) + found.rest == pytest.approx(found.score)
    assert [one.weight for one in found.reasons] == sorted(
        (one.weight for one in found.reasons), reverse=True
    )
    assert 0 <= found.rest < 0.25 * found.score


def test_shared_stretches_are_shown_whole_in_both_texts(matcher: Matcher) -> None:
    found = explain(matcher, DEMANDS[11], ACHIEVEMENTS[1])
    reason = next(one for one in found.reasons if one.kind == "text")
    assert reason.label == "接触电阻低", "one stretch, not its five pieces"
    assert [written(DEMANDS[11], place) for place in reason.in_demand] == ["接触电阻低"]
    assert [written(ACHIEVEMENTS[1], place) for place in reason.in_achievement] == ["接触电阻低"]


def test_a_concept_shows_the_words_of_each_side(matcher: Matcher) -> None:
    found = explain(matcher, DEMANDS[11], ACHIEVEMENTS[1])
    reason = next(one for one in found.reasons if one.label == "燃料电池")
    assert reason.kind == "concept"
    assert {written(DEMANDS[11], place) for place in reason.in_demand} == {"氢能", "电堆"}
    assert {written(ACHIEVEMENTS[1], place) for place in reason.in_achievement} == {"双极板"}


def test_a_direction_counts_where_no_concept_is_common(matcher: Matcher) -> None:
    found = explain(matcher, Text("电堆"), Text("电解液"))
    assert [(one.kind, one.label) for one in found.reasons] == [("direction", "新能源")]


def test_a_reason_can_be_switched_off(matcher: Matcher) -> None:
    found = explain(matcher, DEMANDS[12], ACHIEVEMENTS[2])
    first = found.reasons[0]
    assert found.without({(first.kind, first.label)}) == pytest.approx(found.score - first.weight)
    assert found.without(set()) == found.score


def test_places_are_those_of_the_text_as_written(matcher: Matcher) -> None:
    """Characters that become several, or others, in the compared form do not shift the marks."""
    demand, achievement = Text("面积１２㎡的ＡＧＶ上下料"), Text("agv搬運與上下料")
    found = explain(matcher, demand, achievement)
    shown = {written(demand, place) for one in found.reasons for place in one.in_demand}
    assert {"ＡＧＶ", "上下料"} <= shown
    assert {"agv", "上下料"} <= {
        written(achievement, place) for one in found.reasons for place in one.in_achievement
    }


def test_unrelated_texts_have_no_reasons(matcher: Matcher) -> None:
    assert explain(matcher, Text("小麦"), Text("zzz")) == Explanation(0.0, (), 0.0)


@pytest.mark.parametrize(("demand", "achievement"), PAIRS)
def test_the_score_stands_on_the_named_words(matcher: Matcher, demand: int, achievement: int) -> None:
    """Without the words named first the score falls by more than without as many characters at random."""
    text, other = DEMANDS[demand], ACHIEVEMENTS[achievement]
    found = explain(matcher, text, other)
    named = [place for one in found.reasons[:2] for place in one.in_demand]
    gone = {(place.part, at) for place in named for at in range(place.start, place.end)}
    fallen = found.score - matcher.score(without(text, named), other)
    every = [("title", at) for at in range(len(text.title))] + [
        ("content", at) for at in range(len(text.content))
    ]
    pick = random.Random(7)
    falls = []
    for _ in range(12):
        cut = [Place(part, at, at + 1) for part, at in pick.sample(every, len(gone))]
        falls.append(found.score - matcher.score(without(text, cut), other))
    assert fallen > sum(falls) / len(falls)
    assert fallen > 0.4 * found.score
    # Whole stretches of the same lengths elsewhere, too.
    moved = []
    for _ in range(12):
        cut = []
        for place in named:
            length = place.end - place.start
            whole = text.title if place.part == "title" else text.content
            start = pick.randrange(len(whole) - length + 1)
            cut.append(Place(place.part, start, start + length))
        moved.append(found.score - matcher.score(without(text, cut), other))
    assert fallen > sum(moved) / len(moved)
