"""What changed between two versions of a contract, as plain data: field by field, rows by row.

Words are tuples of msgids and typed text, one tuple for each element; the web translates and joins them.
"""

from dataclasses import dataclass

from marketplace.domain.deals.texts import Text

Words = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One field that differs: ``old`` and ``new`` hold its elements, for rows those that went and that came."""

    field: str
    label: str
    old: tuple[Words, ...]
    new: tuple[Words, ...]
    kept: int = 0


def differences(old: Text, new: Text) -> list[Change]:
    """Return the fields in which two texts differ, in the order of the form."""
    raise NotImplementedError
