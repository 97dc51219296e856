"""失信单位的书面决定: whether a case goes on although its applicant stands on a 失信 list."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.subsidy.registers import DecisionForm
from marketplace.services.people import actors
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.registers import decisions, dishonest
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires

blueprint = Blueprint("dishonest_decisions", __name__, url_prefix="/admin/dishonest-decisions")


@blueprint.route("/<int:case_id>", methods=["GET", "POST"])
@requires(Permission.APPROVE_GRANT)
@reauthenticated
def decide(case_id: int) -> Response | tuple[str, int]:
    """Show what stands against the applicant and what was decided, and take a new decision."""
    case = cases.get_for(actor(), case_id)
    form = DecisionForm().offer({code: _(label) for code, label in decisions.DISHONEST.items()})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                decisions.dishonest(actor(), case_id, form.outcome.data or "", form.words.data or "")
            flash(_("决定已记录"), "ok")
            return redirect(url_for(".decide", case_id=case_id))
        except DomainError as error:
            form.take(error)
    rows = decisions.of("dishonest", case_id)
    return form_page(
        "dishonest_decisions/decide.html",
        form,
        case=case,
        title=cases.title_of(case),
        entries=dishonest.listed(case.organisation.uscc, clock.today()),
        rows=rows,
        outcomes=decisions.DISHONEST,
        names=actors.names_of({row.decided_by for row in rows}),
    )
