"""Where the reader is in a long list, and the address of its other pages with all filters kept."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for


def page_number() -> int:
    """Return the page asked for; 1 for anything that is no page."""
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def page_urls(**values: Any) -> Callable[[int], str]:
    """Return the function that makes the address of page n of the present view."""
    place = request.view_args or {}

    def url(number: int) -> str:
        return address(request.endpoint or "", {**asked("page"), **values, "page": number}, **place)

    return url


def asked(*but: str) -> dict[str, list[str]]:
    """Return what the reader's address asks for, without empty values and the names ``but``."""
    found = {name: [value for value in values if value] for name, values in request.args.lists()}
    return {name: values for name, values in found.items() if values and name not in but}


def address(endpoint: str, query: Mapping[str, Any], **place: Any) -> str:
    """Return the address of an endpoint with a query whose names come from a reader; ``None`` is left out.

    Given to ``url_for``, a name as ``endpoint`` or ``_external`` would be taken for one of its own.
    """
    text = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
    return url_for(endpoint, **place) + (f"?{text}" if text else "")
