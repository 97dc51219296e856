"""Divisions for the region picker: what lies below a code, as JSON."""

from flask import Blueprint, Response, jsonify

from marketplace.domain import regions
from marketplace.domain.errors import NotFound
from marketplace.web.guards import public
from marketplace.web.limits import API

blueprint = Blueprint("regions_api", __name__, url_prefix="/api/regions")

DAY = 24 * 3600


@blueprint.get("")
@public
@API
def provinces() -> Response:
    """Return the provinces."""
    return _answer(regions.provinces())


@blueprint.get("/<code>")
@public
@API
def children(code: str) -> Response:
    """Return the divisions directly below ``code``; an empty list for a county."""
    if not regions.exists(code):
        raise NotFound()
    return _answer(regions.children(code))


def _answer(found: tuple[regions.Region, ...]) -> Response:
    response = jsonify([{"code": region.code, "name": region.name} for region in found])
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response
