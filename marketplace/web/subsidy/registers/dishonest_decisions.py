"""失信单位的书面决定: whether a case goes on although its applicant stands on a 失信 list."""

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.registers import decisions, dishonest
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.subsidy.registers import written

blueprint = Blueprint("dishonest_decisions", __name__, url_prefix="/admin/dishonest-decisions")


@blueprint.route("/<int:case_id>", methods=["GET", "POST"])
@requires(Permission.APPROVE_GRANT)
@reauthenticated
def decide(case_id: int) -> Response | tuple[str, int]:
    """Show what stands against the applicant and what was decided, and take a new decision."""
    case = decisions.barred_case(actor(), case_id)
    return written.page(
        "dishonest",
        case_id,
        decisions.DISHONEST,
        decisions.dishonest,
        done=_("决定已记录"),
        after=url_for(".decide", case_id=case_id),
        template="dishonest_decisions/decide.html",
        case=case,
        title=cases.title_of(case),
        entries=dishonest.listed(case.organisation.uscc, clock.today()),
    )
