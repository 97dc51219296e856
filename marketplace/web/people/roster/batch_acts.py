"""Batches: first a list to confirm, then one unit of work a row, and what became of each."""

import secrets
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Actor, Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.base import SiteForm
from marketplace.forms.people.roster import LetterForm, MoveForm, RemindForm
from marketplace.services.people.roster import batches
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.numbers import row_number

blueprint = Blueprint("batch_acts", __name__, url_prefix="/admin/batch")

LISTS = {"person": "people.index", "organisation": "registry.index"}


@blueprint.route("/<kind>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@reauthenticated
def act(kind: str) -> Response | tuple[str, int] | str:
    """Show what is about to be done to whom; do it when it is confirmed, and tell the result of each row."""
    action = request.values.get("action", "")
    if kind not in LISTS or (action and action not in batches.ACTIONS):
        abort(404)
    chosen = [number for number in request.values.getlist("id", type=row_number) if number]
    rows = batches.rows(actor(), kind, action, chosen)
    refused = _("请先勾选，再选择要办理的事项") if not action or not rows else ""
    if len(set(chosen)) > batches.MOST:
        refused = _("一次最多办理 %(most)s 行，请分几次勾选", most=batches.MOST)
    if refused:
        flash(refused, "warn")
        return redirect(url_for(LISTS[kind]))
    form = _form(action)
    if form.validate_on_submit():
        try:
            batches.check(_wish(action, form))
            outcomes = [_one(actor(), kind, row, _wish(action, form)) for row in rows]
            return render_template("batch_acts/done.html", kind=kind, outcomes=outcomes, back=LISTS[kind])
        except DomainError as error:
            form.take(error)
    able = [row for row in rows if row.hindrance is None]
    words = {"kind": kind, "action": action, "rows": rows, "able": able, "back": LISTS[kind]}
    return form_page("batch_acts/confirm.html", form, label=batches.ACTIONS[action], **words)


def _form(action: str) -> SiteForm:
    if action == "mail":
        return LetterForm(key=secrets.token_hex(16))
    return RemindForm() if action == "remind" else MoveForm()


def _wish(action: str, form: Any) -> batches.Wish:
    typed = {name: form[name].data or "" for name in ("note", "key", "title", "body") if name in form}
    return batches.Wish(action, **typed)


def _one(who: Actor, kind: str, row: batches.Row, wish: batches.Wish) -> dict[str, Any]:
    try:
        with unit_of_work():
            done = batches.perform(who, kind, row.id, wish)
    except DomainError as refused:
        return {"row": row, "ok": False, "words": _(refused.message, **refused.params)}
    return {"row": row, "ok": True, "words": _(done.message, **done.params)}
