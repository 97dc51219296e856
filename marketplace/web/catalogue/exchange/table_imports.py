"""批量导入: a table is checked first, with every fault by row and column; then it is written as drafts."""

from io import BytesIO

from flask import Blueprint, redirect, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.catalogue.content import ITEMS
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_
from marketplace.forms.catalogue.exchange import ImportStartForm, TableForm
from marketplace.services.catalogue.exchange import jobs
from marketplace.services.catalogue.exchange.columns import COLUMNS, IGNORED
from marketplace.services.platform import files
from marketplace.services.platform.tables import MAX_ROWS_IN
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.limits import UPLOAD

blueprint = Blueprint("table_imports", __name__, url_prefix="/desk/imports")

BRINGS = (Permission.CREATE_LISTING, Permission.VERIFY_ORGANISATION)
KINDS = {
    "text": N_("文字"), "code": N_("文本（号码）"), "wan": N_("金额（万元）"), "int": N_("整数"), "date": N_("日期"),
    "choice": N_("选一项"), "choices": N_("可选多项，用、隔开"),
}  # fmt: skip
HOW = {
    "number": N_("新内容留空；填本平台编号的，修改该项"),
    "external_key": N_("贵单位自己的编号；再次导入同一编号时修改该项，不会重复新建"),
    "maturity_level": N_("通用九级和新材料填 1 至 9，十三级填 1 至 13"),
    "division": N_("填到区、县一级的六位代码或全称"),
}
"""What is to be known about single columns."""

HOME = {
    "achievement": "my_listings.index",
    "demand": "my_listings.index",
    "organisation": "registry.index",
}
"""Table → the list it belongs to."""


@blueprint.get("/<table>")
@requires(*BRINGS)
def index(table: str) -> tuple[str, int]:
    """Say how it is done, take the table, and list what was brought lately."""
    return _page(table, TableForm())


@blueprint.post("/<table>")
@requires(*BRINGS)
@UPLOAD
def check(table: str) -> Response | tuple[str, int]:
    """Keep the table and have it checked; nothing is imported yet."""
    jobs.definition(actor(), table)
    form = TableForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                upload = form.file.data
                job_id = jobs.start_check(actor(), table, upload.filename or "", upload.read()).id
        except DomainError as error:
            form.take(error)
        else:
            return redirect(url_for(".report", job_id=job_id))
    return _page(table, form)


def _page(table: str, form: TableForm) -> tuple[str, int]:
    way = jobs.definition(actor(), table)
    return form_page(
        "table_imports/index.html",
        form,
        table=table,
        way=way,
        home=url_for(HOME[table]),
        recent=jobs.recent(actor(), table),
        columns=[column for column in COLUMNS[table] if column.key not in IGNORED],
        ignored=[column for column in COLUMNS[table] if column.key in IGNORED],
        kinds=KINDS,
        how={**HOW, **_lists_of_lines(table)},
        most=MAX_ROWS_IN,
    )


def _lists_of_lines(table: str) -> dict[str, str]:
    """Return how the cells are filled that hold a line for each entry."""
    return {
        name: _(
            "每项一行，各段用竖线 | 隔开：%(parts)s", parts=" | ".join(_(each.label) for each in item.columns)
        )
        for name, item in ITEMS.get(table, {}).items()
        if item.kind == "rows"
    }


@blueprint.get("/<table>/template.<form>")
@requires(*BRINGS)
def template(table: str, form: str) -> Response:
    """Send the table to fill in."""
    if form not in ("xlsx", "csv"):
        raise NotFound()
    content, media_type, name = jobs.template(actor(), table, form)
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)


@blueprint.get("/jobs/<int:job_id>")
@requires(*BRINGS)
def report(job_id: int) -> tuple[str, int]:
    """Show what the check found and how far the import is; the page renews itself while something runs."""
    return _report(job_id, ImportStartForm())


def _report(job_id: int, form: ImportStartForm) -> tuple[str, int]:
    found = jobs.get_check(actor(), job_id)
    table = found.params["table"]
    imports = jobs.imports_of(found)
    return form_page(
        "table_imports/report.html",
        form,
        job=found,
        table=table,
        way=jobs.definition(actor(), table),
        home=url_for(HOME[table], kind=table if table in ITEMS else None),
        done=imports[0] if imports else None,
        stopped=None if imports else jobs.stopped_of(found),
        lists=files.links_of("job", job_id, "export"),
        shown=jobs.SHOWN_ERRORS,
        shown_remarks=jobs.SHOWN_REMARKS,
        may_submit=actor().organisation_verified,
    )


@blueprint.post("/jobs/<int:job_id>")
@requires(*BRINGS)
def start(job_id: int) -> Response | tuple[str, int]:
    """Begin to import what was checked; pressed twice it is the same import."""
    form = ImportStartForm()
    form.validate()
    try:
        with unit_of_work():
            how = request.form.get("how", "")
            jobs.start_import(actor(), job_id, how, bool(form.submit.data), form.declared)
    except NotFound:
        raise
    except DomainError as error:
        form.take(error)
        return _report(job_id, form)
    return redirect(url_for(".report", job_id=job_id))
