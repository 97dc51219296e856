"""Typed text becomes values: whatever is well-formed is kept, however incomplete the whole may be."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marketplace.domain.catalogue.content import ITEMS, Item, blank
from marketplace.domain.errors import DomainError, FieldError
from marketplace.domain.identifiers import (
    parse_achievement_registration,
    parse_email,
    parse_ip_number,
    parse_phone,
)
from marketplace.domain.money import MAX_FEN, parse_amount
from marketplace.domain.taxonomy import IP_TYPES, MATURITY_SCALES
from marketplace.domain.text import FULL_WIDTH, N_, clean_line, clean_text

UNITS = ("万元", "元")

_SEPARATORS = re.compile(r"[\n、，,；;]+")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
_YEARS = range(1950, 2101)


@dataclass
class Taken:
    """What could be read: ``values`` by field, and what could not, in the order of the form."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)


def take(kind: str, typed: Mapping[str, Any]) -> Taken:
    """Read the typed fields of an achievement or a demand; names that are not fields are passed over.

    An amount's unit is typed beside it as ``price_unit`` or ``budget_unit`` (元 or 万元, default 万元).
    Values that already are what they should become (dates, 分, lists, pairs) are taken as they are.
    A malformed field is left out of ``values``; a malformed cell leaves its row with that cell empty.
    """
    taken = Taken()
    for name, item in ITEMS[kind].items():
        if name not in typed:
            continue
        if not _fits(item, typed[name]):
            taken.errors.append(FieldError(name, "malformed", N_("填写的内容无法识别，请重新填写")))
            continue
        if item.kind == "rows":
            taken.values[name] = _rows(item, typed[name] or [], taken.errors)
            continue
        try:
            taken.values[name] = _one(item, typed[name], typed)
        except DomainError as error:
            taken.errors.append(_at(name, error))
    return taken


_SHAPES: Mapping[str, tuple[type, ...]] = {
    "rows": (list, tuple),
    "codes": (list, tuple),
    "words": (str, list, tuple),
    "day": (str, date),
    "fen": (str, int),
    "maturity": (str, list, tuple),
}


def _fits(item: Item, value: Any) -> bool:
    """Tell whether a value, which may come from anywhere, has a shape that its reader understands."""
    shapes = _SHAPES.get(item.kind, (str,))
    if value is None or isinstance(value, str | int | date):
        return value is None or (type(value) in shapes)
    if type(value) not in shapes:
        return False
    if item.kind == "rows":
        return all(isinstance(row, Mapping) and _cells_fit(row) for row in value)
    if item.kind == "maturity":
        return len(value) == 2
    return all(isinstance(each, str) for each in value)


def _cells_fit(row: Mapping[str, Any]) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in row.values())


def _at(name: str, error: DomainError) -> FieldError:
    return FieldError(name, error.code, error.message, error.params)


def _one(item: Item, value: Any, around: Mapping[str, Any]) -> Any:
    if item.kind == "fen":
        return _amount(value, around.get(f"{item.name.removesuffix('_fen')}_unit") or UNITS[0])
    if item.kind == "ip_number":
        return _ip_number(value, str(around.get("ip_type") or ""), item.limit)
    return _READERS[item.kind](item, value)


def _rows(item: Item, typed: Sequence[Mapping[str, Any]], errors: list[FieldError]) -> list[dict[str, Any]]:
    rows = []
    for index, raw in enumerate(typed):
        if not any(clean_line(str(raw.get(column.name) or "")) for column in item.columns):
            continue
        row: dict[str, Any] = {}
        for column in item.columns:
            try:
                row[column.name] = _one(column, raw.get(column.name), raw)
            except DomainError as error:
                row[column.name] = blank(column)
                errors.append(_at(f"{item.name}-{index}-{column.name}", error))
        rows.append(row)
    if len(rows) > item.limit:
        errors.append(FieldError(item.name, "too_many", TOO_MANY, {"limit": item.limit, "count": len(rows)}))
    return rows[: item.limit]


TOO_LONG = N_("最多%(limit)d个字，您填了%(length)d个字，请删减")
TOO_MANY = N_("最多%(limit)d项，您填了%(count)d项，请删减")


def _within(value: str, limit: int) -> str:
    if len(value) > limit:
        raise DomainError("too_long", TOO_LONG, limit=limit, length=len(value))
    return value


def _line(item: Item, value: Any) -> str:
    return _within(clean_line(value), item.limit)


def _text(item: Item, value: Any) -> str:
    return _within(clean_text(value), item.limit)


def _code(item: Item, value: Any) -> str:
    code = str(value or "").strip()
    if code and (item.terms is None or code not in item.terms):
        raise DomainError("not_in_list", N_("请从列表中选择"))
    return code


def _codes(item: Item, value: Any) -> list[str]:
    chosen = {_code(item, each) for each in value or []} - {""}
    if len(chosen) > item.limit:
        raise DomainError("too_many", TOO_MANY, limit=item.limit, count=len(chosen))
    return [code for code in item.terms.codes if code in chosen] if item.terms else []


def _words(item: Item, value: Any) -> list[str]:
    parts = _SEPARATORS.split(clean_text(value)) if isinstance(value, str | None) else value
    words = list(dict.fromkeys(filter(None, (clean_line(part) for part in parts))))
    if len(words) > item.limit:
        raise DomainError("too_many", TOO_MANY, limit=item.limit, count=len(words))
    long = next((word for word in words if len(word) > item.each), None)
    if long is not None:
        raise DomainError(
            "word_too_long",
            N_("“%(start)s…”太长，每项最多%(limit)d个字，各项请用顿号或换行分开"),
            start=long[:10],
            limit=item.each,
        )
    return words


def parse_day(value: Any) -> date | None:
    """Return a typed day; empty gives None. 2026-11-08, 2026/11/8, 2026年11月8日 and 20261108 are accepted.

    Raises DomainError for another form, a day the calendar does not have, a year outside 1950–2100.
    """
    if value is None or isinstance(value, date):
        return value
    text = "".join(str(value).translate(FULL_WIDTH).split())
    if not text:
        return None
    found = _DATE.fullmatch(text)
    if not found:
        raise DomainError("day_form", N_("日期请写成年-月-日，例如2026-11-08"))
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        result = date(year, month, day)
    except ValueError:
        raise DomainError("day_unknown", N_("日历上没有这一天，请核对年月日")) from None
    if year not in _YEARS:
        raise DomainError("day_year", N_("年份%(year)d不合理，请核对"), year=year)
    return result


def _amount(value: Any, unit: str) -> int | None:
    if value is None or (isinstance(value, int) and 0 <= value <= MAX_FEN):
        return value
    if not str(value).strip():
        return None
    if unit not in UNITS:
        raise DomainError("unit_unknown", N_("请选择金额的单位"))
    return parse_amount(str(value), "万元" if unit == "万元" else "元")


def _maturity(_item: Item, value: Any) -> tuple[str, int] | None:
    """``generic:7`` as one choice, so that a level never stands beside the wrong scale."""
    scale, level = value.partition(":")[::2] if isinstance(value, str) else value or ("", "")
    if not scale:
        return None
    if scale not in MATURITY_SCALES or str(level) not in {str(each) for each, _ in MATURITY_SCALES[scale]}:
        raise DomainError("not_in_list", N_("请从列表中选择"))
    return scale, int(level)


def _or_empty(parse: Callable[[str | None], str]) -> Callable[[Item, Any], str]:
    def read(_item: Item, value: Any) -> str:
        text = clean_line(value)
        return parse(text) if text else ""

    return read


def _ip_number(value: Any, ip_type: str, limit: int) -> str:
    text = clean_line(value)
    if not text:
        return ""
    return parse_ip_number(ip_type, text) if ip_type in IP_TYPES else _within(text, limit)


_READERS: Mapping[str, Callable[[Item, Any], Any]] = {
    "line": _line,
    "text": _text,
    "code": _code,
    "codes": _codes,
    "words": _words,
    "day": lambda _item, value: parse_day(value),
    "maturity": _maturity,
    "phone": _or_empty(parse_phone),
    "email": _or_empty(parse_email),
    "registration": _or_empty(parse_achievement_registration),
}
