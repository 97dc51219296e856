"""Forms of the city's lists and indicators."""

from flask_babel import lazy_gettext as _l
from wtforms import FormField, HiddenField, TextAreaField
from wtforms.validators import Length

from marketplace.domain.platform.city_lists import MOST_LINES, MOST_TERMS, PERIODS
from marketplace.domain.text import clean_text, compact
from marketplace.forms.base import CodeField, DayField, LineField, Marked, Needed, SiteForm, TextField
from marketplace.forms.rows import Row, RowList, RowsForm


class _Why(SiteForm):
    """From which day, and on what ground."""

    valid_from = DayField(_l("生效日期"), validators=[Needed()], description=_l("不能早于今天"))
    note = TextAreaField(
        _l("理由或依据"),
        validators=[Needed(), Length(max=500, message=_l("请控制在 500 字以内"))],
        description=_l("会留在变更记录里，例如文件名称和条款"),
    )


class TermRow(Row):
    """A term; ``code`` is empty for a new one."""

    code = HiddenField()
    label = LineField(_l("名称"), [Marked(longest=20)])


class TermsForm(RowsForm, _Why):
    """A part of 产业方向."""

    terms = RowList(FormField(TermRow), max_entries=MOST_TERMS)

    def typed(self) -> list[tuple[str, str]]:
        """Return (code, label) of every row."""
        return [(entry.form.code.data or "", entry.form.label.data or "") for entry in self.terms.entries]


class LineRow(Row):
    """One of the plan's instruments."""

    name = LineField(_l("政策"), [Marked(longest=40)])
    text = TextField(_l("支持对象和标准"), [Marked(longest=300)])


class LinesForm(RowsForm, _Why):
    """The plan's instruments."""

    lines = RowList(FormField(LineRow), max_entries=MOST_LINES)

    def typed(self) -> list[dict[str, str]]:
        """Return every row as it is stored."""
        return [
            {"name": entry.form["name"].data or "", "text": clean_text(entry.form.text.data or "")}
            for entry in self.lines.entries
        ]


class TargetForm(_Why):
    """An indicator's target."""

    number = LineField(_l("目标值"), validators=[Needed()])
    year = LineField(_l("年份"), validators=[Needed()])
    period = CodeField(_l("口径"), list(PERIODS.items()), validators=[Needed()])
    source = LineField(_l("出自"), [Marked(longest=200)], description=_l("文件名称，写明征求意见稿或正式稿"))

    def typed(self) -> dict[str, object]:
        """Return the target as the domain checks it; a year that is none stays words."""
        year = compact(self.year.data)
        whole: object = int(year) if year.isascii() and year.isdigit() and len(year) < 6 else year
        return {
            "number": self.number.data or "", "year": whole, "period": self.period.data or "",
            "source": self.source.data or "",
        }  # fmt: skip
