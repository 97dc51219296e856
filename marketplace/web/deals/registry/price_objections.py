"""协议定价异议: what somebody says against a published price, and the registrar's answer."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission, may
from marketplace.domain.errors import DomainError
from marketplace.domain.states import PRICE_OBJECTION, PRICE_PUBLICATION
from marketplace.forms.deals.registry.prices import AnswerForm
from marketplace.services.deals.registry import publishing
from marketplace.services.platform import deadlines, reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.deals.registry.confirming import is_confirmed, kept_fields
from marketplace.web.guards import actor, requires

blueprint = Blueprint("price_objections", __name__, url_prefix="/admin/price-objections/<int:objection_id>")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.SEE_REVIEW_DESK)
def show(objection_id: int) -> str:
    """Show an objection, what it is against, and its answer or the form for one."""
    return _page(objection_id, AnswerForm())


def _page(objection_id: int, form: AnswerForm) -> str:
    row, task = publishing.get_objection(actor(), objection_id)
    return render_template(
        "price_objections/show.html",
        row=row,
        publication=row.publication,
        task=task,
        state=PRICE_OBJECTION.states[row.state],
        publication_state=PRICE_PUBLICATION.states[row.publication.state],
        days_left=deadlines.days_left(task.due_on),
        may_decide=task.state == "open" and may(actor(), Permission.REVIEW, reviews.subject_of(task)),
        form=form,
    )


@blueprint.post("")
@requires(Permission.SEE_REVIEW_DESK)
def decide(objection_id: int) -> Answer:
    """Answer an objection; upholding it halts the publication, so it is asked twice."""
    row, _task = publishing.get_objection(actor(), objection_id)
    form, action = AnswerForm(), request.form.get("action", "dismiss")
    try:
        if not form.validate():
            return _page(objection_id, form), 422
        publishing.check_answer(form.answer.data or "")
        if not is_confirmed():
            return _confirmation(objection_id, row.publication.name, form.answer.data or "", action)
        with unit_of_work():
            decision = "uphold" if action == "uphold" else "dismiss"
            publishing.decide(actor(), objection_id, decision, form.answer.data or "")
    except DomainError as error:
        form.take(error)
        return _page(objection_id, form), 422
    flash(_("已办结"), "ok")
    return redirect(url_for(".show", objection_id=objection_id))


def _confirmation(objection_id: int, name: str, answer: str, action: str) -> str:
    uphold = action == "uphold"
    return render_template(
        "registration/confirm.html",
        heading=_("请确认：异议成立") if uphold else _("请确认：异议不成立"),
        crumb=name,
        rows=[(_("公示"), name, None), (_("处理意见"), answer, None)],
        note=_("异议成立，公示随即中止，须重新定价并公示后才能签订合同；不能撤回。")
        if uphold
        else _("异议不成立，公示照常进行；不能撤回。"),
        button=_("确认异议成立") if uphold else _("确认异议不成立"),
        fields=kept_fields(),
        action=url_for(".decide", objection_id=objection_id),
        back=url_for(".show", objection_id=objection_id),
    )
