"""What the steps of the guided forms share: typed text goes in and out as typed, the domain judges it.

Nothing here validates: ``domain/catalogue/typed.py`` reads the text, and what it refuses is shown where it stands.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, FieldList, FormField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.utils import unset_value
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TextInput

from marketplace.domain.catalogue.content import Item, Step
from marketplace.domain.catalogue.typed import UNITS
from marketplace.domain.errors import FieldError
from marketplace.domain.money import format_wan, format_yuan
from marketplace.domain.taxonomy import MATURITY_SCALE_NAMES, MATURITY_SCALES, Taxonomy
from marketplace.forms.base import LineField
from marketplace.forms.rows import Row, RowList, RowsForm

SHOWN_IN_WAN = 10**6 // 20
"""分 of the smallest step that is shown in 万元: 500 元."""


class Marks:
    """Carries to the template whether a field is needed and how long it may be; the domain does the judging."""

    def __init__(self, item: Item) -> None:
        self.field_flags: dict[str, Any] = {"needed": item.needed}
        if item.kind == "text":
            self.field_flags["maxlength"] = item.limit

    def __call__(self, form: PlainForm, field: Field) -> None:
        """Accept whatever was typed: it is kept, and read by the domain."""


def about(item: Item, hint: Any = "") -> dict[str, Any]:
    """Return label, hint and marks of a field for its constructor."""
    return {"label": _l(item.label), "description": hint, "validators": [Marks(item)]}


class TermField(SelectField):
    """One code of a taxonomy."""

    def __init__(self, terms: Taxonomy, **options: Any) -> None:
        self.terms = terms
        super().__init__(choices=self._choices, validate_choice=False, **options)

    def _choices(self) -> list[Any]:
        return [
            SelectChoice("", _("请选择")),
            *(SelectChoice(code, _(word)) for code, word in self.terms.choices),
        ]


class TermsField(SelectMultipleField):
    """Several codes of a taxonomy as boxes to tick; grouped where the taxonomy has groups."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, terms: Taxonomy, **options: Any) -> None:
        self.terms = terms
        super().__init__(choices=self._choices, validate_choice=False, **options)

    def _choices(self) -> list[Any]:
        return [
            SelectChoice(term.code, _(term.label), optgroup=_(group) if group else None)
            for group, terms in self.terms.groups
            for term in terms
        ]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Beside what may be chosen today, offer what the item already holds, so that it can be kept or given up."""
        super().process(formdata, data, extra_filters)
        offered = {term.code for term in self.terms.offered}
        held = [code for code in self.object_data or () if code in self.terms and code not in offered]
        self.choices += [
            SelectChoice(code, _(self.terms.label_of(code)), optgroup=_("已停用，可保留")) for code in held
        ]


class OneField(RadioField):
    """One code of a short taxonomy as buttons, each with words of its own."""

    def __init__(self, words: Mapping[str, Any], **options: Any) -> None:
        choices = [SelectChoice(code, word) for code, word in words.items()]
        super().__init__(choices=choices, validate_choice=False, **options)


class MaturityField(SelectField):
    """Scale and level as one choice, grouped by scale."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=self._choices, validate_choice=False, **options)

    def _choices(self) -> list[Any]:
        levels = [
            SelectChoice(
                f"{scale}:{level}", f"{level} {_(word)}", optgroup=_(MATURITY_SCALE_NAMES.label_of(scale))
            )
            for scale, known in MATURITY_SCALES.items()
            for level, word in known
        ]
        return [SelectChoice("", _("请选择")), *levels]


class DayField(LineField):
    """A day; what a calendar cannot show is shown as the text that was typed."""

    widget = DateInput()


class UnitField(SelectField):
    """元 or 万元, beside an amount."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[SelectChoice(unit, unit) for unit in UNITS], validate_choice=False, **options
        )


class AmountField(LineField):
    """An amount as typed; ``amount_shown`` says how a stored one is shown."""


def amount_shown(fen: int | None) -> tuple[str, str]:
    """Return text and unit of a stored amount, to be typed on: whoever typed 1200 元 does not find 0.12 万元."""
    if fen is None:
        return "", UNITS[0]
    text, unit = (
        (format_yuan(fen).removesuffix(".00"), "元") if fen % SHOWN_IN_WAN else (format_wan(fen), "万元")
    )
    return text.replace(",", ""), unit


class StepForm(RowsForm):
    """One step of a guided form. ``base`` carries what the person began with, to notice who else typed."""

    base = HiddenField()

    @classmethod
    def showing(cls, step: Step, content: Mapping[str, Any]) -> "StepForm":
        """Return the form of a step filled with stored content, ready to be typed into."""
        shown = {item.name: _shown(item, content[item.name]) for item in step.items}
        for item in step.items:
            if item.kind == "fen":
                shown[item.name], shown[f"{item.name.removesuffix('_fen')}_unit"] = amount_shown(
                    content[item.name]
                )
        form = cls(formdata=None, data=shown)
        form.begin_from(step, content)
        return form

    def begin_from(self, step: Step, content: Mapping[str, Any]) -> None:
        """Take ``content`` as what the person has seen."""
        self.base.data = json.dumps(
            {item.name: content[item.name] for item in step.items}, ensure_ascii=False, default=str
        )

    def began_with(self) -> dict[str, Any]:
        """Return what the person began with; nothing where the hidden field is not as this site wrote it."""
        try:
            found = json.loads(self.base.data or "")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def typed(self) -> dict[str, Any]:
        """Return what was typed, by field name; rows as lists of dicts. A field that was not sent is left out."""
        return {
            field.name: field.data
            for field in self
            if field.name not in ("base", "csrf_token") and _sent(field)
        }

    def show(self, errors: Iterable[FieldError]) -> None:
        """Show what is wrong at its place; a day that is wrong as the text that was typed."""
        super().show(errors)
        for field in self:
            if isinstance(field, DayField) and field.errors:
                field.widget = TextInput()


def _sent(field: Field) -> bool:
    """Tell whether the browser sent a field: an empty one is text, only unticked boxes send nothing."""
    if isinstance(field, FieldList):
        return any(cell is not None for row in field.data for cell in row.values())
    return field.data is not None


def _shown(item: Item, value: Any) -> Any:
    if item.kind == "words":
        return "\n".join(value) if item.each > 20 else "、".join(value)
    if item.kind == "maturity":
        return f"{value[0]}:{value[1]}" if value else ""
    if item.kind == "day":
        return value.isoformat() if value else ""
    return value


def rows_of(row: type[Row], item: Item, hint: Any = "") -> FieldList:
    """Return a list of rows that shows one empty row to begin with."""
    return RowList(FormField(row), min_entries=1, max_entries=item.limit, **about(item, hint))
