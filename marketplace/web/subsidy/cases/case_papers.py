"""What an applicant puts into a case: papers, declarations, particulars, the account, yearly reports."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.subsidy.declarations import WORDS
from marketplace.forms.base import SiteForm
from marketplace.forms.subsidy.cases import (
    AccountForm,
    DeclarationForm,
    PaperForm,
    ParticularsForm,
    ReportForm,
    WaiverForm,
)
from marketplace.services.subsidy.applying import accounts, declaring, materials, particulars, reports
from marketplace.services.subsidy.reading import whole
from marketplace.services.subsidy.reading.whole import Whole
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires
from marketplace.web.limits import UPLOAD

blueprint = Blueprint("case_papers", __name__, url_prefix="/desk/subsidies/<int:case_id>")

Answer = str | Response | tuple[str, int]


@blueprint.route("/materials/<code>", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
@UPLOAD
def material(case_id: int, code: str) -> Answer:
    """Show one paper of the checklist and take its files."""
    form = PaperForm()
    return _taken(
        case_id, "material", form,
        lambda: materials.upload(actor(), case_id, code, _uploads("file")),
        _("文件已上传"), f"material-{code}", materials.LATER_STATES if code == "conversion" else None, code=code,
    )  # fmt: skip


@blueprint.post("/materials/<code>/waive")
@requires(Permission.APPLY_SUBSIDY)
def waive(case_id: int, code: str) -> Answer:
    """Say that a paper is not needed, and why."""
    form = WaiverForm()
    return _taken(
        case_id, "material", form, lambda: materials.waive(actor(), case_id, code, form.note.data or ""),
        _("理由已保存，审核时核对") if form.note.data else _("已改为需要提交"), f"material-{code}", code=code,
    )  # fmt: skip


@blueprint.post("/files/<int:link_id>/remove")
@requires(Permission.APPLY_SUBSIDY)
def remove_file(case_id: int, link_id: int) -> Response:
    """Take a file off."""
    with unit_of_work():
        materials.remove(actor(), case_id, link_id)
    flash(_("文件已移除"), "ok")
    return redirect(url_for("subsidies.detail", case_id=case_id, _anchor="materials"))


@blueprint.route("/declarations", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
def declarations(case_id: int) -> Answer:
    """Sign the declarations by typed name."""
    form = DeclarationForm()

    def sign() -> None:
        data = declaring.Declared(
            bool(form.unrelated.data), bool(form.truth.data), form.aid.data or "", form.details.data or "",
            form.typed_name.data or "",
        )  # fmt: skip
        declaring.declare(actor(), case_id, data)

    return _taken(case_id, "declarations", form, sign, _("承诺已签署"), "declarations")


@blueprint.route("/particulars", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
def certificate(case_id: int) -> Answer:
    """Write what the certificate says."""
    form = ParticularsForm()

    def write() -> None:
        again = {"first": False, "again": True}.get(form.again.data or "")
        particulars.write(actor(), case_id, form.number.data or "", form.certified_on.data, again)

    return _taken(case_id, "particulars", form, write, _("证书信息已保存"), "particulars")


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
def account(case_id: int) -> Answer:
    """Enter and confirm the bank account."""
    form = AccountForm()
    return _taken(
        case_id, "account", form,
        lambda: accounts.confirm(
            actor(), case_id, form.bank.data or "", form.name.data or "", form.number.data or ""
        ),
        _("收款账户已确认"), "account", accounts.OPEN_STATES,
    )  # fmt: skip


@blueprint.route("/reports/<int:year>", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
@UPLOAD
def report(case_id: int, year: int) -> Answer:
    """Give the report of a year."""
    form = ReportForm()
    return _taken(
        case_id, "report", form,
        lambda: reports.give(
            actor(), case_id, year, form.words.data or "", form.output.data, form.jobs.data, _uploads("file")
        ),
        _("年度报告已提交"), "reports", frozenset({"tracking"}), year=year,
    )  # fmt: skip


def _taken(
    case_id: int,
    page: str,
    form: SiteForm,
    run: Callable[[], Any],
    done: str,
    anchor: str,
    states: frozenset[str] | None = None,
    **values: Any,
) -> Answer:
    """Show a page of a case, or do what was sent; what a rule refuses stays on the page with what was typed."""
    found = whole.of_case(actor(), case_id)
    materials.get_own(actor(), case_id, states or materials.OPEN_STATES, lock=False)
    if not form.is_submitted():
        _fill(form, found, values)
    elif form.validate():
        try:
            with unit_of_work():
                run()
            flash(done, "ok")
            return redirect(url_for("subsidies.detail", case_id=case_id, _anchor=anchor))
        except DomainError as error:
            if error.field is None and not hasattr(error, "errors"):
                raise
            form.take(error)
    return _page(found, page, form, values), 422 if form.errors else 200


def _fill(form: SiteForm, found: Whole, values: dict[str, Any]) -> None:
    """Put what is known into an empty form."""
    case = found.case
    known: dict[str, Any] = {}
    if isinstance(form, AccountForm):
        known = {
            "bank": case.bank_name,
            "name": case.account_name or case.organisation.name,
            "number": case.account_number,
        }
    elif isinstance(form, ParticularsForm) and case.particulars:
        again = "again" if case.particulars.get("again") else "first"
        known = {"number": case.particulars["number"], "again": again}
    elif isinstance(form, ReportForm):
        row = next((one for one in found.reports if one.year == values["year"]), None)
        known = {"words": row.words, "output": row.output_fen, "jobs": row.jobs} if row is not None else {}
    form.process(data=known)


def _page(found: Whole, page: str, form: SiteForm, values: dict[str, Any]) -> str:
    item = next((one for one in found.items if one.material.code == values.get("code")), None)
    if page == "material" and item is None:
        raise NotFound()
    if page == "report" and all(one.year != values["year"] for one in found.reports):
        raise NotFound()
    if page == "particulars" and found.case.traded_id is not None:
        raise NotFound()
    known = {"note": item.row.note} if item is not None else {}
    return render_template(
        f"case_papers/{page}.html",
        whole=found,
        form=form,
        item=item,
        file_form=form if isinstance(form, PaperForm) else PaperForm(formdata=None),
        waiver_form=form if isinstance(form, WaiverForm) else WaiverForm(formdata=None, data=known),
        waivable=materials.WAIVABLE,
        words={kind: WORDS[kind] for kind in declaring.kinds_of(found.case)},
        **values,
    )


def _uploads(field: str) -> list[tuple[str, bytes]]:
    """Return name and bytes of the files that were really chosen."""
    return [(one.filename, one.read()) for one in request.files.getlist(field) if one and one.filename]
