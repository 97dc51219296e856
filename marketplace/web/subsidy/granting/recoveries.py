"""追回: what is open, what came back, and the decision to write the rest off."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, may
from marketplace.domain.deals.terms import BANKS
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.domain.states import RECOVERY
from marketplace.forms.subsidy.granting import ReasonForm, TransferForm
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.granting import recovering
from marketplace.services.subsidy.granting.recovering import Received
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires

blueprint = Blueprint("recoveries", __name__, url_prefix="/admin/recoveries")

Answer = Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """List what was reduced and asked back, by state."""
    state = request.args.get("state", "open")
    state = state if state in RECOVERY.states else "open"
    return render_template(
        "recoveries/index.html",
        state=state,
        states=RECOVERY.states,
        found=recovering.listed(actor(), state),
        causes=recovering.CAUSES,
    )


@blueprint.route("/<int:recovery_id>", methods=["GET", "POST"])
@requires(Permission.READ_CASES)
def show(recovery_id: int) -> Answer:
    """Show a recovery, and record what came back on it."""
    row, form = recovering.get_for(actor(), recovery_id), TransferForm()
    if form.validate_on_submit():
        try:
            received = Received(
                form.amount.data, form.paid_on.data, form.bank.data or "", form.serial.data or ""
            )
            with unit_of_work():
                recovering.record(actor(), recovery_id, received)
            flash(_("已登记退回的款项"), "ok")
            return redirect(url_for(".show", recovery_id=recovery_id))
        except (Conflict, NotAllowed):
            raise
        except DomainError as error:
            form.take(error)
    subject = recovering.subject_of(row)
    return form_page(
        "recoveries/show.html",
        form,
        row=row,
        case=row.case,
        title=cases.title_of(row.case),
        standing=recovering.standing_of(row),
        state=RECOVERY.states[row.state],
        causes=recovering.CAUSES,
        banks=BANKS,
        may_record=row.state == "open" and may(actor(), Permission.PAY_GRANT, subject),
        may_write_off=row.state == "open" and may(actor(), Permission.APPROVE_GRANT, subject),
    )


@blueprint.route("/<int:recovery_id>/write-off", methods=["GET", "POST"])
@requires(Permission.APPROVE_GRANT)
@reauthenticated
def write_off(recovery_id: int) -> Answer:
    """Write the rest off by a recorded decision."""
    row, form = recovering.get_for(actor(), recovery_id), ReasonForm()
    back = url_for(".show", recovery_id=recovery_id)
    if request.method == "GET" and row.state != "open":
        flash(_("这笔追回现在是“%(state)s”，不需要核销", state=_(RECOVERY.states[row.state].label)), "info")
        return redirect(back)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                recovering.write_off(actor(), recovery_id, form.note.data or "")
            flash(_("已核销，决定已留存"), "ok")
            return redirect(back)
        except (Conflict, NotAllowed):
            raise
        except DomainError as error:
            form.take(error)
    return form_page(
        "grant_queue/reason.html",
        form,
        case=row.case,
        heading=_("核销追回"),
        lead=_("核销后不再向企业追回余款；此决定留存备查，不能撤回。"),
        button=_("确认核销"),
        back=back,
    )
