"""Suggestions for the search box as JSON, and related listings for the pages of listings."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask_babel import gettext as _

from marketplace.services.catalogue.finding import related, suggesting
from marketplace.services.catalogue.finding.suggesting import Suggestion
from marketplace.web.catalogue import cards
from marketplace.web.catalogue.cards import Card
from marketplace.web.guards import actor, public
from marketplace.web.limits import SEARCH

blueprint = Blueprint("suggestions", __name__, url_prefix="/suggestions")

LISTS = {
    "achievement": "achievements.index",
    "demand": "demands.index",
    "organisation": "organisations.index",
}


@blueprint.get("")
@public
@SEARCH
def index() -> Response:
    """Return {"options": [{text, parts: [[text, marked]], note, url}]} for what was typed so far."""
    kind = suggesting.kind_of(request.args.get("kind", ""))
    found = suggesting.suggestions(actor(), kind, request.args.get("q", ""))
    answer = jsonify({"options": [_option(one, kind) for one in found]})
    answer.headers["Cache-Control"] = "private, max-age=60" if not actor().signed_in else "private, no-store"
    return answer


def _option(one: Suggestion, kind: str) -> dict[str, Any]:
    if one.subject_id is None:
        note = _("%(n)s 项", n=one.count)
        url = url_for(LISTS[kind], q=one.text)
    elif one.kind == "organisation":
        note, url = _("单位"), url_for("organisations.detail", organisation_id=one.subject_id)
    else:
        note = _("成果") if one.kind == "achievement" else _("需求")
        url = url_for(f"{one.kind}s.detail", listing_id=one.subject_id)
    parts = [[part.text, part.marked] for part in one.parts]
    return {"text": one.text, "parts": parts, "note": note, "url": url}


@blueprint.app_template_global("related_cards")
def related_cards(kind: str, listing_id: int, beside: Iterable[Card]) -> list[Card]:
    """Return the cards of related listings, without those that stand on the page already."""
    shown = {card.listing_id for card in beside}
    found = related.related(actor(), suggesting.kind_of(kind), listing_id, shown)
    return cards.of_listings(actor(), found)
