"""目录与指标: what holds on a day, and changes that a second person confirms (history and decisions: settings)."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError, FieldError
from marketplace.domain.platform import city_lists
from marketplace.domain.platform.settings import SETTINGS, Definition
from marketplace.forms.platform.city_lists import LinesForm, TargetForm, TermsForm
from marketplace.forms.platform.settings import SettingsFilter
from marketplace.forms.rows import RowsForm
from marketplace.services.platform import settings
from marketplace.services.platform.lists import terms
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, reauthenticated, requires

blueprint = Blueprint("city_lists", __name__, url_prefix="/admin/lists")


@blueprint.get("")
@requires(Permission.READ_SETTINGS)
def index() -> str:
    """Show the lists and indicators as they stand on a day."""
    form = SettingsFilter(request.args)
    form.validate()
    day = form.day.data or clock.today()
    rows = [row for row in settings.overview(day) if row.definition.kind in city_lists.KINDS]
    return render_template(
        "city_lists/index.html",
        form=form,
        day=day,
        today=clock.today(),
        tables=[row for row in rows if row.definition.kind != "target"],
        targets=[row for row in rows if row.definition.kind == "target"],
    )


@blueprint.route("/<key>/change", methods=["GET", "POST"])
@requires(Permission.CHANGE_SETTINGS)
@reauthenticated
def change(key: str) -> Any:
    """Propose another list or target; rows come and go without anything being stored."""
    definition = SETTINGS.get(key)
    if definition is None or definition.kind not in city_lists.KINDS:
        abort(404)
    form = _form(definition)
    if {"add_row", "remove_row"} & set(request.form):
        form.change_rows(request.form.get("add_row"), request.form.get("remove_row"))
    elif form.validate_on_submit():
        try:
            return _propose(definition, form)
        except DomainError as error:
            _show(form, error)
    page = render_template(
        "city_lists/change.html", form=form, definition=definition, current=settings.get(key)
    )
    return (page, 422) if form.errors else page


def _show(form: Any, error: DomainError) -> None:
    if isinstance(form, RowsForm):
        form.show([FieldError(error.field or "", error.code, error.message, error.params)])
    else:
        form.take(error)


def _form(definition: Definition) -> Any:
    current, day = settings.get(definition.key), clock.today()
    if definition.kind == "terms":
        return TermsForm(terms=current, valid_from=day)
    if definition.kind == "lines":
        return LinesForm(lines=current, valid_from=day)
    return TargetForm(valid_from=day, **{**current, "year": str(current["year"])})


def _propose(definition: Definition, form: Any) -> Response:
    with unit_of_work():
        day, note = form.valid_from.data, form.note.data or ""
        if definition.kind == "terms":
            terms.propose(actor(), definition.key, form.typed(), day, note)
        else:
            settings.propose(actor(), definition.key, form.typed(), day, note)
    flash(_("已提出，等另一位有权人员确认后生效"), "ok")
    return redirect(url_for("settings.detail", key=definition.key))
