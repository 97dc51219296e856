"""到期确认: own listings near their last day, and the link of a reminder."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.states import LISTING
from marketplace.services.catalogue.validity import confirming
from marketplace.services.paging import paged
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import actor, public, requires
from marketplace.web.limits import CONFIRM
from marketplace.web.numbers import row_number
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("reconfirmations", __name__, url_prefix="/desk/reconfirm")

MOST = 200


@blueprint.get("")
@requires(Permission.CREATE_LISTING)
def index() -> str:
    """List what has expired or will soon, to be confirmed together."""
    page = paged(confirming.due(actor()), page_number())
    return render_template(
        "reconfirmations/index.html", page=page, page_url=page_urls(), states=LISTING.states
    )


@blueprint.post("")
@requires(Permission.CREATE_LISTING)
def confirm() -> Response:
    """Confirm what was ticked; what a rule refuses is said one by one."""
    ids = request.form.getlist("id", type=row_number)[:MOST]
    with unit_of_work():
        done, refused = confirming.confirm_all(actor(), ids)
        words = [
            (row.published.title if row.published else "", _(error.message, **error.params))
            for row, error in refused
        ]
    if done:
        flash(_("已确认 %(n)s 项仍然有效，有效期重新计算", n=done), "ok")
    for title, why in words:
        flash(_("“%(title)s”：%(why)s", title=title, why=why), "warn")
    if not ids:
        flash(_("请先勾选要确认的成果或需求"), "warn")
    return redirect(url_for(".index"))


@blueprint.get("/link/<token>")
@public
@CONFIRM
def ask(token: str) -> str:
    """Show what a reminder's link would confirm: opening it, as mail scanners do, changes nothing."""
    return render_template(
        "reconfirmations/link.html", token=token, asked=confirming.asked_by(token), error=""
    )


@blueprint.post("/link/<token>")
@public
@CONFIRM
def answer(token: str) -> str | tuple[str, int]:
    """Confirm as the person who got the mail; pressed again it changes nothing."""
    try:
        with unit_of_work():
            confirming.confirm_by(token)
    except DomainError as refused:
        if refused.code != "validity_over":
            raise
        words, asked = _(refused.message, **refused.params), confirming.asked_by(token)
        return render_template("reconfirmations/link.html", token=token, asked=asked, error=words), 422
    return render_template(
        "reconfirmations/link.html", token=token, asked=confirming.asked_by(token), error=""
    )
