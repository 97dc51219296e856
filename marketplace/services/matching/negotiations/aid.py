"""What the buyer could expect as a subsidy if an offer became a contract."""

from datetime import date

from marketplace.domain import clock, regions
from marketplace.domain.access import Actor
from marketplace.domain.deals.terms import category_of
from marketplace.domain.matching.offers import OfferData
from marketplace.models.matching import Negotiation
from marketplace.models.people import Organisation
from marketplace.services.subsidy.buying import estimating
from marketplace.services.subsidy.buying.estimating import Forecast


def forecast(actor: Actor, negotiation: Negotiation, data: OfferData) -> Forecast | None:
    """Return the estimate where an enterprise of the city buys an achievement from outside; None otherwise.

    The buyer's own people see how their organisation is judged; everybody else an assumed first purchase.
    """
    if negotiation.achievement is None or negotiation.buyer.kind != "enterprise":
        return None
    if not regions.in_city(_home(negotiation.buyer)) or regions.in_city(_home(negotiation.seller)):
        return None
    paid = [(_year(one.due_on), one.amount_fen) for one in data.instalments if one.amount_fen]
    return estimating.forecast(actor, negotiation.achievement, paid, category_of(data.kind)) if paid else None


def _home(organisation: Organisation) -> str | None:
    return organisation.profile.division if organisation.profile is not None else None


def _year(due_on: date | None) -> int:
    """An instalment that a condition brings about is assumed to be paid this year."""
    return max(due_on or clock.today(), clock.today()).year
