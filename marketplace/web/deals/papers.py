"""Papers of a contract on A4: print pages, and the same pages as PDF where the server can make them."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.services import links
from marketplace.services.deals import papers
from marketplace.services.outside import outside
from marketplace.web import limits
from marketplace.web.answers import pdf_file
from marketplace.web.guards import actor, requires

blueprint = Blueprint("papers", __name__, url_prefix="/desk/contracts/<int:contract_id>/papers")


@blueprint.get("/<form>")
@requires(Permission.READ_CONTRACT)
def show(contract_id: int, form: str) -> str:
    """Show a paper as a page to print."""
    return _page(papers.build(actor(), contract_id, form))


@blueprint.get("/<form>.pdf")
@requires(Permission.READ_CONTRACT)
@limits.PAPERS
def pdf(contract_id: int, form: str) -> Response:
    """Hand out a paper as a PDF; without the library lead to the page, which says how to make one."""
    paper = papers.build(actor(), contract_id, form)
    instead = url_for(".show", contract_id=contract_id, form=form)
    return pdf_file(lambda: _page(paper), f"{_(paper.title)} {paper.filing_number}", instead)


def _page(paper: papers.Paper) -> str:
    template = f"papers/{paper.form.replace('-', '_')}.html"
    return render_template(
        template,
        paper=paper,
        has_pdf=outside().documents is not None,
        back=links.path_of("contract", paper.contract_id),
    )
