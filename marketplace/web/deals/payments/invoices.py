"""Invoices of a contract, and words for a difference between paid and invoiced."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.deals.payments import ExplainForm, InvoiceForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import invoices, recording
from marketplace.services.deals.payments.invoices import InvoiceData
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.payments import typed
from marketplace.web.guards import actor, requires

blueprint = Blueprint("invoices", __name__, url_prefix="/desk")

Answer = Response | tuple[str, int]


@blueprint.route("/contracts/<int:contract_id>/invoices/new", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def new(contract_id: int) -> Answer:
    """Record an invoice."""
    contract = contracts.get_own(actor(), contract_id)
    recording.check_payable(contract)
    lines = contract.current.lines if contract.current is not None else []
    form = InvoiceForm()
    if not form.is_submitted():
        form.offer((contract_id, line.traded_id) for line in lines)
    elif form.validate():
        try:
            with unit_of_work():
                invoices.record(actor(), contract_id, _data(form, contract_id))
            flash(_("发票已登记"), "ok")
            return redirect(url_for("payments.index", contract_id=contract_id, _anchor="invoices"))
        except DomainError as error:
            typed.refused(form, error)
    typed.remind_of_files(form)
    named = {
        f"{contract_id}-{one.traded_id}": (contract, one.traded.name, one.amount_fen, 0) for one in lines
    }
    return form_page("invoices/new.html", form, contract=contract, lines=named)


def _data(form: InvoiceForm, contract_id: int) -> InvoiceData:
    return InvoiceData(
        number=form.number.data or "",
        issued_on=form.issued_on.data,
        amount_fen=form.amount.data,
        shares=form.shared(contract_id, form.amount.data),
        uploads=typed.uploads(form.file),
    )


@blueprint.route("/invoices/<int:invoice_id>/cancel", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def cancel(invoice_id: int) -> Answer:
    """Mark an invoice as 红冲, after a last look."""
    form = EmptyForm()
    row = invoices.get_for(actor(), invoice_id)
    contract = contracts.get_own(actor(), row.contract_id)
    contract_id = contract.id
    if form.validate_on_submit():
        try:
            with unit_of_work():
                invoices.cancel(actor(), invoice_id)
            flash(_("已标记红冲"), "ok")
            return redirect(url_for("payments.index", contract_id=contract_id, _anchor="invoices"))
        except DomainError as error:
            typed.refused(form, error)
    return form_page("invoices/cancel.html", form, row=row, contract=contract)


@blueprint.route("/contracts/<int:contract_id>/explain/<int:traded_id>", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def explain(contract_id: int, traded_id: int) -> Answer:
    """Explain why paid and invoiced differ on a line."""
    contract = contracts.get_own(actor(), contract_id)
    line = invoices.line_of(contract, traded_id)
    form = ExplainForm(difference=str(line.balance.difference_fen))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                invoices.explain(
                    actor(), contract_id, traded_id, form.difference_fen, form.explanation.data or ""
                )
            flash(_("说明已保存"), "ok")
            return redirect(url_for("payments.index", contract_id=contract_id, _anchor="reconciliation"))
        except DomainError as error:
            typed.refused(form, error)
    return form_page("invoices/explain.html", form, contract=contract, line=line)
