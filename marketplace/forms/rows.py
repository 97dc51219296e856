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
            if not isinstance(field, FieldList):
                continue
            if add == field.name and len(field) < field.max_entries:
                field.append_entry()
            gone = [place for place, entry in enumerate(field.entries) if entry.name == remove]
            for place in gone:
                field.pop_entry(place)
            if not field.entries:
                field.append_entry()

    def show(self, errors: Iterable[FieldError]) -> None:
        """Show what is wrong at its place; ``metrics-0-target`` is a cell."""
        for error in errors:
            place_error(self, error.field.replace("-", "."), _(error.message, **error.params))
        for field in self:
            if isinstance(field, FieldList):
                own = [error for error in field.errors if isinstance(error, str)]
                inside = [entry.errors for entry in field.entries]
                field.errors = own + inside if any(inside) else own
