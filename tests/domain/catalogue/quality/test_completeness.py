"""成果完整度: what buyers ask, and what of it a text answers."""

from typing import Any

import pytest

from marketplace.domain.catalogue.content import ITEMS
from marketplace.domain.catalogue.quality.completeness import WEIGHTS, completeness
from marketplace.domain.catalogue.quality.meter import Meter
from marketplace.domain.text import Words

FULL: dict[str, Any] = {
    "title": "秸秆低温快速腐熟菌剂",
    "benefit": "10℃ 下 40 天秸秆降解 55%",
    "summary": "利用现有还田机具喷施，每亩用菌剂 2 公斤，不需要另购设备，农户培训半天即可操作，投入约 18 元。",
    "problem": "北方冬小麦播种前秸秆腐解慢，堵播种机，缺苗断垄率高，农户只能多次旋耕，每亩多花 40 元。",
    "advantages": "低温菌株来自本地砂姜黑土，耐受 5℃。",
    "metrics": [
        {"indicator": "40 天降解率", "current": "28%", "achieved": "55%", "evidence": "第三方检测报告"},
        {"indicator": "亩成本", "current": "32 元", "achieved": "18 元", "evidence": "三个合作社台账"},
        {"indicator": "缺苗率", "current": "9%", "achieved": "3%", "evidence": "田间调查记录"},
    ],
    "maturity_proof": "连续三年在 1.2 万亩示范，经市农技中心现场验收。",
    "cases": "2025年9月，埇桥区某合作社：6,000 亩示范，亩增产 21 公斤。",
    "ip_rights": [{"ip_type": "invention", "number": "201310699744.2", "status": "valid", "owner": "某大学"}],
    "ways": ["transfer"],
    "pricing": "agreement",
    "price_fen": 120_000_000,
}

POOR: dict[str, Any] = {
    "title": "新型材料制备技术",
    "benefit": "性能优良，市场前景广阔",
    "summary": "本技术工艺先进，达到国际先进水平，应用前景广阔。",
    "problem": "现有技术存在不足。",
    "metrics": [{"indicator": "性能", "current": "", "achieved": "优良", "evidence": ""}],
    "maturity_proof": "已完成研制。",
    "ways": ["transfer"],
    "pricing": "negotiable",
}


def spelled(words: Words) -> str:
    """Return words as a page shows them: those without parameters stand as they are."""
    return words.message % words.params if words.params else words.message


def said(meter: Meter) -> str:
    """Return all advice as one text."""
    return "\n".join(spelled(each.words) for each in meter.advice)


def test_a_full_one_answers_everything() -> None:
    """With a picture and a paper nothing is left to ask; without them these two are."""
    meter = completeness(FULL, pictures=1, attachments=1)
    assert (meter.score, meter.advice, meter.grade) == (100, [], "good")
    assert [each.field for each in completeness(FULL).advice] == ["files", "files"]
    assert sum(WEIGHTS.values()) == 100


def test_fine_words_without_facts_are_poor() -> None:
    """国际先进水平 answers nothing that a buyer asks."""
    meter = completeness(POOR)
    assert meter.grade == "poor"
    assert meter.score < 40
    assert said(meter).count("采购方会问") == len(meter.advice)


@pytest.mark.parametrize(
    ("change", "part", "words"),
    [
        ({"benefit": "效果好"}, "benefit", "写一个数字"),
        ({"problem": "有不足"}, "problem", "这说的是不是我的问题"),
        ({"metrics": []}, "numbers", "写明现行水平和本成果"),
        ({"metrics": FULL["metrics"][:1]}, "numbers", "再补充 2 项"),
        (
            {"metrics": [*FULL["metrics"][:2], {"indicator": "寿命", "achieved": "8 年", "evidence": "台账"}]},
            "numbers",
            "“寿命”现在一般是多少",
        ),
        ({"metrics": [{**row, "evidence": ""} for row in FULL["metrics"]]}, "proof", "这些数字是谁测的"),
        ({"maturity_proof": "已完成"}, "proof", "凭什么说到了这一步"),
        ({"summary": "低温菌剂。", "cases": ""}, "needs", "要什么设备、场地、投入"),
        ({"cases": ""}, "cases", "有人用过吗"),
        ({"cases": "已在多家单位推广应用，反映良好，前景可期。"}, "cases", "用了多少、效果怎样"),
        ({"ip_rights": []}, "rights", "知识产权归谁"),
        (
            {"ip_rights": [{"ip_type": "secret", "number": "", "status": "valid", "owner": "某大学"}]},
            "rights",
            "有没有专利",
        ),
        ({"price_fen": None}, "price", "大概多少钱"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else None,
)  # fmt: skip
def test_each_open_question_costs_points_and_is_asked(change: dict[str, Any], part: str, words: str) -> None:
    """In the buyer's words, at a field of the form."""
    meter = completeness(FULL | change, 1, 1)
    found = {each.key: each for each in meter.parts}
    assert found[part].points < found[part].most
    assert words in said(meter)
    assert all(each.field.partition("-")[0] in ITEMS["achievement"] for each in meter.advice)


def test_nothing_at_all_is_nothing() -> None:
    """An empty draft has no points and one piece of advice for each question at least."""
    meter = completeness({})
    assert meter.score == 0
    assert all(part.advice for part in meter.parts)
