"""Evidence that comes later, and what a reviewer excludes from the subsidy."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.forms.deals.payments import EvidenceForm, ExcludeForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.models.deals import PaymentAllocation
from marketplace.services.deals.payments import access, decisions, evidences, overview
from marketplace.services.deals.payments.evidences import TAKEN_BACK, EvidenceData
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.payments import typed
from marketplace.web.guards import actor, requires

blueprint = Blueprint("payment_evidences", __name__, url_prefix="/desk")

Answer = Response | tuple[str, int]


@blueprint.route("/payments/<int:payment_id>/evidence", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def add(payment_id: int) -> Answer:
    """Add evidence to a payment, or take the present one back."""
    view = overview.of_payment(actor(), payment_id)
    require(actor(), Permission.HANDLE_CONTRACT, access.subject_of(view.payment))
    form = EvidenceForm()
    if not form.is_submitted():
        evidences.check_open_to_evidence(view.payment)
    elif form.validate():
        try:
            with unit_of_work():
                evidences.add(actor(), payment_id, _data(form))
            flash(_("已提交，核验后生效"), "ok")
            return redirect(url_for("payments.detail", payment_id=payment_id))
        except DomainError as error:
            typed.refused(form, error)
    typed.remind_of_files(form)
    return form_page("payment_evidences/add.html", form, view=view)


def _data(form: EvidenceForm) -> EvidenceData:
    chosen = form.evidence.data or ""
    return EvidenceData(
        evidence=None if chosen == TAKEN_BACK else chosen,
        bank=form.bank.data or "",
        serial=form.serial.data or "",
        note=form.note.data or "",
        uploads=() if chosen == TAKEN_BACK else typed.uploads(form.file),
    )


@blueprint.route("/payment-evidences/<int:evidence_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def withdraw(evidence_id: int) -> Answer:
    """Take later evidence back while it waits, after a last look."""
    form = EmptyForm()
    row = evidences.get_for(actor(), evidence_id)
    payment_id = row.payment_id
    if form.validate_on_submit():
        try:
            with unit_of_work():
                evidences.withdraw(actor(), evidence_id)
            flash(_("已撤回"), "ok")
            return redirect(url_for("payments.detail", payment_id=payment_id))
        except DomainError as error:
            typed.refused(form, error)
    return form_page("payment_evidences/withdraw.html", form, row=row)


@blueprint.route("/payments/<int:payment_id>/exclude/<int:allocation_id>", methods=["GET", "POST"])
@requires(Permission.REVIEW)
def exclude(payment_id: int, allocation_id: int) -> Answer:
    """Exclude a part of a payment from the subsidy."""
    view = overview.of_payment(actor(), payment_id)
    require(actor(), Permission.REVIEW, access.subject_of(view.payment))
    share = _share(view, allocation_id)
    form = ExcludeForm(excluded=share.excluded_fen or None, reason=share.exclusion_reason)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                decisions.exclude(actor(), allocation_id, form.excluded.data or 0, form.reason.data or "")
            flash(_("已记录"), "ok")
            return redirect(url_for("payments.detail", payment_id=payment_id))
        except DomainError as error:
            typed.refused(form, error)
    return form_page("payment_evidences/exclude.html", form, view=view, share=share)


def _share(view: overview.PaymentView, allocation_id: int) -> PaymentAllocation:
    for share in view.allocations:
        if share.id == allocation_id:
            return share
    raise NotFound()
