"""补助公示异议 on the desk: what somebody says against a line, and the answer."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.domain.states import GRANT_OBJECTION
from marketplace.forms.subsidy.granting import AnswerForm
from marketplace.services.platform import deadlines
from marketplace.services.subsidy.granting import objections, releasing
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.subsidy.granting import chosen

blueprint = Blueprint("grant_objections", __name__, url_prefix="/admin/grant-objections/<int:objection_id>")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.SEE_REVIEW_DESK)
def show(objection_id: int) -> Answer:
    """Show an objection, the line it is against, and its answer or the form for one."""
    return _page(objection_id, AnswerForm(formdata=None))


def _page(objection_id: int, form: AnswerForm) -> Answer:
    row, task = objections.get_for(actor(), objection_id)
    return form_page(
        "grant_objections/show.html",
        form,
        row=row,
        line=row.row,
        sheet=row.row.publicity,
        task=task,
        state=GRANT_OBJECTION.states[row.state],
        days_left=deadlines.days_left(task.due_on),
        may_decide=objections.may_decide(actor(), row, task),
    )


@blueprint.post("")
@requires(Permission.SEE_REVIEW_DESK)
def decide(objection_id: int) -> Answer:
    """Answer an objection; what follows cannot be taken back, so it is asked twice."""
    form = AnswerForm()
    action = "uphold" if request.form.get("action") == "uphold" else "dismiss"
    try:
        if not form.validate():
            return _page(objection_id, form)
        words = releasing.check_words(form.note.data or "")
        if not chosen.is_confirmed():
            row, _task = objections.get_for(actor(), objection_id)
            return render_template("grant_objections/confirm.html", row=row, words=words, action=action)
        with unit_of_work():
            objections.decide(actor(), objection_id, action, words)
    except (Conflict, NotAllowed):
        raise
    except DomainError as error:
        form.take(error)
        return _page(objection_id, form)
    flash(_("已办结"), "ok")
    return redirect(url_for(".show", objection_id=objection_id))
