"""What an applicant does with a case: check and submit, take back, 陈述申辩. Each has a page before it happens."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_
from marketplace.forms.base import SiteForm
from marketplace.forms.people.accounts import EmptyForm
from marketplace.forms.subsidy.cases import AppealForm, SubmissionForm
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy import case_facts
from marketplace.services.subsidy.applying import snapshots, submitting
from marketplace.services.subsidy.reading import whole
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, reauthenticated, requires

blueprint = Blueprint("case_acts", __name__, url_prefix="/desk/subsidies/<int:case_id>")

Answer = str | Response | tuple[str, int]


@blueprint.route("/submit", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
def submit(case_id: int) -> Answer:
    """Check everything on one page, then submit it, for the first time or after 补正."""
    form = SubmissionForm()

    def run() -> SubsidyCase:
        case = whole.of_case(actor(), case_id).case
        service = submitting.submit if case.submitted_at is None else submitting.resubmit
        with unit_of_work():
            return service(actor(), case_id, form.digest.data or "")

    return _confirmed(case_id, "submit", form, run, N_("申请已提交，受理编号和进度会通知您"))


@blueprint.route("/withdraw", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
@reauthenticated
def withdraw(case_id: int) -> Answer:
    """Take the application back for good."""

    def run() -> SubsidyCase:
        with unit_of_work():
            return submitting.withdraw(actor(), case_id)

    return _confirmed(case_id, "withdraw", EmptyForm(), run, N_("申请已撤回"))


@blueprint.route("/appeal", methods=["GET", "POST"])
@requires(Permission.APPLY_SUBSIDY)
def appeal(case_id: int) -> Answer:
    """Say what speaks against a refusal."""
    form = AppealForm()

    def run() -> SubsidyCase:
        with unit_of_work():
            return submitting.appeal(actor(), case_id, form.words.data or "")

    return _confirmed(case_id, "appeal", form, run, N_("陈述申辩已提交，由另外的人员处理"))


ACTIONS = {
    "submit": ("submit", "resubmit", "resubmit_first"),
    "withdraw": ("withdraw",),
    "appeal": ("appeal",),
}
"""Page → the actions it may stand for."""


def _confirmed(
    case_id: int, page: str, form: SiteForm, run: Callable[[], Any], done: str
) -> Answer:  # fmt: skip
    """Show the page of an act and, once it is sent, do it; what a guard refuses is said on the same page."""
    if form.validate_on_submit():
        try:
            run()
            flash(_(done), "ok")
            return redirect(url_for("subsidies.detail", case_id=case_id))
        except DomainError as error:
            moved = isinstance(error, Conflict) and error.code != "content_changed"
            if moved or not (error.field or error.code.startswith("guard_") or isinstance(error, Conflict)):
                raise
            form.take(error)
    found = whole.of_case(actor(), case_id)
    if not found.handles or not _fits(found.case, page):
        return _too_late(found.case)
    digest = snapshots.digest_now(found.case) if page == "submit" else ""
    if "digest" in form:
        form["digest"].data = digest
    html = render_template(
        f"case_acts/{page}.html",
        whole=found,
        form=form,
        lacking=_lacking(found.case, page),
        digest=digest,
        unchanged=snapshots.is_unchanged(found.case, digest),
    )
    return html, 422 if form.errors else 200


def _too_late(case: SubsidyCase) -> Response:
    """Lead to the case as it is now: who came here by Back, or from a second window, has often done it already."""
    flash(
        _("申请现在是“%(state)s”，这一步不能再办理", state=_(SUBSIDY_CASE.states[case.state].label)), "warn"
    )
    return redirect(url_for("subsidies.detail", case_id=case.id))


def _fits(case: SubsidyCase, page: str) -> bool:
    return any((case.state, action) in SUBSIDY_CASE.table for action in ACTIONS[page])


def _lacking(case: SubsidyCase, page: str) -> list[str]:
    """Return the words of the guards that do not hold, of the one action that fits where the case goes."""
    action = page
    if page == "submit" and case.state == "returned":
        action = submitting.RESUBMIT.get(case.returned_from, "resubmit_first")
    transition = SUBSIDY_CASE.table.get((case.state, action))
    held = case_facts.facts_of(case, actor())
    return [guard.message for guard in transition.guards if guard.fact not in held] if transition else []
