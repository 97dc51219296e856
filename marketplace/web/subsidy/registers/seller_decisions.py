"""卖方所在地的书面决定: whether joint or doubtful sellers of a contract count as outside the city."""

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.services.deals import contracts
from marketplace.services.subsidy.registers import decisions
from marketplace.web.guards import actor, requires
from marketplace.web.subsidy.registers import written

blueprint = Blueprint("seller_decisions", __name__, url_prefix="/admin/seller-decisions")


@blueprint.route("/<int:contract_id>", methods=["GET", "POST"])
@requires(Permission.FIX_GRANT)
def decide(contract_id: int) -> Response | tuple[str, int]:
    """Show the sellers and what was decided on them, and take a new decision."""
    contract = contracts.get_for(actor(), contract_id)
    return written.page(
        "sellers",
        contract_id,
        decisions.SELLERS,
        decisions.sellers,
        done=_("决定已记录，受影响的补助会重新计算"),
        after=url_for(".decide", contract_id=contract_id),
        template="seller_decisions/decide.html",
        contract=contract,
        sellers=contracts.sellers_of(contract),
        doubtful=decisions.is_doubtful(contract),
    )
