"""For search engines: robots.txt, the site map and its parts."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.platform.matters import MATTERS
from marketplace.services import links
from marketplace.services.catalogue.outward import sitemap
from marketplace.services.platform.announcements import reading
from marketplace.web.guards import public
from marketplace.web.limits import PICTURES
from marketplace.web.platform.outward.addresses import absolute

blueprint = Blueprint("robots", __name__)

CLOSED = ("/desk", "/admin", "/account", "/login", "/search", "/elder", "/webhooks")
"""Paths with nothing to find: they need a login, or lead elsewhere."""

FIXED = (
    "home.index", "achievements.index", "demands.index", "organisations.index", "registry_public.index",
    "announcements.index", "turnover.index", "policies.index",
    "price_publications.index", "publicities.index", "gaps.index", "help.index",
    "home.about",
)  # fmt: skip
"""Pages that stand for themselves."""

LISTED = 2000
"""Announcements and 公示 in the map, the newest first."""

SECONDS = 3600
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Say which paths are worth a visit, and where the map is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    lines += [f"Sitemap: {absolute(url_for('.index'))}", ""]
    return _answer("\n".join(lines), "text/plain")


@blueprint.get("/sitemap.xml")
@public
@PICTURES
def index() -> Response:
    """List the parts of the map."""
    parts = [(url_for(".pages"), None)] + [
        (url_for(".part", kind=part.kind, number=part.number), part.changed) for part in sitemap.parts()
    ]
    return _xml("sitemapindex", "sitemap", parts)


@blueprint.get("/sitemap-pages.xml")
@public
@PICTURES
def pages() -> Response:
    """List the pages that stand for themselves: entrances, matters, announcements."""
    found: list[tuple[str, datetime | date | None]] = [(url_for(endpoint), None) for endpoint in FIXED]
    found += [(url_for("help.matter", slug=matter.slug), None) for matter in MATTERS]
    entries = reading.listed(reading.Question(), size=LISTED).items
    found += [(entry.path, entry.published_on) for entry in entries]
    return _xml("urlset", "url", found)


@blueprint.get("/sitemap-<any(achievement, demand, organisation):kind>-<int:number>.xml")
@public
@PICTURES
def part(kind: str, number: int) -> Response:
    """List one part of the catalogue."""
    rows = sitemap.pages(kind, number)
    if not rows:
        abort(404)
    return _xml("urlset", "url", ((links.path_of(kind, row), changed) for row, changed in rows))


def _xml(root: str, entry: str, rows: Iterable[tuple[str, datetime | date | None]]) -> Response:
    lines: Sequence[str] = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{root} xmlns="{NAMESPACE}">',
        *(f"<{entry}><loc>{escape(absolute(path))}</loc>{_changed(at)}</{entry}>" for path, at in rows),
        f"</{root}>\n",
    ]
    return _answer("\n".join(lines), "application/xml")


def _changed(at: datetime | date | None) -> str:
    if at is None:
        return ""
    text = clock.beijing(at).isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()
    return f"<lastmod>{text}</lastmod>"


def _answer(text: str, media_type: str) -> Response:
    response = Response(text, content_type=f"{media_type}; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    response.add_etag()
    return response.make_conditional(request)
