"""找成果: the list and the page of an achievement."""

from flask import Blueprint, render_template

from marketplace.domain.access import Permission, may
from marketplace.services.catalogue import pages
from marketplace.services.catalogue.quality import corrections
from marketplace.services.deals.reading import disclosed
from marketplace.services.matching.inquiries import answer_times, asking
from marketplace.services.platform import counts
from marketplace.web.catalogue import cards, results
from marketplace.web.guards import actor, public
from marketplace.web.limits import SEARCH
from marketplace.web.matching.matches import glances
from marketplace.web.platform.outward import structured
from marketplace.web.platform.outward.structured import share_picture
from marketplace.web.subsidy.buying import estimates

blueprint = Blueprint("achievements", __name__, url_prefix="/achievements")


@blueprint.get("")
@public
@SEARCH
def index() -> str:
    """Search achievements."""
    answer = results.answer(actor(), "achievement", "achievements.index")
    shown = cards.of_results(actor(), answer.found.results)
    counts.shown("achievement", [hit.row.id for hit in answer.found.results])
    return render_template("achievements/index.html", answer=answer, cards=shown)


@blueprint.get("/<int:listing_id>")
@public
def detail(listing_id: int) -> str:
    """Show an achievement."""
    listing = pages.get(actor(), "achievement", listing_id)
    view = pages.of_listing(actor(), listing)
    counts.opened("achievement", listing_id)
    return render_template(
        "achievements/detail.html",
        view=view,
        others=cards.of_listings(actor(), pages.others_of(actor(), view)),
        reports=corrections.count_for(actor(), listing),
        views=counts.totals("achievement", [listing_id])[listing_id].opened,
        answering=answer_times.answer_time(view.owner.id) if view.owner else None,
        may_ask=asking.may_ask(actor(), listing),
        may_contract=may(actor(), Permission.CREATE_CONTRACT) and listing.state == "published",
        deals=disclosed.of_listing(listing_id),
        aid=estimates.of_listing(listing),
        glances=glances.panel(actor(), listing),
        description=cards.shorten(view.summary, 120),
        structured=structured.listing(view),
        share_picture=share_picture(view),
    )
