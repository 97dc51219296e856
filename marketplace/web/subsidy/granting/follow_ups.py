"""绩效跟踪: the yearly reports that were asked for, accepting one, and ending a case."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.text import N_
from marketplace.services.platform import files
from marketplace.services.subsidy import case_facts, cases
from marketplace.services.subsidy.applying import reports
from marketplace.services.subsidy.granting import following
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number

blueprint = Blueprint("follow_ups", __name__, url_prefix="/admin/follow-ups")

STATES = {"due": ("warn", N_("待提交")), "given": ("waiting", N_("待验收")), "accepted": ("ok", N_("已验收"))}


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """List the reports: given ones first, then those that fall due."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    found = following.listed(actor(), state)
    return render_template(
        "follow_ups/index.html", state=state, states=STATES, found=found, today=clock.today()
    )


@blueprint.get("/<int:case_id>")
@requires(Permission.READ_CASES)
def show(case_id: int) -> str:
    """Show the reports of a case with their papers."""
    case = cases.get_for(actor(), case_id)
    rows = reports.of_case(case)
    return render_template(
        "follow_ups/show.html",
        case=case,
        title=cases.title_of(case),
        rows=rows,
        papers=files.links_of_many("follow_up", [row.id for row in rows]),
        states=STATES,
        is_reported=case_facts.is_reported(case),
    )


@blueprint.post("/<int:case_id>/accept")
@requires(Permission.FIX_GRANT)
def accept(case_id: int) -> Response:
    """Accept the report of a year."""
    year = request.form.get("year", type=row_number) or 0
    with unit_of_work():
        following.accept(actor(), case_id, year)
    flash(_("已验收"), "ok")
    return redirect(url_for(".show", case_id=case_id))


@blueprint.post("/<int:case_id>/close")
@requires(Permission.FIX_GRANT)
def close(case_id: int) -> Response:
    """End a case once every report is accepted."""
    with unit_of_work():
        following.close(actor(), case_id)
    flash(_("已办结"), "ok")
    return redirect(url_for(".show", case_id=case_id))
