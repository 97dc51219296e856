"""管理概览: what administrators should know first; each block only for those who may."""

from flask import Blueprint, render_template

from marketplace.domain.access import Permission, may
from marketplace.services import health, workbench
from marketplace.services.platform import deadlines, settings
from marketplace.web.guards import actor, requires

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("")
@requires(
    Permission.SEE_REVIEW_DESK, Permission.READ_SETTINGS, Permission.READ_OPERATIONS, Permission.READ_AUDIT
)
def index() -> str:
    """Show queues, warnings and the state of the machinery."""
    who = actor()
    sees_operations = may(who, Permission.READ_OPERATIONS)
    sees_settings = may(who, Permission.READ_SETTINGS)
    return render_template(
        "admin/index.html",
        queues=workbench.open_task_counts(who),
        health=health.overview() if sees_operations else None,
        missing_years=deadlines.missing_years() if sees_settings else [],
        proposed=[each for each in settings.overview() if each.proposed] if sees_settings else [],
    )
