"""Numbers in addresses and forms: those the database could hold are read, everything else is no number of a row."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

DIGITS = 18
"""The longest number that surely fits into a column; the database would fail at a longer one."""


def row_number(text: str) -> int:
    """Return a typed number of a row; raises ValueError for anything else, as ``request.args.get(type=…)`` likes."""
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS):
        raise ValueError(f"not the number of a row: {text[:40]!r}")
    return int(text)


def row_number_in(text: str | None) -> int | None:
    """Return the number of a row that a hidden field carries; None for anything that is none."""
    try:
        return row_number(text or "")
    except ValueError:
        return None


def number_in(text: Any) -> int | None:
    """Return the number of up to nine digits, a version as a rule, that a field carries; None for anything else."""
    words = str(text or "")
    return int(words) if words.isascii() and words.isdigit() and len(words) < 10 else None


class RowNumber(IntegerConverter):
    """``<int:…>`` of every address: what no row can have is a page that does not exist."""

    def to_python(self, value: str) -> Any:
        """Read the number."""
        try:
            return row_number(value)
        except ValueError as refused:
            raise ValidationError from refused


def install(app: Flask) -> None:
    """Read the numbers in all addresses of ``app`` this way; call it before any address is known."""
    app.url_map.converters["int"] = RowNumber
