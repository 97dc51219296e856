"""The turnover as a workbook: what a page shows, cell for cell, with what was withheld in words."""

from collections.abc import Callable
from typing import Any

from marketplace.domain.deals.turnover import MEASURES, VIEWS
from marketplace.domain.text import N_
from marketplace.services.deals.turnover.views import Answer, Line
from marketplace.services.platform.tables import Column, write_xlsx


def workbook(answer: Answer, label: Callable[[Line], str]) -> bytes:
    """Return the year, its quarters, months and rows as xlsx. ``label`` gives a line's name in words."""
    question = answer.question
    groups: list[tuple[str, list[Line]]] = [
        (N_("全年"), [answer.whole]), (N_("按季"), answer.quarters), (N_("按月"), answer.months),
        (N_("分组"), answer.rows), (N_("历年"), answer.years),
    ]  # fmt: skip
    rows = [(group, line) for group, lines in groups for line in lines]
    columns = [
        Column("group", N_("范围"), "text", lambda row: row[0]),
        Column("name", N_("名称"), "text", lambda row: label(row[1])),
    ]
    for term in VIEWS:
        columns.append(Column(f"{term.code}_fen", term.label, "wan", _figure(term.code, "fen")))
        columns.append(
            Column(f"{term.code}_number", f"{term.label}项数", "int", _figure(term.code, "contracts"))
        )
    measure = MEASURES.label_of(question.measure)
    note = f"{measure}，{question.year}年，截至{question.on.isoformat()}，少于3项的不公开"
    return write_xlsx("技术合同成交额", columns, rows, note)


def _figure(view: str, name: str) -> Callable[[Any], Any]:
    def get(row: Any) -> Any:
        cell = row[1].cells[view]
        value = getattr(cell, name)
        return cell.words if value is None else value

    return get
