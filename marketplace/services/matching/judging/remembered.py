"""What hardly ever changes is read once a session, not once a pair."""

from collections.abc import Callable
from typing import Any

from marketplace.extensions import db


def remembered(key: str, read: Callable[[], Any]) -> Any:
    """Return what ``read`` gave the first time in the present database session."""
    kept = db.session().info.setdefault("matching", {})
    if key not in kept:
        kept[key] = read()
    return kept[key]
