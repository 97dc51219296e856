"""Papers of a case on A4: print pages, and the same pages as PDF where the server can make them."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.services.outside import outside
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.reading import papers
from marketplace.web import limits
from marketplace.web.answers import pdf_file
from marketplace.web.guards import actor, requires

blueprint = Blueprint("subsidy_papers", __name__, url_prefix="/desk/subsidies/<int:case_id>/papers")


@blueprint.get("/<form>")
@requires(Permission.READ_CASE)
def show(case_id: int, form: str) -> str:
    """Show a paper as a page to print."""
    return _page(papers.build(actor(), case_id, form))


@blueprint.get("/<form>.pdf")
@requires(Permission.READ_CASE)
@limits.PAPERS
def pdf(case_id: int, form: str) -> Response:
    """Hand out a paper as a PDF; without the library lead to the page, which says how to make one."""
    paper = papers.build(actor(), case_id, form)
    name = paper.case.number or cases.title_of(paper.case)
    instead = url_for(".show", case_id=case_id, form=form)
    return pdf_file(lambda: _page(paper), f"{_(paper.title)} {name}", instead)


def _page(paper: papers.Paper) -> str:
    return render_template(
        f"subsidy_papers/{paper.form}.html",
        paper=paper,
        others=papers.offered(actor(), paper.case),
        has_pdf=outside().documents is not None,
    )
