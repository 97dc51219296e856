"""外出与代办: reviewers say when they are away and who deputises; everybody at the desk sees it."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.subsidy.reviewing import AbsenceForm
from marketplace.services.subsidy.reviewing import absences
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number

blueprint = Blueprint("absences", __name__, url_prefix="/admin/absences")


@blueprint.route("", methods=["GET", "POST"])
@requires(Permission.SEE_REVIEW_DESK)
def index() -> Response | tuple[str, int]:
    """Show who is away or will be, and take an absence of the reader."""
    form = AbsenceForm()
    form.deputy.offer([(str(one.id), one.name) for one in absences.deputies(actor())])
    if form.validate_on_submit():
        try:
            with unit_of_work():
                deputy = row_number(form.deputy.data or "") if form.deputy.data else None
                absences.declare(actor(), form.first_on.data, form.last_on.data, deputy)
            flash(_("已登记；外出开始之日，您名下的待办转给代办人"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("absences/index.html", form, rows=absences.current(actor()), today=clock.today())


@blueprint.post("/<int:absence_id>/end")
@requires(Permission.SEE_REVIEW_DESK)
def end(absence_id: int) -> Response:
    """End an own absence, or take one back that has not begun."""
    with unit_of_work():
        absences.end(actor(), absence_id)
    flash(_("已结束；已经转出的待办仍由代办人办理"), "ok")
    return redirect(url_for(".index"))
