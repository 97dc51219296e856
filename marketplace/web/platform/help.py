"""Help: the way of each role, and a page for each matter (一站式办事)."""

from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext as _

from marketplace.domain.errors import NotFound
from marketplace.domain.platform.matters import BY_SLUG, GUIDES, MATTERS, Matter
from marketplace.services.platform import settings
from marketplace.web.guards import public

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("")
@public
def index() -> str:
    """Show the way of each role and all matters."""
    return render_template("help/index.html", guides=GUIDES, matters=MATTERS, by_slug=BY_SLUG)


@blueprint.get("/<slug>")
@public
def matter(slug: str) -> str:
    """Show everything about one matter on one page."""
    found = BY_SLUG.get(slug)
    if found is None:
        raise NotFound()
    return render_template(
        "help/matter.html",
        matter=found,
        limit=limit_words(found.limit),
        online=_address(found),
        others=[each for each in MATTERS if each is not found],
    )


def _address(found: Matter) -> str:
    if found.endpoint not in current_app.view_functions:
        return ""
    values: dict[str, Any] = dict(found.values)
    return url_for(found.endpoint, **values)


def limit_words(key: str) -> str:
    """Return a time limit as the setting has it today, in words; nothing where nothing is decided."""
    if not key:
        return ""
    value = settings.get(key)
    return (
        _("%(number)s 个工作日", number=value["number"])
        if value["unit"] == "工作日"
        else _("%(number)s 日", number=value["number"])
    )
