"""会谈记录: writing one, and saying that it was so."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import NotFound, ValidationFailed
from marketplace.forms.matching.negotiations import MeetingForm
from marketplace.services.matching.negotiations import meetings, records
from marketplace.services.matching.negotiations.meetings import NoteData
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.limits import THREAD

blueprint = Blueprint("meetings", __name__, url_prefix="/desk/negotiations/<int:negotiation_id>/notes")

Answer = str | Response | tuple[str, int]


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.NEGOTIATE)
@THREAD
def new(negotiation_id: int) -> Answer:
    """Write what was said on a day."""
    negotiation = records.get(actor(), negotiation_id)
    records.check_open(negotiation, "open", "agreed", "drafted")
    form = MeetingForm(request_key=secrets.token_urlsafe(24), held_on=clock.today())
    if form.validate_on_submit():
        data = NoteData(form.held_on.data, form.place.data or "", form.body.data or "")
        key = (form.request_key.data or "")[:64] or secrets.token_urlsafe(24)
        try:
            with unit_of_work():
                meetings.write(actor(), negotiation_id, data, key)
            flash(_("会谈记录已保存，等对方确认"), "ok")
            return redirect(url_for("negotiations.detail", negotiation_id=negotiation_id, _anchor="notes"))
        except ValidationFailed as refused:
            form.take(refused)
            negotiation = records.get(actor(), negotiation_id)
    return form_page("meetings/new.html", form, negotiation=negotiation)


@blueprint.route("/<int:note_id>/confirm", methods=["GET", "POST"])
@requires(Permission.NEGOTIATE)
def confirm(negotiation_id: int, note_id: int) -> Answer:
    """Read a note once more and say that it was so."""
    negotiation = records.get_own(actor(), negotiation_id)
    note = next((one for one in meetings.of_negotiation(negotiation) if one.id == note_id), None)
    if note is None:
        raise NotFound()
    if request.method == "POST":
        with unit_of_work():
            meetings.confirm(actor(), note_id)
        flash(_("已确认会谈记录"), "ok")
    elif meetings.may_confirm(actor(), negotiation, note):
        return render_template("meetings/confirm.html", negotiation=negotiation, note=note)
    return redirect(url_for("negotiations.detail", negotiation_id=negotiation_id, _anchor="notes"))
