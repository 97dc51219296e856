"""Where the reader is in a long list, and the address of its other pages with all filters kept."""

from collections.abc import Callable

from flask import request, url_for


def page_number() -> int:
    """Return the page asked for; 1 for anything that is no page."""
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def page_urls(**values: object) -> Callable[[int], str]:
    """Return the function that makes the address of page n of the present view."""
    endpoint, kept = request.endpoint or "", {**(request.view_args or {}), **values}

    def url(number: int) -> str:
        filters = {key: found for key, found in request.args.items() if key != "page" and found}
        return url_for(endpoint, **{**filters, **kept, "page": number})

    return url
