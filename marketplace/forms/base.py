"""What every form of the site shares: cleaning, wording, and taking a rule's refusal without losing anything."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, Field, Form, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import Select, TextInput

from marketplace.domain import regions
from marketplace.domain.errors import DomainError, FieldError, ValidationFailed
from marketplace.domain.money import format_yuan, parse_amount
from marketplace.domain.text import N_, clean_line, clean_text, compact


class SiteForm(FlaskForm):
    """A form of the site. ``take`` shows what a rule refused at its field, or on top where no field fits."""

    def take(self, error: DomainError) -> None:
        """Put the message of ``error`` (all of them for ValidationFailed) where the person can see it."""
        found: Iterable[DomainError | FieldError]
        found = error.errors if isinstance(error, ValidationFailed) else [error]
        for each in found:
            place_error(self, each.field, _(each.message, **each.params))


def place_error(form: Form, name: str | None, message: str) -> None:
    """Add ``message`` to the field ``name`` (dotted for nested ones), or to the top of the form."""
    here: Any = form
    for part in (name or "").split("."):
        inside = here.form if isinstance(getattr(here, "form", None), Form) else here
        if part.isdigit() and hasattr(inside, "entries") and int(part) < len(inside.entries):
            here = inside.entries[int(part)]
        elif isinstance(inside, Form) and part in inside:
            here = inside[part]
        else:
            form.form_errors.append(message)
            return
    here.errors = [*here.errors, message]


class Needed:
    """The field must be filled in; the message names the field."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message
        self.field_flags = {"needed": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Raise where nothing was given; further checks of the field are then pointless."""
        data = field.data
        if data is None or (isinstance(data, str | list) and not data) or data is False:
            verb = N_("请选择%(what)s") if isinstance(field, SelectField) else N_("请填写%(what)s")
            raise StopValidation(_(self.message) if self.message else _(verb, what=field.label.text))


class Marked:
    """Says on the page that a field is needed, or how long it may be; the rule itself is the domain's."""

    def __init__(self, longest: int | None = None, needed: bool = True) -> None:
        self.field_flags = {"needed": needed} | ({"maxlength": longest} if longest else {})

    def __call__(self, form: Form, field: Field) -> None:
        """Nothing to check here."""


class AtMost:
    """A longest length in characters, counted after cleaning; the message tells by how much it is over."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.field_flags = {"maxlength": longest}

    def __call__(self, form: Form, field: Field) -> None:
        """Raise where the text is longer."""
        length = len(field.data or "")
        if length > self.longest:
            raise ValidationError(
                _(
                    "最多%(longest)d个字，您写了%(length)d个，请删减%(over)d个",
                    longest=self.longest,
                    length=length,
                    over=length - self.longest,
                )
            )


class LineField(StringField):
    """One line of text: cleaned of control characters, in one Unicode form."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the line cleaned."""
        if valuelist:
            self.data = clean_line(str(valuelist[0]))


class TextField(TextAreaField):
    """Several lines of text, cleaned."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the text cleaned."""
        if valuelist:
            self.data = clean_text(str(valuelist[0]))


class DayField(DateField):
    """A day, typed or picked; what cannot be read is said in our own words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the day; full-width digits and slashes are fine."""
        text = compact(valuelist[0]).replace("/", "-").replace(".", "-") if valuelist else ""
        try:
            super().process_formdata([text] if text else [])
        except ValueError as fault:
            raise ValueError(_("日期请写成 2026-03-18 的形式")) from fault


class FenField(Field):
    """An amount typed in 元; ``data`` is 分, None for nothing typed. What cannot be read is shown as typed."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_yuan(self.data).replace(",", "").removesuffix(".00")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the amount; the rule of domain/money.py says what is wrong with it."""
        self.data = None
        if not valuelist or not clean_line(str(valuelist[0])):
            return
        try:
            self.data = parse_amount(str(valuelist[0]), "元")
        except DomainError as refused:
            raise ValueError(_(refused.message, **refused.params)) from refused


class CodeField(SelectField):
    """A choice from a closed list of (code, msgid); the first, empty one says 请选择 unless ``blank`` is None."""

    def __init__(
        self, label: str, codes: Iterable[tuple[str, str]], blank: str | None = N_("请选择"), **options: Any
    ) -> None:
        self.codes = list(codes)
        self.blank = blank
        super().__init__(label, choices=self._translated, validate_choice=False, **options)

    def _translated(self) -> list[Any]:
        first = [("", self.blank)] if self.blank is not None else []
        return [SelectChoice(code, _(label)) for code, label in [*first, *self.codes]]

    def offer(self, codes: Iterable[tuple[str, str]]) -> None:
        """Offer another list: one that only the view knows."""
        self.codes = list(codes)
        self.choices = self._translated()

    def pre_validate(self, form: Form) -> None:
        """Refuse what the page did not offer."""
        if self.data and self.data not in dict(self.codes):
            raise ValidationError(_("请从列表中选择"))


class RegionField(Field):
    """A division picked by province, city, county: three selects of one name, of which the deepest counts.

    ``data`` is the code of a place with nothing below it (a domicile), or ''. Works without JavaScript: the
    button ``pick_region`` sends the form, and the view shows it again with the next level filled.
    """

    widget = Select()

    def __init__(self, label: str = "", validators: Any = None, whole: bool = True, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.whole = whole

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the deepest code that lies below the ones picked before it."""
        self.data = ""
        for value in valuelist[:3]:
            code = str(value)
            if not regions.exists(code) or (self.data and not _below(code, self.data)):
                break
            self.data = code

    def pre_validate(self, form: Form) -> None:
        """A domicile goes down to the county."""
        if self.whole and self.data and not regions.is_leaf(self.data):
            raise ValidationError(_("请继续选择，直到区、县一级"))

    @property
    def levels(self) -> list[tuple[str, list[tuple[str, str]], str]]:
        """What the page offers: (label, [(code, name)], code picked) for province, city, county."""
        code = self.data if regions.exists(self.data) else ""
        province = regions.province_of(code) if code else ""
        city = (regions.city_of(code) or "") if code else ""
        county = code if code and code not in (province, city) else ""
        return [
            (_("省、自治区、直辖市"), _pairs(regions.provinces()), province),
            (_("市"), _pairs(regions.children(province)), city),
            (_("区、县、园区"), _pairs(regions.children(city)), county),
        ]


def _pairs(found: Iterable[regions.Region]) -> list[tuple[str, str]]:
    return [(region.code, region.name) for region in found]


def _below(code: str, above: str) -> bool:
    return code != above and any(region.code == code for region in regions.children(above))
