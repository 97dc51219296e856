"""成交额目标: every target with its 口径 and source; 政策管理 sets a new one."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock, money
from marketplace.domain.access import Permission
from marketplace.domain.deals.turnover import MEASURES, PERIODS, VIEWS
from marketplace.domain.errors import DomainError
from marketplace.forms.deals.turnover import TargetForm
from marketplace.services.deals.turnover import targets, views
from marketplace.services.people import actors
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires

blueprint = Blueprint("targets", __name__, url_prefix="/admin/targets")


@blueprint.get("")
@requires(Permission.READ_CONTRACTS, Permission.SET_TARGETS)
def index() -> str:
    """Show every target, the replaced ones too."""
    rows = targets.listing()
    names = actors.names_of({row.set_by for row in rows if row.set_by})
    return render_template(
        "targets/index.html", rows=rows, names=names, periods=PERIODS, views=VIEWS, measures=MEASURES
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.SET_TARGETS)
@reauthenticated
def new() -> Response | tuple[str, int]:
    """Set a target; the former one of the same year stays in the list, marked as replaced."""
    view, measure = views.defaults()
    form = TargetForm(year=clock.today().year, period="annual", view=view, measure=measure)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                targets.set_target(actor(), _typed(form))
        except DomainError as error:
            form.take(error)
        else:
            flash(_("目标已设定"), "ok")
            return redirect(url_for(".index"))
    return form_page("targets/new.html", form)


def _typed(form: TargetForm) -> targets.TargetData:
    try:
        amount = money.parse_amount(form.amount.data, "万元")
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, "amount", **refused.params) from refused
    return targets.TargetData(
        year=form.year.data,
        period=form.period.data or "",
        view=form.view.data or "",
        measure=form.measure.data or "",
        amount_fen=amount,
        source=form.source.data or "",
        note=form.note.data or "",
    )
