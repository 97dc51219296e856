"""纠错: a reader tells the reviewers that something on a page is wrong."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import DomainError
from marketplace.forms.catalogue.corrections import CorrectionForm
from marketplace.services.catalogue import corrections, pages
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, public
from marketplace.web.limits import CONTACT

blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")

ADDRESS = "/<any(achievement, demand):kind>/<int:listing_id>"


@blueprint.get(ADDRESS)
@public
def write(kind: str, listing_id: int) -> str:
    """Show the form."""
    listing = pages.get(actor(), kind, listing_id)
    return render_template(
        "corrections/correction.html", view=pages.of_listing(actor(), listing), form=CorrectionForm()
    )


@blueprint.post(ADDRESS)
@public
@CONTACT
def send(kind: str, listing_id: int) -> str | Response | tuple[str, int]:
    """Tell the reviewers."""
    form = CorrectionForm()
    view = pages.of_listing(actor(), pages.get(actor(), kind, listing_id))
    if not form.validate():
        return render_template("corrections/correction.html", view=view, form=form), 422
    try:
        with unit_of_work():
            listing = pages.get(actor(), kind, listing_id)
            corrections.correct(actor(), listing, form.message.data or "")
    except DomainError as error:
        form.take(error)
        return render_template("corrections/correction.html", view=view, form=form), 422
    flash(_("谢谢您的指正，审核人员会核实处理。"), "ok")
    endpoint = "achievements.detail" if kind == "achievement" else "demands.detail"
    return redirect(url_for(endpoint, listing_id=listing_id))
