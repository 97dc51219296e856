"""What search engines may list: the pages that everybody may open, with the day on which each last changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from marketplace.domain.access import VISITOR, Audience
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.people import Organisation
from marketplace.services.catalogue import visibility

MOST = 50_000
"""Addresses of one file, and files of one map (sitemaps.org)."""

KINDS = ("achievement", "demand", "organisation")


class Part(NamedTuple):
    """One file of the map: ``number`` from 1; ``changed``: when a page in it last changed."""

    kind: str
    number: int
    changed: datetime | None


def parts(most: int = MOST) -> list[Part]:
    """Return the files that the whole catalogue needs; a kind without pages needs none."""
    found = []
    for kind in KINDS:
        rows = _query(kind).order_by(None).subquery()
        total = db.session.scalar(select(func.count()).select_from(rows)) or 0
        for number in range(1, -(-total // most) + 1):
            page = _page(kind, number, most).subquery()
            changed = db.session.scalar(select(func.max(page.c.changed)))
            found.append(Part(kind, number, changed))
    return found


def pages(kind: str, number: int, most: int = MOST) -> Sequence[tuple[int, datetime | None]]:
    """Return (id, when changed) of the pages in file ``number``; nothing for a file that does not exist."""
    if kind not in KINDS or not 1 <= number <= MOST:
        return []
    return [(row.id, row.changed) for row in db.session.execute(_page(kind, number, most))]


def _page(kind: str, number: int, most: int) -> Any:
    return _query(kind).limit(most).offset((number - 1) * most)


def _query(kind: str) -> Any:
    """Return the query of (id, changed) of all pages of a kind in the order of their ids."""
    if kind == "organisation":
        organisations = visibility.visible_organisations(VISITOR).order_by(Organisation.id)
        return organisations.with_only_columns(Organisation.id, Organisation.verified_at.label("changed"))
    revision = visibility.REVISIONS[kind]
    changed = func.coalesce(revision.decided_at, Listing.published_at).label("changed")
    query = visibility.public_listings(Audience.PUBLIC, kind, SEARCHABLE_STATES).order_by(Listing.id)
    return query.with_only_columns(Listing.id, changed)
