"""管理概览: what administrators should know first, each block only for those who may; and 台账导出."""

from io import BytesIO

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for

from marketplace.domain.access import Permission, may
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.services import ledgers, operations, workbench
from marketplace.services.platform import deadlines, settings
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("")
@requires(
    Permission.SEE_REVIEW_DESK, Permission.READ_SETTINGS, Permission.READ_OPERATIONS, Permission.READ_AUDIT
)
def index() -> str:
    """Show queues, warnings and the state of the machinery."""
    who = actor()
    sees_operations = may(who, Permission.READ_OPERATIONS)
    sees_settings = may(who, Permission.READ_SETTINGS)
    return render_template(
        "admin/index.html",
        kinds=TASK_KINDS,
        queues=workbench.open_task_counts(who),
        health=operations.overview() if sees_operations else None,
        missing_years=deadlines.missing_years() if sees_settings else [],
        proposed=[each for each in settings.overview() if each.proposed] if sees_settings else [],
    )


@blueprint.get("/ledgers")
@requires(Permission.EXPORT_LEDGERS, Permission.READ_CONTRACTS, Permission.READ_CASES)
def ledger_list() -> str:
    """Show the ledgers that the reader may take away, with their filters."""
    shown = ledgers.readable(actor())
    counts = {name: ledgers.count(actor(), name, {}) for name in shown}
    return render_template("admin/ledgers.html", ledgers=shown, counts=counts)


@blueprint.post("/ledgers/<name>")
@requires(Permission.EXPORT_LEDGERS, Permission.READ_CONTRACTS, Permission.READ_CASES)
def export_ledger(name: str) -> Response:
    """Send the table, or start making it when it is long. Every export is written to the audit trail."""
    if name not in ledgers.LEDGERS:
        abort(404)
    filters = ledgers.chosen(name, request.form.to_dict())
    form = request.form.get("format", "xlsx")
    form = form if form in ledgers.FORMS else "xlsx"
    if ledgers.count(actor(), name, filters) > ledgers.DIRECT_ROWS:
        with unit_of_work():
            job_id = ledgers.start_export(actor(), name, filters, form).id
        return redirect(url_for("operations.job", job_id=job_id))  # type: ignore[return-value]
    with unit_of_work():
        content = ledgers.table(actor(), name, filters, form)
    response = send_file(
        BytesIO(content),
        mimetype=ledgers.FORMS[form],
        as_attachment=True,
        download_name=ledgers.file_name(name, form),
    )
    # It names people and telephones: no browser keeps a second copy.
    response.headers["Cache-Control"] = "private, no-store"
    return response
