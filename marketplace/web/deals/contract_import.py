"""导入历史合同: a table is checked first, with every fault by row and column; then it is written."""

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.platform.files import XLSX
from marketplace.domain.text import N_
from marketplace.forms.deals.ledger import ImportForm
from marketplace.services.deals.importing import jobs
from marketplace.services.deals.ledger.columns import CONTRACT_COLUMNS, IGNORED
from marketplace.services.platform import files
from marketplace.services.platform.tables import MAX_ROWS_IN
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires

blueprint = Blueprint("contract_import", __name__, url_prefix="/admin/contracts/import")

KINDS = {
    "text": N_("文字"), "code": N_("文本（号码）"), "fen": N_("金额（元）"), "date": N_("日期"), "choice": N_("选一项"),
    "choices": N_("可选多项"),
}  # fmt: skip


@blueprint.get("")
@requires(Permission.IMPORT_CONTRACTS)
def index() -> tuple[str, int]:
    """Say how it is done, and take the table."""
    return _page(ImportForm())


@blueprint.post("")
@requires(Permission.IMPORT_CONTRACTS)
def check() -> Response | tuple[str, int]:
    """Keep the table and have it checked; nothing is imported yet."""
    form = ImportForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                job_id = jobs.start_check(actor(), form.file.data.filename or "", form.file.data.read()).id
        except DomainError as error:
            form.take(error)
        else:
            return redirect(url_for(".report", job_id=job_id))  # type: ignore[return-value]
    return _page(form)


def _page(form: ImportForm) -> tuple[str, int]:
    return form_page(
        "contract_import/index.html",
        form,
        columns=[column for column in CONTRACT_COLUMNS if column.key not in IGNORED],
        ignored=[column for column in CONTRACT_COLUMNS if column.key in IGNORED],
        kinds=KINDS,
        most=MAX_ROWS_IN,
    )


@blueprint.get("/template")
@requires(Permission.IMPORT_CONTRACTS)
def template() -> Response:
    """Send the table to fill in."""
    response: Response = send_file(
        BytesIO(jobs.template()), mimetype=XLSX, as_attachment=True, download_name=_("历史合同导入模板.xlsx")
    )
    return response


@blueprint.get("/<int:job_id>")
@requires(Permission.IMPORT_CONTRACTS)
def report(job_id: int) -> str:
    """Show what the check found and how far the import is; the page renews itself while something runs."""
    found = jobs.get_check(actor(), job_id)
    imports = jobs.imports_of(job_id)
    return render_template(
        "contract_import/report.html",
        job=found,
        done=imports[0] if imports else None,
        lists=files.links_of("job", job_id, "export"),
        shown=jobs.SHOWN_ERRORS,
    )


@blueprint.post("/<int:job_id>")
@requires(Permission.IMPORT_CONTRACTS)
def start(job_id: int) -> Response:
    """Begin to import what was checked."""
    try:
        with unit_of_work():
            jobs.start_import(actor(), job_id, request.form.get("how", ""))
    except DomainError as error:
        flash(_(error.message, **error.params), "bad")
    return redirect(url_for(".report", job_id=job_id))  # type: ignore[return-value]
