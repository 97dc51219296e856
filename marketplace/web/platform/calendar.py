"""工作日历: days off and days worked that no weekday tells, by the State Council's notices."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.platform.settings import CalendarForm
from marketplace.services.platform import deadlines
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires

blueprint = Blueprint("calendar", __name__, url_prefix="/admin/calendar")


@blueprint.get("")
@requires(Permission.READ_SETTINGS)
def index() -> str:
    """Show the days of a year."""
    return _page(CalendarForm())


@blueprint.post("")
@requires(Permission.CHANGE_SETTINGS)
def change() -> str | Response | tuple[str, int]:
    """Set some days; deadlines that were set before keep their day."""
    form = CalendarForm()
    if form.validate():
        try:
            with unit_of_work():
                count = deadlines.change_days(
                    actor(), form.first.data, form.last.data, form.meaning(), form.source.data or ""
                )
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已设置 %(count)s 天，此后计算的期限按新日历", count=count), "ok")
            return redirect(url_for(".index", year=form.first.data.year))
    return _page(form), 422


def _page(form: CalendarForm) -> str:
    this_year = clock.today().year
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked) <= 2100 else this_year
    years = sorted({*deadlines.known_years(), this_year, this_year + 1, year})
    return render_template(
        "settings/calendar.html",
        form=form,
        year=year,
        years=years,
        spans=deadlines.spans_of(year),
        missing=deadlines.missing_years(),
    )
