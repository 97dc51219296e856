"""公示公告: one list of announcements and 公示, the page of each announcement, the feed."""

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from marketplace.domain import clock
from marketplace.domain.platform.announcements import KINDS, blocks, plain
from marketplace.domain.states import ANNOUNCEMENT
from marketplace.forms.platform.announcements import AnnouncementFilter
from marketplace.services.platform import files
from marketplace.services.platform.announcements import reading, writing
from marketplace.web.guards import public
from marketplace.web.limits import PICTURES, SEARCH
from marketplace.web.paging import page_number, page_urls
from marketplace.web.platform.outward import structured

blueprint = Blueprint("announcements", __name__, url_prefix="/announcements")

FEED_WORDS = 300


@blueprint.get("")
@public
@SEARCH
def index() -> str:
    """List what was published, by kind, year and words of the title."""
    args = request.args
    asked = reading.question(args.get("kind", ""), args.get("q", ""), args.get("year", ""))
    years = [str(year) for year in reading.years()]
    form = AnnouncementFilter(formdata=None, kind=asked.kind, q=asked.text, year=str(asked.year or ""))
    form.year.offer([(year, _("%(n)s年", n=year)) for year in years])
    return render_template(
        "announcements/index.html",
        form=form,
        page=reading.listed(asked, page_number()),
        page_url=page_urls(),
        asked=asked,
        kinds=reading.LISTED,
    )


@blueprint.get("/<int:announcement_id>")
@public
def detail(announcement_id: int) -> str:
    """Show an announcement; a withdrawn one shows the reason instead of its text."""
    row = reading.get(announcement_id)
    shown = row.state == "published"
    return render_template(
        "announcements/detail.html",
        row=row,
        kinds=KINDS,
        state=ANNOUNCEMENT.states[row.state],
        over=row.valid_to is not None and row.valid_to < clock.today(),
        ahead=row.valid_from is not None and row.valid_from > clock.today(),
        blocks=blocks(row.body) if shown else [],
        files=files.links_of(writing.SUBJECT, row.id) if shown else [],
        description=plain(row.body, 120) if shown else "",
        structured=structured.article(row, plain(row.body, 200)) if shown else None,
    )


@blueprint.get("/feed.xml")
@public
@PICTURES
def feed() -> AnyResponse:
    """Offer the newest announcements as an Atom feed; ``?kind=`` narrows it."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    rows = [(row, plain(row.body, FEED_WORDS)) for row in reading.newest(kind)]
    text = render_template("announcements/feed.xml", rows=rows, kinds=KINDS, kind=kind)
    response = Response(text, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=600"
    response.add_etag()
    return response.make_conditional(request)
