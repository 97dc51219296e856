"""您预计可获补助 on the page of an achievement: the form, the sums by year, the cap, the conditions."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from marketplace.domain import clock
from marketplace.domain.money import format_wan
from marketplace.domain.policy.outcome import Decision
from marketplace.domain.subsidy.estimates import Estimate, YearOfAid
from marketplace.domain.subsidy.parameters import PURCHASE
from marketplace.forms.subsidy.estimates import EstimateForm
from marketplace.models.catalogue import AchievementRevision, Listing
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.applying.evidence import REASONS
from marketplace.services.subsidy.buying import estimating
from marketplace.services.subsidy.buying.estimating import Forecast
from marketplace.web.deals.turnover import charts
from marketplace.web.guards import actor
from marketplace.web.subsidy.wording import parameter_words

PREFIX = "aid"
CATEGORY_OF_WAY = {
    "transfer": "transfer",
    "exclusive": "licence",
    "sole": "licence",
    "ordinary": "licence",
    "joint": "development",
    "service": "service",
}
"""Way of cooperation → category of the contract that it leads to; the first one of a listing is assumed."""


@dataclass(frozen=True)
class Aid:
    """What the page shows. ``price_fen``: what the sums rest on where that is the listed price, not something typed.

    ``at_once``: a sum to show beside the price, only when nothing hinders it.
    """

    form: EstimateForm
    forecast: Forecast
    chart: charts.Chart | None
    reasons: dict[int, str]
    asked: bool
    price_fen: int | None

    @property
    def at_once(self) -> int | None:
        """The sum in 分, None where there is none to promise."""
        found = self.forecast
        return found.estimate.aid_fen if not found.hindered and found.estimate.aid_fen else None

    @property
    def rate(self) -> str:
        """The rate in words."""
        rate = next(one for one in PURCHASE if one.key == "rate")
        return parameter_words(rate, self.forecast.version.parameters["rate"])


def of_listing(listing: Listing) -> Aid | None:
    """Return the estimate for an achievement as the address asks for it; None where no version can be used.

    Where what was typed cannot be read, the estimate for the listed price stands beneath the words that say so.
    """
    shown = listing.published
    price = shown.price_fen if isinstance(shown, AchievementRevision) else None
    ways = shown.ways if isinstance(shown, AchievementRevision) else []
    category = next((CATEGORY_OF_WAY[way] for way in ways if way in CATEGORY_OF_WAY), "transfer")
    redrawn = bool({"add_row", "remove_row"} & set(request.args))
    asked = redrawn or any(name.startswith(f"{PREFIX}-") for name in request.args)
    form, instalments = _typed(asked, redrawn, {"amount": price or None, "kind": category})
    kind = form.kind.data if form.kind.data in dict(form.kind.codes) else category
    by_price = not instalments and bool(price)
    if by_price:
        instalments = [(clock.today().year, price or 0)]
    found = estimating.forecast(actor(), listing, instalments, kind)
    if found is None:
        return None
    reasons = {one.year: reason_words(found, one) for one in found.estimate.years if not one.aid_fen}
    return Aid(form, found, chart_of(found.estimate), reasons, asked, price if by_price else None)


def _typed(asked: bool, redrawn: bool, known: dict[str, Any]) -> tuple[EstimateForm, list[tuple[int, int]]]:
    """Return the form as it was sent, or with what is ``known``, and the payments by year, none where one is faulty."""
    form = (
        EstimateForm(request.args, prefix=PREFIX)
        if asked
        else EstimateForm(formdata=None, prefix=PREFIX, data=known)
    )
    instalments: list[tuple[int, int]] = []
    if redrawn:
        form.change_rows(request.args.get("add_row"), request.args.get("remove_row"))
    elif asked:
        form.validate()
        instalments = form.instalments(clock.today().year)
    if not form.years.entries:
        form.years.append_entry()
    return form, [] if form.errors else instalments


def reason_words(found: Forecast, one: YearOfAid) -> str:
    """Return why a year brings nothing."""
    if not policies.holds_on(found.version, estimating.day_in(found.version, one.year)):
        return str(_("这一年的付款不在版本的付款日期范围内"))
    return words_of(one.decision, one.reasons)


def words_of(decision: Decision, reasons: Any) -> str:
    """Return the reasons of the arithmetic in words."""
    if decision is Decision.WAITING_BUDGET:
        return str(_("超出年度预算，须待预算"))
    return str(_("；")).join(_(REASONS.get(str(reason), str(reason))) for reason in reasons)


def chart_of(found: Estimate) -> charts.Chart | None:
    """Return the bars of the aid by year."""
    groups = [
        (
            str(one.year),
            [one.aid_fen],
            [str(_("%(year)s年补助 %(amount)s 万元", year=one.year, amount=format_wan(one.aid_fen)))],
        )
        for one in found.years
    ]
    return charts.grouped(groups, [str(_("补助"))], str(_("各年补助")))
