"""The review desk: one queue for organisations, achievements and demands."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.forms.platform.reviews import DecisionForm, QueueFilter
from marketplace.services import deciding, links
from marketplace.services.catalogue.quality import looking
from marketplace.services.platform import deadlines, reviews
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number
from marketplace.web.paging import address, asked, page_urls

blueprint = Blueprint("reviews", __name__, url_prefix="/admin/reviews")

OWN_PAGES = {
    "achievement_correction": "correction_task",
    "demand_correction": "correction_task",
    "contract": "contract_task",
    "contract_check": "contract_task",
    "contract_change": "contract_change",
    "price_objection": "price_objection",
    "subsidy_first_review": "subsidy_review",
    "subsidy_review": "subsidy_review",
    "subsidy_appeal": "subsidy_review",
    "grant_objection": "grant_objection",
}
"""Kind of task → where it is decided, as a key of services/links.py."""


@blueprint.get("")
@requires(Permission.SEE_REVIEW_DESK)
def index() -> str:
    """Show the queue with its filters; 待办 and 已办."""
    form = QueueFilter(request.args)
    form.validate()
    wanted = deciding.Filter(
        state="done" if form.tab.data == "done" else "open",
        kind=form.kind.data or "",
        who=form.who.data or "",
        late=form.late.data == "1",
        words=(form.q.data or "").strip()[:100],
    )
    page = deciding.page_of(actor(), wanted, max(1, form.page.data or 1))
    return render_template(
        "reviews/index.html",
        form=form,
        page=page,
        page_url=page_urls(),
        tab_url=lambda tab: address(".index", {**asked("page"), "tab": tab}),
        today=clock.today(),
        kinds=TASK_KINDS,
    )


@blueprint.post("/batch")
@requires(Permission.SEE_REVIEW_DESK)
def batch() -> str | Response:
    """Approve several tasks: first a list to confirm, then one unit of work each."""
    ids = request.form.getlist("task", type=row_number)[:200]
    tasks = deciding.open_tasks(actor(), ids)
    if not tasks:
        flash(_("请先勾选要办理的事项"), "warn")
        return redirect(url_for(".index"))
    if request.form.get("confirmed") != "yes":
        return render_template("reviews/batch.html", tasks=tasks, kinds=TASK_KINDS)
    outcomes = [_approve_one(task.id, task.title) for task in tasks]
    return render_template("reviews/batch_done.html", outcomes=outcomes)


def _approve_one(task_id: int, title: str) -> dict[str, Any]:
    try:
        with unit_of_work():
            deciding.approve(actor(), reviews.get_for(actor(), task_id), "")
    except DomainError as error:
        return {"title": title, "ok": False, "words": _(error.message, **error.params)}
    return {"title": title, "ok": True, "words": _("已通过")}


@blueprint.get("/<int:task_id>")
@requires(Permission.SEE_REVIEW_DESK)
def task(task_id: int) -> str | Response:
    """Show what is to be decided, with a place for remarks beside each field; some kinds have pages of their own."""
    found = reviews.get_for(actor(), task_id)
    if TASK_KINDS[found.kind].own_page:
        return redirect(links.path_of(OWN_PAGES[found.kind], found.subject_id))
    return _task_page(found.id, DecisionForm(version=found.version))


def _task_page(task_id: int, form: DecisionForm, typed: Mapping[str, str] | None = None) -> str:
    found = reviews.get_for(actor(), task_id)
    form.offer({code: _(label) for code, label in REASONS[found.kind].items()})
    material = deciding.material(actor(), found)
    return render_template(
        "reviews/task.html",
        kinds=TASK_KINDS,
        task=found,
        form=form,
        material=material,
        look=looking.of_task(actor(), found),
        remarks={**material.remarks, **(typed or {})},
        days_left=deadlines.days_left(found.due_on),
        reasons=REASONS[found.kind],
    )


@blueprint.post("/<int:task_id>")
@requires(Permission.SEE_REVIEW_DESK)
def decide(task_id: int) -> str | Response | tuple[str, int]:
    """Keep the remarks; then approve or return, as the pressed button says."""
    found = reviews.get_for(actor(), task_id)
    form = DecisionForm().offer({code: _(label) for code, label in REASONS[found.kind].items()})
    remarks = {
        name.removeprefix("remark-"): text
        for name, text in request.form.items()
        if name.startswith("remark-")
    }
    if not form.validate():
        return _task_page(task_id, form, remarks), 422
    try:
        with unit_of_work():
            words = _decide(reviews.get_for(actor(), task_id), form, remarks)
    except DomainError as error:
        form.take(error)
        return _task_page(task_id, form, remarks), 422
    flash(words, "ok")
    return redirect(url_for(".task", task_id=task_id))


def _decide(found: Any, form: DecisionForm, remarks: dict[str, str]) -> str:
    deciding.expect_version(found, form.version.data)
    for field, text in remarks.items():
        deciding.remark(actor(), found, field, text)
    action = request.form.get("action", "save")
    if action == "approve":
        deciding.approve(actor(), found, form.note.data or "")
        return _("已通过")
    if action == "return":
        deciding.return_(actor(), found, form.reasons.data or [], form.note.data or "")
        return _("已退回，对方会收到通知")
    return _("意见已保存，对方在您作出决定后才会看到")


@blueprint.post("/<int:task_id>/assign")
@requires(Permission.SEE_REVIEW_DESK)
def assign(task_id: int) -> Response:
    """Give the task to somebody, or take it oneself."""
    chosen = request.form.get("assignee", 0, type=row_number)
    with unit_of_work():
        found = reviews.get_for(actor(), task_id)
        reviews.assign(actor(), found, chosen)
    flash(_("已分派"), "ok")
    return redirect(url_for(".task", task_id=task_id))
