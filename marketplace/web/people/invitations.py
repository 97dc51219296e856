"""Accepting an invitation by its mailed link."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.identifiers import mask_email
from marketplace.domain.people import legal
from marketplace.forms.people.accounts import AcceptForm, EmptyForm
from marketplace.models.people import Invitation
from marketplace.services.people import accounts, invitations
from marketplace.services.unit import unit_of_work
from marketplace.web import limits
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, forget_actor, public
from marketplace.web.people.identity import begin_session

blueprint = Blueprint("invitations", __name__, url_prefix="/invitations")


@blueprint.route("/<token>", methods=["GET", "POST"])
@public
@limits.SIGNUP
def accept(token: str) -> Response | tuple[str, int]:
    """Lead each to what fits: join with this account, sign in first, or open an account."""
    try:
        row = invitations.by_token(token)
    except (Conflict, NotFound) as dead:
        return render_template("invitations/dead.html", message=_(dead.message, **dead.params)), 404
    if actor().signed_in:
        return _join(token, row)
    if invitations.has_account(row):
        return render_template(
            "invitations/sign_in.html", row=row, email=mask_email(row.email), token=token
        ), 200
    return _open_account(token, row)


def _join(token: str, row: Invitation) -> Response | tuple[str, int]:
    form = EmptyForm()
    mine = accounts.own(actor()).email == row.email
    if form.validate_on_submit():
        try:
            with unit_of_work():
                name = invitations.accept(actor(), token).name
            forget_actor()
            flash(_("您已加入“%(name)s”", name=name), "ok")
            return redirect(url_for("desk.index"))
        except (NotAllowed, NotFound, Conflict):
            raise
        except DomainError as error:
            form.take(error)
    return form_page("invitations/join.html", form, row=row, mine=mine, email=mask_email(row.email))


def _open_account(token: str, row: Invitation) -> Response | tuple[str, int]:
    form = AcceptForm(data={"name": row.name, **legal.current_versions()})
    if form.validate_on_submit():
        try:
            new = accounts.checked_person(
                form.name.data or "", row.email, form.phone.data or "", form.password.data or ""
            )
            with unit_of_work():
                person_id = invitations.accept_as_new(token, new, form.versions).id
            begin_session(person_id)
            flash(_("账号已开通，您已加入“%(name)s”", name=row.organisation.name), "ok")
            return redirect(url_for("desk.index"))
        except (NotFound, Conflict):
            raise
        except DomainError as error:
            form.take(error)
    return form_page("invitations/open_account.html", form, row=row, email=row.email)
