"""What a column of a table is, and what reading a table gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from marketplace.domain.text import compact

Kind = Literal["text", "code", "fen", "wan", "int", "date", "moment", "choice", "choices"]

MAX_ROWS_IN = 5000
TOTAL = "合计"
SEPARATOR = "、"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell that begins so for a formula; a Chinese one also the full-width signs."""
_UNITS = {"fen": "元", "wan": "万元"}


@dataclass(frozen=True)
class Column:
    """A column. ``get`` takes what a row is made of; ``key`` names the value when a row is read.

    ``kind``: text, code (digits and letters, always text), fen and wan (an amount in 分, written in 元 or 万元, with
    the unit in the heading), int, date, moment (written only), choice (one code, written as its label by
    ``options``), choices (several). ``parse`` checks a read value further and may raise DomainError.
    """

    key: str
    label: str
    kind: Kind
    get: Callable[[Any], Any]
    parse: Callable[[str], Any] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    total: bool = False
    example: str = ""

    @property
    def heading(self) -> str:
        """The label with the unit of an amount."""
        return f"{self.label}（{_UNITS[self.kind]}）" if self.kind in _UNITS else self.label

    @cached_property
    def by_word(self) -> Mapping[str, str]:
        """Label or code as people write them → code; of labels that stand twice the first."""
        found = {compact(code): code for code in self.options}
        return found | {compact(label): code for code, label in reversed(list(self.options.items()))}


@dataclass(frozen=True)
class CellError:
    """What is wrong in a cell: its row in the file (from 1), the column's heading, and the words."""

    row: int
    column: str
    message: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class ReadTable:
    """Rows by column key, and every error found: with errors nothing may be written (dry run).

    ``numbers``: the row of the file that each of ``rows`` stands in. ``unknown``: headings that fit no column.
    """

    rows: list[dict[str, Any]]
    errors: list[CellError]
    numbers: list[int] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
