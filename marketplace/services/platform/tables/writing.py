"""Tables out: xlsx with a title, headings, rows and a 合计 row under amounts; csv as UTF-8 with a mark."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from marketplace.domain import clock, money
from marketplace.services.platform.tables.columns import FORMULA_STARTS, MAX_ROWS_IN, SEPARATOR, TOTAL, Column

WORDS = "可填写的词"
"""Name of the sheet beside a template that lists the words of its columns."""

_SPREADSHEET_DIGITS = 12  # a spreadsheet rounds longer numbers, so csv marks them as text with a tab
_FORMATS = {
    "fen": "#,##0.00",
    "wan": "#,##0.######",
    "int": "0",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_WIDTHS = {"text": 30, "code": 22, "fen": 18, "wan": 14, "int": 10, "date": 12, "moment": 17, "choices": 30}


def write_xlsx(title: str, columns: Sequence[Column], rows: Iterable[Any], note: str = "") -> bytes:
    """Return a workbook of one sheet. Rows are written as they come, so a long query needs little memory."""
    book = Workbook(write_only=True)
    sheet = _sheet(book, title, columns, title if not note else f"{title}（{note}）")
    sums = {column.key: 0 for column in columns if column.total}
    for row in rows:
        values = [(column, column.get(row)) for column in columns]
        for column, value in values:
            if column.total:
                sums[column.key] += value or 0
        sheet.append([_xlsx_cell(sheet, column, value) for column, value in values])
    if sums:
        sheet.append([_total_cell(sheet, column, index, sums) for index, column in enumerate(columns)])
    return _saved(book)


def _sheet(
    book: Workbook, title: str, columns: Sequence[Column], headline: str, to_fill_in: bool = False
) -> Any:
    """Begin a sheet with its title row and headings.

    ``to_fill_in``: what is typed below stays what was typed, so that 007 is no number and 1-2 no day.
    """
    sheet = book.create_sheet("".join(char for char in title if char not in "[]:*?/\\")[:31])
    for index, column in enumerate(columns, 1):
        whole = sheet.column_dimensions[get_column_letter(index)]
        whole.width = _WIDTHS.get(column.kind, 16)
        if to_fill_in:
            whole.number_format = _FORMATS.get(column.kind, "@")
    sheet.freeze_panes = "A3"
    head = WriteOnlyCell(sheet, headline)
    head.font = Font(bold=True, size=14)
    sheet.append([head])
    sheet.append([_heading_cell(sheet, column) for column in columns])
    return sheet


def _saved(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _heading_cell(sheet: Any, column: Column) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, column.heading)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF7")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _xlsx_cell(sheet: Any, column: Column, value: Any) -> WriteOnlyCell:
    shown = _native(column, value)
    if isinstance(shown, str) and shown.startswith("'") and shown.lstrip("'").startswith(FORMULA_STARTS):
        # Reading takes one such sign away, as csv puts one before a formula.
        shown = f"'{shown}"
    cell = WriteOnlyCell(sheet, _without_controls(shown) if isinstance(shown, str) else shown)
    if isinstance(shown, str):
        # Said to be text, it is never taken for a formula or rounded as a number.
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = shown.startswith(FORMULA_STARTS)
    elif shown is not None:
        cell.number_format = _FORMATS[column.kind]
    return cell


def _total_cell(sheet: Any, column: Column, index: int, sums: Mapping[str, int]) -> WriteOnlyCell:
    if column.key in sums:
        cell = _xlsx_cell(sheet, column, sums[column.key])
    else:
        cell = WriteOnlyCell(sheet, TOTAL if index == 0 else None)
    cell.font = Font(bold=True)
    return cell


def _native(column: Column, value: Any) -> Any:
    """Return what a spreadsheet cell holds: a number, a date or a text; None for an empty cell.

    Words in the place of a figure (少于3项) stay words.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str) and column.kind in _FORMATS:
        return value
    if column.kind == "fen":
        return Decimal(value) / 100
    if column.kind == "wan":
        return Decimal(value) / 1_000_000
    if column.kind in ("int", "date"):
        return value
    if column.kind == "moment":
        return clock.beijing(value).replace(tzinfo=None)
    return _text(column, value)


def _text(column: Column, value: Any) -> str:
    if column.kind == "choice":
        return column.options.get(value, str(value))
    if column.kind == "choices":
        return SEPARATOR.join(column.options.get(each, str(each)) for each in value)
    return str(value)


def _without_controls(text: str) -> str:
    return "".join(char for char in text if char >= " " or char in "\n\t")


def write_csv(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """Return the table as UTF-8 with a byte-order mark, so that spreadsheets know the encoding."""
    target = StringIO()
    writer = csv.writer(target)
    writer.writerow([column.heading for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(column, column.get(row)) for column in columns])
    return target.getvalue().encode("utf-8-sig")


def _csv_cell(column: Column, value: Any) -> str:
    if value is None or value == "":
        return ""
    if column.kind == "fen":
        return f"{Decimal(value) / 100:.2f}"
    if column.kind == "wan":
        return money.format_wan(value)
    if column.kind == "moment":
        return clock.beijing(value).strftime("%Y-%m-%d %H:%M")
    text = _text(column, value)
    if column.kind == "code" and text.isdigit() and len(text) >= _SPREADSHEET_DIGITS:
        return f"\t{text}"
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def template_xlsx(title: str, columns: Sequence[Column]) -> bytes:
    """Return an empty table to fill in: one row of examples, and a second sheet with the words to choose from."""
    book = Workbook(write_only=True)
    sheet = _sheet(book, title, columns, title, to_fill_in=True)
    sheet.append([_xlsx_cell(sheet, column, column.get(None)) for column in _as_text(columns)])
    chosen = [column for column in columns if column.options]
    if chosen:
        words = book.create_sheet(WORDS)
        words.append([_heading_cell(words, column) for column in chosen])
        words.freeze_panes = "A2"
        for line in zip_longest(*(column.options.values() for column in chosen)):
            words.append(list(line))
        for place, column in enumerate(chosen, 1):
            words.column_dimensions[get_column_letter(place)].width = 30
            if column.kind == "choice":
                _offer(sheet, columns.index(column) + 1, place, len(column.options))
    return _saved(book)


def template_csv(columns: Sequence[Column]) -> bytes:
    """Return the same template as csv: headings and one row of examples."""
    return write_csv(_as_text(columns), [None])


def _as_text(columns: Sequence[Column]) -> list[Column]:
    """Return columns that write their own examples, whatever is given as a row."""
    return [
        Column(c.key, c.heading, "code" if c.kind == "code" else "text", lambda _row, text=c.example: text)  # type: ignore[misc]
        for c in columns
    ]


def _offer(sheet: Any, at: int, words_at: int, count: int) -> None:
    """Have a spreadsheet offer the words of a column to choose from."""
    letter, source = get_column_letter(at), get_column_letter(words_at)
    offered = DataValidation(
        type="list", formula1=f"'{WORDS}'!${source}$2:${source}${count + 1}", allow_blank=True
    )
    offered.add(f"{letter}3:{letter}{MAX_ROWS_IN + 2}")
    sheet.data_validations.append(offered)
