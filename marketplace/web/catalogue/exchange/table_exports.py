"""Lists taken away as tables, with the filters of the page."""

from io import BytesIO

from flask import Blueprint, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.services.catalogue.exchange import exports
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires
from marketplace.web.limits import EXPORT
from marketplace.web.paging import address, asked

blueprint = Blueprint("table_exports", __name__, url_prefix="/exports")


@blueprint.app_template_global("export_address")
def export_address(source: str) -> str:
    """The address that takes away the list of this page, as its filters and order show it."""
    return address("table_exports.create", asked(), source=source)


@blueprint.post("/<source>")
@requires(Permission.WORK_IN_ORGANISATION)
@EXPORT
def create(source: str) -> Response:
    """Send the table of a list, or start making it when it is long; the address has the filters of the list."""
    args, form = request.args.to_dict(flat=False), request.form.get("format", "xlsx")
    with unit_of_work():
        made = exports.take(actor(), source, args, form)
        job_id = exports.start(actor(), source, args, form).id if made is None else 0
    if made is None:
        return redirect(url_for("operations.job", job_id=job_id))
    response = send_file(
        BytesIO(made.content), mimetype=made.media_type, as_attachment=True, download_name=made.name
    )
    # It may name people and telephones: no browser keeps a second copy.
    response.headers["Cache-Control"] = "private, no-store"
    return response
