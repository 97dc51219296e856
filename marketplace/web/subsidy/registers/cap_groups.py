"""上限合并组: achievements with the same intellectual property number, proposed to share one cap."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.states import CAP_GROUP
from marketplace.forms.subsidy.registers import GroupForm
from marketplace.services.people import actors
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.registers import groups
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires

blueprint = Blueprint("cap_groups", __name__, url_prefix="/admin/cap-groups")

STANDINGS = {"in": "ok", "pending": "waiting", "out": "draft"}


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """Show every group, what waits first."""
    return render_template(
        "cap_groups/index.html", rows=groups.listing(actor()), states=CAP_GROUP.states, waits=groups.waits
    )


@blueprint.get("/<int:group_id>")
@requires(Permission.READ_CASES)
def detail(group_id: int) -> str:
    """Show a group with its achievements, what was granted for them, and what can be decided."""
    row = groups.get(actor(), group_id)
    return render_template(
        "cap_groups/detail.html",
        row=row,
        state=CAP_GROUP.states[row.state],
        members=groups.members(row),
        tones=STANDINGS,
        names=actors.names_of({row.decided_by} if row.decided_by else set()),
        moves=groups.available(actor(), row),
        version=policies.for_estimates(groups.PURCHASE),
    )


@blueprint.route("/<int:group_id>/<action>", methods=["GET", "POST"])
@requires(Permission.FIX_GRANT)
def move(group_id: int, action: str) -> Response | tuple[str, int]:
    """Confirm or reject, with the reason."""
    row = groups.get(actor(), group_id)
    transition = CAP_GROUP.table.get((row.state, action))
    if transition is None:
        if not any(key[1] == action for key in CAP_GROUP.table):
            abort(404)
        flash(_("这一组的状态已经变化，请核对后再办理"), "warn")
        return redirect(url_for(".detail", group_id=group_id))
    form = GroupForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                groups.act(actor(), group_id, action, form.note.data or "")
            flash(_("已办理：%(what)s", what=_(transition.label)), "ok")
            return redirect(url_for(".detail", group_id=group_id))
        except DomainError as error:
            form.take(error)
    members = groups.members(row)
    return form_page("cap_groups/move.html", form, row=row, transition=transition, members=members)
