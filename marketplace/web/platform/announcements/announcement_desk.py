"""公告管理: drafts with preview and attachments; publishing, pinning, withdrawing."""

from dataclasses import fields
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.platform.announcements import KINDS, blocks
from marketplace.domain.states import ANNOUNCEMENT
from marketplace.domain.states.machine import Transition
from marketplace.forms.platform.announcements import AnnouncementForm, AttachmentForm, MoveForm
from marketplace.models.platform import Announcement
from marketplace.services.paging import paged
from marketplace.services.people import actors
from marketplace.services.platform import files
from marketplace.services.platform.announcements import publishing, writing
from marketplace.services.platform.announcements.writing import Wording
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.limits import UPLOAD
from marketplace.web.numbers import number_in
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("announcement_desk", __name__, url_prefix="/admin/announcements")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.WRITE_ANNOUNCEMENT)
def index() -> str:
    """List announcements in every state."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    state, kind = state if state in ANNOUNCEMENT.states else "", kind if kind in KINDS else ""
    page = paged(writing.all_of(state, kind), page_number())
    return render_template(
        "announcement_desk/index.html",
        page=page,
        page_url=page_urls(),
        names=_names(page.items),
        states=ANNOUNCEMENT.states,
        kinds=KINDS,
        state=state,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.WRITE_ANNOUNCEMENT)
def new() -> Answer:
    """Begin an announcement."""
    form = AnnouncementForm()
    if form.validate_on_submit() and not _previews():
        try:
            with unit_of_work():
                made = writing.create(actor(), _wording(form)).id
            flash(_("草稿已保存"), "ok")
            return redirect(url_for(".detail", announcement_id=made))
        except DomainError as error:
            form.take(error)
    return _form_page(form, None)


@blueprint.get("/<int:announcement_id>")
@requires(Permission.WRITE_ANNOUNCEMENT)
def detail(announcement_id: int) -> str:
    """Show an announcement as it will be read, with what can be done now."""
    return _page(writing.get(announcement_id), AttachmentForm(formdata=None))


@blueprint.route("/<int:announcement_id>/edit", methods=["GET", "POST"])
@requires(Permission.WRITE_ANNOUNCEMENT)
def edit(announcement_id: int) -> Answer:
    """Change a draft."""
    row = writing.get(announcement_id)
    if row.state != "draft":
        flash(_("这篇公告已经发布或放弃，不能再修改；要更正请“以此为底稿新建”"), "warn")
        return redirect(url_for(".detail", announcement_id=row.id))
    form = (
        AnnouncementForm() if request.method == "POST" else AnnouncementForm(formdata=None, data=_said(row))
    )
    if form.validate_on_submit() and not _previews():
        try:
            with unit_of_work():
                writing.write(actor(), announcement_id, _wording(form), number_in(form.version.data))
            flash(_("草稿已保存"), "ok")
            return redirect(url_for(".detail", announcement_id=announcement_id))
        except DomainError as error:
            form.take(error)
    return _form_page(form, row)


def _form_page(form: AnnouncementForm, row: Announcement | None) -> Answer:
    shown = blocks(form.body.data or "") if _previews() and not form.errors else None
    return form_page("announcement_desk/edit.html", form, row=row, blocks=shown)


def _previews() -> bool:
    return request.method == "POST" and request.form.get("action") == "preview"


def _wording(form: AnnouncementForm) -> Wording:
    return Wording(
        kind=form.kind.data or "",
        title=form.title.data or "",
        body=form.body.data or "",
        issuer=form.issuer.data or "",
        document_number=form.document_number.data or "",
        valid_from=form.valid_from.data,
        valid_to=form.valid_to.data,
    )


def _said(row: Announcement) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(Wording)} | {"version": str(row.version)}


@blueprint.post("/<int:announcement_id>/files")
@requires(Permission.WRITE_ANNOUNCEMENT)
@UPLOAD
def add_file(announcement_id: int) -> Answer:
    """Put an attachment on a draft."""
    form = AttachmentForm()
    try:
        upload = form.file.data
        if not upload or not getattr(upload, "filename", ""):
            raise writing.missing_file()
        with unit_of_work():
            writing.add_file(actor(), announcement_id, upload.filename, upload.read())
    except DomainError as error:
        if error.field is None:
            raise
        form.take(error)
        return _page(writing.get(announcement_id), form), 422
    flash(_("附件已添加"), "ok")
    return redirect(url_for(".detail", announcement_id=announcement_id, _anchor="files"))


@blueprint.post("/<int:announcement_id>/files/<int:link_id>/remove")
@requires(Permission.WRITE_ANNOUNCEMENT)
def remove_file(announcement_id: int, link_id: int) -> Response:
    """Take an attachment off a draft."""
    with unit_of_work():
        writing.remove_file(actor(), announcement_id, link_id)
    flash(_("附件已移除"), "ok")
    return redirect(url_for(".detail", announcement_id=announcement_id, _anchor="files"))


@blueprint.post("/<int:announcement_id>/copy")
@requires(Permission.WRITE_ANNOUNCEMENT)
def copy(announcement_id: int) -> Response:
    """Begin a draft with the words of this announcement."""
    with unit_of_work():
        made = writing.copy(actor(), announcement_id).id
    flash(_("已按原文建立草稿，请修改后发布"), "ok")
    return redirect(url_for(".edit", announcement_id=made))


@blueprint.post("/<int:announcement_id>/pin")
@requires(Permission.PUBLISH_ANNOUNCEMENT)
def pin(announcement_id: int) -> Response:
    """Put a published announcement on top, or back to its place."""
    pinned = request.form.get("pinned") == "1"
    try:
        with unit_of_work():
            publishing.pin(actor(), announcement_id, pinned)
        flash(_("已置顶") if pinned else _("已取消置顶"), "ok")
    except DomainError as error:
        flash(_(error.message, **error.params), "warn")
    return redirect(url_for(".detail", announcement_id=announcement_id))


@blueprint.route("/<int:announcement_id>/<any(publish, withdraw, discard):action>", methods=["GET", "POST"])
@requires(Permission.WRITE_ANNOUNCEMENT, Permission.PUBLISH_ANNOUNCEMENT)
def move(announcement_id: int, action: str) -> Answer:
    """Take a step, asked once more; before a withdrawal the password is typed again."""
    row = writing.get(announcement_id)
    transition = ANNOUNCEMENT.table.get((row.state, action))
    if transition is None:
        flash(_("这篇公告的状态已经变化，请核对后再办理"), "warn")
        return redirect(url_for(".detail", announcement_id=row.id))
    if transition not in publishing.available(actor(), row):
        abort(403)
    return (_move_carefully if transition.dangerous else _move)(row, transition)


def _move(row: Announcement, transition: Transition) -> Answer:
    form = MoveForm() if request.method == "POST" else MoveForm(formdata=None, version=str(row.version))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                read = number_in(form.version.data)
                publishing.act(actor(), row.id, transition.action, form.note.data or "", read)
            flash(_("已办理：%(what)s", what=_(transition.label)), "ok")
            return redirect(url_for(".detail", announcement_id=row.id))
        except DomainError as error:
            form.take(error)
    return form_page(
        "announcement_desk/move.html",
        form,
        row=row,
        transition=transition,
        kinds=KINDS,
        blocks=blocks(row.body),
        files=files.links_of(writing.SUBJECT, row.id),
    )


_move_carefully = reauthenticated(_move)


def _page(row: Announcement, form: AttachmentForm) -> str:
    return render_template(
        "announcement_desk/detail.html",
        row=row,
        form=form,
        kinds=KINDS,
        state=ANNOUNCEMENT.states[row.state],
        moves=publishing.available(actor(), row),
        names=_names([row]),
        blocks=blocks(row.body),
        files=files.links_of(writing.SUBJECT, row.id),
    )


def _names(rows: Any) -> dict[int, str]:
    people = {person for row in rows for person in (row.created_by, row.edited_by, row.published_by)}
    return actors.names_of({person for person in people if person})
