"""需求缺口图: what is wanted and not found, by field and direction, and who works there."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import taxonomy
from marketplace.domain.access import Permission
from marketplace.services.matching.gaps import overview, weekly
from marketplace.services.matching.telling import shown
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, public, requires
from marketplace.web.limits import SEARCH
from marketplace.web.matching import gap_cards
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("gaps", __name__, url_prefix="/gaps")


@blueprint.get("")
@public
@SEARCH
def index() -> str:
    """Show the map, the gaps in it, and what came of matches of each strength."""
    drawn = overview.draw(actor())
    field, tag = _chosen("field", taxonomy.NATIONAL_FIELDS), _chosen("tag", taxonomy.CITY_TAGS)
    page = overview.gaps(actor(), drawn, page_number(), field, tag)
    return render_template(
        "gaps/index.html",
        map=drawn,
        page=page,
        page_url=page_urls(),
        cards=[gap_cards.of_line(actor(), line) for line in page.items],
        chosen=taxonomy.NATIONAL_FIELDS.label_of(field)
        if field
        else taxonomy.CITY_TAGS.label_of(tag)
        if tag
        else "",
        most=max((line.demands for line in [*drawn.fields, *drawn.directions]), default=0),
        wants=weekly.wants(actor()),
        rates=gap_cards.rates(shown.rates()),
        counted_at=shown.counted_at(),
    )


def _chosen(name: str, terms: taxonomy.Taxonomy) -> str:
    code = request.args.get(name, "")
    return code if code in terms else ""


@blueprint.post("/watch")
@requires(Permission.CREATE_LISTING)
def watch() -> Response:
    """Be told each week of new gaps in the fields of one's organisation, or no more."""
    wanted = request.form.get("wanted") == "1"
    with unit_of_work():
        (weekly.ask if wanted else weekly.stop)(actor())
    flash(_("每周一会告诉您贵单位领域的新缺口") if wanted else _("不再通知新缺口"), "ok")
    return redirect(url_for(".index"))
