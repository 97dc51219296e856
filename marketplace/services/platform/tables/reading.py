"""Tables in: rows by column key from xlsx or csv, and every fault with its row, column and remedy."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

from marketplace.domain import money
from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_, clean_line, clean_text, compact
from marketplace.services.platform.tables.columns import (
    FORMULA_STARTS,
    MAX_ROWS_IN,
    SEPARATOR,
    TOTAL,
    CellError,
    Column,
    ReadTable,
)

MAX_COLUMNS_IN = 200
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+[0-9]+):([A-Z]+[0-9]+)"')
_PARTED = re.compile(r"([、，,；;\n])")
_NO_TEXT = (b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf\x11\xe0")  # UTF-16, and the workbooks of before 2007


class _Formula(str):
    """A cell that holds a formula: what it shows is not what is stored."""


class _Broken(str):
    """A cell that shows an error of the spreadsheet, as #REF!."""


def read(content: bytes, columns: Sequence[Column]) -> ReadTable:
    """Read an xlsx or csv table with these columns, in any order; nothing is written (dry run).

    Raises DomainError (field ``file``) when it is no table, misses a required column or is too long. Empty rows and
    the 合计 row are skipped; every faulty cell becomes a CellError.
    """
    is_workbook = content.startswith(b"PK")
    sheet = _first_sheet(content) if is_workbook else None
    lines = _csv_lines(content) if sheet is None else _xlsx_lines(sheet)
    heading_row, heading, unknown = _find_heading(lines, columns)
    if sheet is not None:
        _refuse_merged(content, sheet, heading_row)
    table = ReadTable([], [], [], unknown)
    for number, cells in lines:
        if not any(_cell_text(cell) for cell in cells if cell is not None) or _cell_text(cells[0]) == TOTAL:
            continue
        if len(table.rows) >= MAX_ROWS_IN:
            raise DomainError(
                "table_too_long", N_("一次最多导入 %(most)s 行，请分批导入"), field="file", most=MAX_ROWS_IN
            )
        table.rows.append(_read_row(number, cells, heading, table.errors))
        table.numbers.append(number)
    if not table.rows:
        raise DomainError("table_empty", N_("表中没有数据行"), field="file")
    return table


def _first_sheet(content: bytes) -> Any:
    try:
        return load_workbook(BytesIO(content), read_only=True).worksheets[0]
    except Exception as broken:
        raise _unreadable() from broken


def _unreadable() -> DomainError:
    """A damaged workbook fails anywhere below, from unpacking to a parser's own errors; the remedy is one."""
    return DomainError("table_broken", N_("表格无法读取，请另存为 xlsx 后再上传"), field="file")


def _xlsx_lines(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS_IN), 1):
            yield number, [_cell_value(cell) for cell in cells]
    except Exception as broken:
        raise _unreadable() from broken


def _cell_value(cell: Any) -> Any:
    if cell.value is not None and cell.data_type in ("f", "e"):
        return _Formula(cell.value) if cell.data_type == "f" else _Broken(cell.value)
    return cell.value


def _refuse_merged(content: bytes, sheet: Any, heading_row: int) -> None:
    """Raise where cells below the heading are merged: only the first of them would hold the value."""
    # The first tab is not always sheet1.xml: tabs can be moved.
    with ZipFile(BytesIO(content)) as archive, archive.open(sheet._worksheet_path) as stream:
        rest = b""
        while chunk := stream.read(1024 * 1024):
            for first, last in _MERGED.findall(rest + chunk):
                if int(re.sub(rb"[A-Z]", b"", last)) > heading_row:
                    raise DomainError(
                        "table_merged", N_("表中有合并单元格（%(cells)s），请取消合并，每格单独填写"),
                        field="file", cells=f"{first.decode()}:{last.decode()}",
                    )  # fmt: skip
            rest = chunk[-100:]


def _csv_lines(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _other_encoding(content)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(StringIO(text), delimiter=_delimiter(text)), 1):
            yield number, cells
    except csv.Error as broken:
        # What has no end of its own swallows the rest of the file, up to the longest cell that is read.
        words = N_("第%(row)d行有一格长得无法读取，可能是引号没有成对，请改正，或另存为 xlsx 后再上传")
        raise DomainError("table_quotes", words, field="file", row=number + 1) from broken


def _delimiter(text: str) -> str:
    """Return what parts the cells: spreadsheets of some countries and settings write semicolons or tabs."""
    first = text.lstrip().partition("\n")[0]
    return max(",", ";", "\t", key=first.count)


def _other_encoding(content: bytes) -> str:
    """Return text in the Chinese encoding; what begins like something else would only decode into nonsense."""
    try:
        if not content.startswith(_NO_TEXT):
            return content.decode("gb18030")
    except UnicodeDecodeError:
        pass
    raise DomainError("table_encoding", N_("表格的文字编码无法识别，请另存为 xlsx 后再上传"), field="file")


def _find_heading(
    lines: Iterator[tuple[int, Sequence[Any]]], columns: Sequence[Column]
) -> tuple[int, dict[int, Column], list[str]]:
    """Advance ``lines`` past the heading row; return its number, which cell is which column, and what fits none."""
    by_heading = {compact(name): column for column in columns for name in (column.heading, column.label)}
    for number, cells in lines:
        names = {place: name for place, cell in enumerate(cells) if (name := compact(_cell_text(cell)))}
        places = {place: by_heading[name] for place, name in names.items() if name in by_heading}
        if len(places) >= min(2, len(columns)):
            present = list(places.values())
            missing = [column.heading for column in columns if column.required and column not in present]
            twice = [column.heading for column in columns if present.count(column) > 1]
            for code, wrong, message in (
                ("table_columns", missing, N_("缺少列：%(columns)s")),
                ("table_columns_twice", twice, N_("有重复的列：%(columns)s，请只保留一列")),
            ):
                if wrong:
                    raise DomainError(code, message, field="file", columns=SEPARATOR.join(wrong))
            return number, places, [name for place, name in names.items() if place not in places]
        if number >= 10:
            break
    raise DomainError(
        "table_heading",
        N_("第一张表的前 10 行里没有找到列名，请使用下载的模板，保留列名那一行"),
        field="file",
    )


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time().isoformat() == "00:00:00"
            else value.isoformat(" ", "minutes")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # 0.000001 万元 is one 分; Python would write it as 1e-06.
    text = f"{Decimal(repr(value)):f}" if isinstance(value, float) and abs(value) < 1 else str(value)
    if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS):
        text = text[1:]
    return clean_text(text)


def _read_row(
    number: int, cells: Sequence[Any], heading: Mapping[int, Column], errors: list[CellError]
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for place, column in heading.items():
        cell = cells[place] if place < len(cells) else None
        try:
            row[column.key] = _read_cell(column, cell)
        except DomainError as fault:
            row[column.key] = None
            errors.append(CellError(number, column.heading, fault.message, fault.params))
    return row


def _read_cell(column: Column, cell: Any) -> Any:
    text = _cell_text(cell)
    if isinstance(cell, _Formula):
        raise DomainError("cell_formula", N_("单元格里是公式，请复制后选择性粘贴为数值再上传"))
    if isinstance(cell, _Broken):
        raise DomainError("cell_broken", N_("单元格显示错误值%(text)s，请改正后再上传"), text=text)
    if not text:
        if column.required:
            raise DomainError("cell_empty", N_("必填，不能为空"))
        return [] if column.kind == "choices" else None
    if column.kind == "code" and isinstance(cell, float) and not text.isdigit():
        raise DomainError("cell_rounded", N_("号码被表格软件改成了科学计数，请把该列设为文本后重新填写"))
    value = _PARSERS[column.kind](column, text)
    return column.parse(value) if column.parse is not None and isinstance(value, str) else value


def _parse_int(_column: Column, text: str) -> int:
    try:
        return int(compact(text).replace(",", ""))
    except ValueError as fault:
        raise DomainError("cell_int", N_("请填写整数")) from fault


def _parse_date(_column: Column, text: str) -> date:
    plain = re.sub(r"[/.年月]", "-", compact(text)).removesuffix("日")
    if re.fullmatch(r"[0-9]{8}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    if re.fullmatch(r"[2-7][0-9]{4}", plain):
        # Days since 1899-12-30, which is what a spreadsheet stores and shows when the cell is no date.
        meant = date(1899, 12, 30) + timedelta(days=int(plain))
        raise DomainError(
            "cell_serial_date",
            N_("“%(text)s”是表格软件内部的日期数字（可能是 %(meant)s），请把该列设为日期格式后重新保存"),
            text=plain, meant=meant.isoformat(),
        )  # fmt: skip
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except ValueError as fault:
        raise DomainError("cell_date", N_("日期请写成 2026-03-18 的形式")) from fault


def _parse_choice(column: Column, text: str) -> str:
    code = column.by_word.get(compact(text))
    if code is None:
        raise DomainError(
            "cell_choice", N_("“%(value)s”不在可选范围：%(options)s"),
            value=text, options=SEPARATOR.join(column.options.values()),
        )  # fmt: skip
    return code


def _parse_choices(column: Column, text: str) -> list[str]:
    """Read several words. A word may hold the sign that parts them (农、林、牧、渔业), so the longest fit counts."""
    parts = _PARTED.split(text)
    words, parting = parts[::2], [*parts[1::2], ""]
    found: list[str] = []
    start = 0
    while start < len(words):
        end = len(words)
        while end > start + 1 and compact(_joined(words, parting, start, end)) not in column.by_word:
            end -= 1
        word = _joined(words, parting, start, end)
        if word.strip():
            found.append(_parse_choice(column, word))
        start = end
    return list(dict.fromkeys(found))


def _joined(words: Sequence[str], parting: Sequence[str], start: int, end: int) -> str:
    return "".join(
        word + sign for word, sign in zip(words[start:end], [*parting[start : end - 1], ""], strict=True)
    )


_PARSERS: Mapping[str, Callable[[Column, str], Any]] = {
    "text": lambda _column, text: text,
    "code": lambda _column, text: clean_line(text),
    "fen": lambda _column, text: money.parse_amount(text, "元"),
    "wan": lambda _column, text: money.parse_amount(text, "万元"),
    "int": _parse_int,
    "date": _parse_date,
    "moment": lambda _column, text: text,
    "choice": _parse_choice,
    "choices": _parse_choices,
}
