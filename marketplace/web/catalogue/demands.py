"""找需求: the list and the page of a demand, as far as its reader is shown."""

from flask import Blueprint, render_template

from marketplace.domain.access import Permission, may
from marketplace.services.catalogue import pages
from marketplace.services.catalogue.quality import corrections
from marketplace.services.matching.inquiries import answer_times, asking
from marketplace.services.platform import counts
from marketplace.web.catalogue import cards, results
from marketplace.web.guards import actor, public
from marketplace.web.limits import SEARCH
from marketplace.web.matching.matches import glances
from marketplace.web.platform.outward import structured
from marketplace.web.platform.outward.structured import share_picture

blueprint = Blueprint("demands", __name__, url_prefix="/demands")


@blueprint.get("")
@public
@SEARCH
def index() -> str:
    """Search demands."""
    answer = results.answer(actor(), "demand", "demands.index")
    shown = [cards.of_result(actor(), hit) for hit in answer.found.results]
    counts.shown("demand", [hit.row.id for hit in answer.found.results])
    return render_template("demands/index.html", answer=answer, cards=shown)


@blueprint.get("/<int:listing_id>")
@public
def detail(listing_id: int) -> str:
    """Show a demand."""
    listing = pages.get(actor(), "demand", listing_id)
    view = pages.of_listing(actor(), listing)
    counts.opened("demand", listing_id)
    return render_template(
        "demands/detail.html",
        view=view,
        others=[cards.of_listing(actor(), other, brief=True) for other in pages.others_of(actor(), view)],
        reports=corrections.count_for(actor(), listing),
        views=counts.totals("demand", [listing_id])[listing_id].opened,
        answering=answer_times.answer_time(view.owner.id) if view.owner else None,
        may_ask=asking.may_ask(actor(), listing),
        may_contract=may(actor(), Permission.CREATE_CONTRACT) and listing.state == "published",
        glances=glances.panel(actor(), listing),
        description=cards.shorten(view.summary, 120),
        structured=structured.listing(view),
        share_picture=share_picture(view),
    )
