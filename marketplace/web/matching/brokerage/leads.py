"""线索: the broker's desk, pairs worth an introduction, finding what to work on, and the page of a lead."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.matching.brokerage import CONTACT_SIDES, CONTACT_WAYS, TABS
from marketplace.domain.states import LEAD
from marketplace.domain.text import N_
from marketplace.models.matching import Lead
from marketplace.services.catalogue import pages, search
from marketplace.services.matching.brokerage import doing, funnel, leads, showing, suggesting
from marketplace.services.matching.brokerage.showing import Line
from marketplace.services.matching.reading import matches
from marketplace.services.paging import paged
from marketplace.services.unit import unit_of_work
from marketplace.web.catalogue import cards
from marketplace.web.guards import actor, requires
from marketplace.web.limits import SEARCH, THREAD
from marketplace.web.matching.matches import glances
from marketplace.web.numbers import row_number
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("leads", __name__, url_prefix="/desk/leads")

TAB_LABELS = {
    "open": N_("在办"),
    "new": N_("待跟进"),
    "contacted": N_("已联系"),
    "introduced": N_("已引荐"),
    "negotiating": N_("洽谈中"),
    "won": N_("已签约"),
    "lost": N_("未成"),
}
IN_LIST = 12
BESIDE = 5


@blueprint.get("")
@requires(Permission.WORK_AS_BROKER)
def index() -> str:
    """Show the desk: what is due, the leads by state, what came of them so far."""
    tab = request.args.get("tab", "open")
    tab = tab if tab in TABS else "open"
    page = paged(leads.listed(actor(), tab), page_number())
    tasks = doing.open_tasks(actor())
    about = showing.lines(actor(), {task.lead_id: task.lead for task in tasks}.values())
    return render_template(
        "leads/index.html",
        tab=tab,
        labels=TAB_LABELS,
        counts=leads.counts(actor()),
        page=page,
        page_url=page_urls(),
        lines=showing.lines(actor(), page.items),
        tasks=tasks,
        about={line.lead.id: line for line in about},
        stages=funnel.funnel(actor()),
        states=LEAD.states,
        today=clock.today(),
    )


@blueprint.get("/pairs")
@requires(Permission.WORK_AS_BROKER)
def pairs() -> str:
    """Show strong matches that nobody has taken up."""
    found = suggesting.suggestions(actor(), IN_LIST)
    return render_template(
        "leads/pairs.html",
        pairs=[
            (
                one,
                cards.of_listing(actor(), one.demand, brief=True),
                cards.of_listing(actor(), one.achievement, brief=True),
                glances.strength(one.strength),
            )
            for one in found
        ],
    )


@blueprint.get("/new")
@requires(Permission.WORK_AS_BROKER)
@SEARCH
def new() -> str:
    """Find a demand or an achievement to work on, alone or beside what the address names already."""
    kind: search.Kind = "achievement" if request.args.get("kind") == "achievement" else "demand"
    words = request.args.get("q", "")[:100]
    given = {name: request.args.get(name, type=row_number) for name in ("demand", "achievement")}
    beside = next(
        (
            pages.get(actor(), name, listing_id)
            for name, listing_id in given.items()
            if listing_id is not None
        ),
        None,
    )
    if beside is not None:
        kind = "achievement" if beside.kind == "demand" else "demand"
    found = search.search(actor(), search.question(kind, words)) if words else None
    return render_template(
        "leads/new.html",
        kind=kind,
        words=words,
        beside=beside,
        found=found,
        results=[(hit.row.id, cards.of_result(actor(), hit)) for hit in found.results] if found else [],
    )


@blueprint.post("/new")
@requires(Permission.WORK_AS_BROKER)
@THREAD
def create() -> Response:
    """Begin to work on what was chosen; what the desk works on already opens."""
    wanted = {name: request.form.get(name, type=row_number) for name in ("demand", "achievement")}
    before = leads.find(actor(), wanted["demand"], wanted["achievement"])
    with unit_of_work():
        lead_id = leads.create(actor(), wanted["demand"], wanted["achievement"]).id
    flash(_("这条线索已经在办") if before is not None else _("已建立线索"), "info" if before else "ok")
    return redirect(url_for(".detail", lead_id=lead_id))


@blueprint.get("/<int:lead_id>")
@requires(Permission.WORK_AS_BROKER)
def detail(lead_id: int) -> str:
    """Show a lead: both sides, what was done, what is to be done."""
    lead = leads.get(actor(), lead_id)
    line = showing.lines(actor(), [lead])[0]
    return render_template("leads/detail.html", **_page(actor(), lead, line))


def _page(reader: Actor, lead: Lead, line: Line) -> dict[str, Any]:
    require(reader, Permission.WORK_AS_BROKER, leads.subject_of(lead))
    return {
        "lead": lead,
        "line": line,
        "state": LEAD.states[lead.state],
        "can_do": set(leads.available(reader, lead)),
        "ways": CONTACT_WAYS,
        "contact_sides": CONTACT_SIDES,
        "pairs": _pairs_for(reader, line),
        "today": clock.today(),
    }


def _pairs_for(reader: Actor, line: Line) -> list[tuple[Any, Any, Any]]:
    """Return what could stand on the other side of a lead that has only one: (listing, its card, strength)."""
    if len(line.sides) != 1 or not line.sides[0].title:
        return []
    side = line.sides[0]
    listing = pages.get(reader, side.kind, side.listing_id)
    found = [(pair.other(listing), pair) for pair in matches.matches_of(reader, listing, limit=BESIDE)]
    return [
        (other, cards.of_listing(reader, other, brief=True), glances.strength(pair.strength))
        for other, pair in found
    ]
