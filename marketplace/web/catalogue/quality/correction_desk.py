"""纠错 on the reviewers' desk: the register, one report with its answer, laying one down."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, may
from marketplace.domain.errors import DomainError
from marketplace.domain.states import CORRECTION
from marketplace.forms.catalogue.corrections import AnswerForm, RegisterFilter, SettleForm
from marketplace.services.catalogue.quality import corrections
from marketplace.services.paging import paged
from marketplace.services.people import actors
from marketplace.services.platform import deadlines, reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("correction_desk", __name__, url_prefix="/admin/corrections")

Answer = str | Response | tuple[str, int]
STATES = [(state.code, state.label) for state in CORRECTION.states.values()]


@blueprint.get("")
@requires(Permission.SEE_REVIEW_DESK)
def index() -> str:
    """List the reports that the reader may read as a reviewer, with how often each listing was reported."""
    form = RegisterFilter(request.args)
    form.state.offer(STATES)
    form.validate()
    listing = request.args.get("listing", 0, type=row_number) or None
    kind = form.kind.data if form.kind.data in corrections.PLACES else ""
    state = form.state.data if form.state.data in CORRECTION.states else ""
    page = paged(corrections.register(actor(), kind or "", state or "", listing), page_number())
    return render_template(
        "correction_desk/index.html",
        form=form,
        page=page,
        page_url=page_urls(),
        listing=listing,
        states=CORRECTION.states,
        revisions=corrections.revisions_of(page.items),
        counts=corrections.counts(row.listing_id for row in page.items),
        place=corrections.label_of,
    )


@blueprint.get("/<int:correction_id>")
@requires(Permission.SEE_REVIEW_DESK)
def show(correction_id: int) -> str:
    """Show a report, what it is about, and its answer or the form for one."""
    return _page(correction_id, AnswerForm(formdata=None), SettleForm(formdata=None))


def _page(correction_id: int, form: AnswerForm, settling: SettleForm) -> str:
    row, task = corrections.get_task(actor(), correction_id)
    subject = corrections.subject_of(row, task)
    return render_template(
        "correction_desk/show.html",
        row=row,
        task=task,
        revision=corrections.revisions_of([row])[row.revision_id],
        reporter=actors.names_of([row.reporter_id]).get(row.reporter_id, "") if row.reporter_id else "",
        place=corrections.label_of(row.listing.kind, row.field),
        state=CORRECTION.states[row.state],
        count=corrections.counts([row.listing_id])[row.listing_id],
        days_left=deadlines.days_left(task.due_on),
        owner_left=deadlines.days_left(row.due_on) if row.due_on else None,
        colleagues=reviews.colleagues(task),
        may_decide=task.state == "open" and may(actor(), Permission.REVIEW, subject),
        may_settle=row.state == "accepted" and may(actor(), Permission.REVIEW, subject),
        changeable=corrections.changeable(row.listing),
        form=form,
        settling=settling,
    )


@blueprint.post("/<int:correction_id>")
@requires(Permission.SEE_REVIEW_DESK)
def decide(correction_id: int) -> Answer:
    """Answer a report, as the pressed button says."""
    form, action = AnswerForm(), request.form.get("action", "")
    try:
        if not form.validate() or action not in ("accept", "reject"):
            return _page(correction_id, form, SettleForm(formdata=None)), 422
        with unit_of_work():
            corrections.decide(
                actor(), correction_id, action, form.answer.data or "", form.request.data or ""
            )
    except DomainError as error:
        form.take(error)
        return _page(correction_id, form, SettleForm(formdata=None)), 422
    flash(_("已答复；属实的已请发布单位更正") if action == "accept" else _("已答复"), "ok")
    return redirect(url_for(".show", correction_id=correction_id))


@blueprint.post("/<int:correction_id>/settle")
@requires(Permission.SEE_REVIEW_DESK)
def settle(correction_id: int) -> Answer:
    """Lay an accepted report down."""
    form = SettleForm()
    try:
        if not form.validate():
            return _page(correction_id, AnswerForm(formdata=None), form), 422
        with unit_of_work():
            corrections.settle(actor(), correction_id, form.answer.data or "")
    except DomainError as error:
        form.take(error)
        return _page(correction_id, AnswerForm(formdata=None), form), 422
    flash(_("已了结"), "ok")
    return redirect(url_for(".show", correction_id=correction_id))
