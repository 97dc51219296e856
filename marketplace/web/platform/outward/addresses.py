"""The one address under which a page is known outside: never from the Host header, which whoever asks may choose."""

from dataclasses import dataclass

from flask import current_app, g, request, url_for

from marketplace.services.outside import outside
from marketplace.web.paging import page_number

PERSONAL = frozenset({"signup", "invitations", "resets", "sessions", "confirmations"})
"""Blueprints whose pages show personal data, or the key to an account, to people who are not signed in."""

SEARCHED = ("q",)
"""Parameters that make a page the answer to one question: nobody should find it by asking another."""


@dataclass(frozen=True)
class Travel:
    """What the head of a public page tells machines: its address, whether to list it, the picture to share."""

    canonical: str
    listed: bool
    picture: str


def absolute(path: str) -> str:
    """Return the full address of a path of this site."""
    return outside().public_url + path


def travel() -> Travel | None:
    """Return what the page of this request tells machines; None for pages that are nobody else's business.

    Filters and orders show what the bare list shows, so their address is the list's; only its further pages differ.
    """
    endpoint = request.endpoint
    if endpoint is None or request.method not in ("GET", "HEAD") or getattr(g, "failed", False):
        return None
    view = current_app.view_functions.get(endpoint)
    if getattr(view, "guard", None) != "public" or request.blueprint in PERSONAL:
        return None
    asked = {name: value for name, value in request.args.items() if value}
    number = page_number()
    kept = {"page": number} if set(asked) == {"page"} and number > 1 else {}
    path = url_for(endpoint, **{**(request.view_args or {}), **kept})
    listed = not any(asked.get(name) for name in SEARCHED)
    return Travel(absolute(path), listed, absolute(url_for("share_pictures.site")))
