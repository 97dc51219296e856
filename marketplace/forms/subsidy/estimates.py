"""Forms of estimates: an amount in 万元, payments by year, several purchases. Read from the address."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, FormField
from wtforms.widgets import TextInput

from marketplace.domain import clock
from marketplace.domain.deals.terms import CATEGORIES
from marketplace.domain.errors import DomainError
from marketplace.domain.money import format_wan, parse_amount
from marketplace.domain.text import N_, clean_line
from marketplace.forms.base import AtMost, CodeField, LineField
from marketplace.forms.rows import Row, RowList, RowsForm, drop_blank, gather

MOST_YEARS = 8
MOST_PURCHASES = 20
YEARS_BACK, YEARS_AHEAD = 3, 6


class WanField(Field):
    """An amount above 0 typed in 万元; ``data`` is 分, None for nothing typed. What is refused is shown as typed."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_wan(self.data).replace(",", "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the amount; the rule of domain/money.py says what is wrong with it."""
        self.data = None
        if not valuelist or not clean_line(str(valuelist[0])):
            return
        try:
            typed = parse_amount(str(valuelist[0]), "万元")
        except DomainError as refused:
            if refused.code == "amount_negative":
                raise ValueError(_("请填写大于 0 的金额")) from refused
            raise ValueError(_(refused.message, **refused.params)) from refused
        if not typed:
            raise ValueError(_("请填写大于 0 的金额"))
        self.data = typed


class YearField(CodeField):
    """A calendar year, from some years back to some ahead; ``number`` is None for none."""

    def __init__(self, label: str, blank: str | None = N_("请选择"), **options: Any) -> None:
        this = clock.today().year
        years = [(str(year), str(year)) for year in range(this - YEARS_BACK, this + YEARS_AHEAD + 1)]
        super().__init__(label, years, blank=blank, **options)

    @property
    def number(self) -> int | None:
        """The year that was picked, if the page offers it."""
        return int(self.data) if self.data in dict(self.codes) else None


class InstalmentRow(Row):
    """What is paid in a year."""

    year = YearField(_l("年份"))
    amount = WanField(_l("付款"))


class _Asking(RowsForm):
    """A question: no token, and no field is asked for twice."""

    class Meta:
        """Nothing is changed by it."""

        csrf = False


class EstimateForm(_Asking):
    """What buying one achievement would cost, and when."""

    amount = WanField(_l("成交额"))
    kind = CodeField(_l("合同类型"), CATEGORIES.choices, blank=None)
    years = RowList(FormField(InstalmentRow), _l("分年付款"), max_entries=MOST_YEARS)

    def instalments(self, this_year: int) -> list[tuple[int, int]]:
        """Return (year, 分): the rows that are filled in, else the whole amount in ``this_year``.

        A row that is half filled in is marked as a fault, and so is asking without any amount.
        """
        drop_blank(self.years)
        found = []
        for entry in self.years.entries:
            row = entry.form
            if row.year.number is None and not row.year.errors:
                row.year.errors = [*row.year.errors, _("请选择年份")]
            if row.amount.data is None and not row.amount.errors:
                row.amount.errors = [*row.amount.errors, _("请填写付款金额")]
            if row.year.number is not None and row.amount.data is not None:
                found.append((row.year.number, row.amount.data))
        gather(self.years)
        if found or self.years.entries:
            return found
        if self.amount.data:
            return [(this_year, self.amount.data)]
        if not self.amount.errors:
            self.amount.errors = [*self.amount.errors, _("请填写成交额，或在“分年付款”里填写各年付款")]
        return []


class PurchaseRow(Row):
    """One purchase, or one payment of it."""

    name = LineField(_l("成果名称"), [AtMost(100)])
    amount = WanField(_l("付款"))
    year = YearField(_l("付款年份"), blank=None, default=lambda: str(clock.today().year))
    category = CodeField(_l("合同类型"), CATEGORIES.choices, blank=None, default="transfer")
    seller = CodeField(_l("卖方所在地"), [("outside", N_("市外")), ("inside", N_("市内"))], blank=None)


ALWAYS = ("year", "category", "seller")
"""Fields of a purchase that always stand at something."""


class CalculatorForm(_Asking):
    """Several purchases of one enterprise."""

    items = RowList(FormField(PurchaseRow), _l("购买的成果"), max_entries=MOST_PURCHASES)

    def purchases(self) -> list[tuple[str, int, int, str, bool]]:
        """Return (name, 分, year, category, whether the seller is outside) of the rows that are filled in."""
        drop_blank(self.items, ALWAYS)
        found = []
        for number, entry in enumerate(self.items.entries, 1):
            row = entry.form
            if row.amount.data is None and not row.amount.errors:
                row.amount.errors = [*row.amount.errors, _("请填写付款金额")]
            year = row.year.number or clock.today().year
            if row.amount.data is not None:
                name = row.name.data or _("成果%(n)d", n=number)
                found.append(
                    (
                        name,
                        row.amount.data,
                        year,
                        row.category.data or "transfer",
                        row.seller.data != "inside",
                    )
                )
        gather(self.items)
        return found
