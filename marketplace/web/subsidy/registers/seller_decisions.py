"""卖方所在地的书面决定: whether joint or doubtful sellers of a contract count as outside the city."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.forms.subsidy.registers import DecisionForm
from marketplace.services.deals import contracts
from marketplace.services.people import actors
from marketplace.services.subsidy.registers import decisions
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires

blueprint = Blueprint("seller_decisions", __name__, url_prefix="/admin/seller-decisions")


@blueprint.route("/<int:contract_id>", methods=["GET", "POST"])
@requires(Permission.FIX_GRANT)
def decide(contract_id: int) -> Response | tuple[str, int]:
    """Show the sellers and what was decided on them, and take a new decision."""
    contract = contracts.get_for(actor(), contract_id)
    form = DecisionForm().offer({code: _(label) for code, label in decisions.SELLERS.items()})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                decisions.sellers(actor(), contract_id, form.outcome.data or "", form.words.data or "")
            flash(_("决定已记录，受影响的补助会重新计算"), "ok")
            return redirect(url_for(".decide", contract_id=contract_id))
        except DomainError as error:
            form.take(error)
    rows = decisions.of("sellers", contract_id)
    return form_page(
        "seller_decisions/decide.html",
        form,
        contract=contract,
        sellers=contracts.sellers_of(contract),
        doubtful=decisions.is_doubtful(contract),
        rows=rows,
        outcomes=decisions.SELLERS,
        names=actors.names_of({row.decided_by for row in rows}),
    )
