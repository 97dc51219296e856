"""Structured data of a page (schema.org, JSON-LD): built from the view, so it tells nothing the page does not."""

from typing import Any

from flask import current_app, url_for

from marketplace.domain import clock
from marketplace.services.catalogue.pages import View


def listing(view: View, category: str) -> dict[str, Any]:
    """Return the description of a listing's page for machines."""
    endpoint = "achievements.detail" if view.kind == "achievement" else "demands.detail"
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "CreativeWork" if view.kind == "achievement" else "Demand",
        "identifier": view.number,
        "name": view.title,
        "abstract" if view.kind == "achievement" else "description": view.summary,
        "keywords": list(view.keywords),
        # Never from the Host header, which whoever asks may choose.
        "url": current_app.config["PUBLIC_URL"].rstrip("/") + url_for(endpoint, listing_id=view.listing_id),
        "inLanguage": "zh-CN",
        "category": category,
    }
    if view.updated_at is not None:
        found["dateModified"] = clock.beijing(view.updated_at).date().isoformat()
    if view.owner is not None:
        found["provider" if view.kind == "achievement" else "seller"] = {
            "@type": "Organization",
            "name": view.owner.name,
        }
    return found
