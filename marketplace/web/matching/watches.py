"""我的匹配: the organisation's listings with their matches, and how often each person hears of new ones."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.platform.notices import FREQUENCIES
from marketplace.services.matching.telling import desk, watches
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, public, requires
from marketplace.web.limits import CONFIRM
from marketplace.web.matching.matches import glances
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("watches", __name__, url_prefix="/desk/matches")


@blueprint.get("")
@requires(Permission.CREATE_LISTING)
def index() -> str:
    """Show the organisation's listings on offer, each with its matches and the reader's wish for it."""
    return render_template(
        "watches/index.html",
        page=desk.lines(actor(), page_number()),
        page_url=page_urls(),
        wishes=watches.WISHES,
        usual=FREQUENCIES[watches.usual(actor().person_id or 0)],
        strength=glances.strength,
    )


@blueprint.post("/<int:listing_id>")
@requires(Permission.CREATE_LISTING)
def choose(listing_id: int) -> Response:
    """Set how often the reader hears of a listing's new matches."""
    with unit_of_work():
        listing = watches.choose(actor(), listing_id, request.form.get("frequency", ""))
        title = listing.published.title if listing.published else ""
    flash(_("已保存“%(title)s”的接收方式", title=title), "ok")
    number = request.form.get("page", "")
    return redirect(
        url_for(".index", page=number if number.isdigit() else None, _anchor=f"item-{listing_id}")
    )


@blueprint.get("/mute/<token>")
@public
@CONFIRM
def ask(token: str) -> str:
    """Ask whether to end the notices a mail spoke of: opening a link, as mail scanners do, changes nothing."""
    person, listing = watches.muted_by(token)
    done = watches.is_muted(person, listing)
    return render_template("watches/mute.html", token=token, listing=listing, person=person, done=done)


@blueprint.post("/mute/<token>")
@public
@CONFIRM
def mute(token: str) -> str:
    """End the notices of a listing for the person who got the mail; pressed again it changes nothing."""
    with unit_of_work():
        watches.mute(token)
    person, listing = watches.muted_by(token)
    return render_template("watches/mute.html", token=token, listing=listing, person=person, done=True)
