"""纠错 as a reader sees it: report what is wrong, keep the code, look the answer up."""

from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from marketplace.domain.errors import DomainError
from marketplace.domain.states import CORRECTION
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.forms.catalogue.corrections import CorrectionForm, LookupForm
from marketplace.models.catalogue import Correction
from marketplace.services.catalogue import pages
from marketplace.services.catalogue.quality import corrections
from marketplace.services.paging import paged
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, public, signed_in
from marketplace.web.limits import CONTACT, VERIFY
from marketplace.web.paging import page_number

blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")

ADDRESS = "/<any(achievement, demand):kind>/<int:listing_id>"
SENT = "correction_sent"
"""Where the session keeps the report that was just sent, for the page that shows its code."""

Answer = str | Response | tuple[str, int]


@blueprint.get(ADDRESS)
@public
def write(kind: str, listing_id: int) -> str:
    """Show the form."""
    return _form(kind, listing_id, _offered(CorrectionForm(), kind))


def _offered(form: CorrectionForm, kind: str) -> CorrectionForm:
    form.field.offer([(name, corrections.label_of(kind, name)) for name in corrections.PLACES[kind]])
    return form


def _form(kind: str, listing_id: int, form: CorrectionForm) -> str:
    view = pages.of_listing(actor(), pages.get(actor(), kind, listing_id))
    return render_template("corrections/correction.html", view=view, form=form)


@blueprint.post(ADDRESS)
@public
@CONTACT
def send(kind: str, listing_id: int) -> Answer:
    """Keep the report and go to the page with its code."""
    form = _offered(CorrectionForm(), kind)
    if not form.validate():
        return _form(kind, listing_id, form), 422
    try:
        with unit_of_work():
            row = corrections.report(
                actor(),
                pages.get(actor(), kind, listing_id),
                form.message.data or "",
                form.field.data or "",
                form.source.data or "",
            )
            sent = row.id
    except DomainError as error:
        form.take(error)
        return _form(kind, listing_id, form), 422
    session[SENT] = sent
    return redirect(url_for(".sent"))


@blueprint.get("/sent")
@public
def sent() -> str | Response:
    """Say what happens next, and the code to look the answer up by."""
    row = db.session.get(Correction, session.get(SENT, 0))
    if row is None:
        return redirect(url_for(".look_up"))
    return render_template("corrections/sent.html", **_told(row))


@blueprint.route("/status", methods=["GET", "POST"])
@public
@VERIFY
def look_up() -> Answer:
    """Look a report up by its code, without signing in."""
    form = LookupForm()
    if not form.is_submitted():
        return render_template("corrections/status.html", form=form)
    row = corrections.find(form.code.data or "") if form.validate() else None
    if row is None:
        form.take(DomainError("code_unknown", N_("没有这个查询码，请核对后重新输入"), field="code"))
        return render_template("corrections/status.html", form=form), 422
    return render_template("corrections/status.html", form=form, **_told(row))


@blueprint.get("/mine")
@signed_in
def mine() -> str:
    """List what the reader reported."""
    page = paged(corrections.own(actor()), page_number())
    return render_template(
        "corrections/mine.html",
        page=page,
        page_url=lambda number: url_for(".mine", page=number),
        titles={row.id: corrections.readable_title(actor(), row) for row in page.items},
        states=CORRECTION.states,
    )


@blueprint.get("/<int:correction_id>")
@signed_in
def detail(correction_id: int) -> str:
    """Show one of the reader's own reports with its answer."""
    return render_template("corrections/detail.html", **_told(corrections.get_own(actor(), correction_id)))


def _told(row: Correction) -> dict[str, Any]:
    """Return what the reporter may know of a report."""
    task = reviews.open_task_for("correction", row.id)
    kind = row.listing.kind
    return {
        "row": row,
        "code": corrections.shown_code(row),
        "state": CORRECTION.states[row.state],
        "title": corrections.readable_title(actor(), row),
        "page": url_for(f"{kind}s.detail", listing_id=row.listing_id),
        "place": corrections.label_of(kind, row.field),
        "due": task.due_on if task is not None else None,
    }
