"""技术合同 for everybody: what registration is, and whether a registration number is true."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain import clock
from marketplace.domain.deals.numbers import ContractNumber
from marketplace.domain.errors import NotFound
from marketplace.domain.text import N_
from marketplace.forms.deals.registry.prices import LookupForm
from marketplace.services.deals.registry import public as registry
from marketplace.web.guards import public
from marketplace.web.limits import VERIFY

blueprint = Blueprint("registry_public", __name__, url_prefix="/contracts")

NEIGHBOURS = (
    ("turnover.index", N_("技术合同成交额"), N_("输出、吸纳和合计，按年、季、月和县区，注明口径")),
    ("price_publications.index", N_("协议定价公示"), N_("高校院所协议转让成果之前公示名称和价格，接受异议")),
    ("contracts.index", N_("拟订和登记合同"), N_("认证单位在工作台拟订、确认、申请登记和登记付款")),
    ("help.index", N_("办事指南"), N_("认定登记的条件、材料、时限和依据")),
)
"""Pages that belong to technology contracts: endpoint, title, what is there."""


@blueprint.get("")
@public
def index() -> str:
    """Say what registration is, and where to go from here."""
    cards = [
        (_(title), _(text), url_for(endpoint))
        for endpoint, title, text in NEIGHBOURS
        if endpoint in current_app.view_functions
    ]
    return render_template("registry_public/index.html", form=LookupForm(formdata=None), cards=cards)


@blueprint.get("/verify")
@public
@VERIFY
def verify() -> str | Response | tuple[str, int]:
    """Look a registered contract up by both its numbers, as they stand on its certificate."""
    asked = "number" in request.args
    form = LookupForm(request.args if asked else None)
    if not asked:
        return render_template("registry_public/verify.html", form=form, missed=False)
    form.validate()
    found = registry.by_numbers(form.number.data or "", form.filing.data or "")
    if found is not None:
        return redirect(url_for(".verified", public_code=found.public_code))
    return render_template("registry_public/verify.html", form=form, missed=True), 404


@blueprint.get("/verify/<public_code>")
@public
def verified(public_code: str) -> str:
    """Show what the certificate's QR code leads to."""
    found = registry.by_code(public_code)
    if found is None:
        raise NotFound(N_("没有查到这份合同的登记信息。请核对二维码或网址；尚未登记的合同不能查验。"))
    number = ContractNumber(found.number).grouped if found.number else ""
    return render_template("registry_public/verified.html", found=found, number=number, now=clock.now())
