"""One case on a reviewer's desk: papers, remarks, amounts, examinations, and the decision."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import money
from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.grounds import GROUNDS, grounds_of
from marketplace.domain.text import N_
from marketplace.forms.deals.payments import ExcludeForm
from marketplace.forms.subsidy.reviewing import AskForm, ReviewForm
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy import cases, hindrances
from marketplace.services.subsidy.applying import snapshots
from marketplace.services.subsidy.reviewing import checking, deciding, desk, examinations, several
from marketplace.services.subsidy.reviewing.deciding import Opinion
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.deals.registry.confirming import is_confirmed, kept_fields
from marketplace.web.guards import actor, reauthenticated, requires
from marketplace.web.numbers import row_number, row_number_in

blueprint = Blueprint("subsidy_reviews", __name__, url_prefix="/admin/subsidies/<int:case_id>")

Answer = str | Response | tuple[str, int]

DONE = {
    "pass": N_("已通过，申请单位会收到通知"),
    "return": N_("已退回补正，申请单位会收到通知"),
    "refuse": N_("已不予补助，申请单位会收到通知，可以在期限内陈述申辩"),
    "grant": N_("申辩成立，已送市级重新审核"),
    "dismiss": N_("申辩不成立，维持不予补助"),
}
"""Decision → what the reviewer reads when it is done."""
ASKED_TWICE = ("pass", "grant", "dismiss")


@blueprint.app_template_global("seal_is_intact")
def seal_is_intact(case: SubsidyCase) -> bool:
    """Return whether what was submitted is still what was sealed."""
    return snapshots.is_intact(case)


@blueprint.get("")
@requires(Permission.READ_CASES)
def show(case_id: int) -> str:
    """Show everything about a case beside what has to be decided."""
    lying = desk.of(actor(), case_id)
    checked = [item.material.code for item in lying.whole.items if checking.is_checked(item)]
    return _page(lying, ReviewForm(formdata=None, task=lying.task.id if lying.task else "", papers=checked))


def _page(lying: desk.Desk, form: ReviewForm, typed: dict[str, str] | None = None) -> str:
    form.offer(_grounds(lying))
    people = [
        (f"{kind}:{one.id}", f"{_(examinations.LABELS[kind])} · {one.name}")
        for kind, several_ in lying.candidates.items()
        for one in several_
    ]
    return render_template(
        "subsidy_reviews/show.html",
        desk=lying,
        case=lying.case,
        whole=lying.whole,
        form=form,
        ask_form=AskForm(formdata=None).offer(people),
        remarks=lying.remarks if typed is None else typed,
        grounds=grounds_of(lying.case.clause),
        all_grounds=GROUNDS,
        states=SUBSIDY_CASE.states,
        kinds=TASK_KINDS,
        reasons=REASONS,
        exam_kinds=examinations.LABELS,
    )


def _grounds(lying: desk.Desk) -> dict[str, str]:
    if lying.case.state == "appealed":
        return dict(REASONS["subsidy_appeal"])
    return {code: ground.label for code, ground in grounds_of(lying.case.clause).items()}


@blueprint.post("")
@requires(Permission.REVIEW)
def decide(case_id: int) -> Answer:
    """Keep checks and remarks; then pass or return, or go on to refuse, as the pressed button says."""
    lying = desk.of(actor(), case_id)
    form, action, remarks = (
        ReviewForm().offer(_grounds(lying)),
        request.form.get("action", "save"),
        _remarks(),
    )
    try:
        if not form.validate():
            return _page(lying, form, remarks), 422
        if action in ASKED_TWICE and not is_confirmed() and action in lying.decisions:
            _save(case_id, form, remarks)
            return _confirmation(desk.of(actor(), case_id), form, action)
        return _decided(case_id, form, action, remarks)
    except (Conflict, NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.take(error)
        return _page(desk.of(actor(), case_id), form, remarks), 422


def _remarks() -> dict[str, str]:
    return {
        name.removeprefix("remark-"): text
        for name, text in request.form.items()
        if name.startswith("remark-")
    }


def _save(case_id: int, form: ReviewForm, remarks: dict[str, str]) -> None:
    """Keep what was checked and remarked; a press that comes too late changes nothing here."""
    with unit_of_work():
        case = deciding.save(actor(), case_id, remarks, row_number_in(form.task.data))
        if case.state != "appealed":
            checking.check_off(actor(), case_id, form.papers.data or [])


def _decided(case_id: int, form: ReviewForm, action: str, remarks: dict[str, str]) -> Answer:
    if action not in DONE or action == "refuse":
        _save(case_id, form, remarks)
        if action == "refuse":
            return redirect(url_for(".refuse", case_id=case_id))
        flash(_("核对情况已保存，申请单位在您作出决定后才会看到意见"), "ok")
        return redirect(url_for(".show", case_id=case_id))
    opinion = Opinion(form.reasons.data or [], form.note.data or "", remarks)
    if action == "return" and desk.of(actor(), case_id).reviews:
        _save(case_id, form, remarks)
    with unit_of_work():
        deciding.decide(actor(), case_id, action, opinion, row_number_in(form.task.data))
    flash(_(DONE[action]), "ok")
    return redirect(url_for(".show", case_id=case_id))


def _confirmation(lying: desk.Desk, form: ReviewForm, action: str) -> str:
    likely = lying.whole.likely_fen
    _require_complete(lying, form, action)
    rows = [
        (_("申请"), f"{lying.case.number} {cases.title_of(lying.case)}", None),
        (_("申请单位"), lying.case.organisation.name, None),
        (
            _("按现在的记录可补助"),
            f"{money.format_yuan(likely)} {_('元')}" if likely is not None else "—",
            None,
        ),
        (_("意见"), form.note.data or _("无"), None),
        *_unanswered(lying, action),
    ]
    return render_template(
        "registration/confirm.html",
        heading={
            "pass": _("请确认通过"), "grant": _("请确认申辩成立"), "dismiss": _("请确认维持不予补助"),
        }[action],
        crumb=lying.case.number,
        rows=rows,
        note=_("确认后不能撤回，申请单位会收到通知。"),
        button=_("确认"),
        fields=kept_fields(),
        action=url_for(".decide", case_id=lying.case.id),
        back=url_for(".show", case_id=lying.case.id),
    )  # fmt: skip


def _require_complete(lying: desk.Desk, form: ReviewForm, action: str) -> None:
    """Say what is missing before the reviewer is asked to confirm, not after."""
    if action != "pass":
        deciding.check_answer(action, form.reasons.data or [], form.note.data or "")
        return
    left = checking.unchecked(lying.whole.items)
    if left:
        words = "、".join(_(item.material.label) for item in left)
        raise DomainError("unchecked", N_("还有材料没有核对：%(names)s"), field="papers", names=words)
    hindrances.check(actor(), lying.case, deciding.ACTIONS[lying.case.state]["pass"])


def _unanswered(lying: desk.Desk, action: str) -> list[tuple[str, str, None]]:
    """Return the line that names the examinations still waited for: passing the case closes them unanswered."""
    waited = [one for one in lying.case.examinations if action == "pass" and examinations.is_open(one)]
    words = "、".join(_(examinations.LABELS[one.kind]) for one in waited)
    told = _("%(names)s 还没有提交意见，通过后不再接受", names=words)
    return [(_("评审与核查"), told, None)] if waited else []


@blueprint.route("/refuse", methods=["GET", "POST"])
@requires(Permission.REVIEW)
@reauthenticated
def refuse(case_id: int) -> Answer:
    """Refuse the aid, with grounds that cannot be mended and words that the applicant reads."""
    lying = desk.of(actor(), case_id)
    form = ReviewForm(task=lying.task.id if lying.task else "").offer(_grounds(lying))
    if request.method == "GET" and "refuse" not in lying.decisions:
        raise NotAllowed()
    if form.validate_on_submit():
        try:
            opinion = Opinion(form.reasons.data or [], form.note.data or "")
            with unit_of_work():
                deciding.decide(actor(), case_id, "refuse", opinion, row_number_in(form.task.data))
            flash(_(DONE["refuse"]), "ok")
            return redirect(url_for(".show", case_id=case_id))
        except (Conflict, NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.take(error)
    return form_page(
        "subsidy_reviews/refuse.html",
        form,
        desk=lying,
        case=lying.case,
        grounds=grounds_of(lying.case.clause),
    )


@blueprint.post("/assign")
@requires(Permission.REVIEW)
def assign(case_id: int) -> Response:
    """Give the task to somebody who may decide it, or take it oneself."""
    chosen = request.form.get("assignee", 0, type=row_number)
    try:
        with unit_of_work():
            several.assign(actor(), case_id, chosen)
        flash(_("已分派"), "ok")
    except (Conflict, NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(_(error.message, **error.params), "bad")
    return redirect(url_for(".show", case_id=case_id))


@blueprint.route("/exclude/<int:allocation_id>", methods=["GET", "POST"])
@requires(Permission.REVIEW)
def exclude(case_id: int, allocation_id: int) -> Answer:
    """Take a part of a payment out of the sum, with a reason."""
    share = checking.share_of(actor(), case_id, allocation_id)
    form = ExcludeForm(excluded=share.excluded_fen or None, reason=share.exclusion_reason)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                checking.exclude(
                    actor(), case_id, allocation_id, form.excluded.data or 0, form.reason.data or ""
                )
            flash(_("已记录，金额已重新计算"), "ok")
            return redirect(url_for(".show", case_id=case_id, _anchor="sum"))
        except (Conflict, NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.take(error)
    return form_page("subsidy_reviews/exclude.html", form, share=share, case_id=case_id)


@blueprint.post("/examinations")
@requires(Permission.REVIEW)
def ask(case_id: int) -> Response:
    """Ask somebody for an audit, an expert's opinion or a visit."""
    kind, _colon, person = request.form.get("who", "").partition(":")
    if not person:
        flash(_("请先在“请谁”中选择要请的人"), "warn")
        return redirect(url_for(".show", case_id=case_id, _anchor="examinations"))
    try:
        with unit_of_work():
            examinations.assign(actor(), case_id, kind, row_number_in(person) or 0)
        flash(_("已发出邀请，对方会收到通知"), "ok")
    except (Conflict, NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(_(error.message, **error.params), "bad")
    return redirect(url_for(".show", case_id=case_id, _anchor="examinations"))
