"""Who fits whom: by words, by what texts speak of; one text at a time or all at once; kept on disk."""

import random
from pathlib import Path

import numpy as np
import pytest

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.matching import store
from marketplace.retrieval.matching.explain import explain
from marketplace.retrieval.matching.knowledge import Concept, KnowledgeTable
from marketplace.retrieval.matching.matcher import FEW, Match, Matcher
from marketplace.retrieval.matching.reading import Reader, Text
from tests.retrieval.matching.conftest import ACHIEVEMENTS, CONCEPTS, DEMANDS


def keys(matches: list[Match]) -> list[int]:
    return [match.key for match in matches]


def test_the_fitting_one_comes_first(matcher: Matcher) -> None:
    best = {demand: keys(matches)[0] for demand, matches in matcher.top("demand").items()}
    assert best == {11: 1, 12: 2, 13: 4}
    back = {
        achievement: keys(matches)[:1]
        for achievement, matches in matcher.top("achievement", [1, 2, 4]).items()
    }
    assert back == {1: [11], 2: [12], 4: [13]}


def test_concepts_join_what_shares_no_word(reader: Reader) -> None:
    achievements = {1: Text("膜电极"), 2: Text("正极"), 3: Text("青贮")}
    matcher = Matcher.build(achievements, {1: Text("电堆")}, reader)
    matches = matcher.top("demand")[1]
    assert keys(matches) == [1, 2], "the same concept, then the same direction; nothing in common is no match"
    assert matches[0].score > 2 * matches[1].score > 0


def test_a_text_matches_itself_with_one(matcher: Matcher) -> None:
    for text in ACHIEVEMENTS.values():
        assert matcher.score(text, text) <= 1.0 + 1e-5
    assert matcher.score(ACHIEVEMENTS[5], ACHIEVEMENTS[5]) == pytest.approx(1.0, abs=1e-5)


def test_the_score_is_the_same_both_ways(matcher: Matcher) -> None:
    demand, achievement = DEMANDS[12], ACHIEVEMENTS[2]
    assert matcher.score(demand, achievement) == matcher.score(achievement, demand)
    listed = matcher.score_all("demand", 12)
    assert listed == {
        key: pytest.approx(matcher.score(demand, text), abs=1e-6) for key, text in ACHIEVEMENTS.items()
    }
    assert matcher.score_all("achievement", 2)[12] == pytest.approx(listed[2], abs=1e-6)


def test_all_at_once_is_one_by_one(reader: Reader) -> None:
    pick = random.Random(5)
    words = [word for concept in CONCEPTS for word in (concept.name, *concept.words)]
    many = {
        at: Text("".join(pick.choices(words, k=3)), "，".join(pick.choices(words, k=6))) for at in range(40)
    }
    matcher = Matcher.build(many, {at + 100: text for at, text in list(many.items())[: FEW + 4]}, reader)
    matcher.put("achievement", 77, Text("小麦赤霉病"))
    matcher.put("achievement", 3, Text("玉米青贮"))
    matcher.remove("achievement", 4)
    together = matcher.top("demand", n=7)
    assert len(together) > FEW
    for demand, matches in together.items():
        alone = matcher.top("demand", [demand], n=7)[demand]
        assert [match.score for match in matches] == pytest.approx([match.score for match in alone], abs=2e-6)
        assert 4 not in keys(matches)


def test_a_change_counts_at_once(matcher: Matcher) -> None:
    matcher.put("achievement", 6, Text("氢能电堆核心部件", "降本，接触电阻低于5毫欧。"))
    assert keys(matcher.top("demand", [11])[11])[:2] == [6, 1]
    matcher.put("achievement", 6, Text("小麦"))
    assert keys(matcher.top("demand", [11])[11])[0] == 1
    matcher.remove("achievement", 1)
    matcher.remove("achievement", 999)
    assert 1 not in matcher.score_all("demand", 11)
    with pytest.raises(KeyError):
        matcher.top("achievement", [1])
    matcher.put("demand", 14, Text("赤霉病"))
    assert keys(matcher.top("demand", [14])[14])[0] == 2


def test_a_refresh_after_changes_is_a_build_anew(matcher: Matcher, reader: Reader) -> None:
    matcher.put("achievement", 6, Text("石墨双极板模压", "导电好"))
    matcher.put("achievement", 2, Text("玉米螟防治"))
    matcher.remove("demand", 13)
    matcher.refresh()
    achievements = {**ACHIEVEMENTS, 6: Text("石墨双极板模压", "导电好"), 2: Text("玉米螟防治")}
    anew = Matcher.build(achievements, {key: text for key, text in DEMANDS.items() if key != 13}, reader)
    assert matcher.weights.count == anew.weights.count == 8
    for demand in (11, 12):
        assert matcher.score_all("demand", demand) == pytest.approx(
            anew.score_all("demand", demand), abs=1e-6
        )


def test_words_learn_from_their_company(reader: Reader) -> None:
    """Nobody's table has 奇美拉; it always stands beside wheat."""
    demands = {at: Text(f"小麦赤霉病奇美拉{at}号") for at in range(1, 7)}
    achievements = {1: Text("籽粒麦"), 2: Text("机械手抓取")}
    others = {at: Text(f"机械手{at}号") for at in range(20, 50)}
    matcher = Matcher.build(achievements, {**demands, **others, 9: Text("奇美拉")}, reader)
    scores = matcher.score_all("demand", 9)
    assert scores[1] > 0.02 > scores[2]


def test_nothing_matches_nothing(reader: Reader) -> None:
    empty = Matcher(reader)
    empty.refresh()
    empty.put("demand", 1, Text(""))
    assert empty.top("demand") == {1: []}
    empty.put("achievement", 1, Text("小麦"))
    assert empty.top("demand") == {1: []}
    assert empty.top("achievement", [1]) == {1: []}


def test_several_processes_read_the_same(reader: Reader) -> None:
    texts = [Text(f"小麦品种{at}", "双极板" * (at % 3)) for at in range(2100)]
    read = [reading for some in reader.read_all(texts, processes=2) for reading in some]
    assert read == [reader.read(text) for text in texts]


# --- on disk


def test_what_is_loaded_ranks_the_same(matcher: Matcher, reader: Reader, tmp_path: Path) -> None:
    matcher.put("achievement", 6, Text("新的电堆"))
    matcher.remove("achievement", 5)
    store.save(matcher, tmp_path)
    store.save(matcher, tmp_path)
    assert len(list(tmp_path.glob("state-*"))) == 1, "older states go"
    loaded = store.load(tmp_path, reader)
    assert loaded.top("demand") == matcher.top("demand")
    loaded.put("demand", 14, Text("小麦"))
    loaded.refresh()
    matcher.put("demand", 14, Text("小麦"))
    matcher.refresh()
    assert loaded.top("demand") == matcher.top("demand")
    assert np.array_equal(loaded.weights.idf, matcher.weights.idf)


def test_weights_alone_score_and_explain(matcher: Matcher, reader: Reader, tmp_path: Path) -> None:
    store.save(matcher, tmp_path)
    light = store.load(tmp_path, reader, rows=False)
    assert light.top("demand") == {}
    pair = DEMANDS[12], ACHIEVEMENTS[2]
    assert light.score(*pair) == matcher.score(*pair)
    assert explain(light, *pair) == explain(matcher, *pair)


def test_a_state_is_read_with_the_words_it_was_learnt_with(tmp_path: Path) -> None:
    """A word that the site added is no reason to learn anew, nor to explain nothing."""
    edited = Matcher(Reader(Analyzer({}, ["双极板涂层"])))
    edited.put("achievement", 1, Text("双极板涂层"))
    edited.put("demand", 2, Text("双极板涂层的耐蚀"))
    edited.refresh()
    store.save(edited, tmp_path)
    loaded = store.load(tmp_path)
    assert loaded.reader.fingerprint == edited.reader.fingerprint != Reader().fingerprint
    assert loaded.top("demand") == edited.top("demand")
    (next(tmp_path.glob("state-*")) / "words.json").unlink()
    with pytest.raises(store.Outdated):
        store.load(tmp_path)


def test_a_state_of_another_table_is_outdated(matcher: Matcher, tmp_path: Path) -> None:
    with pytest.raises(store.Outdated):
        store.load(tmp_path, matcher.reader)
    store.save(matcher, tmp_path)
    with pytest.raises(store.Outdated):
        store.load(tmp_path, Reader(table=KnowledgeTable([Concept("小麦", "作物", "09", ("麦",))])))


def test_a_writer_that_dies_leaves_the_old_state(
    matcher: Matcher, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(matcher, tmp_path)
    matcher.remove("achievement", 1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        store.save(matcher, tmp_path)
    monkeypatch.undo()
    assert 1 in store.load(tmp_path, reader).sides["achievement"]
    store.save(matcher, tmp_path)
    assert 1 not in store.load(tmp_path, reader).sides["achievement"]
    assert len(list(tmp_path.glob("state-*"))) == 1
