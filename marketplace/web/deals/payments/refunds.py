"""Refunds and reversals: money that went back, of one payment or of a contract."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.deals.payments import RefundForm
from marketplace.models.deals import Contract, Payment
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import access, refunds
from marketplace.web.answers import form_page
from marketplace.web.deals.payments import typed
from marketplace.web.guards import actor, requires

blueprint = Blueprint("refunds", __name__, url_prefix="/desk")

Answer = Response | tuple[str, int]


@blueprint.route("/contracts/<int:contract_id>/refunds/new", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def new(contract_id: int) -> Answer:
    """Record money that went back where the payment it returns is not known."""
    return _page(contracts.get_own(actor(), contract_id), None)


@blueprint.route("/payments/<int:payment_id>/refund", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def of_payment(payment_id: int) -> Answer:
    """Record what went back of one payment."""
    payment = access.get_for(actor(), payment_id)
    return _page(access.handled(actor(), payment)[0], payment)


def _page(contract: Contract, payment: Payment | None) -> Answer:
    begun = refunds.start(actor(), contract.id, payment)
    lines = lines_of(contract, payment)
    form = RefundForm()
    if not form.is_submitted():
        form.show(begun)
        form.request_key.data = typed.new_key()
        keys = [(one.id, int(key.partition("-")[2])) for key, (one, *_rest) in lines.items()]
        form.offer(keys, refunds.all_left(payment) if payment is not None else ())
    elif form.validate():
        try:
            row = _record(form, contract.id, payment.id if payment is not None else None)
            flash(_("已登记，核验后从已付金额中扣除"), "ok")
            return redirect(url_for("payments.detail", payment_id=row.id))
        except DomainError as error:
            typed.refused(form, error)
    typed.remind_of_files(form)
    return form_page("refunds/new.html", form, contract=contract, payment=payment, lines=lines, former=None)


def lines_of(contract: Contract, payment: Payment | None) -> dict[str, tuple[Contract, str, None, int]]:
    """Return ``contract-achievement`` → (contract, name, None, 分 that may go back) of lines the person handles."""
    within = access.handled(actor(), payment) if payment is not None else [contract]
    return {
        f"{one.id}-{traded_id}": (one, name, None, left)
        for one, traded_id, name, left in refunds.lines_of(contract, payment)
        if one in within
    }


def _record(form: RefundForm, contract_id: int, returns_id: int | None) -> Payment:
    data, kind = typed.payment(form, contract_id), form.kind.data or ""
    return typed.write_once(lambda: refunds.refund(actor(), contract_id, data, kind, returns_id))
