"""政策版本: written by one person, confirmed by another; every version compared with any other of its clause."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.states import POLICY_VERSION
from marketplace.domain.states.machine import Transition
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.forms.subsidy.policies import (
    WORDING,
    CloseForm,
    MoveForm,
    NewVersionForm,
    VersionForm,
    form_of,
    typed_values,
)
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.people import actors
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.registers import versions
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.numbers import number_in, row_number
from marketplace.web.subsidy.wording import SAYS, changes, parameter_rows

blueprint = Blueprint("policy_versions", __name__, url_prefix="/admin/policies")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.READ_POLICIES)
def index() -> str:
    """Show every version of every clause."""
    rows = versions.all_versions(actor())
    names = actors.names_of({person for row in rows for person in (row.edited_by, row.decided_by) if person})
    return render_template(
        "policy_versions/index.html", rows=rows, names=names, clauses=CLAUSES, states=POLICY_VERSION.states
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.CHANGE_POLICY)
def new() -> Answer:
    """Begin a version, empty or as a copy."""
    form = NewVersionForm()
    rows = versions.all_versions(actor())
    form.copy_of.offer([(str(row.id), f"{_(CLAUSES[row.clause].label)} · {row.ordinal}") for row in rows])
    if request.method == "GET":
        form.copy_of.data, form.clause.data = (
            request.args.get("copy_of", ""),
            request.args.get("clause", "purchase"),
        )
    if form.validate_on_submit():
        try:
            with unit_of_work():
                copied = int(form.copy_of.data) if form.copy_of.data else None
                clause = next((row.clause for row in rows if row.id == copied), form.clause.data or "")
                version_id = versions.create(actor(), clause, copied).id
            return redirect(url_for(".edit", version_id=version_id))
        except DomainError as error:
            form.take(error)
    return form_page("policy_versions/new.html", form)


@blueprint.get("/<int:version_id>")
@requires(Permission.READ_POLICIES)
def detail(version_id: int) -> str:
    """Show a version with what can be done now, and what stands in the way."""
    version = versions.get(actor(), version_id)
    people = {person for person in (version.edited_by, version.proposed_by, version.decided_by) if person}
    others = [row for row in versions.all_versions(actor(), version.clause) if row.id != version.id]
    return render_template(
        "policy_versions/detail.html",
        version=version,
        clause=CLAUSES[version.clause],
        state=POLICY_VERSION.states[version.state],
        states=POLICY_VERSION.states,
        says=SAYS,
        rows=parameter_rows(version),
        names=actors.names_of(people),
        moves=versions.available(actor(), version),
        overlapping=policies.overlapping(version)
        if version.says == "law" and version.state in ("editing", "proposed", "drafted")
        else [],
        others=others,
    )


@blueprint.route("/<int:version_id>/edit", methods=["GET", "POST"])
@requires(Permission.CHANGE_POLICY)
def edit(version_id: int) -> Answer:
    """Write wording and parameters; amounts carry their unit."""
    version = versions.get(actor(), version_id)
    if version.state != "editing":
        flash(_("这一版本已经提请确认或确认，不能再修改；请收回，或建立新版本"), "warn")
        return redirect(url_for(".detail", version_id=version_id))
    kind = form_of(version.clause)
    form = kind() if request.method == "POST" else kind(formdata=None, data=_shown(version))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                versions.write(actor(), version_id, _wording(form), form.typed, number_in(form.version.data))
            flash(_("已保存"), "ok")
            return redirect(url_for(".detail", version_id=version_id))
        except DomainError as error:
            form.take(error)
    return form_page("policy_versions/edit.html", form, version=version, clause=CLAUSES[version.clause])


def _shown(version: PolicyVersion) -> dict[str, object]:
    wording = {name: getattr(version, name) for name in WORDING}
    return wording | typed_values(version.clause, version.parameters) | {"version": str(version.version)}


def _wording(form: VersionForm) -> versions.Wording:
    typed: dict[str, Any] = {name: form[name].data or _empty(name) for name in WORDING}
    return versions.Wording(**typed)


def _empty(name: str) -> str | None:
    """Return what nothing typed means: no day, or an empty text."""
    return None if name in ("valid_from", "valid_to", "window_from", "window_to") else ""


@blueprint.get("/<int:version_id>/compare")
@requires(Permission.READ_POLICIES)
def compare(version_id: int) -> str:
    """Show how a version differs from another of its clause."""
    version = versions.get(actor(), version_id)
    others = [row for row in versions.all_versions(actor(), version.clause) if row.id != version.id]
    wanted = request.args.get("with", type=row_number)
    older = [row for row in others if row.ordinal < version.ordinal]
    other = next((row for row in others if row.id == wanted), None) or next(iter([*older, *others]), None)
    return render_template(
        "policy_versions/compare.html",
        version=version,
        other=other,
        others=others,
        clause=CLAUSES[version.clause],
        changes=changes(version.clause, versions.compare(other, version)) if other else [],
    )


@blueprint.route("/<int:version_id>/<action>", methods=["GET", "POST"])
@requires(Permission.CHANGE_POLICY, Permission.CONFIRM_POLICY)
def move(version_id: int, action: str) -> Answer:
    """Take a step of a version, asked once more; the password is typed again before what cannot be undone."""
    version = versions.get(actor(), version_id)
    transition = POLICY_VERSION.table.get((version.state, action))
    if transition is None:
        if any(key[1] == action for key in POLICY_VERSION.table):
            flash(_("这一版本的状态已经变化，请核对后再办理"), "warn")
            return redirect(url_for(".detail", version_id=version_id))
        abort(404)
    return (_move_carefully if transition.dangerous else _move)(version, transition)


def _move(version: PolicyVersion, transition: Transition) -> Answer:
    form = CloseForm() if transition.action == "close" else MoveForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                _take(version.id, transition.action, form)
            flash(_("已办理：%(what)s", what=_(transition.label)), "ok")
            return redirect(url_for(".detail", version_id=version.id))
        except DomainError as error:
            if error.field == "reasons":
                error.field = "note"
            form.take(error)
    return form_page(
        "policy_versions/move.html",
        form,
        version=version,
        transition=transition,
        clause=CLAUSES[version.clause],
        rows=parameter_rows(version),
        says=SAYS,
    )


def _take(version_id: int, action: str, form: MoveForm) -> None:
    note = form.note.data or ""
    if isinstance(form, CloseForm):
        versions.close(actor(), version_id, form.day.data, note)
    else:
        versions.act(actor(), version_id, action, note)


_move_carefully = reauthenticated(_move)
