"""申报批次: announced under an effective version, changed until the first application, then fixed."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.forms.subsidy.policies import BatchForm
from marketplace.models.subsidy import SubsidyBatch
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.registers import batches
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import number_in

blueprint = Blueprint("batches", __name__, url_prefix="/admin/batches")

_PLAIN = ("title", "number", "apply_from", "apply_to", "paid_from", "paid_to", "contact")


@blueprint.get("")
@requires(Permission.READ_POLICIES, Permission.MANAGE_BATCHES)
def index() -> str:
    """Show every batch."""
    return render_template(
        "batches/index.html", rows=batches.everything(), state=batches.state_of, steps=batches.STEPS
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_BATCHES)
def new() -> Response | tuple[str, int]:
    """Announce a batch."""
    form = _offered(BatchForm())
    if form.validate_on_submit():
        try:
            with unit_of_work():
                batches.create(actor(), _typed(form))
            flash(_("批次已公布"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("batches/edit.html", form, batch=None)


@blueprint.route("/<int:batch_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_BATCHES)
def edit(batch_id: int) -> Response | tuple[str, int]:
    """Change a batch to which nobody has applied yet."""
    batch = batches.get(batch_id)
    if batches.is_fixed(batch):
        flash(_("已有单位在这一批次提交申请，批次不能再修改"), "warn")
        return redirect(url_for(".index"))
    form = _offered(BatchForm() if request.method == "POST" else BatchForm(formdata=None, data=_shown(batch)))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                batches.write(actor(), batch_id, _typed(form), number_in(form.version.data))
            flash(_("已保存"), "ok")
            return redirect(url_for(".index"))
        except DomainError as error:
            form.take(error)
    return form_page("batches/edit.html", form, batch=batch)


def _offered(form: BatchForm) -> BatchForm:
    versions = [row for clause in CLAUSES for row in policies.effective(clause)]
    form.policy_version_id.offer([(str(row.id), _version_words(row)) for row in versions])
    form.steps.choices = [SelectChoice(code, _(label)) for code, label in batches.STEPS.items()]
    return form


def _version_words(row: Any) -> str:
    return str(_("%(clause)s · 版本 %(n)d", clause=_(CLAUSES[row.clause].label), n=row.ordinal))


def _shown(batch: SubsidyBatch) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in (*_PLAIN, "steps")} | {
        "version": str(batch.version),
        "policy_version_id": str(batch.policy_version_id),
    }


def _typed(form: BatchForm) -> batches.BatchData:
    values = {name: form[name].data for name in _PLAIN}
    for name in ("title", "number", "contact"):
        values[name] = values[name] or ""
    return batches.BatchData(
        policy_version_id=number_in(form.policy_version_id.data), steps=tuple(form.steps.data or ()), **values
    )
