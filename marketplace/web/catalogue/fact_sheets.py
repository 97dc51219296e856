"""Fact sheets of achievements and demands on A4: a page to print, and the same page as PDF. Public text only."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from marketplace.services import links
from marketplace.services.catalogue.outward import sheets
from marketplace.services.outside import outside
from marketplace.web.answers import pdf_file
from marketplace.web.guards import public
from marketplace.web.limits import PAPERS

blueprint = Blueprint("fact_sheets", __name__)

LISTING = "/<any(achievement, demand):kind>-sheets/<int:listing_id>"


@blueprint.get(LISTING)
@public
def show(kind: str, listing_id: int) -> str:
    """Show a sheet as a page to print."""
    return _page(sheets.build(kind, listing_id))


@blueprint.get(f"{LISTING}.pdf")
@public
@PAPERS
def pdf(kind: str, listing_id: int) -> Response:
    """Hand out a sheet as a PDF; without the library lead to the page, which says how to make one."""
    sheet = sheets.build(kind, listing_id)
    name = f"{sheet.view.title[:60]} {sheet.view.number}"
    return pdf_file(lambda: _page(sheet), name, url_for(".show", kind=kind, listing_id=listing_id))


def _page(sheet: sheets.Sheet) -> str:
    return render_template(
        f"fact_sheets/{sheet.view.kind}.html",
        sheet=sheet,
        view=sheet.view,
        has_pdf=outside().documents is not None,
        back=links.path_of(sheet.view.kind, sheet.view.listing_id),
    )
