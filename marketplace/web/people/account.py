"""One's own account: data, password, agreement, closing."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import ROLE_LABELS
from marketplace.domain.errors import DomainError
from marketplace.domain.people import legal
from marketplace.forms.people.accounts import ChangePasswordForm, ConsentForm, DetailsForm, EmptyForm
from marketplace.services.people import accounts, actors, grants, members
from marketplace.services.unit import unit_of_work
from marketplace.web import limits
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, forget_actor, reauthenticated, signed_in
from marketplace.web.people.identity import begin_session

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@signed_in
def index() -> str:
    """Show one's data, place, roles and agreements."""
    person = accounts.own(actor())
    return render_template(
        "account/index.html",
        person=person,
        membership=actors.current_membership(person.id),
        positions=members.POSITIONS,
        roles=grants.of(person.id),
        role_labels=ROLE_LABELS,
        consents=accounts.consents(actor()),
        documents=legal.DOCUMENTS,
        is_current=accounts.has_current_consents(actor()),
        consent_form=ConsentForm(data=legal.current_versions()),
    )


@blueprint.route("/details", methods=["GET", "POST"])
@signed_in
def details() -> Response | tuple[str, int]:
    """Change one's name and telephone."""
    form = DetailsForm(obj=accounts.own(actor()))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                accounts.change_details(actor(), form.name.data or "", form.phone.data or "")
            flash(_("已保存"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("account/details.html", form, email=accounts.own(actor()).email)


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
@limits.LOGIN
def password() -> Response | tuple[str, int]:
    """Change the password: every other session of the account ends, this one is renewed."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                person_id = accounts.change_password(
                    actor(), form.current.data or "", form.password.data or ""
                ).id
            begin_session(person_id)
            flash(_("密码已更改，其他地方的登录已全部退出"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("account/password.html", form, email=accounts.own(actor()).email)


@blueprint.post("/consents")
@signed_in
def agree() -> Response:
    """Agree to the texts in force."""
    form = ConsentForm()
    if form.validate_on_submit():
        with unit_of_work():
            accounts.agree(actor(), form.versions)
        flash(_("已记录您的同意"), "ok")
    return redirect(url_for(".index"))


@blueprint.route("/close", methods=["GET", "POST"])
@signed_in
@reauthenticated
def close() -> Response | tuple[str, int]:
    """Close one's account for good, after a last look."""
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                accounts.close(actor())
            session.clear()
            forget_actor()
            flash(_("账号已注销，您的姓名、电话和邮箱已清除"), "ok")
            return redirect("/")
        except DomainError as error:
            form.take(error)
    return form_page("account/close.html", form, person=accounts.own(actor()))
