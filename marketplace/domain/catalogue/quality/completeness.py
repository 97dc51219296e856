"""成果完整度: whether an achievement answers what buyers ask before they write.

Each part is a question of a buyer; what is missing is said in the buyer's words. Weights: ``WEIGHTS``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marketplace.domain.catalogue.quality import reading
from marketplace.domain.catalogue.quality.meter import Advice, Meter, Part, part
from marketplace.domain.text import N_, Words

Content = Mapping[str, Any]

WEIGHTS: Mapping[str, int] = {
    "benefit": 12,
    "problem": 10,
    "numbers": 20,
    "proof": 14,
    "needs": 10,
    "cases": 10,
    "rights": 10,
    "price": 8,
    "pictures": 6,
}
"""Points of each question; together 100."""

_PROOF = re.compile(r"检测|检验|报告|试验|测试|鉴定|评价|验收|运行|中试|示范|用户|第三方|认证|审定|查新|证书")
_NEEDS = re.compile(
    r"设备|产线|生产线|机组|投资|投入|场地|厂房|占地|改造|原料|人员|工人|培训|配套|工期|改装|备案|审批|软件|服务器|电源|水源|蒸汽|冷库"
)


def completeness(content: Content, pictures: int = 0, attachments: int = 0) -> Meter:
    """Return the completeness of an achievement's content (domain/catalogue/content.py), drafts included.

    ``pictures``, ``attachments``: how many of each stand on it.
    """
    return Meter(
        "achievement",
        [
            _benefit(content),
            _problem(content),
            _numbers(content),
            _proof(content),
            _needs(content),
            _cases(content),
            _rights(content),
            _price(content),
            _pictures(pictures, attachments),
        ],
    )


def _part(key: str, label: str, share: float, advice: Sequence[Advice]) -> Part:
    return part(key, label, share, WEIGHTS[key], advice)


def _advice(field: str, message: str, **params: Any) -> Advice:
    return Advice(field, Words(message, params))


def _benefit(content: Content) -> Part:
    text = content.get("benefit") or ""
    share = 1.0 if reading.quantities(text) else 0.5 if len(text) >= 6 else 0.0
    words = N_("采购方会问：用了能得到多少好处？写一个数字，例如“每吨少用煤 12 公斤”")
    return _part("benefit", N_("有什么好处"), share, [_advice("benefit", words)])


def _problem(content: Content) -> Part:
    text = content.get("problem") or ""
    share = 0.6 * reading.rising(len(text), 10, 45) + 0.4 * min(reading.troubles(text), 2) / 2
    words = N_("采购方会问：这说的是不是我的问题？写明谁遇到什么难处、为此付出什么代价")
    return _part("problem", N_("解决谁的什么问题"), share, [_advice("problem", words)])


def _numbers(content: Content) -> Part:
    rows = [row for row in content.get("metrics") or [] if any(row.values())]
    worth = sorted((_worth(row) for row in rows), reverse=True)[:3]
    # Three rows with both values are full marks; fewer leave questions open.
    share = sum(worth) / 3
    return _part("numbers", N_("比现在好多少"), share, list(_about_numbers(rows, len(worth))))


def _worth(row: Mapping[str, Any]) -> float:
    name = row.get("indicator") or ""
    return 0.6 * _cell(row.get("achieved") or "", name) + 0.4 * _cell(row.get("current") or "", name)


def _cell(text: str, name: str) -> float:
    if reading.has_quantity(text, name):
        return 1.0
    return 0.8 if reading.has_number(text) else 0.6 if len(text.strip("—-－ 无")) >= 2 else 0.0


def _about_numbers(rows: Sequence[Mapping[str, Any]], count: int) -> Iterator[Advice]:
    if not rows:
        yield _advice(
            "metrics",
            N_("采购方会问：比现在的做法好多少？写明现行水平和本成果，例如“单耗：现行 42 度，本成果 31 度”"),
        )
    for number, row in enumerate(rows):
        name = row.get("indicator") or ""
        for column, words in (
            ("achieved", N_("采购方会问：“%(name)s”做到了多少？写明数字和单位")),
            ("current", N_("采购方会问：“%(name)s”现在一般是多少？没有对比就看不出好坏")),
        ):
            if not reading.has_number(row.get(column) or "") and _cell(row.get(column) or "", name) < 0.6:
                yield _advice(f"metrics-{number}-{column}", words, name=name)
    if 0 < count < 3:
        yield _advice(
            "metrics", N_("采购方会问：成本呢，寿命呢，产量呢？再补充 %(n)s 项他们最关心的指标"), n=3 - count
        )


def _proof(content: Content) -> Part:
    rows = [row for row in content.get("metrics") or [] if any(row.values())]
    shown = sum(bool((row.get("evidence") or "").strip()) for row in rows) / len(rows) if rows else 0.0
    text = content.get("maturity_proof") or ""
    told = 0.5 * bool(_PROOF.search(text)) + 0.5 * (reading.quantities(text) > 0)
    advice = []
    if shown < 1:
        advice.append(
            _advice("metrics", N_("采购方会问：这些数字是谁测的？在“依据”里写明检测报告、试验记录或用户证明"))
        )
    if told < 1:
        advice.append(
            _advice("maturity_proof", N_("采购方会问：凭什么说到了这一步？写明在哪里、多大规模、运行多久"))
        )
    return _part("proof", N_("有什么依据"), 0.5 * shown + 0.5 * told, advice)


def _needs(content: Content) -> Part:
    text = "。".join(
        str(content.get(name) or "") for name in ("summary", "advantages", "maturity_proof", "cases")
    )
    share = min(len(set(_NEEDS.findall(text))), 3) / 3
    words = N_(
        "采购方会问：用起来要什么设备、场地、投入？在简介里写一句，例如“利用现有烘干机，每台改造约 3 万元，两天完成”"
    )
    return _part("needs", N_("落地要什么条件"), share, [_advice("summary", words)])


def _cases(content: Content) -> Part:
    text = content.get("cases") or ""
    share = 0.5 * reading.rising(len(text), 4, 25) + 0.5 * (reading.quantities(text) > 0)
    words = (
        N_("采购方会问：用了多少、效果怎样？给案例写上规模、时间和结果")
        if text
        else N_("采购方会问：有人用过吗？写明用在哪里、多大规模、效果如何；还没有的写明小试、中试情况")
    )
    return _part("cases", N_("有谁用过"), share, [_advice("cases", words)])


def _rights(content: Content) -> Part:
    rights = [each for each in content.get("ip_rights") or [] if any(each.values())]
    numbered = any(each.get("number") for each in rights)
    share = 1.0 if numbered else 0.6 if rights else 0.0
    words = (
        N_("采购方会问：有没有专利？专有技术之外如有申请或授权，写上编号，方便核查")
        if rights
        else N_("采购方会问：知识产权归谁、有没有授权？列出专利、品种权、软件著作权，或写明是技术秘密")
    )
    return _part("rights", N_("知识产权归谁"), share, [_advice("ip_rights", words)])


def _price(content: Content) -> Part:
    priced, terms = content.get("price_fen") is not None, bool(content.get("ways") and content.get("pricing"))
    share = 1.0 if priced and terms else 0.6 if priced else 0.4 if terms else 0.0
    words = N_("采购方会问：大概多少钱？写一个参考价，协商时还可以谈；只写“面议”的，很多人不再往下问")
    return _part("price", N_("多少钱、怎么合作"), share, [_advice("price_fen", words)])


def _pictures(pictures: int, attachments: int) -> Part:
    share = 0.7 * (pictures > 0) + 0.3 * (attachments > 0)
    advice = []
    if not pictures:
        advice.append(_advice("files", N_("采购方会问：长什么样？放一张实物、样品或装置的照片")))
    if not attachments:
        advice.append(
            _advice("files", N_("采购方会问：有没有材料可看？附上检测报告或应用证明，可以只给认证单位看"))
        )
    return _part("pictures", N_("有图和材料吗"), share, advice)
