"""The ledger of all payments, for who may read contracts."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from marketplace.domain.access import Permission
from marketplace.forms.deals.payments import PaymentFilter
from marketplace.services.deals.ledger.payments import KINDS, STATES
from marketplace.services.deals.payments import ledger
from marketplace.web.guards import actor, requires
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("payment_ledger", __name__, url_prefix="/admin/payments")


@blueprint.get("")
@requires(Permission.READ_CONTRACTS)
def index() -> tuple[str, int]:
    """Show payments and refunds under the filters, with their sums."""
    form = PaymentFilter(request.args)
    form.state.offer(STATES.items())
    form.kind.offer(KINDS.items())
    fine = form.validate()
    found = ledger.page_of(actor(), form.filters() if fine else {}, page_number())
    page = render_template(
        "payment_ledger/index.html",
        form=form,
        found=found,
        page_url=page_urls(),
        filters=form.filters() if fine else {},
        unit=_("笔"),
    )
    return page, 200 if fine else 422
