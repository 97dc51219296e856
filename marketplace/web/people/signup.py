"""Signing up an organisation: code first, then its data, the 负责人, and a last look before it is sent."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import regions
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.people import legal
from marketplace.domain.people.profiles import division_hint, kind_label
from marketplace.forms.people.accounts import ConsentForm, PersonForm
from marketplace.forms.people.profiles import JoinForm, ProfileForm, UsccForm
from marketplace.models.people import SignupDraft
from marketplace.services.people import organisations, signup
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from marketplace.web import limits
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, public, signed_in
from marketplace.web.numbers import row_number
from marketplace.web.people.identity import begin_session

blueprint = Blueprint("signup", __name__, url_prefix="/signup")


def _draft(lock: bool = False) -> SignupDraft | None:
    return signup.find(session.get("signup"), lock)


def _expired() -> Response:
    flash(_("请先填写统一社会信用代码；上次填写如已超过七天，需要重新开始"), "info")
    return redirect(url_for(".start"))


def _hint(uscc: str, division: str) -> str:
    """Return where the USCC's registering authority is, when that is somewhere else than ``division``."""
    hint = division_hint(uscc, division)
    return regions.full_name(hint) if hint else ""


@blueprint.route("", methods=["GET", "POST"])
@public
@limits.SIGNUP
def start() -> Response | tuple[str, int]:
    """Ask for the code and say at once whether the organisation is already in."""
    if actor().organisation_id is not None:
        flash(_("您已在一个单位中，无需再次入驻"), "info")
        return redirect(url_for("organisation.index"))
    draft = _draft()
    form = UsccForm(uscc=draft.uscc if draft else "")
    if not form.validate_on_submit():
        return form_page("signup/start.html", form)
    try:
        uscc = signup.checked_code(form.uscc.data or "")
        if organisations.by_uscc(uscc) is not None:
            return redirect(url_for(".known", uscc=uscc))
        with unit_of_work():
            token = signup.start(actor(), _draft(lock=True), uscc)
    except DomainError as error:
        form.take(error)
        return form_page("signup/start.html", form)
    if token is not None:
        session["signup"] = token
    return redirect(url_for(".organisation"))


@blueprint.route("/known", methods=["GET", "POST"])
@public
@limits.SIGNUP
def known() -> Response | tuple[str, int]:
    """Say that an organisation is in, nothing about its people, and offer to ask for an invitation."""
    uscc = signup.checked_code(request.args.get("uscc", ""))
    found = organisations.by_uscc(uscc)
    if found is None:
        return redirect(url_for(".start"))
    form = JoinForm()
    if not form.validate_on_submit():
        return form_page("signup/known.html", form, found=found)
    try:
        with unit_of_work():
            signup.ask_to_join(uscc, form.name.data or "", form.email.data or "")
    except DomainError as error:
        form.take(error)
        return form_page("signup/known.html", form, found=found)
    flash(_("已转告该单位负责人；对方发出邀请后，您会收到邮件"), "ok")
    return redirect(url_for(".known", uscc=uscc))


@blueprint.route("/organisation", methods=["GET", "POST"])
@public
@limits.SIGNUP
def organisation() -> Response | tuple[str, int]:
    """The data of the organisation. Whatever button is pressed, what was typed and uploaded is kept."""
    draft = _draft()
    if draft is None or draft.organisation_id is not None:
        return _expired()
    form = ProfileForm(data=signup.typed_in(draft, "organisation"))
    if form.is_submitted():
        onward = _keep_organisation(form)
        if onward is not None:
            return redirect(onward)
        draft = _draft() or draft
    return form_page(
        "signup/organisation.html", form, draft=draft, licences=signup.licences(draft),
        hint=_hint(draft.uscc, form.division.data or ""),
    )  # fmt: skip


def _keep_organisation(form: ProfileForm) -> str | None:
    """Keep the step; return where to go, or None to show it again."""
    try:
        with unit_of_work():
            draft = signup.require(session.get("signup"))
            signup.keep_typed(draft, "organisation", form.typed)
            dropped = request.form.get("drop", type=row_number)
            if dropped is not None:
                signup.drop_upload(draft, dropped)
        with unit_of_work():
            signup.keep_uploads(signup.require(session.get("signup")), form.uploads)
        if "back" in request.form:
            return url_for(".start")
        if {"pick_region", "upload", "drop"} & set(request.form):
            return None
        form.validate()
        with unit_of_work():
            draft = signup.require(session.get("signup"))
            signup.save_organisation(draft, form.kind.data or "", form.profile)
    except DomainError as error:
        form.take(error)
    if form.errors:
        return None
    return url_for(".check") if actor().signed_in else url_for(".person")


@blueprint.route("/person", methods=["GET", "POST"])
@public
@limits.SIGNUP
def person() -> Response | tuple[str, int]:
    """Who the 负责人 is; a password typed before is kept as a hash and need not be typed again."""
    draft = _draft()
    if draft is None or draft.organisation_id is not None:
        return _expired()
    if actor().signed_in:
        return redirect(url_for(".check"))
    form = PersonForm(data=signup.typed_in(draft, "person"))
    if form.is_submitted() and form.validate():
        try:
            with unit_of_work():
                signup.keep_typed(signup.require(session.get("signup")), "person", form.typed)
            if "back" in request.form:
                return redirect(url_for(".organisation"))
            with unit_of_work():
                signup.save_person(
                    signup.require(session.get("signup")), **form.typed, password=form.password.data or ""
                )
            return redirect(url_for(".check"))
        except DomainError as error:
            form.take(error)
    return form_page("signup/person.html", form, has_password=bool(draft.password_hash))


@blueprint.route("/check", methods=["GET", "POST"])
@public
@limits.SIGNUP
def check() -> Response | tuple[str, int]:
    """Show all answers, ask for agreement, send."""
    draft = _draft()
    if draft is None:
        return _expired()
    missing = None if draft.organisation_id else signup.missing_step(actor(), draft)
    if missing is not None:
        return redirect(url_for(f".{missing}"))
    form = ConsentForm(data=legal.current_versions())
    if form.validate_on_submit():
        try:
            with unit_of_work():
                sent = signup.send(actor(), signup.require(session.get("signup"), lock=True), form.versions)
            return _welcome(sent.id)
        except DomainError as error:
            form.take(error)
    if draft.organisation_id is not None:
        return redirect(url_for(".done"))
    return form_page(
        "signup/check.html", form, draft=draft, profile=signup.profile_of(draft), kind=_kind_words(draft),
        licences=signup.licences(draft), hint=_hint(draft.uscc, signup.division_of(draft)),
    )  # fmt: skip


def _kind_words(draft: SignupDraft) -> str:
    kind = signup.kind_of(draft)
    return _(kind_label(kind)) if kind else ""


def _welcome(person_id: int) -> Response:
    token = session["signup"]
    begin_session(person_id)
    # Kept for a second click on the button, which arrives with the session of before.
    session["signup"] = token
    return redirect(url_for(".done"))


@blueprint.get("/done")
@signed_in
def done() -> str:
    """Say under which number the sign-up is dealt with, by whom and until when."""
    found = organisations.own(actor())
    profile = organisations.open_change(found) or found.profile
    if profile is None:
        raise Conflict()
    return render_template(
        "signup/done.html", found=found, profile=profile,
        number=organisations.receipt_number(profile), task=reviews.open_task_for("profile", profile.id),
    )  # fmt: skip
