"""绩效跟踪: the yearly reports that were asked for, sending one back or accepting it, and ending a case."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.states import FOLLOW_UP, State
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.grounds import REPORT_GROUNDS, Ground
from marketplace.forms.subsidy.granting import SupplementForm
from marketplace.models.subsidy import FollowUp, SubsidyCase
from marketplace.services.people import actors
from marketplace.services.platform import files
from marketplace.services.subsidy import cases, hindrances
from marketplace.services.subsidy.applying import reports
from marketplace.services.subsidy.granting import following
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number

blueprint = Blueprint("follow_ups", __name__, url_prefix="/admin/follow-ups")


@blueprint.app_template_global("follow_up_states")
def follow_up_states() -> Mapping[str, State]:
    """Return the states of a yearly report, for the applicant's page and the desk's."""
    return FOLLOW_UP.states


@blueprint.app_template_global("report_grounds")
def report_grounds() -> Mapping[str, Ground]:
    """Return why a yearly report can be sent back, by code."""
    return REPORT_GROUNDS


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """List the reports: given ones first, then those that fall due."""
    state = request.args.get("state", "")
    state = state if state in FOLLOW_UP.states else ""
    found = following.listed(actor(), state)
    return render_template(
        "follow_ups/index.html", state=state, states=FOLLOW_UP.states, found=found, today=clock.today()
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
        names=actors.names_of({one.person_id for row in rows for one in row.entries}),
        clause=CLAUSES[case.clause],
        hindrances=hindrances.of(case, "close", actor()),
    )


@blueprint.route("/<int:case_id>/<int:year>/send-back", methods=["GET", "POST"])
@requires(Permission.FIX_GRANT)
def send_back(case_id: int, year: int) -> Response | tuple[str, int]:
    """Ask for a supplement of the report of a year, with grounds and words."""
    case, row = _report(case_id, year)
    if row.state != "given" and request.method == "GET":
        state = _(FOLLOW_UP.states[row.state].label)
        flash(_("%(year)s 年度报告现在是“%(state)s”，不能退回", year=year, state=state), "warn")
        return redirect(url_for(".show", case_id=case_id))
    form = SupplementForm(version=str(row.version)).offer(REPORT_GROUNDS)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                following.send_back(
                    actor(), case_id, year, form.reasons.data or [], form.note.data or "", form.expected
                )
            flash(_("已退回补充，申请单位会收到通知"), "ok")
            return redirect(url_for(".show", case_id=case_id))
        except (Conflict, NotAllowed):
            raise
        except DomainError as error:
            form.take(error)
    return form_page(
        "follow_ups/send_back.html",
        form,
        case=case,
        row=row,
        title=cases.title_of(case),
        clause=CLAUSES[case.clause],
    )


def _report(case_id: int, year: int) -> tuple[SubsidyCase, FollowUp]:
    case = cases.get_for(actor(), case_id)
    row = next((one for one in reports.of_case(case) if one.year == year), None)
    if row is None:
        raise NotFound()
    return case, row


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
