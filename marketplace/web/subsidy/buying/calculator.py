"""补助测算: several purchases at once, by achievement and by year, on the page and as xlsx."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from marketplace.domain.platform.files import XLSX
from marketplace.domain.subsidy.portfolio import Aid, Portfolio
from marketplace.domain.text import N_
from marketplace.forms.subsidy.estimates import CalculatorForm
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.platform import tables
from marketplace.services.platform.tables import Column
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.buying import estimating
from marketplace.services.subsidy.buying.conditions import conditions_of
from marketplace.web.guards import public
from marketplace.web.subsidy.buying.estimates import words_of
from marketplace.web.subsidy.wording import cite

blueprint = Blueprint("calculator", __name__, url_prefix="/subsidy/calculator")


@blueprint.get("")
@public
def index() -> str:
    """Show the form and, once something was typed, what it would bring."""
    form, version, found = _answer()
    limits = [one for one in conditions_of(version, None, None, "") if one.code in LIMITS] if version else []
    return render_template(
        "calculator/index.html",
        form=form,
        version=version,
        found=found,
        limits=limits,
        why=lambda row: why(version, row) if version else "",
        query=_query(),
    )


LIMITS = frozenset(
    {"min_paid_per_contract_fen", "enterprise_year_cap_fen", "annual_budget_fen", "min_grant_fen"}
)
"""Conditions that concern several purchases together."""


@blueprint.get("/download")
@public
def download() -> Response:
    """Send what the page shows as xlsx."""
    _form, version, found = _answer()
    if version is None or found is None:
        flash(_("请先填写购买的成果和付款，再下载"), "warn")
        return redirect(f"{url_for('.index')}?{_query()}")  # type: ignore[return-value]
    columns = (
        Column("name", _("成果"), "text", lambda row: row.name),
        Column("year", _("年份"), "int", lambda row: row.year),
        Column("paid", _("付款"), "wan", lambda row: row.paid_fen, total=True),
        Column("aid", _("预计补助"), "wan", lambda row: row.aid_fen, total=True),
        Column("why", _("说明"), "text", lambda row: why(version, row)),
    )
    content = tables.write_xlsx(_("补助测算"), columns, found.rows, note=cite(version))
    response: Response = send_file(
        BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=_("补助测算.xlsx")
    )
    return response


def _query() -> str:
    return request.query_string.decode("ascii", "ignore")


def _answer() -> tuple[CalculatorForm, PolicyVersion | None, Portfolio | None]:
    version = policies.for_estimates(estimating.PURCHASE)
    redrawn = {"add_row", "remove_row"} & set(request.args)
    form = CalculatorForm(request.args if request.args else None)
    found = None
    if redrawn:
        form.change_rows(request.args.get("add_row"), request.args.get("remove_row"))
    elif request.args:
        form.validate()
        rows: Sequence[Any] = form.purchases()
        if rows and not form.errors and version is not None:
            found = estimating.together(version, rows)
    if not form.items.entries:
        form.items.append_entry()
    return form, version, found


NOTHING = N_("不在版本的付款日期范围内")


def why(version: PolicyVersion, row: Aid) -> str:
    """Return why an achievement brings nothing in a year; '' where it brings something."""
    if row.aid_fen:
        return ""
    if not policies.holds_on(version, estimating.day_in(version, row.year)):
        return str(_(NOTHING))
    return words_of(row.decision, row.reasons)
