"""Why an estimate of aid brings nothing in a year, in words."""

from marketplace.services.subsidy.buying.estimating import Forecast
from marketplace.web.subsidy.buying.estimates import reason_words


def reasons(found: Forecast | None) -> dict[int, str]:
    """Return the years without aid and why; nothing where there is no estimate."""
    years = found.estimate.years if found is not None else ()
    return {one.year: reason_words(found, one) for one in years if not one.aid_fen and found is not None}
