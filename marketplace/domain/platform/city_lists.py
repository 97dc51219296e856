"""Lists and targets of the city's two plans that the site keeps as dated records: what they are and how they began.

They are settings like others (dated, confirmed by a second person); only the shape of their values is their own:

- ``terms``: [{code, label}], a part of 产业方向. A code is given once and never to another word.
- ``lines``: [{name, text}], who gets what under the plan's instruments.
- ``target``: {number, year, period, source}, an indicator; ``number`` is decimal text in the unit of the record.

Sources: 《宿州市科学技术局以科技创新推进未来产业创新发展实施方案》(征求意见稿), 《宿州市"十四五"科技创新发展规划》.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.domain.errors import DomainError
from marketplace.domain.taxonomy import CITY_LISTS
from marketplace.domain.text import N_, clean_line, clean_text, compact, has_words

KINDS = ("terms", "lines", "target")

MOST_TERMS, LONGEST_TERM = 40, 20
MOST_LINES, LONGEST_NAME, LONGEST_TEXT = 60, 40, 300
LONGEST_SOURCE = 200
FIRST_YEAR, LAST_YEAR = 2000, 2100
LARGEST = Decimal(10) ** 9

PERIODS: Mapping[str, str] = {
    "level": N_("当年末达到"), "annual": N_("当年完成"), "growth": N_("年均"), "cumulative": N_("规划期累计"),
}  # fmt: skip

PLAN_14 = "《宿州市“十四五”科技创新发展规划》"
FUTURE = "《宿州市科学技术局以科技创新推进未来产业创新发展实施方案》（征求意见稿）"


@dataclass(frozen=True)
class Record:
    """A list or an indicator as it began."""

    key: str
    label: str
    kind: str
    initial: Any
    unit: str = ""
    basis: str = field(default="")


def _target(key: str, label: str, number: str, unit: str, period: str, year: int = 2025) -> Record:
    source = PLAN_14 if year == 2025 else FUTURE
    value = {"number": number, "year": year, "period": period, "source": source}
    return Record(f"target.{key}", label, "target", value, unit)


TERM_LISTS = tuple(
    Record(
        f"list.{key}", terms.label, "terms",
        [{"code": term.code, "label": term.label} for term in terms.terms],
        basis=FUTURE if key == "future_industry" else PLAN_14,
    )
    for key, terms in CITY_LISTS.items()
)  # fmt: skip

INSTRUMENTS = Record(
    "list.instruments", N_("方案的支持政策"), "lines",
    [
        {"name": "未来产业应用场景", "text": "每个案例 20 万元，每年不超过 10 个"},
        {"name": "研发平台", "text": "国家级 200 万元，省级 40 万元"},
        {
            "name": "高层次科技人才团队",
            "text": "市级团队 300、200、100 万元；省级院士工作站 50 万元；市级院士创新中心 50 万元，工作站 20 万元",
        },
        {"name": "购买市外先进技术成果", "text": "按合同成交并实际支付额的 10%，单项成果最高 50 万元"},
        {"name": "孵化器、众创空间", "text": "国家级 50 万元，省级 25 万元，市级 15 万元"},
        {"name": "高新技术企业", "text": "首次认定 20 万元，再次认定 10 万元"},
        {"name": "创新创业大赛", "text": "一、二、三等奖 5、3、1 万元"},
    ],
    basis=FUTURE,
)  # fmt: skip

INDICATORS = (
    _target("high_tech_growth", N_("高新技术产业增加值年均增幅"), "10", "%", "growth"),
    _target("high_tech_share", N_("高新技术产业占规模以上工业比重"), "35", "%", "level"),
    _target("high_tech_firms", N_("高新技术企业"), "300", N_("家"), "level"),
    _target("research_intensity", N_("研发经费投入强度"), "1", "%", "level"),
    _target("research_people", N_("每万名就业人员中研发人员"), "10", N_("人年"), "level"),
    _target("talent_teams", N_("省级高层次科技人才团队"), "10", N_("家"), "level"),
    _target("incubators", N_("省级及以上孵化器、众创空间"), "15", N_("家"), "level"),
    _target("patents", N_("每万人发明专利拥有量"), "12", N_("件"), "level"),
    _target("achievements", N_("科技成果登记"), "3000", N_("项"), "cumulative"),
    _target("future_high_tech_firms", N_("未来产业高新技术企业"), "50", N_("家"), "level", 2030),
    _target("future_small_firms", N_("未来产业科技型中小企业"), "100", N_("家"), "level", 2030),
    _target("future_scale", N_("未来产业规模"), "200", N_("亿元"), "level", 2030),
    _target("future_teams", N_("未来产业高层次团队"), "10", N_("个"), "level", 2030),
    _target("future_scenes", N_("未来产业标杆场景"), "5", N_("个"), "level", 2030),
    _target("future_platforms", N_("未来产业创新平台"), "2", N_("个"), "level", 2030),
)
"""All but 技术合同成交额, whose targets have records of their own (services/deals/turnover/targets.py).

The plan's table calls the 35 % 产值 and its text 增加值: the label says neither, and a change says which in its source.
"""

ALL: Sequence[Record] = (*TERM_LISTS, INSTRUMENTS, *INDICATORS)

_PREFIX = {"future_industry": "f", "leading_industry": "l", "key_field": "k"}
_CODE = re.compile(r"[a-z][0-9]{1,4}")


def list_of(key: str) -> str:
    """Return the key in taxonomy.CITY_LISTS of a setting ``list.…``."""
    return key.removeprefix("list.")


def next_code(key: str, used: Sequence[str]) -> str:
    """Return a code for a new term of the list ``key`` that none of ``used`` is; numbers are never given again."""
    prefix = _PREFIX[list_of(key)]
    numbers = [int(code.removeprefix(prefix)) for code in used if code.removeprefix(prefix).isdecimal()]
    width = 2 if prefix == "l" else 1
    return f"{prefix}{max(numbers, default=0) + 1:0{width}d}"


def check_value(key: str, kind: str, value: Any) -> Any:
    """Return ``value`` as it is stored; raises DomainError naming the field (``terms-2-label``) that is wrong."""
    if kind == "terms":
        return _terms(key, value)
    return _lines(value) if kind == "lines" else _indicator(value)


def _terms(key: str, value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_TERMS:
        raise DomainError("list_length", N_("请填写 1 到 %(most)s 项"), field="terms", most=MOST_TERMS)
    found: list[dict[str, str]] = []
    for index, one in enumerate(value):
        code, label = str(one.get("code", "")), clean_line(str(one.get("label", "")))
        where = f"terms-{index}-label"
        if not has_words(label) or len(label) > LONGEST_TERM:
            raise DomainError("term_length", N_("请填写，最多 %(most)s 个字"), field=where, most=LONGEST_TERM)
        if compact(label) in {compact(each["label"]) for each in found}:
            raise DomainError("term_twice", N_("与前面的一项重复"), field=where)
        prefix = _PREFIX[list_of(key)]
        if not _CODE.fullmatch(code) or not code.startswith(prefix) or code in {e["code"] for e in found}:
            raise DomainError("term_code", N_("页面已过期，请重新打开"))
        found.append({"code": code, "label": label})
    return found


def _lines(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_LINES:
        raise DomainError("list_length", N_("请填写 1 到 %(most)s 项"), field="lines", most=MOST_LINES)
    found = []
    for index, one in enumerate(value):
        line = {"name": clean_line(str(one.get("name", ""))), "text": clean_text(str(one.get("text", "")))}
        for name, longest in (("name", LONGEST_NAME), ("text", LONGEST_TEXT)):
            if not has_words(line[name]) or len(line[name]) > longest:
                raise DomainError(
                    "term_length",
                    N_("请填写，最多 %(most)s 个字"),
                    field=f"lines-{index}-{name}",
                    most=longest,
                )
        found.append(line)
    return found


def _indicator(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DomainError("target_shape", N_("页面已过期，请重新打开"))
    try:
        number = Decimal(compact(str(value.get("number", ""))).replace(",", ""))
    except InvalidOperation as wrong:
        raise DomainError("target_number", N_("请填写数字"), field="number") from wrong
    if not number.is_finite() or not 0 < number <= LARGEST:
        raise DomainError("target_number", N_("请填写大于 0 的数字"), field="number")
    year = value.get("year")
    if not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise DomainError("target_year", N_("请填写四位年份，例如 2025"), field="year")
    if value.get("period") not in PERIODS:
        raise DomainError("target_period", N_("请从列表中选择"), field="period")
    source = clean_line(str(value.get("source", "")))
    if not has_words(source) or len(source) > LONGEST_SOURCE:
        raise DomainError("target_source", N_("请填写目标出自哪份文件，最多 200 字"), field="source")
    return {"number": f"{number:f}", "year": year, "period": value["period"], "source": source}


@dataclass(frozen=True)
class Change:
    """What a proposed list would change, as labels."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def change_of(kind: str, before: Any, after: Any) -> Change:
    """Return what ``after`` changes in ``before``; of lines, the name is what tells one from another."""
    if kind == "lines":
        old = {one["name"]: one["text"] for one in before}
        new = {one["name"]: one["text"] for one in after}
        moved = tuple(
            (f"{key}：{old[key]}", f"{key}：{new[key]}") for key in new if key in old and old[key] != new[key]
        )
        return Change(
            tuple(f"{key}：{new[key]}" for key in new if key not in old),
            tuple(k for k in old if k not in new),
            moved,
        )
    was = {one["code"]: one["label"] for one in before}
    now = {one["code"]: one["label"] for one in after}
    return Change(
        tuple(now[code] for code in now if code not in was),
        tuple(was[code] for code in was if code not in now),
        tuple((was[code], now[code]) for code in now if code in was and was[code] != now[code]),
    )
