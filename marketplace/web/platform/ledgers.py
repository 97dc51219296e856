"""台账导出: organisations and listings as a table, with filters; a long one is made in the background."""

from io import BytesIO

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for

from marketplace.domain.access import Permission
from marketplace.domain.platform.files import XLSX
from marketplace.services import ledgers
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires

blueprint = Blueprint("ledgers", __name__, url_prefix="/admin/ledgers")


@blueprint.get("")
@requires(Permission.EXPORT_LEDGERS)
def index() -> str:
    """Show the ledgers with their filters."""
    counts = {name: ledgers.count(actor(), name, {}) for name in ledgers.LEDGERS}
    return render_template("operations/ledgers.html", ledgers=ledgers.LEDGERS, counts=counts)


@blueprint.post("/<name>")
@requires(Permission.EXPORT_LEDGERS)
def export(name: str) -> Response:
    """Send the table, or start making it when it is long. Every export is written to the audit trail."""
    if name not in ledgers.LEDGERS:
        abort(404)
    filters = ledgers.chosen(name, request.form.to_dict())
    if ledgers.count(actor(), name, filters) > ledgers.DIRECT_ROWS:
        with unit_of_work():
            job_id = ledgers.start_export(actor(), name, filters).id
        return redirect(url_for("operations.job", job_id=job_id))  # type: ignore[return-value]
    with unit_of_work():
        content = ledgers.table(actor(), name, filters)
    return send_file(
        BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=ledgers.file_name(name)
    )
