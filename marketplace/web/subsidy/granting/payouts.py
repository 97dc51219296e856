"""拨付: the payment list for 财务, and the record of a transfer with its voucher."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission, may
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.domain.platform.files import XLSX
from marketplace.forms.subsidy.granting import PayoutForm
from marketplace.services.platform import files
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.applying import accounts
from marketplace.services.subsidy.granting import paying, publicity, recovering
from marketplace.services.subsidy.granting.paying import Transfer
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.payments.typed import uploads
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.limits import UPLOAD

blueprint = Blueprint("payouts", __name__, url_prefix="/admin/payouts")

Answer = Response | tuple[str, int]


@blueprint.get("/list.xlsx")
@requires(Permission.PAY_GRANT)
@reauthenticated
def workbook() -> Response:
    """Hand out the payment list with full accounts."""
    with unit_of_work():
        content = paying.payment_list(actor())
    name = _("补助资金拨付清单-%(day)s.xlsx", day=clock.today().isoformat())
    response: Response = send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/<int:case_id>", methods=["GET", "POST"])
@requires(Permission.PAY_GRANT)
@reauthenticated
@UPLOAD
def pay(case_id: int) -> Answer:
    """Show what has to be paid, and record the transfer; afterwards show what was paid."""
    case, form = cases.get_for(actor(), case_id), PayoutForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                paying.pay(actor(), case_id, _typed(form))
            flash(_("已登记拨付，申请单位会收到通知"), "ok")
            return redirect(url_for("grant_queue.index", step="pay"))
        except (Conflict, NotAllowed):
            raise
        except DomainError as error:
            form.take(error)
    row = paying.of_case(case_id)
    return form_page(
        "payouts/pay.html",
        form,
        case=case,
        row=row,
        papers=files.links_of("payout", row.id) if row is not None else [],
        obstacles=paying.obstacles(case) if row is None else [],
        is_barred=not may(actor(), Permission.PAY_GRANT, cases.subject_of(case)),
        masked=accounts.masked,
    )


def _typed(form: PayoutForm) -> Transfer:
    return Transfer(
        amount_fen=form.amount.data,
        paid_on=form.paid_on.data,
        bank=form.bank.data or "",
        serial=form.serial.data or "",
        uploads=[(one.name, one.content) for one in uploads(form.files)],
    )


@blueprint.app_template_global("grant_money")
def money(case_id: int) -> dict[str, Any]:
    """Return what a case page tells of its money: lines of 公示, voucher of the payout, what is left to repay."""
    row = paying.of_case(case_id)
    return {
        "rows": publicity.of_case(case_id),
        "causes": recovering.CAUSES,
        "vouchers": files.links_of("payout", row.id) if row is not None else [],
        "left": {
            one.id: recovering.standing_of(one).left_fen
            for one in recovering.of_case(case_id)
            if one.state == "open"
        },
    }
