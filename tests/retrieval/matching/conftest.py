"""A small market: few concepts, and texts that meet by words or only by what they speak of."""

import pytest

from marketplace.retrieval.matching.knowledge import Concept, KnowledgeTable
from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.reading import Reader, Text

CONCEPTS = [
    Concept("燃料电池", "新能源", "06", ("双极板", "电堆", "质子交换膜", "氢能", "膜电极")),
    Concept("锂电池", "新能源", "06", ("隔膜", "电解液", "正极", "磷酸铁锂")),
    Concept("小麦", "作物", "09", ("赤霉病", "麦", "籽粒")),
    Concept("玉米", "作物", "09", ("玉米螟", "青贮", "自交系")),
    Concept("机器人", "自动化", "03", ("AGV", "机械手", "上下料", "抓取")),
]

ACHIEVEMENTS = {
    1: Text("金属双极板表面改性", "在不锈钢基体上沉积碳基涂层，接触电阻低，耐腐蚀。"),
    2: Text("抗赤霉病小麦新品种", "产量高，籽粒饱满，适合黄淮麦区种植。"),
    3: Text("隔膜涂覆工艺", "陶瓷涂覆，提高锂电池安全性。"),
    4: Text("机械手自动上下料", "两个工位之间自动抓取工件。"),
    5: Text("青贮玉米自交系选育"),
}

DEMANDS = {
    11: Text("氢能核心部件国产化", "寻求电堆降本的方案，要求接触电阻低于5毫欧。"),
    12: Text("麦田病害防控", "赤霉病连年发生，需要抗病的小麦。"),
    13: Text("车间无人化改造", "机床之间由人工搬运，希望用AGV和机械手代替。"),
}


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(table=KnowledgeTable(CONCEPTS))


@pytest.fixture
def matcher(reader: Reader) -> Matcher:
    return Matcher.build(ACHIEVEMENTS, DEMANDS, reader)
