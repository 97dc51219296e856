"""规划目标: the city's indicators, its industries and what it supports, for everybody, with source and since when."""

from flask import Blueprint, render_template

from marketplace.domain import clock
from marketplace.domain.platform import city_lists
from marketplace.services.deals.turnover import targets
from marketplace.services.platform import settings
from marketplace.web.guards import public

blueprint = Blueprint("plan", __name__, url_prefix="/plan")


@blueprint.get("")
@public
def index() -> str:
    """Show what holds today."""
    today = clock.today()
    rows = [row for row in settings.overview() if row.definition.kind in city_lists.KINDS]
    indicators = sorted(
        (row for row in rows if row.definition.kind == "target"), key=lambda row: row.value["year"]
    )
    return render_template(
        "plan/index.html",
        indicators=indicators,
        turnover=targets.of_year(today.year),
        industries=[row for row in rows if row.definition.kind == "terms"],
        instruments=next(row for row in rows if row.definition.kind == "lines"),
        periods=city_lists.PERIODS,
        today=today,
    )
