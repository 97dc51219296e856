"""需求清晰度: whether those who could solve a problem learn from a demand what it is.

The questions are the faults that published demands are known for: the problem is not explained, targets have no
present value or no number, conditions, money, time and ownership are left open. Weights: ``WEIGHTS``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from marketplace.domain.catalogue.quality import reading
from marketplace.domain.catalogue.quality.meter import Advice, Meter, Part, part
from marketplace.domain.money import format_yuan
from marketplace.domain.text import N_, Words

Content = Mapping[str, Any]

WEIGHTS: Mapping[str, int] = {
    "problem": 28,
    "targets": 27,
    "limits": 13,
    "budget": 10,
    "deadline": 9,
    "ownership": 8,
    "title": 5,
}
"""Points of each question; together 100."""

SHORT_TIME, LONG_TIME = timedelta(days=45), timedelta(days=5 * 365)
LITTLE_MONEY = 1_000_000
"""分: below 1 万元 an amount is more likely a slip of the unit than a budget."""


def clarity(content: Content, today: date) -> Meter:
    """Return the clarity of a demand's content (domain/catalogue/content.py), drafts included."""
    return Meter(
        "demand",
        [
            _problem(content),
            _targets(content),
            _limits(content),
            _budget(content),
            _deadline(content, today),
            _ownership(content),
            _title(content),
        ],
    )


def _part(key: str, label: str, share: float, advice: Sequence[Advice]) -> Part:
    return part(key, label, share, WEIGHTS[key], advice)


def _advice(field: str, message: str, **params: Any) -> Advice:
    return Advice(field, Words(message, params))


def _problem(content: Content) -> Part:
    text = content.get("situation") or ""
    length = reading.rising(len(text), 15, 75)
    amount = min(reading.quantities(text), 2) / 2
    words = reading.troubles(text)
    # One word of trouble is enough where numbers say how large it is.
    trouble = 1.0 if words and amount == 1 else min(words, 2) / 2
    tried = float(reading.tells_what_was_tried(text))
    # Words and numbers in a text too short to explain anything earn little.
    share = (0.3 * length + 0.25 * trouble + 0.25 * amount + 0.2 * tried) * (0.5 + 0.5 * length)
    return _part(
        "problem", N_("问题说清楚了吗"), share, list(_about_problem(text, length, trouble, amount, tried))
    )


def _about_problem(text: str, length: float, trouble: float, amount: float, tried: float) -> Iterator[Advice]:
    field = "situation"
    if not text:
        yield _advice(
            field,
            N_("写明现在怎么做、卡在哪里，例如“现用人工分拣，每班 6 人，漏检率约 3%，每月被退货 2 批”"),
        )
        return
    if trouble < 1:
        yield _advice(field, N_("写明难在哪里、造成什么损失，例如“烘干后开裂率 12%，裂果只能降价一半出售”"))
    if amount < 1:
        yield _advice(field, N_("用数字说明问题有多大，例如产量、比例、损失金额、频次"))
    if not tried:
        yield _advice(field, N_("写明现在用什么办法、试过什么、为什么不行，免得对方从头问起"))
    if length < 1:
        yield _advice(
            field,
            N_("“现状与难题”有 %(length)s 个字，写到七八十字以上，对方才判断得了能不能做"),
            length=len(text),
        )


def _targets(content: Content) -> Part:
    rows = [row for row in content.get("metrics") or [] if any(row.values())]
    worth = [0.6 * _target(row) + 0.4 * _present(row) for row in rows]
    # One indicator rarely says when a problem is solved; rows beyond the third neither help nor harm.
    best = sorted(worth, reverse=True)[:3]
    share = sum(best) / len(best) * (1.0 if len(best) > 1 else 0.9) if best else 0.0
    texts = f"{content.get('situation') or ''}。{content.get('summary') or ''}"
    advice = list(_about_targets(rows, reading.empty_phrase(texts) if share < 0.8 else ""))
    return _part("targets", N_("现值和目标值有数字吗"), share, advice)


def _target(row: Mapping[str, Any]) -> float:
    text, name = row.get("target") or "", row.get("indicator") or ""
    if reading.is_business(name):
        return 0.3
    if reading.has_quantity(text, name):
        return 1.0
    if reading.has_number(text):
        return 0.7
    return 0.4 if len(text) >= 2 and not reading.empty_phrase(text) and not _is_vague(text) else 0.0


def _present(row: Mapping[str, Any]) -> float:
    text = row.get("present") or ""
    if reading.has_quantity(text, row.get("indicator") or "") or text.strip() == "0":
        return 1.0
    return 0.7 if len(text.strip("—-－ 无")) >= 2 else 0.0


_VAGUE = (
    "提高",
    "更高",
    "更好",
    "更低",
    "先进",
    "领先",
    "优良",
    "良好",
    "显著",
    "大幅",
    "一流",
    "降低",
    "满足",
    "达标",
    "较",
    "越",
    "改善",
)


def _is_vague(text: str) -> bool:
    return any(word in text for word in _VAGUE)


def _about_targets(rows: Sequence[Mapping[str, Any]], phrase: str) -> Iterator[Advice]:
    if not rows:
        yield _advice("metrics", N_("写明现值和目标值，例如“碎米率：现在 8%，要求不高于 3%”"))
    for number, row in enumerate(rows):
        name, target = row.get("indicator") or "", row.get("target") or ""
        if reading.is_business(name):
            yield _advice(
                f"metrics-{number}-indicator",
                N_("“%(name)s”是经营目标，写明技术上要达到的数值，例如合格率、能耗、速度"),
                name=name,
            )
        elif _target(row) < 0.5:
            yield _advice(
                f"metrics-{number}-target",
                N_("“%(name)s”的目标“%(target)s”没有数字，写明达到多少算解决，带上单位"),
                name=name, target=target or "—",
            )  # fmt: skip
        elif _target(row) < 1:
            yield _advice(f"metrics-{number}-target", N_("“%(name)s”的目标没有单位"), name=name)
        if not _present(row):
            yield _advice(
                f"metrics-{number}-present",
                N_("“%(name)s”没有写现值：写明现在是多少，还没有测过的写“未测”"),
                name=name,
            )
    if len(rows) == 1:
        yield _advice("metrics", N_("再写一两项指标，例如成本、速度、寿命：只有一项时容易顾此失彼"))
    if phrase:
        yield _advice("metrics", N_("“%(phrase)s”没有数字：写明从多少到多少"), phrase=phrase)


def _limits(content: Content) -> Part:
    text = content.get("requirements") or ""
    marks = reading.limits(text) + reading.quantities(text)
    share = 0.5 * reading.rising(len(text), 4, 22) + 0.5 * min(marks, 2) / 2
    elsewhere = min(reading.limits(content.get("situation") or ""), 2) / 4
    advice = _advice(
        "requirements",
        N_("写明方案必须满足的条件，例如现有设备和场地、能耗、标准、不能改动的工序，以及对承接方的要求"),
    )
    return _part("limits", N_("约束条件写了吗"), max(share, elsewhere), [advice])


def _budget(content: Content) -> Part:
    fen = content.get("budget_fen")
    if fen is None:
        words = N_("写明拟投入资金，可以是上限，例如“不超过 80 万元”：对方据此判断做到哪一步")
        return _part("budget", N_("拟投入多少"), 0.0, [_advice("budget_fen", words)])
    if fen < LITTLE_MONEY:
        advice = _advice(
            "budget_fen", N_("拟投入资金只有 %(amount)s 元，请核对单位是元还是万元"), amount=format_yuan(fen)
        )
        return _part("budget", N_("拟投入多少"), 0.4, [advice])
    return _part("budget", N_("拟投入多少"), 1.0, [])


def _deadline(content: Content, today: date) -> Part:
    label, due = N_("什么时候要"), content.get("due_on")
    if due is None:
        return _part(
            "deadline", label, 0.0, [_advice("due_on", N_("写明期望完成时间，例如下一个生产季之前"))]
        )
    left = due - today
    if left < SHORT_TIME:
        advice = _advice(
            "due_on",
            N_("离期望完成时间只有 %(days)s 天，多数技术做不出来，请核对日期"),
            days=max(left.days, 0),
        )
        return _part("deadline", label, 0.4, [advice])
    if left > LONG_TIME:
        return _part(
            "deadline",
            label,
            0.7,
            [_advice("due_on", N_("期望完成时间在五年以后，请核对，或写明第一个节点"))],
        )
    return _part("deadline", label, 1.0, [])


def _ownership(content: Content) -> Part:
    label, owner = N_("成果归谁"), content.get("ip_ownership") or ""
    if not owner:
        return _part("ownership", label, 0.0, [_advice("ip_ownership", N_("写明合作产生的成果归谁"))])
    if owner == "agreed":
        words = N_("“按合同约定”留到签约才谈，写明您的打算（归贵方、归对方或共有）能少走弯路")
        return _part("ownership", label, 0.6, [_advice("ip_ownership", words)])
    return _part("ownership", label, 1.0, [])


def _title(content: Content) -> Part:
    title = content.get("title") or ""
    share = 1.0 if reading.says_something(title) else 0.3 if len(title) >= 4 else 0.0
    words = N_("名称看不出要解决什么，写明对象和要达到的结果，例如“大豆种子低损伤脱粒与活力保持”")
    return _part("title", N_("名称看得懂吗"), share, [_advice("title", words)])
