"""Filters of a ledger as they come from an address: only what its page could have sent is kept."""

from collections.abc import Mapping
from datetime import date

LONGEST = 100


def clean(typed: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return those of ``typed`` that ``known`` offers: an option of a list, a day (``…_from``, ``…_to``), or words."""
    kept: dict[str, str] = {}
    for name, value in typed.items():
        text = value.strip()[:LONGEST]
        if text and name in known and _fits(name, text, known[name]):
            kept[name] = text
    return kept


def _fits(name: str, value: str, options: Mapping[str, str]) -> bool:
    if options:
        return value in options
    if not name.endswith(("_from", "_to")):
        return True
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
