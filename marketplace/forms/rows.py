"""Repeatable rows of a form: added, taken away and shown with what is wrong in them, also without scripts."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from wtforms import FieldList
from wtforms import Form as PlainForm

from marketplace.domain.errors import FieldError
from marketplace.forms.base import SiteForm, place_error

LONGEST_NAME = 80
"""Characters of the longest name a field of a row can have."""


class Row(PlainForm):
    """One row of a repeatable list."""


class RowList(FieldList):
    """Rows by their number in the name; WTForms would take ``metrics-²-target`` for one and fail."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        """Pass over names that are none of ours."""
        ours = [name for name in formdata if name.isascii() and len(name) <= LONGEST_NAME]
        return super()._extract_indices(prefix, ours)


class RowsForm(SiteForm):
    """A form with repeatable rows."""

    def change_rows(self, add: str | None, remove: str | None) -> None:
        """Add an empty row to the list ``add``, or take the row named ``remove`` (``metrics-2``) away."""
        for field in self:
            if isinstance(field, FieldList):
                _change(field, add, remove)

    def show(self, errors: Iterable[FieldError]) -> None:
        """Show what is wrong at its place; ``metrics-0-target`` is a cell."""
        for error in errors:
            place_error(self, error.field.replace("-", "."), _(error.message, **error.params))
        for field in self:
            if isinstance(field, FieldList):
                gather(field)


def gather(field: FieldList) -> None:
    """Let a list know what is wrong in its rows, and in the lists inside them."""
    for entry in field.entries:
        for inner in getattr(entry, "form", ()):
            if isinstance(inner, FieldList):
                gather(inner)
    own = [error for error in field.errors if isinstance(error, str)]
    inside = [entry.errors for entry in field.entries]
    field.errors = own + inside if any(inside) else own


def drop_blank(field: FieldList, unless: Iterable[str] = ()) -> None:
    """Take away rows in which nothing was typed or ticked, so that what is left is counted as the page shows it.

    What was typed and cannot be read is no blank: its row stays, with what is wrong.
    ``unless``: names whose value says nothing by itself (a choice that always stands at something).
    """
    for place in reversed(range(len(field.entries))):
        entry = field.entries[place]
        if not _typed(entry.data, frozenset(unless)) and not _is_unreadable(entry):
            field.pop_entry(place)


def _is_unreadable(entry: Any) -> bool:
    inner = getattr(entry, "form", None) or getattr(entry, "entries", None) or ()
    return bool(getattr(entry, "process_errors", ())) or any(_is_unreadable(each) for each in inner)


def _typed(value: Any, unless: frozenset[str]) -> bool:
    if isinstance(value, dict):
        return any(_typed(each, unless) for name, each in value.items() if name not in unless)
    if isinstance(value, list):
        return any(_typed(each, unless) for each in value)
    return value not in (None, "", False)


def _change(field: FieldList, add: str | None, remove: str | None) -> None:
    if add == field.name and len(field) < field.max_entries:
        field.append_entry()
    for place in [place for place, entry in enumerate(field.entries) if entry.name == remove]:
        field.pop_entry(place)
    if not field.entries:
        field.append_entry()
    for entry in field.entries:
        for inner in getattr(entry, "form", ()):
            if isinstance(inner, FieldList):
                _change(inner, add, remove)
