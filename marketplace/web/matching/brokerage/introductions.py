"""引荐: what a 技术经理人 tells the owners of a demand and of an achievement about each other."""

from flask import Blueprint, render_template

from marketplace.domain.access import Permission
from marketplace.services.catalogue import pages
from marketplace.services.matching.brokerage import introducing
from marketplace.services.matching.inquiries import asking
from marketplace.web.guards import actor, requires
from marketplace.web.matching.matches import glances

blueprint = Blueprint("introductions", __name__, url_prefix="/desk/introductions")


@blueprint.get("/<int:lead_id>")
@requires(Permission.WORK_IN_ORGANISATION)
def show(lead_id: int) -> str:
    """Show an introduction to one of both sides, with the way to ask the other one."""
    found = introducing.read(actor(), lead_id)
    kind, listing_id = found.asks_about
    other = pages.get(actor(), kind, listing_id)
    return render_template(
        "introductions/show.html",
        introduction=found,
        other=pages.of_listing(actor(), other),
        strength=glances.strength(found.pair.strength),
        may_ask=asking.may_ask(actor(), other),
        known=asking.open_thread(actor(), other),
    )
