"""One's own organisation: the data in force, its history, and changing it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import regions
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.people.profiles import LABELS, division_hint, kind_label
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import ORGANISATION, PROFILE
from marketplace.forms.people.profiles import ProfileForm
from marketplace.models.people import Organisation
from marketplace.services.people import organisations, verification
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from marketplace.web import limits
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number

blueprint = Blueprint("organisation", __name__, url_prefix="/desk/organisation")


@blueprint.get("")
@requires(Permission.WORK_IN_ORGANISATION)
def index() -> str:
    """Show the data in force, what waits, and all versions with their days."""
    found = organisations.own(actor())
    versions = organisations.history(found)
    waiting = organisations.open_change(found)
    return render_template(
        "organisation/index.html",
        found=found,
        kind=_(kind_label(found.kind)),
        state=ORGANISATION.states[found.state],
        decisions=verification.decisions_on(found),
        versions=versions,
        profile_states=PROFILE.states,
        waiting=next((each for each in versions if waiting and each.profile.id == waiting.id), None),
        mark=verification.mark_of(found),
        words=verification.field_words,
        labels=LABELS,
        reasons=REASONS["organisation"],
        licences=files.links_of("profile", found.profile_id or 0, "licence"),
        number=organisations.receipt_number,
    )


def _start_of(found: Organisation) -> dict[str, Any]:
    """What the form begins with: a returned change, else the data in force."""
    base = organisations.open_change(found) or found.profile
    return {"kind": found.kind} | (vars(organisations.data_of(base)) if base is not None else {})


@blueprint.route("/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_ORGANISATION)
@limits.UPLOAD
def edit() -> Response | tuple[str, int]:
    """Change the data; after a return, with the reviewer's remarks beside the fields."""
    found = organisations.own(actor())
    waiting = organisations.open_change(found)
    if waiting is not None and waiting.state == "pending":
        flash(_("已有一份资料正在审核，撤回后才能修改"), "warn")
        return redirect(url_for(".index"))
    form = ProfileForm(data=_start_of(found))
    dropped = set(request.form.getlist("drop", type=row_number))
    if form.is_submitted() and _submit(form, dropped):
        return redirect(url_for(".index"))
    task = organisations.last_tasks([waiting.id]).get(waiting.id) if waiting is not None else None
    hint = division_hint(found.uscc, form.division.data or "")
    return form_page(
        "organisation/edit.html", form, found=found, kind=_(kind_label(found.kind)),
        waiting=waiting, task=task, dropped=dropped,
        remarks={each.field: each.text for each in task.remarks} if task is not None else {},
        licences=organisations.licences(found), reasons=REASONS["organisation"],
        hint=regions.full_name(hint) if hint else "",
    )  # fmt: skip


def _submit(form: ProfileForm, dropped: set[int]) -> bool:
    """Keep uploads, then submit; return whether it went through."""
    try:
        with unit_of_work():
            organisations.keep_uploads(actor(), organisations.own(actor()), form.uploads)
        if {"pick_region", "upload"} & set(request.form):
            return False
        form.validate()
        with unit_of_work():
            found = organisations.own(actor())
            kind = form.kind.data or found.kind
            state = organisations.change(actor(), found, kind, form.profile, dropped).state
    except DomainError as error:
        form.take(error)
        return False
    if state == "approved":
        flash(_("已更新，即时生效"), "ok")
    elif found.state == "verified":
        flash(_("已提交，认证期间原有资料继续有效"), "ok")
    else:
        flash(_("已提交认证，结果会通知您"), "ok")
    return True


@blueprint.post("/withdraw")
@requires(Permission.EDIT_ORGANISATION)
def withdraw() -> Response:
    """Take back what waits."""
    with unit_of_work():
        organisations.withdraw(actor(), organisations.own(actor()))
    flash(_("已撤回，可以修改后重新提交"), "ok")
    return redirect(url_for(".index"))
