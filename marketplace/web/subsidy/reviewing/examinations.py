"""第三方审计, 专家评审, 现场核查: what was given to the reader, the papers it is about, and the answer."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_
from marketplace.forms.subsidy.reviewing import AnswerForm
from marketplace.models.subsidy import CaseExamination
from marketplace.services.paging import paged
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.reading import whole
from marketplace.services.subsidy.reviewing import competence, examinations
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, signed_in
from marketplace.web.limits import UPLOAD
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("examinations", __name__, url_prefix="/desk/examinations")

Answer = str | Response | tuple[str, int]

TYPED = ("opinion", "score", "happened_on", "people")
"""Fields of the answer, in which something may stand while a file is uploaded."""


@blueprint.get("")
@signed_in
def index() -> str:
    """List what the reader was asked to examine."""
    page = paged(examinations.of_actor(actor()), page_number())
    return render_template(
        "examinations/index.html",
        page=page,
        page_url=page_urls(),
        kinds=examinations.LABELS,
        titles={row.id: cases.title_of(row.case) for row in page.items},
        open_={row.id for row in page.items if examinations.is_open(row)},
    )


@blueprint.get("/<int:examination_id>")
@signed_in
def show(examination_id: int) -> str:
    """Show what is to be examined: its papers once the reader has said that they have no interest in it."""
    row = examinations.get_own(actor(), examination_id)
    return _page(row, AnswerForm(formdata=None))


def _page(row: CaseExamination, form: AnswerForm) -> str:
    return render_template(
        "examinations/show.html",
        row=row,
        case=row.case,
        title=cases.title_of(row.case),
        sellers=[
            party.name
            for contract in competence.contracts_of(row.case)
            for party in (contract.current.parties if contract.current else ())
            if party.role == "seller"
        ],
        whole=whole.of_case(actor(), row.case_id)
        if row.conflict is False and row.case.state == "review"
        else None,
        papers=examinations.files_of(row),
        is_open=examinations.is_open(row),
        kind=examinations.LABELS[row.kind],
        form=form,
        states=SUBSIDY_CASE.states,
    )


@blueprint.post("/<int:examination_id>/declare")
@signed_in
def declare(examination_id: int) -> Response:
    """Say whether the reader has an interest in the case."""
    said = request.form.get("conflict")
    if said not in ("yes", "no"):
        raise NotFound()
    with unit_of_work():
        examinations.declare(actor(), examination_id, said == "yes")
    if said == "yes":
        flash(_("已回避，审核人员会另请他人"), "ok")
        return redirect(url_for(".index"))
    return redirect(url_for(".show", examination_id=examination_id))


@blueprint.post("/<int:examination_id>")
@signed_in
@UPLOAD
def give(examination_id: int) -> Answer:
    """Give the answer, once and for all."""
    row, form = examinations.get_own(actor(), examination_id), AnswerForm()
    answer = examinations.Answer(
        form.opinion.data or "", form.score.data, form.happened_on.data, form.people.data or ""
    )
    try:
        if not form.validate():
            return _page(row, form), 422
        with unit_of_work():
            for name, content in _uploads():
                examinations.add_file(actor(), examination_id, name, content)
            examinations.give(actor(), examination_id, answer)
    except Conflict:
        raise
    except DomainError as error:
        form.take(error)
        return _page(examinations.get_own(actor(), examination_id), form), 422
    flash(_("意见已提交"), "ok")
    return redirect(url_for(".show", examination_id=examination_id))


@blueprint.post("/<int:examination_id>/files")
@signed_in
@UPLOAD
def add_file(examination_id: int) -> Answer:
    """Put photos or a report on the examination; what was typed of the answer stays in its fields."""
    form, uploads = AnswerForm(), _uploads()
    try:
        if not uploads:
            raise DomainError("file_missing", N_("请选择要上传的文件"))
        with unit_of_work():
            for name, content in uploads:
                examinations.add_file(actor(), examination_id, name, content)
    except (Conflict, NotFound):
        raise
    except DomainError as error:
        form.form_errors = [_(error.message, **error.params)]
        return _page(examinations.get_own(actor(), examination_id), form), 422
    flash(_("文件已上传"), "ok")
    if any(request.form.get(name, "").strip() for name in TYPED):
        return _page(examinations.get_own(actor(), examination_id), form)
    return redirect(url_for(".show", examination_id=examination_id, _anchor="files"))


def _uploads() -> list[tuple[str, bytes]]:
    return [(one.filename or "", one.read()) for one in request.files.getlist("file") if one.filename]


@blueprint.post("/<int:examination_id>/files/<int:link_id>/remove")
@signed_in
def remove_file(examination_id: int, link_id: int) -> Response:
    """Take a file off again."""
    with unit_of_work():
        examinations.remove_file(actor(), examination_id, link_id)
    flash(_("文件已移除"), "ok")
    return redirect(url_for(".show", examination_id=examination_id, _anchor="files"))
