"""Tables in and out: the same columns both ways, codes stay codes, nothing becomes a formula."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from marketplace.domain.errors import DomainError
from marketplace.domain.identifiers import parse_uscc
from marketplace.services.platform.tables import (
    Column,
    read,
    template_csv,
    template_xlsx,
    write_csv,
    write_xlsx,
)

KINDS = {"a": "甲类", "b": "乙类"}
COLUMNS = (
    Column("code", "编码", "code", lambda row: row.get("code"), required=True, example="91350100M000100Y43"),
    Column("name", "名称", "text", lambda row: row.get("name"), example="示例单位"),
    Column("kind", "类型", "choice", lambda row: row.get("kind"), options=KINDS, example="甲类"),
    Column("kinds", "类型们", "choices", lambda row: row.get("kinds", []), options=KINDS),
    Column("paid", "金额", "fen", lambda row: row.get("paid"), total=True, example="1,000.00"),
    Column("budget", "预算", "wan", lambda row: row.get("budget")),
    Column("count", "数量", "int", lambda row: row.get("count")),
    Column("day", "日期", "date", lambda row: row.get("day"), example="2026-03-18"),
)
ROWS: list[dict[str, Any]] = [
    {
        "code": "34130120260000018", "name": "=HYPERLINK(\"http://x\")", "kind": "a", "kinds": ["b", "a"],
        "paid": 104_000_001, "budget": 7_500_000, "count": 3, "day": date(2026, 3, 18),
    },
    {
        "code": "007", "name": "+86 测试，\"引号\"", "kind": "b", "kinds": [],
        "paid": 99, "budget": 1_000_000_000_000, "count": -1, "day": date(2024, 2, 29),
    },
]  # fmt: skip


def sheet_of(content: bytes) -> list[tuple[Any, ...]]:
    """The cells of a workbook's first sheet."""
    return list(load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))


def test_what_is_written_is_read_back_the_same() -> None:
    """xlsx and csv, title and 合计 rows skipped, every kind of column."""
    for content in (write_xlsx("台账", COLUMNS, ROWS), write_csv(COLUMNS, ROWS)):
        table = read(content, COLUMNS)
        assert table.errors == []
        assert table.rows == ROWS


def test_a_workbook_has_title_headings_text_codes_and_a_sum() -> None:
    """Codes are text (no 1.23E+17), a formula is text, amounts are numbers with their unit in the heading."""
    content = write_xlsx("台账", COLUMNS, ROWS, note="2026-03-18")
    title, heading, first, _second, total = sheet_of(content)
    assert title[0] == "台账（2026-03-18）"
    assert heading == ("编码", "名称", "类型", "类型们", "金额（元）", "预算（万元）", "数量", "日期")
    assert first[0] == "34130120260000018"
    assert first[4] == 1_040_000.01
    assert first[5] == 7.5
    assert (total[0], total[4], total[5]) == ("合计", 1_040_001, None)
    cells = load_workbook(BytesIO(content)).worksheets[0][3]
    assert [cell.data_type for cell in cells[:2]] == ["s", "s"]
    assert cells[0].number_format == "@"
    assert cells[1].quotePrefix
    assert not cells[0].quotePrefix


def test_a_csv_opens_in_a_spreadsheet_without_harm() -> None:
    """A byte-order mark, long codes kept as text, formulas defused."""
    content = write_csv(COLUMNS, ROWS)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert rows[1][0] == "\t34130120260000018"
    assert rows[1][1].startswith("'=")
    assert rows[2][1].startswith("'+86")
    assert rows[2][0] == "007"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_text_becomes_a_formula(start: str) -> None:
    """Whatever a spreadsheet takes for a formula is marked as text in both formats."""
    row = {"code": "1", "name": f"{start}1+1"}
    cell = load_workbook(BytesIO(write_xlsx("t", COLUMNS, [row]))).worksheets[0].cell(3, 2)
    assert cell.data_type == "s"
    (_, written) = csv.reader(StringIO(write_csv(COLUMNS, [row]).decode("utf-8-sig"), newline=""))
    assert written[1][0] == "'"


def test_control_characters_do_not_break_a_workbook() -> None:
    """What an old system left in a name is dropped instead of failing the whole ledger."""
    (_, _, first) = sheet_of(write_xlsx("t", COLUMNS[:2], [{"code": "1", "name": "甲\x00\x0b乙"}]))
    assert first[1] == "甲乙"


def workbook(*rows: tuple[Any, ...]) -> bytes:
    """A workbook somebody typed."""
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_every_fault_is_named_by_row_and_column() -> None:
    """A dry run finds all of them at once and still returns what can be read."""
    content = workbook(
        ("某某单位填报表",),
        ("名称", "编码", "金额（元）", "类型", "数量", "日期", "备注"),
        ("好的", "A1", "1,040,000.5", "乙类", 5.0, datetime(2026, 3, 18), "多余的列不读"),
        (None, None, None),
        ("坏的", None, "十元", "丙类", "多", "三月", ""),
        ("科学", 1.2345678e17, 5, "甲类", "１２", "2026/3/8", ""),
        ("合计", None, 999),
    )
    table = read(content, COLUMNS)
    assert [(fault.row, fault.column) for fault in table.errors] == [
        (5, "编码"), (5, "金额（元）"), (5, "类型"), (5, "数量"), (5, "日期"), (6, "编码"),
    ]  # fmt: skip
    assert "科学计数" in table.errors[-1].message
    assert table.rows[0] == {
        "name": "好的", "code": "A1", "paid": 104_000_050, "kind": "b", "count": 5, "day": date(2026, 3, 18),
    }  # fmt: skip
    assert (table.rows[2]["count"], table.rows[2]["day"], table.rows[2]["paid"]) == (
        12,
        date(2026, 3, 8),
        500,
    )


def test_a_column_may_check_further() -> None:
    """A parser of the domain speaks in its own words at the cell."""
    columns = (
        Column("uscc", "统一社会信用代码", "code", lambda row: row, parse=parse_uscc, required=True),
        COLUMNS[1],
    )
    table = read("统一社会信用代码,名称\n91350100m000100y43,甲\n91350100M000100Y44,乙\n".encode(), columns)
    assert table.rows[0]["uscc"] == "91350100M000100Y43"
    assert [(fault.row, fault.column) for fault in table.errors] == [(3, "统一社会信用代码")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 not a workbook", "table_broken"),
        (b"\xff\xfe\x00\x81\x30", "table_encoding"),
        ("只有一行说明".encode(), "table_heading"),
        ("名称,类型\n甲,甲类\n".encode(), "table_columns"),
        ("编码,名称\n\n,\n".encode(), "table_empty"),
        (("编码,名称\n" + "1,甲\n" * 5001).encode(), "table_too_long"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, code: str) -> None:
    """One clear message for the whole file."""
    with pytest.raises(DomainError) as refused:
        read(content, COLUMNS)
    assert (refused.value.code, refused.value.field) == (code, "file")


def test_a_csv_of_an_old_spreadsheet_is_understood() -> None:
    """Chinese Excel still writes GB 18030."""
    table = read("编码,名称\n1,宿州\n".encode("gb18030"), COLUMNS)
    assert table.rows == [{"code": "1", "name": "宿州"}]


def test_the_template_has_an_example_and_reads_back() -> None:
    """Import is the template with an example row, and the example is right."""
    table = read(template_xlsx("导入模板", COLUMNS), COLUMNS)
    assert table.errors == []
    assert table.rows[0]["paid"] == 100_000
    assert table.rows[0]["code"] == "91350100M000100Y43"


def test_moments_are_written_in_beijing_time() -> None:
    """17:00 UTC is the next day in Beijing."""
    column = Column("at", "时间", "moment", lambda row: datetime(2026, 3, 18, 17, tzinfo=UTC))
    assert sheet_of(write_xlsx("t", [column], [1]))[2][0] == datetime(2026, 3, 19, 1)
    assert "2026-03-19 01:00" in write_csv([column], [1]).decode("utf-8-sig")


def sheet(*rows: list[Any], merged: str = "") -> bytes:
    """A workbook as people make them."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


HEAD = ["编码", "名称", "金额（元）", "日期"]


def test_formulas_and_broken_cells_are_named() -> None:
    """What a cell shows is not what it holds; a text that only looks like a formula stays a text."""
    found = read(sheet(HEAD, ["A1", "甲", "=1+1", "#REF!"], ["A2", "乙", 5, "2026-03-18"]), COLUMNS)
    assert [(error.row, error.column, error.message[:8]) for error in found.errors] == [
        (2, "金额（元）", "单元格里是公式，"), (2, "日期", "单元格显示错误值"),
    ]  # fmt: skip
    assert (found.numbers, found.rows[1]["paid"]) == ([2, 3], 500)
    assert read(write_xlsx("表", COLUMNS, ROWS), COLUMNS).rows[0]["name"] == ROWS[0]["name"]


def test_merged_cells_are_refused_below_the_heading_only() -> None:
    """A title over the table may be merged; a value that stands for several rows may not."""
    rows = (["登记表"], HEAD, ["A1", "甲", 1, "2026-03-18"], ["A2", None, 2, "2026-03-18"])
    assert len(read(sheet(*rows, merged="A1:D1"), COLUMNS).rows) == 2
    with pytest.raises(DomainError) as refused:
        read(sheet(*rows, merged="B3:B4"), COLUMNS)
    assert "B3:B4" in str(refused.value)


def test_merged_cells_are_looked_for_in_the_table_that_is_read() -> None:
    """The first tab is the table, whatever its file is called and whatever else the workbook holds."""
    book = Workbook()
    book.active.merge_cells("B2:B3")  # type: ignore[union-attr]
    table = book.create_sheet("填报", 0)
    for row in (HEAD, ["A1", "甲", 1, "2026-03-18"]):
        table.append(row)
    target = BytesIO()
    book.save(target)
    assert len(read(target.getvalue(), COLUMNS).rows) == 1


def damaged(workbook_bytes: bytes, part: str) -> bytes:
    """The same workbook with one part cut off in the middle."""
    target = BytesIO()
    with ZipFile(BytesIO(workbook_bytes)) as source, ZipFile(target, "w") as copy:
        for name in source.namelist():
            text = source.read(name)
            copy.writestr(name, text[: len(text) // 2] if name == part else text)
    return target.getvalue()


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_is_refused_in_words(part: str) -> None:
    """Whatever the parser of a part says, the person reads one remedy."""
    with pytest.raises(DomainError) as refused:
        read(damaged(sheet(HEAD, ["A1", "甲", 1, "2026-03-18"]), part), COLUMNS)
    assert (refused.value.code, refused.value.field) == ("table_broken", "file")


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_signs_between_cells_are_understood(sign: str) -> None:
    """Spreadsheets of some settings write semicolons or tabs into a csv."""
    assert read(f"编码{sign}名称\nA1{sign}甲,乙\n".encode(), COLUMNS).rows[0]["name"] == "甲,乙"


def test_a_quote_without_an_end_is_named_by_its_row() -> None:
    """It swallows the rest of the file."""
    with pytest.raises(DomainError) as refused:
        read(('编码,名称\nA1,甲\nA2,"' + "长" * 140_000).encode(), COLUMNS)
    assert (refused.value.code, refused.value.params) == ("table_quotes", {"row": 3})


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [("20260318", date(2026, 3, 18)), ("2026年3月18日", date(2026, 3, 18)), ("2026/3/18", date(2026, 3, 18)),
     (20260318, date(2026, 3, 18))],
)  # fmt: skip
def test_days_are_read_as_people_write_them(typed: object, read_as: date) -> None:
    """With strokes, in words, or as eight digits."""
    assert read(sheet(HEAD, ["A1", "甲", 1, typed]), COLUMNS).rows[0]["day"] == read_as


def test_a_day_that_became_a_number_is_explained() -> None:
    """The remedy names the day that was probably meant."""
    (error,) = read(sheet(HEAD, ["A1", "甲", 1, 45292]), COLUMNS).errors
    assert error.params == {"text": "45292", "meant": "2024-01-01"}


def test_headings_may_stand_in_any_order_but_once() -> None:
    """What fits no column is named, so that nobody thinks it was read."""
    found = read(sheet(["备注", *reversed(HEAD)], ["x", "2026-03-18", 1, "甲", "A1"]), COLUMNS)
    assert (found.rows[0]["code"], found.unknown) == ("A1", ["备注"])
    with pytest.raises(DomainError) as refused:
        read(sheet([*HEAD, "名称"], ["A1", "甲", 1, "2026-03-18", "乙"]), COLUMNS)
    assert "名称" in str(refused.value)


@pytest.mark.parametrize("content", ["编码,名称\nA1,甲\n".encode("utf-16"), b"\xd0\xcf\x11\xe0" + b"0" * 99])
def test_other_encodings_and_old_workbooks_are_refused_in_words(content: bytes) -> None:
    """They would decode into nonsense."""
    with pytest.raises(DomainError) as refused:
        read(content, COLUMNS)
    assert "另存为 xlsx" in str(refused.value)


TRADES = {"A": "农、林、牧、渔业", "C": "制造业", "x": "新品种，农业"}


@pytest.mark.parametrize(
    ("typed", "codes"),
    [("农、林、牧、渔业、制造业", ["A", "C"]), ("制造业；农、林、牧、渔业", ["C", "A"]), ("A,C", ["A", "C"]),
     ("新品种，农业\n制造业", ["x", "C"]), ("、制造业、", ["C"])],
)  # fmt: skip
def test_words_that_hold_the_parting_sign_are_read_whole(typed: str, codes: list[str]) -> None:
    """Official names of industries hold the same sign that stands between two of them."""
    columns = (COLUMNS[0], Column("trades", "行业", "choices", lambda row: row["trades"], options=TRADES))
    assert read(sheet(["编码", "行业"], ["1", typed]), columns).rows[0]["trades"] == codes
    row = {"code": "1", "trades": codes}
    assert read(write_csv(columns, [row]), columns).rows == [row]


@pytest.mark.parametrize("name", ["'=1+1", "''x", "'甲", "＝1+1", "''=1"])
def test_signs_before_a_text_come_back_as_they_went(name: str) -> None:
    """The sign that defuses a formula is taken away again, one that was typed stays."""
    for content in (write_xlsx("t", COLUMNS[:2], [{"code": "1", "name": name}]),
                    write_csv(COLUMNS[:2], [{"code": "1", "name": name}])):  # fmt: skip
        assert read(content, COLUMNS[:2]).rows == [{"code": "1", "name": name}]


def test_one_fen_in_wan_survives_a_workbook() -> None:
    """0.000001 is written as 1e-06 by machines."""
    row = {"code": "1", "name": "甲", "budget": 1}
    columns = (*COLUMNS[:2], COLUMNS[5])
    assert read(write_xlsx("t", columns, [row]), columns).rows == [row]


def test_the_template_lists_the_words_to_choose_from() -> None:
    """A second sheet has them, and the cells of a single choice offer them."""
    book = load_workbook(BytesIO(template_xlsx("导入模板", COLUMNS)))
    words = book["可填写的词"]
    assert [row[0] for row in words.iter_rows(values_only=True)] == ["类型", "甲类", "乙类"]
    (offered,) = book.worksheets[0].data_validations.dataValidation
    assert (str(offered.sqref), offered.formula1) == ("C3:C5002", "'可填写的词'!$A$2:$A$3")
    formats = {name: one.number_format for name, one in book.worksheets[0].column_dimensions.items()}
    assert (formats["A"], formats["B"], formats["E"], formats["H"]) == ("@", "@", "#,##0.00", "yyyy-mm-dd")
    assert read(template_csv(COLUMNS), COLUMNS).rows == read(template_xlsx("t", COLUMNS), COLUMNS).rows
