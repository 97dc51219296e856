"""卖方材料清单: one link tells the outside university which papers the buyer will need; on A4, or to copy."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from marketplace.services.catalogue import pages
from marketplace.services.subsidy.buying import kits
from marketplace.web.guards import actor, public

blueprint = Blueprint("seller_kits", __name__, url_prefix="/subsidy/seller-kit")


@blueprint.get("")
@public
def index() -> str:
    """Show the kit for any achievement."""
    return _page(kits.kit(url_for(".index")))


@blueprint.get("/<int:listing_id>")
@public
def show(listing_id: int) -> str:
    """Show the kit for one achievement."""
    listing = pages.get(actor(), "achievement", listing_id)
    return _page(kits.kit(url_for(".show", listing_id=listing_id), listing))


def _page(kit: kits.Kit) -> str:
    return render_template("seller_kits/show.html", kit=kit, words=_words(kit))


def _words(kit: kits.Kit) -> str:
    """Return the whole kit as text to copy into a letter."""
    lines = [_("卖方材料清单：%(title)s", title=kit.title) if kit.title else _("卖方材料清单")]
    for number, paper in enumerate(kit.papers, 1):
        lines.append(f"{number}. {_(paper.label)}（{_(paper.hint)}）")
        lines += [f"   - {_(what)}" for what in paper.what]
    lines += [f"- {_(line)}" for line in kit.also]
    lines += [
        _("技术进口合同另需：%(papers)s", papers=_("、").join(_(paper.label) for paper in kit.imports)),
        kit.address,
    ]
    return "\n".join(lines)
