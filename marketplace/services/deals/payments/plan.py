"""Plan against fact of one contract."""

from marketplace.domain import clock
from marketplace.domain.deals.plan import Fact, Planned, fill
from marketplace.models.deals import Contract
from marketplace.services.deals.payments import paid


def facts_of(contract: Contract, net_fen: int | None = None) -> list[Fact]:
    """Return each instalment of the text in force with what has been paid of it.

    ``net_fen``: what is paid net, where the caller knows it already.
    """
    version = contract.current
    if version is None:
        return []
    plan = [
        Planned(one.name, one.amount_fen, one.due_on, one.condition, one.kind) for one in version.instalments
    ]
    return fill(plan, paid.net(contract.id) if net_fen is None else net_fen, clock.today())
