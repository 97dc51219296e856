"""单位: the list of verified organisations and their public pages."""

from flask import Blueprint, render_template

from marketplace.services.matching.inquiries import answer_times
from marketplace.services.people import directory
from marketplace.services.platform import counts
from marketplace.web.catalogue import cards, results
from marketplace.web.guards import actor, public
from marketplace.web.limits import SEARCH
from marketplace.web.platform.outward import structured

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")


@blueprint.get("")
@public
@SEARCH
def index() -> str:
    """Search organisations."""
    answer = results.answer(actor(), "organisation", "organisations.index")
    hits = answer.found.results
    numbers = directory.numbers_of(actor(), [hit.row.id for hit in hits])
    shown = [cards.of_result(actor(), hit, numbers) for hit in hits]
    counts.shown("organisation", [hit.row.id for hit in hits])
    return render_template("organisations/index.html", answer=answer, cards=shown)


@blueprint.get("/<int:organisation_id>")
@public
def detail(organisation_id: int) -> str:
    """Show an organisation and what it offers and seeks."""
    view = directory.get(actor(), organisation_id)
    counts.opened("organisation", organisation_id)
    return render_template(
        "organisations/detail.html",
        view=view,
        achievements=cards.of_listings(actor(), view.achievements),
        demands=[cards.of_listing(actor(), row, brief=True) for row in view.demands],
        answering=answer_times.answer_time(organisation_id),
        structured=structured.organisation(view),
        views=counts.totals("organisation", [organisation_id])[organisation_id].opened,
    )
