"""超时未答的询问: what the authority follows up."""

from flask import Blueprint, render_template, request

from marketplace.domain.access import Permission
from marketplace.services.matching.inquiries import boxes
from marketplace.web.guards import actor, requires
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("overdue_inquiries", __name__, url_prefix="/admin/inquiries")


@blueprint.get("")
@requires(Permission.OVERSEE_INQUIRIES)
def index() -> str:
    """List inquiries whose answer is late: those that reached the authority, or those that have not yet."""
    raised = request.args.get("tab") != "late"
    return render_template(
        "overdue_inquiries/index.html",
        raised=raised,
        page=boxes.overdue(actor(), page_number(), raised),
        page_url=page_urls(),
    )
