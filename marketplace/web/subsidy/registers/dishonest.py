"""失信名单: what stands on it, and importing a list: checked first, every fault by row, then written."""

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.platform.files import XLSX
from marketplace.forms.subsidy.registers import ListFilter, ListForm
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.registers import decisions, dishonest
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.limits import UPLOAD
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("dishonest", __name__, url_prefix="/admin/dishonest")


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """Show the list."""
    form = ListFilter(request.args)
    found = dishonest.entries(form.q.data or "", bool(form.standing.data), page_number())
    return render_template(
        "dishonest/index.html",
        form=form,
        page=found,
        page_url=page_urls(),
        today=clock.today(),
        barred=decisions.barred_by(actor(), found.items),
        title_of=cases.title_of,
    )


@blueprint.get("/template")
@requires(Permission.MANAGE_BATCHES)
def template() -> Response:
    """Send the table to fill in."""
    response: Response = send_file(
        BytesIO(dishonest.template()), mimetype=XLSX, as_attachment=True, download_name=_("失信名单模板.xlsx")
    )
    return response


@blueprint.route("/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_BATCHES)
@UPLOAD
def take() -> Response | tuple[str, int]:
    """Check a list, or enter it; nothing is entered where a row has a fault."""
    form, outcome, writes = ListForm(), None, request.form.get("action") == "write"
    if form.validate_on_submit():
        try:
            with unit_of_work():
                content = form.file.data.read()
                outcome = dishonest.take(actor(), form.source.data or "", content, writes)
        except DomainError as error:
            form.take(error)
        if outcome is not None and writes and not outcome.errors:
            words = _(
                "已导入：新增 %(added)d 条，移出 %(ended)d 条，%(known)d 条原已在册", **_counts(outcome)
            )
            flash(words, "ok")
            return redirect(url_for(".index"))  # type: ignore[return-value]
    return form_page("dishonest/import.html", form, outcome=outcome, shown=dishonest.SHOWN_ERRORS)


def _counts(outcome: dishonest.Outcome) -> dict[str, int]:
    return {"added": outcome.added, "ended": outcome.ended, "known": outcome.known}
