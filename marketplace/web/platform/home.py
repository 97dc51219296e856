"""The home page, the switch of the search box, and the larger letters."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.deals.turnover import MEASURES, VIEWS
from marketplace.services import showcase
from marketplace.services.platform import counts
from marketplace.services.platform.announcements import reading
from marketplace.web.catalogue import cards
from marketplace.web.guards import actor, public
from marketplace.web.matching.matches import glances
from marketplace.web.platform.outward import structured

blueprint = Blueprint("home", __name__)

YEAR = 365 * 24 * 3600


@blueprint.get("/")
@public
def index() -> str:
    """Show what the market is and what stands in it now."""
    show = showcase.showcase()
    counts.shown("achievement", [row.id for row in show.achievements])
    counts.shown("demand", [row.id for row in show.demands])
    return render_template(
        "home/index.html",
        figures=show.figures,
        turnover=show.turnover,
        views=VIEWS,
        measures=MEASURES,
        achievements=cards.of_listings(actor(), show.achievements),
        demands=[cards.of_listing(actor(), row, brief=True) for row in show.demands],
        matches=glances.for_home(actor()),
        announcements=reading.latest(),
        announcement_kinds=reading.LISTED,
        structured=structured.website(),
        popular=[(word, url_for("achievements.index", q=word)) for word in show.popular],
    )


@blueprint.get("/about")
@public
def about() -> str:
    """Say whose site this is, what its figures mean, and where to ask."""
    return render_template("home/about.html")


@blueprint.get("/search")
@public
def search() -> Response:
    """Send the words of the search box to the list that its switch names."""
    endpoint = "demands.index" if request.args.get("kind") == "demand" else "achievements.index"
    return redirect(url_for(endpoint, q=request.args.get("q", "").strip()[:200] or None))


@blueprint.get("/elder")
@public
def elder() -> Response:
    """Switch the larger letters on or off, and go back to where the reader was."""
    response = redirect(_came_from())
    if request.cookies.get("elder") == "1":
        response.delete_cookie("elder", samesite="Lax")
    else:
        response.set_cookie(
            "elder", "1", max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure
        )
    response.headers["Cache-Control"] = "no-store"
    return response


def _came_from() -> str:
    """Return path and query of the page before, if it was one of ours."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host or not parts.path.startswith("/") or parts.path.startswith("//"):
        return url_for("home.index")
    if parts.path == url_for("home.elder"):
        return url_for("home.index")
    return parts.path + (f"?{parts.query}" if parts.query else "")
