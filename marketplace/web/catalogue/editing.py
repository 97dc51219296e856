"""The guided form: its steps, the files, and sending to review."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.catalogue import content
from marketplace.domain.catalogue.content import STEPS, SUBMIT, Step
from marketplace.domain.errors import DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.platform.files import PURPOSES
from marketplace.forms.catalogue import achievements, demands
from marketplace.forms.catalogue.steps import StepForm
from marketplace.forms.catalogue.submission import FileForm, SubmissionForm
from marketplace.models.catalogue import Revision
from marketplace.services.catalogue import drafts, history, revisions
from marketplace.services.catalogue.quality import looking
from marketplace.services.platform import files, reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires

blueprint = Blueprint("editing", __name__, url_prefix="/desk/listings/<int:listing_id>/edit")

FORMS: Mapping[str, Mapping[str, type[StepForm]]] = {
    "achievement": achievements.FORMS,
    "demand": demands.FORMS,
}

Answer = str | Response | tuple[str, int]


@blueprint.get("/<key>")
@requires(Permission.EDIT_LISTING)
def step(listing_id: int, key: str) -> str:
    """Show a step of the form; ``?check=1`` also says what it still lacks."""
    revision = drafts.editable(actor(), listing_id)
    if key == SUBMIT:
        return _last_page(revision, SubmissionForm(change_note=revision.change_note), FileForm())
    form_class, page = _form_of(revision, key)
    form = form_class.showing(page, revisions.content_of(revision))
    if "check" in request.args:
        form.show(_of_step(revision, page.key))
    return _page(revision, page, form)


@blueprint.post("/<key>")
@requires(Permission.EDIT_LISTING)
def save(listing_id: int, key: str) -> Answer:
    """Save what is well-formed, keep what is not in the form, and go where the button says."""
    revision = drafts.editable(actor(), listing_id)
    form_class, page = _form_of(revision, key)
    form = form_class()
    if "add_row" in request.form or "remove_row" in request.form:
        form.change_rows(request.form.get("add_row"), request.form.get("remove_row"))
        return _page(revision, page, form)
    try:
        with unit_of_work():
            saved = drafts.save(actor(), listing_id, form.typed(), form.began_with())
    except drafts.Stale as stale:
        form.begin_from(page, revisions.content_of(stale.revision))
        return _page(stale.revision, page, form, theirs=stale.theirs), 409
    if saved.errors:
        form.show(saved.errors)
        form.begin_from(page, revisions.content_of(saved.revision))
        return _page(saved.revision, page, form), 422
    return _onwards(saved.revision, page)


def _form_of(revision: Revision, key: str) -> tuple[type[StepForm], Step]:
    page = content.step(revision.kind, key)
    if page is None or key not in FORMS[revision.kind]:
        raise NotFound()
    return FORMS[revision.kind][key], page


def _onwards(revision: Revision, page: Step) -> Response:
    direction = {"next": 1, "back": -1}.get(request.form.get("action", ""), 0)
    if not direction:
        flash(_("草稿已保存，可以随时回来继续填写"), "ok")
    key = content.neighbour(revision.kind, page.key, direction)
    return redirect(url_for(".step", listing_id=revision.listing_id, key=key))


def _of_step(revision: Revision, key: str) -> list[FieldError]:
    return [each for each in drafts.problems(revision) if content.step_of(revision.kind, each.field) == key]


def _page(revision: Revision, page: Step, form: StepForm, theirs: Any = ()) -> str:
    return render_template(
        "listings/step.html",
        form=form,
        step=page,
        theirs=theirs,
        look=looking.look(actor(), revision, form.typed() if request.method == "POST" else None),
        live=page.key,
        **_around(revision, page.key, drafts.problems(revision)),
    )


def _around(revision: Revision, key: str, problems: list[FieldError]) -> dict[str, Any]:
    """Return what every step shows: where one is, the reviewer's remarks, when it was saved."""
    lacking = {content.step_of(revision.kind, each.field) for each in problems}
    decision = history.last_decision(revision)
    marks = []
    for each in STEPS[revision.kind]:
        done = each.key not in lacking and each.key != SUBMIT
        state = "now" if each.key == key else "done" if done else "next"
        marks.append((_(each.label), state, url_for(".step", listing_id=revision.listing_id, key=each.key)))
    return {
        "revision": revision,
        "listing": revision.listing,
        "marks": marks,
        "remarks": {each.field: each.text for each in decision.remarks} if decision else {},
        "decision": decision,
    }


@blueprint.post("/submit")
@requires(Permission.EDIT_LISTING)
def submit(listing_id: int) -> Answer:
    """Send the draft to review; what is missing is listed with links to where it is filled in."""
    form = SubmissionForm()
    form.validate()
    declared = bool(form.no_secret.data and form.rights_owned.data)
    try:
        with unit_of_work():
            revision = drafts.submit(actor(), listing_id, declared, form.change_note.data or "")
    except ValidationFailed:
        return _last_page(drafts.editable(actor(), listing_id), form, FileForm(formdata=None)), 422
    except DomainError as error:
        if error.code != "guard_declared":
            form.take(error)
        return _last_page(drafts.editable(actor(), listing_id), form, FileForm(formdata=None)), 422
    task = reviews.open_task_for("revision", revision.id)
    flash(
        _("已提交审核，编号%(number)s", number=revision.listing.number)
        + (_("，最迟%(due)s前答复，结果会通知您", due=task.due_on.isoformat()) if task else ""),
        "ok",
    )
    return redirect(url_for("my_listings.detail", listing_id=listing_id))


def _last_page(revision: Revision, form: SubmissionForm, file_form: FileForm) -> str:
    problems = drafts.problems(revision)
    places = [
        (each, content.place_of(revision.kind, each.field), content.step_of(revision.kind, each.field))
        for each in problems
    ]
    return render_template(
        "listings/submit.html",
        form=form,
        file_form=file_form,
        problems=places,
        files=files.links_of("revision", revision.id),
        purposes=PURPOSES,
        verified=actor().organisation_verified,
        look=looking.look(actor(), revision),
        **_around(revision, SUBMIT, problems),
    )


@blueprint.post("/files")
@requires(Permission.EDIT_LISTING)
def add_file(listing_id: int) -> Answer:
    """Put an image or an attachment on the draft."""
    form = FileForm()
    upload = form.file.data
    if not upload or not getattr(upload, "filename", ""):
        form.take(DomainError("file_missing", "请先选择文件", field="file"))
        return _last_page(drafts.editable(actor(), listing_id), SubmissionForm(formdata=None), form), 422
    try:
        with unit_of_work():
            drafts.add_file(
                actor(),
                listing_id,
                upload.filename,
                upload.read(),
                form.purpose.data or "",
                form.level.data or "",
                form.caption.data or "",
            )
    except DomainError as error:
        form.take(error)
        return _last_page(drafts.editable(actor(), listing_id), SubmissionForm(formdata=None), form), 422
    flash(_("文件已添加"), "ok")
    return redirect(url_for(".step", listing_id=listing_id, key=SUBMIT, _anchor="files"))


@blueprint.post("/files/<int:link_id>/remove")
@requires(Permission.EDIT_LISTING)
def remove_file(listing_id: int, link_id: int) -> Response:
    """Take a file off the draft."""
    with unit_of_work():
        drafts.remove_file(actor(), listing_id, link_id)
    flash(_("文件已移除"), "ok")
    return redirect(url_for(".step", listing_id=listing_id, key=SUBMIT, _anchor="files"))
