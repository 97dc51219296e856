"""批准: cases whose 公示 is over, approved together on one sheet to print; turning one down."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError
from marketplace.forms.subsidy.granting import SheetForm
from marketplace.services.outside import outside
from marketplace.services.paging import paged
from marketplace.services.subsidy.granting import approving, queue, releasing
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page, pdf_file
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.limits import PAPERS
from marketplace.web.paging import page_number, page_urls
from marketplace.web.subsidy.granting import chosen, returning

blueprint = Blueprint("decision_sheets", __name__, url_prefix="/admin/decision-sheets")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """List the decision sheets, newest first."""
    page = paged(approving.listed(), page_number())
    return render_template("decision_sheets/index.html", page=page, page_url=page_urls())


@blueprint.post("")
@requires(Permission.APPROVE_GRANT)
def approve() -> Answer:
    """Approve the cases ticked: first the list with the head to fill in."""
    form, ids = SheetForm(), chosen.case_ids()
    if chosen.is_confirmed() and form.validate():
        try:
            with unit_of_work():
                made = approving.approve(actor(), ids, form.title.data or "", form.note.data or "").id
            flash(_("已批准，等待拨付"), "ok")
            return redirect(url_for(".show", sheet_id=made))
        except Conflict:
            raise
        except DomainError as error:
            form.take(error)
    found = queue.chosen(actor(), ids, "approve")
    if not found:
        flash(_("请先勾选要批准的申请；已经办理的不再列出"), "warn")
        return redirect(url_for("grant_queue.index", step="approve"))
    if not chosen.is_confirmed():
        form = SheetForm(formdata=None, title=_("%(day)s补助资金批准单", day=clock.today().isoformat()))
    own = approving.own_of(actor(), found)
    others = [case for case in found if case not in own]
    return form_page("decision_sheets/approve.html", form, found=others, own=own)


@blueprint.get("/<int:sheet_id>")
@requires(Permission.READ_CASES)
def show(sheet_id: int) -> str:
    """Show a decision sheet as a page to print."""
    return _page(sheet_id)


@blueprint.get("/<int:sheet_id>.pdf")
@requires(Permission.READ_CASES)
@PAPERS
def pdf(sheet_id: int) -> Response:
    """Hand out a decision sheet as a PDF; without the library lead to the page to print."""
    sheet = approving.get_for(actor(), sheet_id)
    return pdf_file(lambda: _page(sheet_id), sheet.number, url_for(".show", sheet_id=sheet_id))


def _page(sheet_id: int) -> str:
    sheet = approving.get_for(actor(), sheet_id)
    return render_template(
        "decision_sheets/show.html",
        sheet=sheet,
        rows=sheet.content.get("rows", []),
        total=sum(row["amount_fen"] for row in sheet.content.get("rows", [])),
        decider=approving.decider_of(sheet),
        printed_at=clock.now(),
        has_pdf=outside().documents is not None,
    )


@blueprint.route("/turn-down/<int:case_id>", methods=["GET", "POST"])
@requires(Permission.APPROVE_GRANT)
@reauthenticated
def turn_down(case_id: int) -> Answer:
    """不予批准 of one case, with the reason."""
    queue_page = url_for("grant_queue.index", step="approve")
    return returning.page(
        case_id,
        releasing.turn_down,
        done=_("不予批准，额度已退回；申请单位可以陈述申辩"),
        after=queue_page,
        back=queue_page,
        heading=_("不予批准"),
        lead=_("不予批准后，占用的上限和预算立即退回，理由会告知申请单位，申请单位可以陈述申辩。"),
        button=_("确认不予批准"),
    )
