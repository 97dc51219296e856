"""请技术经理人参加: one side proposes, the other answers."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.forms.matching.negotiations import BrokerForm
from marketplace.services.matching.negotiations import brokers, records
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import number_in, row_number

blueprint = Blueprint(
    "invited_brokers", __name__, url_prefix="/desk/negotiations/<int:negotiation_id>/broker"
)

Answer = str | Response | tuple[str, int]


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.NEGOTIATE)
def new(negotiation_id: int) -> Answer:
    """Propose a broker to the other side."""
    negotiation = records.get_own(actor(), negotiation_id)
    records.check_open(negotiation, "open", "agreed")
    form = BrokerForm()
    form.broker.offer((str(one.id), one.name) for one in brokers.choices(negotiation))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                brokers.invite(actor(), negotiation_id, number_in(form.broker.data))
            flash(_("已告诉对方，对方同意后技术经理人可以看到洽谈内容"), "ok")
            return _back(negotiation_id)
        except DomainError as error:
            if error.field is None:
                raise
            form.take(error)
            negotiation = records.get_own(actor(), negotiation_id)
    return form_page("invited_brokers/new.html", form, negotiation=negotiation)


@blueprint.post("/<any(agree, refuse):word>")
@requires(Permission.NEGOTIATE)
def answer(negotiation_id: int, word: str) -> Response:
    """Agree or refuse; who proposed takes it back with a refusal."""
    broker_id = request.form.get("broker", type=row_number)
    if broker_id is None:
        raise NotFound()
    try:
        with unit_of_work():
            brokers.answer(actor(), negotiation_id, broker_id, word == "agree")
        flash(_("技术经理人已加入洽谈") if word == "agree" else _("已取消这项提议"), "ok")
    except Conflict as late:
        flash(_(late.message, **late.params), "warn")
    return _back(negotiation_id)


def _back(negotiation_id: int) -> Response:
    return redirect(url_for("negotiations.detail", negotiation_id=negotiation_id, _anchor="broker"))
