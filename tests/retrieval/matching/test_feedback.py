"""Feedback moves the ranking: a simulated history of judgements orders pairs better that nobody judged."""

import random

import pytest

from marketplace.retrieval.matching.knowledge import KnowledgeTable
from marketplace.retrieval.matching.learnt.feedback import moved
from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.measures import ndcg
from marketplace.retrieval.matching.reading import Reader, Text
from tests.retrieval.matching.conftest import CONCEPTS

TOPICS = {
    "焊接": "激光焊接 焊缝跟踪 熔深 送丝 焊枪 保护气 飞溅",
    "铸造": "砂型铸造 浇注 冒口 型芯 缩孔 充型 熔炼",
    "喷涂": "静电喷涂 涂料 固化 附着力 前处理 烘干 膜厚",
    "检测": "视觉检测 相机 缺陷 标定 光源 识别 误检",
}


def market(seed: int) -> tuple[dict[int, Text], dict[int, str], dict[int, Text], dict[int, str]]:
    """Achievements and demands of four topics; a demand names its topic by one word, and by one of another topic."""
    pick = random.Random(seed)
    supply, of_supply, need, of_need = {}, {}, {}, {}
    for number in range(80):
        topic = list(TOPICS)[number % 4]
        supply[number] = Text("生产线" + "".join(pick.sample(TOPICS[topic].split(), 3)))
        of_supply[number] = topic
    for number in range(12):
        topic, other = list(TOPICS)[number % 4], list(TOPICS)[(number + 1) % 4]
        words = [*pick.sample(TOPICS[topic].split(), 1), *pick.sample(TOPICS[other].split(), 1)]
        need[number] = Text("生产线改造" + "".join(words))
        of_need[number] = topic
    return supply, of_supply, need, of_need


def quality(matcher: Matcher, wanted: dict[int, str], offered: dict[int, str], judged: set[int]) -> float:
    """NDCG over the achievements that nobody judged, averaged over the demands."""
    found = []
    for demand, topic in wanted.items():
        scores = matcher.score_all("demand", demand)
        held = sorted((key for key in scores if key not in judged), key=lambda key: (-scores[key], key))
        found.append(ndcg([3 if offered[key] == topic else 1 for key in held]))
    return sum(found) / len(found)


def test_judgements_order_better_what_nobody_judged() -> None:
    """Half of the achievements are shown; each demander says 合适 and 不合适 of the first six of them."""
    gains = []
    for seed in range(3):
        supply, of_supply, need, of_need = market(seed)
        matcher = Matcher.build(supply, need, Reader(table=KnowledgeTable(CONCEPTS)))
        shown = set(random.Random(seed).sample(sorted(supply), 40))
        before = quality(matcher, of_need, of_supply, shown)
        for demand, topic in of_need.items():
            scores = matcher.score_all("demand", demand)
            first = sorted(shown, key=lambda key: (-scores[key], key))[:6]
            fitting = [key for key in first if of_supply[key] == topic]
            matcher.move("demand", demand, fitting, [key for key in first if key not in fitting])
        gains.append(quality(matcher, of_need, of_supply, shown) - before)
    assert min(gains) > 0.02
    assert sum(gains) / 3 > 0.05


def test_a_question_keeps_its_length_and_returns(matcher: Matcher) -> None:
    plain = matcher.question("demand", 12)
    matcher.move("demand", 12, [2, 99], [5])
    shifted = matcher.question("demand", 12)
    assert shifted.multiply(shifted).sum() == pytest.approx(plain.multiply(plain).sum(), rel=1e-4)
    assert matcher.score_all("demand", 12)[2] > float(
        plain.multiply(matcher.sides["achievement"].vector(2)).sum()
    )
    assert matcher.lists_with("achievement", 2)[12] == pytest.approx(
        matcher.score_all("demand", 12)[2], abs=1e-5
    )
    matcher.move("demand", 12, [], [])
    assert (matcher.question("demand", 12) != plain).nnz == 0
    assert moved(plain, [], [plain], away=9.0) is plain
