"""在线收款账户: where the money goes that others pay an organisation online."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.deals.billing import AccountForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.integrations.billing import BillingUnavailable
from marketplace.services.deals.billing import accounts
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.limits import PAY

blueprint = Blueprint("billing_accounts", __name__, url_prefix="/desk/billing")

Answer = Response | tuple[str, int]


@blueprint.app_template_global("masked_account")
def masked_account(account: str) -> str:
    """An account as pages show it."""
    return accounts.masked(account)


@blueprint.app_template_global("billing_is_fake")
def billing_is_fake() -> bool:
    """Whether a stand-in takes the place of the payment provider: pages then say that no money moves."""
    billing = outside().billing
    return billing is not None and billing.is_fake


@blueprint.get("")
@requires(Permission.CREATE_CONTRACT)
def index() -> str:
    """Show one's own account and what payment online means."""
    return render_template(
        "billing_accounts/index.html", row=accounts.own(actor()), is_open=accounts.is_open()
    )


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.EDIT_ORGANISATION)
@reauthenticated
@PAY
def enter() -> Answer:
    """Enter the account, or another one in its place; it is checked at the provider."""
    former, form = accounts.own(actor()), AccountForm()
    if form.validate_on_submit():
        try:
            found = accounts.look_up(actor(), form.account.data)
            with unit_of_work():
                accounts.keep(actor(), found)
            flash(_("已登记收款账户“%(name)s”，可以收款", name=found.name or accounts.masked(found.id)), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("billing_accounts/enter.html", form, former=former, is_open=accounts.is_open())


@blueprint.post("/check")
@requires(Permission.CREATE_CONTRACT)
@PAY
def check() -> Response:
    """Ask the provider again whether the account may take charges."""
    row = accounts.own(actor())
    if row is not None:
        try:
            may_charge = accounts.recheck(row.account)
        except BillingUnavailable as silent:
            raise accounts.silent() from silent
        flash(
            _("账户可以收款") if may_charge else _("账户目前不能收款，请到支付平台处理"),
            "ok" if may_charge else "warn",
        )
    return redirect(url_for(".index"))


@blueprint.route("/remove", methods=["GET", "POST"])
@requires(Permission.EDIT_ORGANISATION)
@reauthenticated
def remove() -> Answer:
    """Take payment online back, after a last look."""
    row, form = accounts.own(actor()), EmptyForm()
    if row is None:
        flash(_("还没有登记收款账户"), "info")
        return redirect(url_for(".index"))
    if form.validate_on_submit():
        with unit_of_work():
            accounts.remove(actor())
        flash(_("已停用在线收款，买方只能通过银行转账付款"), "ok")
        return redirect(url_for(".index"))
    return form_page("billing_accounts/remove.html", form, row=row)
