"""补助公示: the public list, one publication with its table and objection form, as xlsx and PDF; publishing."""

from collections.abc import Sequence
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.platform.files import XLSX
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.text import N_
from marketplace.forms.subsidy.granting import ObjectionForm, SheetForm
from marketplace.models.subsidy import Publicity, SubsidyCase
from marketplace.services.outside import outside
from marketplace.services.paging import paged
from marketplace.services.platform.tables import Column, write_xlsx
from marketplace.services.subsidy import hindrances
from marketplace.services.subsidy.granting import objections, publicity, queue
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page, pdf_file
from marketplace.web.guards import actor, public, requires
from marketplace.web.limits import CONTACT, PAPERS
from marketplace.web.numbers import row_number
from marketplace.web.paging import page_number, page_urls
from marketplace.web.subsidy.granting import chosen

blueprint = Blueprint("publicities", __name__)

Answer = str | Response | tuple[str, int]
COLUMNS = (
    Column("position", N_("序号"), "int", lambda line: line.row.position),
    Column("enterprise", N_("企业名称"), "text", lambda line: line.row.enterprise),
    Column("achievement", N_("成果或事项"), "text", lambda line: line.row.achievement),
    Column("contracts", N_("合同登记编号"), "code", lambda line: line.row.contract_numbers),
    Column("paid", N_("实际支付额"), "fen", lambda line: line.row.paid_fen or None),
    Column("amount", N_("拟补助金额"), "fen", lambda line: line.row.amount_fen, total=True),
    Column("ends_on", N_("公示截止"), "date", lambda line: line.row.ends_on),
)


@blueprint.get("/publicities")
@public
def index() -> str:
    """List the publications, newest first."""
    page = paged(publicity.listed(), page_number())
    return render_template(
        "publicities/index.html",
        page=page,
        page_url=page_urls(),
        running=publicity.running(page.items),
        sizes=publicity.sizes(page.items),
    )


@blueprint.get("/publicities/<int:publicity_id>")
@public
def detail(publicity_id: int) -> Answer:
    """Show a publication with how each of its lines stands, and the form for an objection."""
    return _page(publicity.get(publicity_id), ObjectionForm(formdata=None))


def _page(sheet: Publicity, form: ObjectionForm, row_id: int | None = None) -> Answer:
    lines = publicity.lines_of(sheet)
    page = render_template(
        "publicities/detail.html",
        sheet=sheet,
        lines=lines,
        standings=publicity.STANDINGS,
        form=form,
        open=[line for line in lines if line.takes_objections],
        picked=row_id,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/publicities/<int:publicity_id>")
@public
@CONTACT
def object_to(publicity_id: int) -> Answer:
    """Take an objection of anybody against one line."""
    form, sheet = ObjectionForm(), publicity.get(publicity_id)
    row_id = request.form.get("row", type=row_number)
    try:
        if row_id is None:
            form.form_errors.append(_("请选择对哪一项有异议"))
            return _page(sheet, form)
        if not form.validate():
            return _page(sheet, form, row_id)
        with unit_of_work():
            objections.object_to(
                publicity_id, row_id, form.name.data or "", form.contact.data or "", form.words.data or ""
            )
    except Conflict:
        raise
    except DomainError as error:
        form.take(error)
        return _page(publicity.get(publicity_id), form, row_id)
    flash(_("异议已收到，该项公示暂停，由市科技局核实；您的姓名和联系方式不会公开"), "ok")
    return redirect(url_for(".detail", publicity_id=publicity_id))


@blueprint.get("/publicities/<int:publicity_id>.xlsx")
@public
@PAPERS
def workbook(publicity_id: int) -> Response:
    """Hand out the table as xlsx."""
    sheet = publicity.get(publicity_id)
    note = f"{sheet.number}，{sheet.starts_on.isoformat()} 至 {sheet.ends_on.isoformat()}，留痕链 {sheet.audit_head}"
    content = write_xlsx(sheet.title, COLUMNS, publicity.lines_of(sheet), note)
    return send_file(
        BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{sheet.number}.xlsx", max_age=0
    )


@blueprint.get("/publicities/<int:publicity_id>/print")
@public
def printed(publicity_id: int) -> str:
    """Show the publication as a page to print."""
    return _print(publicity.get(publicity_id))


@blueprint.get("/publicities/<int:publicity_id>.pdf")
@public
@PAPERS
def pdf(publicity_id: int) -> Response:
    """Hand out the publication as a PDF; without the library lead to the page to print."""
    sheet = publicity.get(publicity_id)
    return pdf_file(lambda: _print(sheet), sheet.number, url_for(".printed", publicity_id=publicity_id))


def _print(sheet: Publicity) -> str:
    return render_template(
        "publicities/print.html",
        sheet=sheet,
        total=sum(row.amount_fen for row in sheet.rows),
        printed_at=clock.now(),
        has_pdf=outside().documents is not None,
    )


def _usual_title(found: Sequence[SubsidyCase]) -> str:
    """Return a title that names the clauses of the cases, in their order."""
    named = "、".join(dict.fromkeys(_(CLAUSES[case.clause].label) for case in found))
    return _("%(day)s%(clauses)s公示", day=clock.today().isoformat(), clauses=named)


@blueprint.post("/admin/publicities")
@requires(Permission.PUBLISH_GRANT)
def publish() -> Answer:
    """Publish the cases ticked: first the list with the head to fill in."""
    form, ids = SheetForm(), chosen.case_ids()
    if chosen.is_confirmed() and form.validate():
        try:
            with unit_of_work():
                made = publicity.publish(actor(), ids, form.title.data or "", form.note.data or "").id
            flash(_("已公示"), "ok")
            return redirect(url_for(".detail", publicity_id=made))
        except Conflict:
            raise
        except DomainError as error:
            form.take(error)
    found = queue.chosen(actor(), ids, "publish")
    if not found:
        flash(_("请先勾选要公示的申请；已经办理的不再列出"), "warn")
        return redirect(url_for("grant_queue.index", step="publish"))
    if not chosen.is_confirmed():
        form = SheetForm(formdata=None, title=_usual_title(found))
    hindered = hindrances.of_many(found, "publish", actor())
    free = [case for case in found if not hindered[case.id]]
    left = [(case, hindered[case.id]) for case in found if hindered[case.id]]
    return form_page("publicities/publish.html", form, found=free, left=left)
