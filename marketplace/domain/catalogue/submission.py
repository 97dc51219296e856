"""What a complete achievement or demand needs. Saving a draft never asks this; submitting always does."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from marketplace.domain.catalogue.content import ITEMS, Item
from marketplace.domain.errors import FieldError
from marketplace.domain.text import N_, has_words

Content = Mapping[str, Any]

SHORTEST_TEXT = 30
"""Characters a main text needs: a shorter one explains nothing (most public briefs did not explain the problem)."""

_EXPLAINED = {"achievement": ("summary", "problem", "advantages"), "demand": ("situation", "summary")}
_NEEDS_RIGHT = frozenset({"transfer", "exclusive", "sole", "ordinary", "equity"})
_LEGAL_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团)$")
_BRACKETS = re.compile(r"[（(].*?[）)]")


def check(kind: str, content: Content, today: date, organisation_name: str) -> list[FieldError]:
    """Return everything that is missing or contradictory, in the order of the form; empty when complete.

    ``content`` is as ``content.py`` says; cells are named ``metrics-0-target``.
    """
    found = list(_missing(kind, content))
    found += _too_short(kind, content)
    title = content.get("title")
    if title and not has_words(title):
        found.append(FieldError("title", "no_words", N_("名称只有标点符号，请写出名称")))
    found += (
        _achievement(content, today) if kind == "achievement" else _demand(content, today, organisation_name)
    )
    order = list(ITEMS[kind])
    return sorted(found, key=lambda error: order.index(error.field.partition("-")[0]))


def _missing(kind: str, content: Content) -> Iterator[FieldError]:
    for name, item in ITEMS[kind].items():
        value = content.get(name)
        if item.needed and not value:
            yield FieldError(name, "missing", _wording(item))
        for index, row in enumerate(value or () if item.kind == "rows" else ()):
            for column in item.columns:
                if column.needed and not row.get(column.name):
                    yield FieldError(f"{name}-{index}-{column.name}", "missing", _wording(column))


def _wording(item: Item) -> str:
    if item.kind in ("code", "codes", "maturity"):
        return N_("请选择")
    return N_("请至少填写一项") if item.kind in ("rows", "words") else N_("请填写")


def _too_short(kind: str, content: Content) -> Iterator[FieldError]:
    for name in _EXPLAINED[kind]:
        length = len(content.get(name) or "")
        if 0 < length < SHORTEST_TEXT:
            yield FieldError(
                name,
                "too_short",
                N_("请写清楚些，至少%(least)d个字，现在有%(length)d个字"),
                {"least": SHORTEST_TEXT, "length": length},
            )


def _achievement(content: Content, today: date) -> Iterator[FieldError]:
    start, end = content.get("research_from"), content.get("research_to")
    if start and end and end < start:
        yield FieldError("research_to", "ends_before_start", N_("研究结束日期不能早于开始日期"))
    if start and start > today:
        yield FieldError("research_from", "in_future", N_("研究开始日期不能晚于今天"))
    until = content.get("valid_until")
    if until and until <= today:
        yield FieldError("valid_until", "over", N_("有效期应晚于今天"))
    if content.get("pricing") in ("listing", "auction") and content.get("price_fen") is None:
        yield FieldError("price_fen", "missing", N_("挂牌和拍卖须填写挂牌价或起拍价"))
    yield from _rights(content)


def _rights(content: Content) -> Iterator[FieldError]:
    rights = content.get("ip_rights") or []
    seen: dict[tuple[str, str], int] = {}
    for index, right in enumerate(rights):
        number = right.get("number")
        if not number and right.get("ip_type") not in ("", "secret", "other", None):
            yield FieldError(f"ip_rights-{index}-number", "missing", N_("请填写编号，申请中的填写申请号"))
        first = seen.setdefault((right.get("ip_type") or "", number), index) if number else index
        if first != index:
            yield FieldError(
                f"ip_rights-{index}-number",
                "twice",
                N_("与第%(first)d项重复，请删去一项"),
                {"first": first + 1},
            )
    if not _NEEDS_RIGHT & set(content.get("ways") or ()):
        return
    if not rights:
        yield FieldError(
            "ip_rights",
            "right_missing",
            N_("转让、许可、作价入股须有知识产权，没有登记的专有技术请选“技术秘密”"),
        )
    elif all(right.get("status") == "lapsed" for right in rights):
        # 民法典 865: a right may be licensed only while it lasts; the same goes for its transfer.
        yield FieldError(
            "ip_rights", "all_lapsed", N_("已失效的知识产权不能转让或许可，请补充有效的权利或改选合作方式")
        )


def _demand(content: Content, today: date, organisation_name: str) -> Iterator[FieldError]:
    due = content.get("due_on")
    if due and due <= today:
        yield FieldError("due_on", "over", N_("期望完成时间应晚于今天"))
    if content.get("disclosure") == "anonymous":
        for name in ("title", "summary", "keywords"):
            text = content.get(name) or ""
            told = _told(text if isinstance(text, str) else "、".join(text), content, organisation_name)
            if told:
                yield FieldError(
                    name,
                    "tells_who",
                    N_("匿名公开的文本中出现了“%(words)s”，读者能由此认出贵单位，请删去或改选公开范围"),
                    {"words": told},
                )


def _told(text: str, content: Content, organisation_name: str) -> str:
    """Return the first words in a public text that give the anonymous owner away, or ""."""
    bare = _BRACKETS.sub("", organisation_name).strip()
    short = _LEGAL_FORMS.sub("", bare)
    words = [organisation_name, bare, short if len(short) >= 4 else ""]
    words += [str(content.get(name) or "") for name in ("contact_name", "contact_phone", "contact_email")]
    return next((each for each in words if len(each) >= 2 and each.lower() in text.lower()), "")
