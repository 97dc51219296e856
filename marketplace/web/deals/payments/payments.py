"""Payments of a contract: what is agreed, paid, waiting and late; recording, correcting, withdrawing."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.deals.terms import BANKS, CURRENCIES, EVIDENCE
from marketplace.domain.errors import DomainError
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import MACHINES, State
from marketplace.forms.deals.payments import PaymentForm, RefundForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.models.deals import Contract, Payment
from marketplace.services.deals import contracts
from marketplace.services.deals.payments import access, overview, recording, refunds, vouchers
from marketplace.services.deals.payments.decisions import KIND_LABELS
from marketplace.services.deals.payments.effects import name_of
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.payments import typed
from marketplace.web.deals.payments.refunds import lines_of as refund_lines
from marketplace.web.guards import actor, requires

blueprint = Blueprint("payments", __name__, url_prefix="/desk")

Answer = Response | tuple[str, int]


@blueprint.app_template_global("payment_words")
def payment_words(kind: str, code: str | None) -> str:
    """The words of a code of payments: kind, reason (of a return), evidence, bank or currency."""
    if not code:
        return str(_("无"))
    if kind in ("kind", "reason"):
        return str(_((KIND_LABELS if kind == "kind" else REASONS["payment"])[code]))
    return str(_({"evidence": EVIDENCE, "bank": BANKS, "currency": CURRENCIES}[kind].label_of(code)))


@blueprint.app_template_global("payment_state")
def payment_state(subject: str, code: str) -> State:
    """The state of a payment or of later evidence, with its words and tone."""
    return MACHINES[subject].states[code]


@blueprint.app_template_global("contract_name")
def contract_name(contract: Contract) -> str:
    """The name of a contract, or its filing number."""
    return name_of(contract)


@blueprint.get("/contracts/<int:contract_id>/payments")
@requires(Permission.READ_CONTRACT)
def index(contract_id: int) -> str:
    """Show all the money of a contract."""
    return render_template("payments/index.html", money=overview.of_contract(actor(), contract_id))


@blueprint.route("/contracts/<int:contract_id>/payments/new", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def new(contract_id: int) -> Answer:
    """Record a payment."""
    begun = recording.start(actor(), contract_id)
    contract = contracts.get_own(actor(), contract_id)
    targets = recording.targets(actor(), contract)
    form = PaymentForm()
    if not form.is_submitted():
        form.show(begun)
        form.request_key.data = typed.new_key()
        form.offer((one.contract.id, line[0]) for one in targets for line in one.lines)
    elif form.validate():
        try:
            data = typed.payment(form, contract_id)
            row = typed.write_once(lambda: recording.record(actor(), data))
            flash(_("已登记，等待财务或合同登记人员核验"), "ok")
            return redirect(url_for(".detail", payment_id=row.id))
        except DomainError as error:
            typed.refused(form, error)
    typed.remind_of_files(form)
    return form_page("payments/new.html", form, contract=contract, lines=lines_of(targets), former=None)


def lines_of(targets: Sequence[recording.Target]) -> dict[str, tuple[Contract, str, int, int]]:
    """Return ``contract-achievement`` → (contract, name, 分 agreed, 分 paid net), for the rows of a form."""
    return {
        f"{one.contract.id}-{traded_id}": (one.contract, name, agreed, net)
        for one in targets
        for traded_id, name, agreed, net in one.lines
    }


@blueprint.get("/payments/<int:payment_id>")
@requires(Permission.READ_CONTRACT)
def detail(payment_id: int) -> str:
    """Show one payment and all that hangs on it."""
    return render_template("payments/detail.html", view=overview.of_payment(actor(), payment_id))


@blueprint.route("/payments/<int:payment_id>/correct", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def correct(payment_id: int) -> Answer:
    """Record anew what was returned or withdrawn, filled in with what it said."""
    former, contract = _correctable(payment_id)
    returned = former.kind != "payment"
    form: PaymentForm = RefundForm() if returned else PaymentForm()
    lines = _former_lines(former, contract)
    if not form.is_submitted():
        form.show(vouchers.voucher_of(former))
        form.request_key.data = typed.new_key()
        keys = [tuple(map(int, key.split("-"))) for key in lines]
        form.offer(((key[0], key[1]) for key in keys), vouchers.shares_of(former))
        if isinstance(form, RefundForm):
            form.kind.data = former.kind
    elif form.validate():
        try:
            row = _resubmit(form, former, contract)
            flash(_("已重新提交，等待核验"), "ok")
            return redirect(url_for(".detail", payment_id=row.id))
        except DomainError as error:
            typed.refused(form, error)
    typed.remind_of_files(form)
    template = "refunds/new.html" if returned else "payments/new.html"
    return form_page(template, form, contract=contract, lines=lines, former=former, payment=None)


def _correctable(payment_id: int) -> tuple[Payment, Contract]:
    former = access.get_for(actor(), payment_id)
    contract = access.handled(actor(), former)[0]
    recording.check_correctable(former)
    return former, contract


def _former_lines(former: Payment, contract: Contract) -> Mapping[str, Any]:
    if former.kind == "payment":
        return lines_of(recording.targets(actor(), contract))
    named = access.get_for(actor(), former.returns_id) if former.returns_id else None
    return refund_lines(contract, named)


def _resubmit(form: PaymentForm, former: Payment, contract: Contract) -> Payment:
    data = typed.payment(form, contract.id, replaces_id=former.id)
    if not isinstance(form, RefundForm):
        return typed.write_once(lambda: recording.record(actor(), data))
    contract_id, returns_id, kind = contract.id, former.returns_id, former.kind
    return typed.write_once(lambda: refunds.refund(actor(), contract_id, data, kind, returns_id))


@blueprint.route("/payments/<int:payment_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
def withdraw(payment_id: int) -> Answer:
    """Take back what waits for verification, after a last look."""
    form = EmptyForm()
    view = overview.of_payment(actor(), payment_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                recording.withdraw(actor(), payment_id)
            flash(_("已撤回，可以更正后重新提交"), "ok")
            return redirect(url_for(".detail", payment_id=payment_id))
        except DomainError as error:
            typed.refused(form, error)
    return form_page("payments/withdraw.html", form, view=view)
