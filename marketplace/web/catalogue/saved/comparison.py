"""Up to four achievements side by side: rows of facts, those that differ marked. The address holds the ids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.domain.catalogue.saved import MOST_COMPARED
from marketplace.domain.text import N_
from marketplace.services.catalogue import pages, search
from marketplace.services.catalogue.pages import AchievementView
from marketplace.web.filters import day, wan
from marketplace.web.guards import actor, public
from marketplace.web.limits import SEARCH
from marketplace.web.numbers import row_number

blueprint = Blueprint("comparison", __name__, url_prefix="/achievements/compare")

LOOKED_AT = 40
"""Ids of an address that are read at all."""


@dataclass(frozen=True)
class Row:
    """A line of the table: lines of each achievement in their order; ``differs`` unless all say the same."""

    label: str
    values: Sequence[Sequence[str]]
    differs: bool


@blueprint.get("")
@public
@SEARCH
def show() -> str:
    """Compare the achievements of the address, as far as the reader may see them."""
    asked = _ids()
    listings = search.listings(actor(), "achievement", asked[:MOST_COMPARED])
    views = [view for row in listings if isinstance(view := pages.of_listing(actor(), row), AchievementView)]
    rows = _rows(views)
    only = request.args.get("only") == "differences" and len(views) > 1
    return render_template(
        "comparison/compare.html",
        views=views,
        rows=[row for row in rows if row.differs] if only else rows,
        only=only,
        missing=len(asked[:MOST_COMPARED]) - len(views),
        beyond=len(asked) - MOST_COMPARED,
        without={view.listing_id: _address(views, view) for view in views},
        switch=_address(views, None, not only),
    )


def _ids() -> list[int]:
    return list(dict.fromkeys(request.args.getlist("id", type=row_number)[:LOOKED_AT]))


def _address(views: Sequence[AchievementView], left_out: AchievementView | None, only: bool = False) -> str:
    ids = [view.listing_id for view in views if view is not left_out]
    return url_for(".show", id=ids, only="differences" if only else None)


def _rows(views: Sequence[AchievementView]) -> list[Row]:
    rows = []
    for label, read in FACTS.items():
        values = [[line for line in read(view) if line] for view in views]
        if any(values):
            rows.append(Row(_(label), values, len({tuple(value) for value in values}) > 1))
    return rows


def _owner(view: AchievementView) -> list[str]:
    return [view.owner.name, view.owner.region] if view.owner else []


def _maturity(view: AchievementView) -> list[str]:
    scale: Mapping[int, str] = dict(view.maturity_scale)
    level = view.maturity_level
    if level is None or level not in scale:
        return []
    words = _(scale[level]).partition("：")[0]
    return [f"{level}/{len(scale)} {words}", _(view.maturity_scale_name)]


def _price(view: AchievementView) -> list[str]:
    price = _("%(n)s 万元", n=wan(view.price_fen)) if view.price_fen is not None else _("面议")
    return [price, _(view.pricing) if view.pricing else ""]


def _rights(view: AchievementView) -> list[str]:
    kinds = dict.fromkeys((right.type, right.status) for right in view.rights)
    return [
        _(
            "%(type)s %(n)s 件，%(status)s",
            type=_(kind),
            status=_(status),
            n=sum((right.type, right.status) == (kind, status) for right in view.rights),
        )
        for kind, status in kinds
    ]


def _metrics(view: AchievementView) -> list[str]:
    return [
        _("%(what)s：%(before)s → %(after)s", what=one.indicator, before=one.before, after=one.after)
        if one.before
        else _("%(what)s：%(after)s", what=one.indicator, after=one.after)
        for one in view.metrics
    ]


def _fact(number: int) -> Callable[[AchievementView], list[str]]:
    return lambda view: [_(view.facts[number][1])] if view.facts[number][1] else []


FACTS: Mapping[str, Callable[[AchievementView], Sequence[str]]] = {
    N_("发布单位"): _owner,
    N_("技术领域"): lambda view: [_(view.field)] if view.field else [],
    N_("产业方向"): lambda view: [_(word) for word in view.tags],
    N_("应用效益"): lambda view: [view.benefit],
    N_("解决的问题"): lambda view: [view.problem],
    N_("技术优势"): lambda view: [view.advantages],
    N_("量化指标"): _metrics,
    N_("成熟度"): _maturity,
    N_("知识产权"): _rights,
    N_("价格"): _price,
    N_("合作方式"): lambda view: [_(word) for word in view.ways],
    N_("成果水平"): _fact(2),
    N_("评价方式"): _fact(3),
    N_("所处阶段"): _fact(4),
    N_("应用行业"): _fact(5),
    N_("应用案例"): lambda view: [view.cases],
    N_("有效期至"): lambda view: [day(view.valid_until)],
    N_("最近确认有效"): lambda view: [day(view.confirmed_at)],
}
"""Label → what an achievement says under it, a line each; a row that nobody fills is left out."""
