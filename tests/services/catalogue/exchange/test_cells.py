"""Cells and content are each other's inverse, whatever the texts hold."""

import pytest

from marketplace.domain.catalogue import typed
from marketplace.services.catalogue.exchange import cells
from marketplace.services.catalogue.exchange.columns import COLUMNS, EXAMPLE_NAMES
from marketplace.services.platform import tables
from tests import factories

NASTY = [
    "普通", "有|竖线", "有｜全角竖线", "反\\斜线", "反\\|两样", "\\", "|", "尾\\\\", "=1+1", "-5 ℃", "'=甲", "\\|\\",
]  # fmt: skip


def through(kind, content, as_csv):
    """Content → table → content."""
    row = cells.cells_of(kind, content)
    columns = COLUMNS[kind]
    written = tables.write_csv(columns, [row]) if as_csv else tables.write_xlsx("t", columns, [row])
    table = tables.read(written, columns)
    assert table.errors == []
    typing, faults = cells.typing_of(kind, table.rows[0])
    assert faults == {}
    taken = typed.take(kind, typing)
    assert taken.errors == []
    return taken.values


@pytest.mark.parametrize("as_csv", [False, True])
@pytest.mark.parametrize("kind", ["achievement", "demand"])
def test_a_whole_listing_comes_back_as_it_went(kind, as_csv):
    base = dict(factories.ACHIEVEMENT if kind == "achievement" else factories.DEMAND)
    if kind == "achievement":
        base |= {"ip_rights": [factories.PATENT], "tags": ["f5", "l08", "k6"], "sectors": ["A", "C"],
                 "forms": ["process", "variety"], "price_fen": 1, "maturity": ("gbt22900", 13)}  # fmt: skip
    else:
        base |= {"budget_fen": 1_000_000_000_000}
    base |= {"title": "=HYPERLINK(1) 与 +1", "contact_phone": "0557-3000001"}
    values = through(kind, base, as_csv)
    assert {name: values[name] for name in base} == base


@pytest.mark.parametrize("word", NASTY)
def test_lines_hold_any_text(word):
    """Bars and strokes of a text are told from those that part the cells."""
    metrics = [
        {"indicator": word, "current": "", "achieved": word, "evidence": ""},
        {"indicator": "强度", "current": word, "achieved": "", "evidence": word},
    ]
    for as_csv in (False, True):
        got = through("achievement", {"title": "甲", "metrics": metrics}, as_csv)
        assert got["metrics"] == metrics


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("metrics", "强度 | 1 | 2 | 3 | 4", "第1行有5段"),
        ("ip_rights", "发明专利 | 201310699744.2 | 有效 | 甲\n发明 | 1", "第2行“发明”不在可选范围"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(key, text, words):
    _typing, faults = cells.typing_of("achievement", {"title": "甲", key: text})
    assert words in str(faults[key])


@pytest.mark.parametrize(
    ("scale", "level", "at"), [("generic", None, "maturity_level"), (None, 7, "maturity_scale")]
)
def test_a_level_never_stands_without_its_scale(scale, level, at):
    _typing, faults = cells.typing_of("achievement", {"maturity_scale": scale, "maturity_level": level})
    assert list(faults) == [at]


def test_columns_that_are_missing_type_nothing():
    typing, _faults = cells.typing_of("demand", {"title": "甲"})
    assert typing == {"title": "甲"}


@pytest.mark.parametrize("table", COLUMNS)
def test_every_column_is_named_once_and_the_example_is_marked(table):
    headings = [column.heading for column in COLUMNS[table]]
    assert len(set(headings)) == len(headings)
    assert EXAMPLE_NAMES[table].startswith("示例：")
    for column in COLUMNS[table]:
        assert len(column.by_word) >= len(set(column.options.values()))
        assert len(set(column.options.values())) == len(column.options)
