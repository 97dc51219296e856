"""A form that is sent twice, by a double press or with the browser's back button, counts once."""

from typing import Any, TypeVar

from sqlalchemy import select

from marketplace.domain.errors import NotFound
from marketplace.extensions import db

M = TypeVar("M")


def earlier(model: type[M], request_key: str, **belonging: Any) -> M | None:
    """Return the row that the same form made before, or None.

    ``belonging``: what that row must say of whose it is. Raises NotFound where it is somebody else's.
    """
    columns: Any = model
    known = db.session.scalar(select(model).where(columns.request_key == request_key))
    if known is not None and any(getattr(known, name) != value for name, value in belonging.items()):
        raise NotFound()
    return known
