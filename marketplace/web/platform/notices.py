"""通知: the notice centre, and how often a person wants mail."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import NotFound
from marketplace.domain.platform.notices import GROUPS, KINDS
from marketplace.forms.platform.notices import preferences_form
from marketplace.services import links
from marketplace.services.paging import paged
from marketplace.services.platform import notices
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, signed_in
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("notices", __name__, url_prefix="/desk/notices")


@blueprint.app_template_global("notice_title")
def notice_title(kind: str, params: dict[str, Any]) -> str:
    """The words of a notice, for pages and mails."""
    return str(_(KINDS[kind].title, **params))


@blueprint.app_template_global("notice_group")
def notice_group(kind: str) -> str:
    """What a notice is about."""
    return str(_(GROUPS[KINDS[kind].group]))


@blueprint.get("")
@signed_in
def index() -> str:
    """Show the reader's notices, newest first."""
    unread = request.args.get("tab") == "unread"
    page = paged(notices.query(actor(), unread_only=unread), page_number())
    return render_template("notices/index.html", page=page, page_url=page_urls(), unread=unread)


@blueprint.get("/<int:notice_id>")
@signed_in
def open_notice(notice_id: int) -> Response:
    """Mark a notice as read and go to what it speaks of."""
    notice = notices.get(actor(), notice_id)
    if notice is None:
        raise NotFound()
    target = links.path_of(notice.subject_kind, notice.subject_id)
    if notice.read_at is None:
        with unit_of_work():
            notices.mark_read(actor(), notice_id)
    return redirect(target)


@blueprint.post("/read")
@signed_in
def read_all() -> Response:
    """Mark everything as read."""
    with unit_of_work():
        notices.mark_read(actor())
    flash(_("已全部标为已读"), "ok")
    return redirect(url_for(".index"))


@blueprint.route("/preferences", methods=["GET", "POST"])
@signed_in
def preferences() -> str | Response:
    """Choose how often to be mailed, for each group of notices."""
    form = preferences_form({group: notices.frequency(actor().person_id or 0, group) for group in GROUPS})
    if form.validate_on_submit():
        with unit_of_work():
            for group in GROUPS:
                notices.set_frequency(actor(), group, form[group].data)
        flash(_("接收方式已保存"), "ok")
        return redirect(url_for(".index"))
    return render_template("notices/preferences.html", form=form, groups=list(GROUPS))
