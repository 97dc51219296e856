"""What the check of a table found, whatever it lists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.services.platform.tables import CellError

NEW, CHANGED = "new", "changed"


@dataclass(frozen=True)
class Draft:
    """A row that can be written: its values by field, and what it changes where it is no new thing.

    ``complete``: it could be submitted as it is. ``digest``: SHA-256 of what the row says. ``by_number``: the row
    names what it changes by the number that the site gave it.
    """

    row: int
    values: Mapping[str, Any]
    external_key: str = ""
    digest: str = ""
    changes: int | None = None
    by_number: bool = False
    complete: bool = False


@dataclass
class Checked:
    """A table that was read. ``same``: rows that say nothing new; ``remarks``: what may stay, but should be known.

    ``errors`` keep their row from being written; ``unknown`` are headings that fit no column.
    """

    total: int = 0
    drafts: list[Draft] = field(default_factory=list)
    same: int = 0
    errors: list[CellError] = field(default_factory=list)
    remarks: list[CellError] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many rows have an error."""
        return self.total - self.same - len(self.drafts)
