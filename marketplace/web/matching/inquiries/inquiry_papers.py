"""What goes with a thread: its files through a guard that keeps a log, and the 保密承诺 before them."""

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError, NotFound
from marketplace.forms.matching.inquiries import SecrecyForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.models.matching import NdaAcceptance
from marketplace.services.matching.inquiries import exchange, secrecy, threads
from marketplace.services.outside import outside
from marketplace.services.people import organisations
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page, pdf_file
from marketplace.web.guards import actor, requires
from marketplace.web.limits import PAPERS

blueprint = Blueprint("inquiry_papers", __name__, url_prefix="/desk/inquiries/<int:inquiry_id>")

Answer = str | Response | tuple[str, int]


@blueprint.get("/files/<int:link_id>")
@requires(Permission.READ_INQUIRY)
def file(inquiry_id: int, link_id: int) -> Response:
    """Hand a file out to whom it is meant, always to be saved, and write down who opened it."""
    with unit_of_work():
        found = exchange.open_file(actor(), inquiry_id, link_id)
        content = found.open()
        name, media_type = found.link.file.name, found.link.file.media_type
    response = send_file(content, mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/secrecy/offer", methods=["GET", "POST"])
@requires(Permission.HANDLE_INQUIRY)
def offer(inquiry_id: int) -> Answer:
    """Offer the listing's files for both sides against a 保密承诺, after a last look at whom and what."""
    inquiry, form = threads.get(actor(), inquiry_id), EmptyForm()
    if form.validate_on_submit():
        with unit_of_work():
            secrecy.offer(actor(), inquiry_id)
        flash(_("已请对方签署保密承诺，签署后文件对其开放"), "ok")
        return redirect(url_for("inquiries.detail", inquiry_id=inquiry_id, _anchor="files"))
    if threads.side_of(actor(), inquiry) != "owner" or inquiry.nda_asked_at is not None:
        return redirect(url_for("inquiries.detail", inquiry_id=inquiry_id))
    offered = exchange.offered(exchange.reader_of(actor(), inquiry))
    return form_page(
        "inquiry_papers/offer.html", form, inquiry=inquiry, title=threads.title_of(inquiry), offered=offered
    )


@blueprint.route("/secrecy", methods=["GET", "POST"])
@requires(Permission.HANDLE_INQUIRY)
def accept(inquiry_id: int) -> Answer:
    """Read the 保密承诺 and accept it by name."""
    inquiry, form = threads.get(actor(), inquiry_id), SecrecyForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                secrecy.accept(actor(), inquiry_id, form.typed_name.data or "", form.digest.data or "")
            flash(_("已签署保密承诺，可以打开文件"), "ok")
            return redirect(url_for("inquiries.detail", inquiry_id=inquiry_id, _anchor="files"))
        except DomainError as error:
            if error.field is None:
                raise
            form.take(error)
            inquiry = threads.get(actor(), inquiry_id)
    elif not form.is_submitted() and not secrecy.is_wanted(actor(), inquiry):
        return redirect(url_for("inquiries.detail", inquiry_id=inquiry_id))
    text = secrecy.wording(inquiry, organisations.own(actor()))
    form.digest.data = text.digest
    return form_page("inquiry_papers/accept.html", form, inquiry=inquiry, text=text)


@blueprint.get("/secrecy/<int:organisation_id>")
@requires(Permission.READ_INQUIRY)
def show(inquiry_id: int, organisation_id: int) -> str:
    """Show an accepted 保密承诺 as it was accepted, to print."""
    return _paper(_acceptance(inquiry_id, organisation_id))


@blueprint.get("/secrecy/<int:organisation_id>.pdf")
@requires(Permission.READ_INQUIRY)
@PAPERS
def pdf(inquiry_id: int, organisation_id: int) -> Response:
    """Hand the same out as a PDF."""
    row = _acceptance(inquiry_id, organisation_id)
    instead = url_for(".show", inquiry_id=inquiry_id, organisation_id=organisation_id)
    return pdf_file(lambda: _paper(row), _("保密承诺书 %(number)s", number=row.id), instead)


def _acceptance(inquiry_id: int, organisation_id: int) -> NdaAcceptance:
    inquiry = threads.get(actor(), inquiry_id)
    row = secrecy.accepted_by(inquiry, organisation_id) if threads.reads_messages(actor(), inquiry) else None
    if row is None:
        raise NotFound()
    return row


def _paper(row: NdaAcceptance) -> str:
    title, *lines = row.wording.split("\n")
    has_pdf = outside().documents is not None
    return render_template("inquiry_papers/show.html", row=row, heading=title, lines=lines, has_pdf=has_pdf)
