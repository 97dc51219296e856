"""Signing in and out, and typing the password again."""

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_
from marketplace.forms.base import SiteForm
from marketplace.forms.people.accounts import ConfirmForm, LoginForm
from marketplace.services.people import accounts, signin
from marketplace.services.unit import unit_of_work
from marketplace.web import filters, limits
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, public, signed_in
from marketplace.web.people.identity import begin_session, confirm_session, safe_target

blueprint = Blueprint("sessions", __name__)


@blueprint.route("/login", methods=["GET", "POST"])
@public
@limits.LOGIN
def login() -> Response | tuple[str, int]:
    """Show the form; on the right password begin a session and go on to where the person wanted."""
    form = LoginForm(next=request.args.get("next"))
    target = safe_target(form.next.data) or url_for("desk.index")
    if actor().signed_in:
        return redirect(target)
    if not form.is_submitted():
        return form_page("sessions/login.html", form)
    if form.validate():
        attempt = signin.examine(form.email.data or "", form.password.data or "", _address())
        with unit_of_work():
            outcome = signin.conclude(attempt)
        if outcome.person is not None:
            _begin(outcome.person.id, target)
            return redirect(target)
        _refuse(form, outcome)
        page, status = form_page("sessions/login.html", form)
        return page, 429 if outcome.wait_until else status
    return form_page("sessions/login.html", form)


def _begin(person_id: int, target: str) -> None:
    """Begin the session; somebody on the way back to a sign-up takes what was typed there along."""
    signup = session.get("signup") if target.startswith("/signup/") else None
    begin_session(person_id)
    if signup:
        session["signup"] = signup


def _address() -> str:
    return request.remote_addr or ""


def _refuse(
    form: SiteForm, outcome: signin.Outcome, wrong: str = N_("邮箱或密码不正确，请核对后重新输入")
) -> None:
    """Say what to do: type again, or wait until a named minute."""
    if outcome.wait_until is None:
        form.take(DomainError("login_failed", wrong))
        return
    words = N_("尝试次数过多，请在 %(minute)s 之后再试；忘记密码可以通过邮件重新设置")
    # Rounded up, so that whoever comes at that minute is let in.
    minute = filters.minute_after(outcome.wait_until)
    form.take(DomainError("login_throttled", words, minute=minute))


@blueprint.post("/logout")
@public
def logout() -> Response:
    """End the session."""
    session.clear()
    flash(_("您已退出"), "ok")
    return redirect("/")


@blueprint.route("/confirm-password", methods=["GET", "POST"])
@signed_in
@limits.LOGIN
def reauthenticate() -> Response | tuple[str, int]:
    """Ask for the password again before something dangerous, then go on."""
    form = ConfirmForm(next=request.args.get("next"))
    if not form.validate_on_submit():
        return form_page("sessions/confirm.html", form, email=accounts.own(actor()).email)
    with unit_of_work():
        outcome = signin.confirm(actor(), form.password.data or "", _address())
    if outcome.person is not None:
        confirm_session()
        return redirect(safe_target(form.next.data) or url_for("desk.index"))
    _refuse(form, outcome, N_("密码不对，请重新输入"))
    page, status = form_page("sessions/confirm.html", form, email=accounts.own(actor()).email)
    return page, 429 if outcome.wait_until else status
