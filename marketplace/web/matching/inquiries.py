"""询问: asking about a listing, and what was asked and received."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError
from marketplace.forms.matching.inquiries import InquiryForm
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue import pages
from marketplace.services.matching.inquiries import asking, boxes
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires, signed_in
from marketplace.web.limits import CONTACT
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("inquiries", __name__, url_prefix="/desk/inquiries")

NEW = "/new/<any(achievement, demand):kind>/<int:listing_id>"


@blueprint.get("")
@requires(Permission.WORK_IN_ORGANISATION)
def index() -> str:
    """Show what others asked us, or what we asked them."""
    sent = request.args.get("box") == "sent"
    lines = boxes.sent if sent else boxes.received
    return render_template(
        "inquiries/index.html", sent=sent, page=lines(actor(), page_number()), page_url=page_urls()
    )


@blueprint.get(NEW)
@signed_in
def ask(kind: str, listing_id: int) -> str:
    """Show the form for a question."""
    listing = asking.target(actor(), kind, listing_id)
    form = InquiryForm(request_key=secrets.token_urlsafe(24))
    return _form(listing, form)


@blueprint.post(NEW)
@signed_in
@CONTACT
def send(kind: str, listing_id: int) -> str | Response | tuple[str, int]:
    """Send the question; the same form sent twice is one question."""
    listing = asking.target(actor(), kind, listing_id)
    form = InquiryForm()
    if not form.validate():
        return _form(listing, form), 422
    try:
        try:
            _ask(kind, listing_id, form)
        except Conflict:
            # Two presses at the same moment: the other one has made the inquiry that this one now finds.
            _ask(kind, listing_id, form)
    except DomainError as error:
        form.take(error)
        return _form(asking.target(actor(), kind, listing_id), form), 422
    flash(_("已发送。对方会收到邮件和通知，答复会显示在这里。"), "ok")
    return redirect(url_for(".index", box="sent"))


def _ask(kind: str, listing_id: int, form: InquiryForm) -> None:
    key = (form.request_key.data or "")[:64] or secrets.token_urlsafe(24)
    with unit_of_work():
        listing = asking.target(actor(), kind, listing_id)
        asking.ask(actor(), listing, form.message.data or "", key)


def _form(listing: Listing, form: InquiryForm) -> str:
    return render_template("inquiries/ask.html", view=pages.of_listing(actor(), listing), form=form)
