"""What a listing says as cells of a table, and cells as typed fields; one is the other's inverse."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.domain.catalogue.content import ITEMS, Item
from marketplace.domain.errors import DomainError
from marketplace.domain.taxonomy import MATURITY_SCALE_NAMES, MATURITY_SCALES
from marketplace.domain.text import N_, clean_line, compact
from marketplace.services.catalogue.exchange.columns import COLUMNS

BAR = " | "
_BARS = re.compile(r"(?<!\\)((?:\\\\)*)[|｜]")
_ESCAPED = re.compile(r"\\([\\|｜])")
_TO_ESCAPE = re.compile(r"([\\|｜])")

Row = Mapping[str, Any]


def cells_of(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a listing's content (domain/catalogue/content.py) by column key."""
    cells: dict[str, Any] = {}
    for name, item in ITEMS[kind].items():
        value = content.get(name)
        if item.kind == "maturity":
            cells["maturity_scale"], cells["maturity_level"] = value or ("", None)
        elif item.kind == "words":
            cells[name] = "、".join(value or ())
        elif item.kind == "rows":
            cells[name] = "\n".join(_line_of(item, row) for row in value or ())
        else:
            cells[name] = value
    return cells


def _line_of(item: Item, row: Mapping[str, Any]) -> str:
    words = [_word(column, str(row.get(column.name) or "")) for column in item.columns]
    return BAR.join(_TO_ESCAPE.sub(r"\\\1", word) for word in words).rstrip()


def _word(column: Item, value: str) -> str:
    known = column.terms is not None and value in column.terms
    return column.terms.label_of(value) if known and column.terms is not None else value


def typing_of(kind: str, row: Row) -> tuple[dict[str, Any], dict[str, DomainError]]:
    """Return the fields that a row types, as ``typed.take`` reads them, and what is wrong by column key.

    Only columns that the table has are typed: the others stay what they are.
    """
    typing: dict[str, Any] = {}
    faults: dict[str, DomainError] = {}
    for column in COLUMNS[kind]:
        if column.key not in row or column.key not in ITEMS[kind]:
            continue
        item, value = ITEMS[kind][column.key], row[column.key]
        try:
            typing[column.key] = _lines(item, value or "") if item.kind == "rows" else _typed(item, value)
        except DomainError as fault:
            faults[column.key] = fault
    if {"maturity_scale", "maturity_level"} & set(row):
        _type_maturity(row, typing, faults)
    return typing, faults


def _typed(item: Item, value: Any) -> Any:
    if item.kind in ("fen", "day"):
        return value
    return ([] if item.kind == "codes" else "") if value is None else value


def _type_maturity(row: Row, typing: dict[str, Any], faults: dict[str, DomainError]) -> None:
    scale, level = row.get("maturity_scale") or "", row.get("maturity_level")
    levels = [each for each, _label in MATURITY_SCALES.get(scale, [])]
    if scale and level is not None and level not in levels:
        faults["maturity_level"] = DomainError(
            "level_unknown", N_("“%(scale)s”没有第%(level)d级，请填写%(first)d至%(last)d"),
            scale=MATURITY_SCALE_NAMES.label_of(scale), level=level, first=levels[0], last=levels[-1],
        )  # fmt: skip
    elif scale and level is not None:
        typing["maturity"] = f"{scale}:{level}"
    elif scale:
        faults["maturity_level"] = DomainError("level_missing", N_("写了标准，请同时填写级别，例如 7"))
    elif level is not None:
        words = N_("写了级别，请同时填写标准，例如 通用九级")
        faults["maturity_scale"] = DomainError("scale_missing", words)
    else:
        typing["maturity"] = ""


def _lines(item: Item, text: str) -> list[dict[str, str]]:
    lines = [line for line in text.split("\n") if line.strip()]
    return [_line(item, number, line) for number, line in enumerate(lines, 1)]


def _line(item: Item, number: int, line: str) -> dict[str, str]:
    parts = [clean_line(_ESCAPED.sub(r"\1", part)) for part in _parted(line)]
    names = [column.label for column in item.columns]
    if len(parts) > len(item.columns):
        raise DomainError(
            "line_parts",
            N_("第%(line)d行有%(count)d段，每行最多%(most)d段，依次为：%(form)s；文字里的竖线请写成 \\|"),
            line=number, count=len(parts), most=len(names), form=BAR.join(names),
        )  # fmt: skip
    parts += [""] * (len(names) - len(parts))
    return {
        column.name: _code(column, number, part) if column.kind == "code" else part
        for column, part in zip(item.columns, parts, strict=True)
    }


def _parted(line: str) -> Sequence[str]:
    """Cut a line at its bars; a bar behind an odd number of strokes belongs to the text."""
    return _BARS.sub(r"\1\n", line).split("\n")


def _code(column: Item, number: int, word: str) -> str:
    if not word or column.terms is None:
        return word
    wanted = compact(word)
    for term in column.terms:
        if wanted in (compact(term.label), compact(term.code)):
            return term.code
    raise DomainError(
        "line_choice", N_("第%(line)d行“%(value)s”不在可选范围：%(options)s"),
        line=number, value=word, options="、".join(term.label for term in column.terms),
    )  # fmt: skip
