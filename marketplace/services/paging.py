"""One page of a query, for every long list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from marketplace.extensions import db

Row = TypeVar("Row")

SIZE = 25


@dataclass(frozen=True)
class Page(Generic[Row]):
    """``items`` of page number ``page`` (from 1) out of ``pages``; ``total`` counts all rows."""

    items: Sequence[Row]
    page: int
    pages: int
    total: int


def paged(query: Select[Row], number: int, size: int = SIZE) -> Page[Row]:
    """Return page ``number`` of ``query``, or the nearest page there is."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(number, 1), pages)
    rows: Any = db.session.scalars(query.limit(size).offset((page - 1) * size)).unique().all()
    return Page(rows, page, pages, total)


def cut(rows: Sequence[Row], number: int, size: int = SIZE) -> Page[Row]:
    """Return page ``number`` of a list that is in memory, or the nearest page there is."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(number, 1), pages)
    return Page(rows[(page - 1) * size : page * size], page, pages, len(rows))
