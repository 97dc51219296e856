"""技术经理人贡献: the broker writes it, buyer and seller confirm it."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, NotFound, ValidationFailed
from marketplace.domain.matching.brokerage import CONTRIBUTIONS
from marketplace.forms.matching.negotiations import AnswerForm, ContributionForm
from marketplace.models.matching import Negotiation
from marketplace.services.matching.negotiations import contributions, records
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import number_in

blueprint = Blueprint(
    "contributions", __name__, url_prefix="/desk/negotiations/<int:negotiation_id>/contribution"
)

Answer = str | Response | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
@requires(Permission.WORK_AS_BROKER)
def write(negotiation_id: int) -> Answer:
    """Say what one's organisation did."""
    negotiation = records.get(actor(), negotiation_id)
    if records.side_of(actor(), negotiation) != "broker":
        raise NotFound()
    row = contributions.of_negotiation(negotiation)
    if row is not None and contributions.is_confirmed(row):
        flash(_("双方已经确认，内容不能再改"), "info")
        return _back(negotiation)
    form = ContributionForm(
        data={"kinds": row.kinds, "body": row.body, "version": row.version} if row else {}
    )
    if form.validate_on_submit():
        try:
            with unit_of_work():
                contributions.write(
                    actor(),
                    negotiation_id,
                    form.kinds.data or [],
                    form.body.data or "",
                    number_in(form.version.data),
                )
            flash(_("已保存，请双方确认"), "ok")
            return _back(negotiation)
        except ValidationFailed as refused:
            form.take(refused)
            negotiation = records.get(actor(), negotiation_id)
    return form_page("contributions/write.html", form, negotiation=negotiation, row=row)


@blueprint.route("/confirm", methods=["GET", "POST"])
@requires(Permission.NEGOTIATE)
def confirm(negotiation_id: int) -> Answer:
    """Read what the broker did and confirm it for one's own side."""
    negotiation = records.get_own(actor(), negotiation_id)
    row = contributions.of_negotiation(negotiation)
    if row is None:
        raise NotFound()
    form = AnswerForm(version=str(row.version))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                contributions.confirm(actor(), row.id, number_in(form.version.data))
            flash(_("已确认技术经理人的贡献"), "ok")
            return _back(negotiation)
        except Conflict as changed:
            flash(_(changed.message, **changed.params), "warn")
            return redirect(url_for(".confirm", negotiation_id=negotiation_id))
    if not contributions.may_confirm(actor(), negotiation, row):
        return _back(negotiation)
    return form_page(
        "contributions/confirm.html", form, negotiation=negotiation, row=row, services=CONTRIBUTIONS
    )


def _back(negotiation: Negotiation) -> Response:
    return redirect(url_for("negotiations.detail", negotiation_id=negotiation.id, _anchor="broker"))
