"""补助申请 of all enterprises for the offices: filters, sums, several at once."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.regions import FIRST_REVIEW_OFFICES
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.forms.subsidy.reviewing import CaseFilter
from marketplace.services.deals.ledger.filters import clean
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.reviewing import register, several
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import row_number
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("subsidy_register", __name__, url_prefix="/admin/subsidies")


@blueprint.get("")
@requires(Permission.READ_CASES)
def index() -> str:
    """Show the cases that fit the filters of the address, overdue ones first."""
    filters = clean(request.args, register.FILTERS)
    form = _form()
    page, totals = register.page_of(actor(), filters, form.sort.data, page_number())
    return render_template(
        "subsidy_register/index.html",
        form=form,
        page=page,
        totals=totals,
        page_url=page_urls(),
        filters=filters,
        states=SUBSIDY_CASE.states,
        clauses=CLAUSES,
        offices=FIRST_REVIEW_OFFICES,
        actions=several.ACTIONS,
        today=clock.today(),
    )


def _form() -> CaseFilter:
    form = CaseFilter(request.args)
    for name, options in register.CHOICES.items():
        form[name].offer([(code, label) for code, label in options.items()])
    form.batch.offer([(str(row.id), row.title) for row in register.batches()])
    form.sort.offer(register.SORTS.items())
    form.validate()
    form.sort.data = form.sort.data if form.sort.data in register.SORTS else "due"
    return form


@blueprint.post("/batch")
@requires(Permission.REVIEW)
def batch() -> str | Response:
    """Take over or pass several cases: first a list to confirm, then one unit of work each."""
    action = request.form.get("action", "")
    if action not in several.ACTIONS:
        raise NotFound()
    chosen = several.candidates(actor(), request.form.getlist("cases", type=row_number))
    if not chosen:
        flash(_("请先勾选要办理的申请"), "warn")
        return redirect(url_for(".index"))
    if request.form.get("confirmed") != "yes":
        rows = [(case, cases.title_of(case), why if action == "pass" else None) for case, why in chosen]
        return render_template(
            "subsidy_register/batch.html", rows=rows, action=action, label=several.ACTIONS[action]
        )
    outcomes = [_act(case.id, cases.title_of(case), action) for case, _why in chosen]
    return render_template(
        "subsidy_register/batch_done.html", outcomes=outcomes, label=several.ACTIONS[action]
    )


def _act(case_id: int, title: str, action: str) -> dict[str, Any]:
    try:
        with unit_of_work():
            several.take(actor(), case_id, action)
    except DomainError as error:
        return {"title": title, "ok": False, "words": _(error.message, **error.params)}
    return {"title": title, "ok": True, "words": _("已办理")}
