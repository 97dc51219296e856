"""需求清晰度 on believable texts: what people really write, good and bad, and what they are told."""

from datetime import date, timedelta
from typing import Any

import pytest

from marketplace.domain.catalogue.content import ITEMS
from marketplace.domain.catalogue.quality.clarity import WEIGHTS, clarity
from marketplace.domain.catalogue.quality.meter import Meter
from marketplace.domain.text import Words

TODAY = date(2026, 11, 22)

PEACH: dict[str, Any] = {
    "title": "黄桃罐头糖液浊度控制",
    "situation": (
        "罐头存放三个月后糖液变浑，去年退货 14 批，损失 23 万元。现用活性炭过滤，每班更换两次滤芯，"
        "做过硅藻土和陶瓷膜，前者漏土，后者两周就堵。糖液含果胶 0.3%，温度 85℃。"
    ),
    "metrics": [
        {"indicator": "存放 6 个月浊度", "present": "18 NTU", "target": "不高于 5 NTU"},
        {"indicator": "每吨处理成本", "present": "26 元", "target": "不高于 30 元"},
    ],
    "requirements": "不得添加澄清剂，利用现有每小时 3 吨的过滤机，整机占地不超过 6 平方米。",
    "budget_fen": 40_000_000,
    "due_on": TODAY + timedelta(days=240),
    "ip_ownership": "shared",
}
"""Everything that is asked for."""

CLEAR = {
    "peach": PEACH,
    "plain words, full-width digits": PEACH
    | {
        "situation": (
            "宿舍区雨污混流，一下大雨污水厂进水ＣＯＤ就掉到９０毫克每升，碳源投加一天多花１．２万元。查过井，人工只能查到管径６００以上的，"
            "小管全靠猜，三年挖了十一处只中四处。"
        ),
        "title": "老城区排水管网雨污混接点溯源",
        "metrics": [
            {"indicator": "混接点定位准确率", "present": "约４成", "target": "不低于８５％"},
            {"indicator": "每公里检测费用（元）", "present": "9800", "target": "不高于 5000"},
        ],
    },
    "a grade for a number": PEACH
    | {
        "metrics": [
            {"indicator": "赤霉病抗性鉴定", "present": "中感", "target": "中抗及以上"},
            {"indicator": "平均亩产", "present": "515 公斤", "target": "不低于 530 公斤"},
            {"indicator": "适播期", "present": "10 月 5 日至 20 日", "target": "延至 11 月 10 日"},
        ]
    },
}

UNCLEAR = {
    "wishes": {
        "title": "技术合作需求",
        "situation": "我公司需要先进技术，提高产品质量，降低成本，希望与高校合作。",
    },
    "buying": {
        "title": "求购自动化设备",
        "situation": "目前生产靠人工，效率低，希望引进自动化设备提高生产效率和产品质量。",
        "metrics": [{"indicator": "效率", "present": "", "target": "大幅提高"}],
        "ip_ownership": "agreed",
    },
    "a park, no problem": {
        "title": "新材料研发",
        "situation": "为贯彻落实创新驱动发展战略，我司拟投入 5000 万元，建设占地 100 亩的新材料产业园，年产值 3 亿元，"
        "带动就业 500 人，现面向全国征集新材料项目。",
        "metrics": [
            {"indicator": "产值", "present": "0", "target": "3 亿元"},
            {"indicator": "就业", "present": "0", "target": "500 人"},
        ],
        "requirements": "符合国家产业政策",
        "ip_ownership": "shared",
    },
    "leading": {
        "title": "新材料研发",
        "situation": "企业发展需要研发新材料，希望得到专家指导，达到国内领先水平。",
        "metrics": [{"indicator": "水平", "present": "", "target": "国内领先"}],
        "budget_fen": 500_000_00,
        "due_on": TODAY + timedelta(days=200),
    },
    "long and empty": {
        "title": "关于提升企业技术创新能力的合作需求",
        "situation": "随着市场竞争日益激烈，公司高度重视科技创新，为进一步提升核心竞争力，优化产品结构，"
        "实现高质量发展，"
        "现面向社会广泛征集合作伙伴，欢迎有实力的高校院所与我司开展全方位、多层次、宽领域的产学研合作。" * 2,
        "metrics": [{"indicator": "创新能力", "present": "一般", "target": "显著提升"}],
        "ip_ownership": "demander",
    },
}


def spelled(words: Words) -> str:
    """Return words as a page shows them: those without parameters stand as they are."""
    return words.message % words.params if words.params else words.message


def advice(meter: Meter) -> str:
    """Return all advice as one text."""
    return "\n".join(spelled(each.words) for each in meter.advice)


@pytest.mark.parametrize("content", CLEAR.values(), ids=CLEAR)
def test_a_clear_demand_is_called_clear(content: dict[str, Any]) -> None:
    """Also a short one: length alone earns nothing beyond some eighty characters."""
    meter = clarity(content, TODAY)
    assert meter.grade == "good"
    assert meter.score >= 90


@pytest.mark.parametrize("content", UNCLEAR.values(), ids=UNCLEAR)
def test_an_unclear_demand_is_not(content: dict[str, Any]) -> None:
    """Many words without a problem, a number or a condition are not clearer than few."""
    meter = clarity(content, TODAY)
    assert meter.grade == "poor"
    assert meter.score < 45


def test_nothing_missing_nothing_said() -> None:
    """Full marks give no advice, and every point is somebody's."""
    assert (clarity(PEACH, TODAY).score, clarity(PEACH, TODAY).advice) == (100, [])
    assert sum(WEIGHTS.values()) == 100
    empty = clarity({}, TODAY)
    assert empty.score == 0
    assert {part.key for part in empty.parts} == set(WEIGHTS)
    assert all(part.advice for part in empty.parts)


@pytest.mark.parametrize(
    ("change", "part", "words"),
    [
        ({"metrics": []}, "targets", "写明现值和目标值，例如“碎米率：现在 8%，要求不高于 3%”"),
        (
            {"metrics": [{"indicator": "浊度", "present": "—", "target": "不高于 5 NTU"}]},
            "targets",
            "“浊度”没有写现值",
        ),
        (
            {"metrics": [{"indicator": "浊度", "present": "18 NTU", "target": "更清"}]},
            "targets",
            "“浊度”的目标“更清”没有数字",
        ),
        (
            {"metrics": [{"indicator": "浊度", "present": "18", "target": "5 以下"}]},
            "targets",
            "“浊度”的目标没有单位",
        ),
        ({"situation": "糖液浑浊，希望有效提高产品质量。", "metrics": []}, "targets", "“有效提高产品质量”没有数字"),
        ({"situation": ""}, "problem", "写明现在怎么做、卡在哪里"),
        (
            {"situation": "糖液有时会变浑，客户有意见，希望能有好办法，我们愿意一起想想看，尽快做成。"},
            "problem",
            "用数字说明问题有多大",
        ),
        ({"requirements": ""}, "limits", "写明方案必须满足的条件"),
        ({"budget_fen": None}, "budget", "写明拟投入资金"),
        ({"budget_fen": 80_00}, "budget", "只有 80.00 元，请核对单位是元还是万元"),
        ({"due_on": None}, "deadline", "写明期望完成时间"),
        ({"due_on": TODAY + timedelta(days=20)}, "deadline", "只有 20 天"),
        ({"due_on": TODAY - timedelta(days=3)}, "deadline", "只有 0 天"),
        ({"due_on": TODAY + timedelta(days=3000)}, "deadline", "五年以后"),
        ({"ip_ownership": ""}, "ownership", "写明合作产生的成果归谁"),
        ({"ip_ownership": "agreed"}, "ownership", "留到签约才谈"),
        ({"title": "技术难题攻关"}, "title", "名称看不出要解决什么"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else None,
)  # fmt: skip
def test_each_fault_costs_points_in_its_part_and_is_named(
    change: dict[str, Any], part: str, words: str
) -> None:
    """The advice belongs to a field of the form, says what to write, and is heard only of that fault's part."""
    meter = clarity(PEACH | change, TODAY)
    found = {each.key: each for each in meter.parts}
    assert found[part].points < found[part].most
    assert words in advice(meter)
    assert all(each.field.partition("-")[0] in ITEMS["demand"] for each in meter.advice)


def test_dates_ordinals_and_type_names_are_no_quantities() -> None:
    """Writing 2024年 and 第3车间 does not say how large a problem is."""
    told = PEACH | {
        "situation": "2024年3月起第3车间的ZJ120型过滤机糖液变浑，存放后不合格，曾请厂家来看过，没有找到原因，"
        "一直没有解决，影响交货。"
    }
    assert "用数字说明问题有多大" in advice(clarity(told, TODAY))


def test_what_brings_most_is_said_first() -> None:
    """Whoever reads one line reads the one that matters."""
    assert clarity(PEACH | {"metrics": [], "title": "需求"}, TODAY).advice[0].field == "metrics"


def test_strange_content_is_read_without_a_fault() -> None:
    """Drafts hold anything: empty rows, None, only punctuation, a very long text."""
    odd = {
        "title": "，，！！",
        "situation": "。" * 3000,
        "metrics": [{"indicator": "", "present": "", "target": ""}, {"indicator": "甲", "target": None}],
        "requirements": None,
        "ip_ownership": "unknown",
    }
    assert 0 <= clarity(odd, TODAY).score < 30
