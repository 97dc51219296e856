"""Pictures that travel with a link: the share picture of the site and of each listing, and the QR code of a page."""

from hashlib import sha256

from flask import Blueprint, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.integrations.posters import Poster, draw
from marketplace.services.catalogue.outward import sheets
from marketplace.services.catalogue.pages import AchievementView, DemandView
from marketplace.web.catalogue import cards
from marketplace.web.filters import day, wan
from marketplace.web.guards import public
from marketplace.web.limits import PICTURES

blueprint = Blueprint("share_pictures", __name__, url_prefix="/share")

LISTING = "/<any(achievement, demand):kind>/<int:listing_id>"
SECONDS = 3600


@blueprint.get("/site.png")
@public
@PICTURES
def site() -> Response:
    """Show the site's own share picture."""
    words = _("找成果、提需求，一处办完。单位经核验，内容经审核，数字有口径。")
    facts = [
        (_("企业"), _("提需求 · 看补助")),
        (_("高校院所"), _("发成果 · 谈合作")),
        (_("公众"), _("查成交 · 看公示")),
    ]
    return _picture(draw(_poster("", _("把外面的好技术，用到宿州来"), words, facts)), "image/png")


@blueprint.get(f"{LISTING}.png")
@public
@PICTURES
def listing(kind: str, listing_id: int) -> Response:
    """Show the share picture of a listing: what a visitor may read of it, whoever asks."""
    view = sheets.public_view(kind, listing_id)
    made = _of_achievement(view) if isinstance(view, AchievementView) else _of_demand(view)
    return _picture(draw(made), "image/png")


@blueprint.get(f"{LISTING}.svg")
@public
@PICTURES
def code(kind: str, listing_id: int) -> Response:
    """Show the QR code of a listing's page."""
    return _picture(sheets.code_of(kind, listing_id), "image/svg+xml")


def _of_achievement(view: AchievementView) -> Poster:
    scale = dict(view.maturity_scale)
    maturity = f"{view.maturity_level}/{len(scale)}" if view.maturity_level in scale else ""
    price = (
        _("%(n)s 万元", n=wan(view.price_fen)) if view.price_fen is not None else _(view.pricing or "面议")
    )
    facts = [
        (_("技术领域"), _(view.field)),
        (_("成熟度"), maturity),
        (_("知识产权"), _("%(n)s 件", n=len(view.rights)) if view.rights else ""),
        (_("价格"), price),
    ]
    content, _type = sheets.picture_of(view)
    return _poster(
        _("科技成果"), view.title, view.benefit or cards.shorten(view.summary, 60), facts, view, content
    )


def _of_demand(view: DemandView) -> Poster:
    budget = _("%(n)s 万元", n=wan(view.budget_fen)) if view.budget_fen is not None else _("面议")
    facts = [
        (_("技术领域"), _(view.field)),
        (_("需求类型"), _(view.demand_type) if view.demand_type else ""),
        (_("拟投入资金"), budget),
        (_("期望完成"), day(view.due_on)),
    ]
    return _poster(_("技术需求"), view.title, cards.shorten(view.summary, 100), facts, view)


def _poster(
    kind: str,
    title: str,
    line: str,
    facts: list[tuple[str, str]] | None = None,
    view: AchievementView | DemandView | None = None,
    picture: bytes = b"",
) -> Poster:
    site = current_app.config["SITE"]
    shown = tuple((label, value) for label, value in facts or () if value)
    owner = view.owner.name if view is not None and view.owner is not None else ""
    return Poster(site["name"], site["subtitle"], kind, title, line, shown, owner, picture)


def _picture(content: bytes, media_type: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.set_etag(sha256(content).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    return response.make_conditional(request)
