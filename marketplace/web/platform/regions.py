"""Divisions below a division, for the picker of places."""

from flask import Blueprint, Response, jsonify

from marketplace.domain import regions
from marketplace.domain.errors import NotFound
from marketplace.web import limits
from marketplace.web.guards import public

blueprint = Blueprint("regions", __name__, url_prefix="/api/regions")


@blueprint.get("/<code>")
@public
@limits.SEARCH
def below(code: str) -> Response:
    """Return [{code, name}] of what lies directly below ``code``."""
    if not regions.exists(code):
        raise NotFound()
    answer = jsonify([{"code": region.code, "name": region.name} for region in regions.children(code)])
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
