"""Tables in and out by column definitions: the same columns that write a table read it back.

Codes are text, amounts carry their unit, and whatever begins like a formula is kept from being one.
"""

from marketplace.services.platform.tables.columns import (
    MAX_ROWS_IN,
    SEPARATOR,
    TOTAL,
    CellError,
    Column,
    ReadTable,
)
from marketplace.services.platform.tables.reading import read
from marketplace.services.platform.tables.writing import template_csv, template_xlsx, write_csv, write_xlsx

__all__ = [
    "MAX_ROWS_IN",
    "SEPARATOR",
    "TOTAL",
    "CellError",
    "Column",
    "ReadTable",
    "read",
    "template_csv",
    "template_xlsx",
    "write_csv",
    "write_xlsx",
]
