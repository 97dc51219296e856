"""通知: the notice centre, and how often a person wants mail."""

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import NotFound
from marketplace.domain.platform.notices import GROUPS, KINDS, MUTABLE
from marketplace.forms.platform.notices import chosen_groups, preferences_form
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


def unfilled(title: str) -> str:
    """The words of a kind as such: what would be filled in is an ellipsis."""
    return str(_(title, **dict.fromkeys(re.findall(r"%\((\w+)\)s", title), "…")))


@blueprint.app_template_global("notice_group")
def notice_group(kind: str) -> str:
    """What a notice is about."""
    return str(_(GROUPS[KINDS[kind].group]))


@blueprint.app_template_global("notice_may_be_muted")
def notice_may_be_muted(kind: str) -> bool:
    """Whether a reader may switch a kind of notices off altogether."""
    return kind in MUTABLE


@blueprint.get("")
@signed_in
def index() -> str:
    """Show the reader's notices, newest first; unread ones or those of a group where asked."""
    unread, group = request.args.get("tab") == "unread", _group()
    page = paged(notices.query(actor(), unread, group), page_number())
    return render_template(
        "notices/index.html",
        page=page,
        page_url=page_urls(),
        unread=unread,
        group=group,
        groups=GROUPS,
        counts=notices.counts(actor()),
        muted=notices.muted(actor()),
    )


def _group() -> str:
    group = request.values.get("group", "")
    return group if group in GROUPS else ""


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
    """Mark everything, or everything of a group, as read."""
    with unit_of_work():
        notices.mark_read(actor(), group=_group())
    flash(_("已全部标为已读"), "ok")
    return redirect(url_for(".index", group=_group() or None))


@blueprint.post("/mute/<kind>")
@signed_in
def mute(kind: str) -> Response:
    """Switch a kind of notices off for the reader, or on again."""
    wanted = request.form.get("wanted") == "1"
    if kind not in MUTABLE:
        raise NotFound()
    with unit_of_work():
        if wanted:
            notices.unmute(actor(), kind)
        else:
            notices.mute(actor(), kind)
    flash(_("已恢复这一类通知") if wanted else _("以后不再有这一类通知，可在“通知设置”里恢复"), "ok")
    return redirect(
        url_for(".preferences", _anchor="muted") if wanted else url_for(".index", group=_group() or None)
    )


@blueprint.route("/preferences", methods=["GET", "POST"])
@signed_in
def preferences() -> str | Response:
    """Choose how often to be mailed, for each group of notices; see which kinds are switched off."""
    form = preferences_form({group: notices.frequency(actor().person_id or 0, group) for group in GROUPS})
    if form.validate_on_submit():
        with unit_of_work():
            for group in chosen_groups():
                notices.set_frequency(actor(), group, form[group].data)
        flash(_("接收方式已保存"), "ok")
        return redirect(url_for(".index"))
    return render_template(
        "notices/preferences.html",
        form=form,
        groups=chosen_groups(),
        muted=[(kind, unfilled(KINDS[kind].title)) for kind in notices.muted(actor())],
    )
