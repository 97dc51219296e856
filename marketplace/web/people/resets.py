"""Setting a new password by a mailed link."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.identifiers import mask_email
from marketplace.forms.people.accounts import NewPasswordForm, ResetForm
from marketplace.services.people import resets
from marketplace.services.unit import unit_of_work
from marketplace.web import limits
from marketplace.web.answers import form_page
from marketplace.web.guards import public
from marketplace.web.people.identity import begin_session

blueprint = Blueprint("resets", __name__, url_prefix="/reset")


@blueprint.route("", methods=["GET", "POST"])
@public
@limits.RESET
def start() -> Response | tuple[str, int]:
    """Ask for the address; the answer is the same whether it is known or not."""
    form = ResetForm()
    if not form.validate_on_submit():
        return form_page("resets/start.html", form)
    try:
        with unit_of_work():
            resets.ask(form.email.data or "")
    except DomainError as error:
        form.take(error)
        return form_page("resets/start.html", form)
    return redirect(url_for(".asked"))


@blueprint.get("/asked")
@public
def asked() -> str:
    """Say what happens next."""
    return render_template("resets/asked.html")


@blueprint.route("/<token>", methods=["GET", "POST"])
@public
@limits.RESET
def use(token: str) -> Response | tuple[str, int]:
    """Set the new password; every session of the account ends, and a fresh one begins here."""
    form = NewPasswordForm()
    try:
        email = mask_email(resets.person_behind(token).email)
    except (Conflict, NotFound) as dead:
        return render_template("resets/dead.html", message=_(dead.message, **dead.params)), 404
    if not form.validate_on_submit():
        return form_page("resets/use.html", form, email=email)
    try:
        with unit_of_work():
            person_id = resets.use(token, form.password.data or "").id
    except (Conflict, NotFound, NotAllowed):
        raise
    except DomainError as error:
        form.take(error)
        return form_page("resets/use.html", form, email=email)
    begin_session(person_id)
    flash(_("密码已更改，其他地方的登录已全部退出"), "ok")
    return redirect(url_for("desk.index"))
