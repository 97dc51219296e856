"""Roles: who holds which, granting and revoking."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import ROLE_LABELS, Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.identifiers import parse_email
from marketplace.domain.regions import FIRST_REVIEW_OFFICES
from marketplace.domain.text import N_
from marketplace.forms.people.accounts import EmptyForm
from marketplace.forms.people.members import GrantForm
from marketplace.services.people import grants
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, reauthenticated, requires

blueprint = Blueprint("grants", __name__, url_prefix="/admin/grants")


@blueprint.get("")
@requires(Permission.READ_GRANTS)
def index() -> str:
    """Show the grants in force and to come, or all that ever were."""
    everything = request.args.get("all") == "1"
    return render_template(
        "grants/index.html",
        lines=grants.listing(actor(), everything),
        everything=everything,
        labels=ROLE_LABELS,
        offices=FIRST_REVIEW_OFFICES,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.GRANT_ROLES)
@reauthenticated
def new() -> Response | tuple[str, int]:
    """Grant a role."""
    form = GrantForm(valid_from=clock.today()).offer(
        [
            (person.id, f"{place} · {person.name}")
            for person, place in grants.candidates()
            if person.id != actor().person_id
        ]
    )
    if form.validate_on_submit():
        try:
            with unit_of_work():
                grants.grant(actor(), _person_id(form), _wish(form))
            flash(_("已授予，本人会收到通知"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("grants/new.html", form)


def _person_id(form: GrantForm) -> int:
    if form.person.data:
        return int(form.person.data)
    try:
        return grants.person_by_email(parse_email(form.email.data)).id
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, "email", **refused.params) from refused


def _wish(form: GrantForm) -> grants.Wish:
    if form.valid_from.data is None:
        raise DomainError("grant_day_missing", N_("请填写开始日期"), field="valid_from")
    return grants.Wish(form.role.data or "", form.scope.data or "", form.valid_from.data, form.valid_to.data)


@blueprint.route("/<int:grant_id>/revoke", methods=["GET", "POST"])
@requires(Permission.GRANT_ROLES)
@reauthenticated
def revoke(grant_id: int) -> Response | tuple[str, int]:
    """Take a role back, after a last look."""
    form = EmptyForm()
    row = grants.get(actor(), grant_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                grants.revoke(actor(), grant_id)
            flash(_("已收回，本人会收到通知"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("grants/revoke.html", form, row=row, labels=ROLE_LABELS, offices=FIRST_REVIEW_OFFICES)
