"""Paying an instalment online: a last look, the provider's page, waiting for its word, and sending money back."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError
from marketplace.forms.deals.billing import GiveBackForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.models.deals import Checkout, Contract, Payment
from marketplace.services.deals import contracts
from marketplace.services.deals.billing import checkouts, settling
from marketplace.services.deals.payments import access
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.payments import typed
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.limits import PAY

blueprint = Blueprint("checkouts", __name__, url_prefix="/desk")

Answer = Response | tuple[str, int]

REFRESHES = 40
REFRESH_SECONDS = 3
"""How often, and how often at most, the page that waits for the money asks again by itself."""


@blueprint.app_template_global("online_offer")
def online_offer(contract: Contract) -> checkouts.Offer:
    """What the reader may pay online on a contract now."""
    return checkouts.offer_for(contract, actor())


@blueprint.app_template_global("online_refundable")
def online_refundable(payment: Payment) -> int:
    """The 分 of an online payment that the reader may send back here."""
    return settling.refundable(actor(), payment)


@blueprint.app_template_global("online_receipt")
def online_receipt(payment: Payment) -> str:
    """The address of the provider's receipt, or nothing."""
    return settling.receipt_of(payment)


@blueprint.route("/contracts/<int:contract_id>/checkout", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
@PAY
def begin(contract_id: int) -> Answer:
    """Show what will be paid, then have the provider open its page."""
    contract, form = contracts.get_own(actor(), contract_id), EmptyForm()
    offer = checkouts.offer_for(contract, actor())
    if offer.living is not None and not form.is_submitted():
        return redirect(url_for(".detail", checkout_id=offer.living.id))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                checkout_id = checkouts.begin(actor(), contract_id).id
            return _connect(checkout_id)
        except Conflict:
            # The page of another amount is where it can be given up.
            living = checkouts.living_of(contract_id)
            if living is not None:
                flash(_("另有一张支付页还没有关闭，请先付款或放弃"), "warn")
                return redirect(url_for(".detail", checkout_id=living.id))
            raise
        except DomainError as error:
            form.take(error)
    contract = contracts.get_own(actor(), contract_id)
    return form_page(
        "checkouts/begin.html", form, contract=contract, offer=checkouts.offer_for(contract, actor())
    )


def _connect(checkout_id: int) -> Response:
    try:
        checkouts.connect(checkout_id)
    except DomainError as refused:
        flash(_(refused.message, **refused.params), "warn")
    return redirect(url_for(".detail", checkout_id=checkout_id))


@blueprint.get("/checkouts/<int:checkout_id>")
@requires(Permission.HANDLE_CONTRACT)
def detail(checkout_id: int) -> Response:
    """Show a checkout: the way to the provider's page, or what became of it."""
    row = checkouts.get_for(actor(), checkout_id)
    back, turn = request.args.get("back", ""), request.args.get("turn", 0, type=int)
    waits = back == "paid" and row.state in checkouts.UNDECIDED and 0 <= turn < REFRESHES
    page = render_template(
        "checkouts/detail.html",
        row=row,
        contract=contracts.get_for(actor(), row.contract_id),
        back=back,
        waits=waits,
        living=_is_living(row),
        paid=settling.find_by_checkout(row.id),
    )
    response = make_response(page)
    if waits:
        again = url_for(".detail", checkout_id=row.id, back=back, turn=turn + 1)
        response.headers["Refresh"] = f"{REFRESH_SECONDS}; url={again}"
    return response


def _is_living(row: Checkout) -> bool:
    return row.state in checkouts.UNDECIDED and row.expires_at is not None and row.expires_at > clock.now()


@blueprint.post("/checkouts/<int:checkout_id>/connect")
@requires(Permission.HANDLE_CONTRACT)
@PAY
def connect(checkout_id: int) -> Response:
    """Try once more to have the provider open its page."""
    return _connect(checkouts.get_for(actor(), checkout_id).id)


@blueprint.post("/checkouts/<int:checkout_id>/check")
@requires(Permission.HANDLE_CONTRACT)
@PAY
def check(checkout_id: int) -> Response:
    """Ask the provider what became of the payment, as its event may have been lost."""
    row = checkouts.get_for(actor(), checkout_id)
    settling.check(row.id)
    return redirect(url_for(".detail", checkout_id=checkout_id))


@blueprint.post("/checkouts/<int:checkout_id>/abandon")
@requires(Permission.HANDLE_CONTRACT)
@PAY
def abandon(checkout_id: int) -> Response:
    """Close the provider's page, so that another one can be opened."""
    row = checkouts.get_for(actor(), checkout_id)
    settling.abandon(row.id)
    return redirect(url_for(".detail", checkout_id=checkout_id))


@blueprint.route("/payments/<int:payment_id>/give-back", methods=["GET", "POST"])
@requires(Permission.HANDLE_CONTRACT)
@reauthenticated
@PAY
def give_back(payment_id: int) -> Answer:
    """Send an online payment back, or a part of it."""
    payment, form = access.get_for(actor(), payment_id), GiveBackForm()
    left = settling.refundable(actor(), payment)
    if not form.is_submitted():
        form.request_key.data, form.amount.data = typed.new_key(), left
    elif form.validate():
        try:
            key = (form.request_key.data or "")[:64]
            settling.give_back(actor(), payment_id, form.amount.data or 0, key)
            flash(_("支付平台已受理退款，到账时间以银行为准"), "ok")
            return redirect(url_for("payments.detail", payment_id=payment_id))
        except DomainError as error:
            typed.refused(form, error)
    payment = access.get_for(actor(), payment_id)
    return form_page("checkouts/give_back.html", form, payment=payment, left=left)
