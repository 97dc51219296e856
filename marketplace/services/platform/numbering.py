"""Gapless numbers: taken inside the transaction that uses them, so a rollback gives them back."""

from sqlalchemy import update

from marketplace.extensions import db
from marketplace.models.platform import NumberSeries


def take(series: str) -> int:
    """Return the next number of ``series``, from 1. The row stays locked until the transaction ends."""
    taken = db.session.scalar(
        update(NumberSeries)
        .where(NumberSeries.key == series)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
    )
    if taken is None:
        # Two writers may both find the series missing: the primary key lets one of them through.
        db.session.add(NumberSeries(key=series, last=1))
        db.session.flush()
        return 1
    return taken


def listing_number(kind: str) -> str:
    """Return the next public number of a listing, as ``SZ-A-00001`` or ``SZ-D-00001``."""
    letter = {"achievement": "A", "demand": "D"}[kind]
    return f"SZ-{letter}-{take(f'listing/{kind}'):05d}"
