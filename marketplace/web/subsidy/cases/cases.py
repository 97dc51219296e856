"""补助申请 of an enterprise: the list, beginning one by hand, and the page of a case."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.states import RECOVERY, SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.services.paging import paged
from marketplace.services.subsidy import opening
from marketplace.services.subsidy.applying import materials
from marketplace.services.subsidy.reading import papers, shelf, whole
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("subsidies", __name__, url_prefix="/desk/subsidies")


@blueprint.get("")
@requires(Permission.APPLY_SUBSIDY)
def index() -> str:
    """List the cases of the reader's enterprise by tab, and what could still be applied for."""
    tab = request.args.get("tab", "all")
    tab = tab if tab in shelf.TABS else "all"
    page = paged(shelf.listed(actor(), tab), page_number())
    return render_template(
        "subsidies/index.html",
        page=page,
        page_url=page_urls(),
        lines=shelf.lines(actor(), page.items),
        counts=shelf.counts(actor()),
        tabs_=shelf.TABS,
        tab=tab,
        states=SUBSIDY_CASE.states,
        clauses=CLAUSES,
        bought=shelf.bought(actor()),
        is_meant=shelf.is_meant(actor()),
    )


@blueprint.post("/open/<int:traded_id>")
@requires(Permission.APPLY_SUBSIDY)
def open_by_hand(traded_id: int) -> Response:
    """Open a draft for something that was bought, or the one that is under way."""
    with unit_of_work():
        case_id = opening.open_by_hand(actor(), traded_id).id
    return redirect(url_for(".detail", case_id=case_id))


@blueprint.post("/open/clause/<clause>")
@requires(Permission.APPLY_SUBSIDY)
def open_for_certificate(clause: str) -> Response:
    """Open a draft about the enterprise itself."""
    with unit_of_work():
        case_id = opening.open_for_certificate(actor(), clause).id
    return redirect(url_for(".detail", case_id=case_id))


@blueprint.get("/<int:case_id>")
@requires(Permission.READ_CASE)
def detail(case_id: int) -> str:
    """Show a case: who must act, the sum term by term, the papers, the words, the way so far."""
    found = whole.of_case(actor(), case_id)
    return render_template(
        "subsidies/detail.html",
        whole=found,
        papers=papers.offered(actor(), found.case),
        states=SUBSIDY_CASE.states,
        recovery_states=RECOVERY.states,
        open_states=materials.OPEN_STATES,
        later_states=materials.LATER_STATES,
    )
