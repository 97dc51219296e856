"""Gapless numbers: taken inside the transaction that uses them, so a rollback gives them back."""

from sqlalchemy import update

from marketplace.extensions import db
from marketplace.models.platform import NumberSeries


def take(series: str, count: int = 1) -> int:
    """Take the next ``count`` numbers of ``series``, which begins at 1, and return the last of them.

    The row stays locked until the transaction ends.
    """
    taken = db.session.scalar(
        update(NumberSeries)
        .where(NumberSeries.key == series)
        .values(last=NumberSeries.last + count)
        .returning(NumberSeries.last)
    )
    if taken is None:
        # Two writers may both find the series missing: the primary key lets one of them through.
        db.session.add(NumberSeries(key=series, last=count))
        db.session.flush()
        return count
    return taken


def listing_number(kind: str) -> str:
    """Return the next public number of a listing, as ``SZ-A-00001`` or ``SZ-D-00001``."""
    return listing_numbers(kind, 1)[0]


def listing_numbers(kind: str, count: int) -> list[str]:
    """Return the next ``count`` public numbers of listings, in order."""
    letter = {"achievement": "A", "demand": "D"}[kind]
    last = take(f"listing/{kind}", count)
    return [f"SZ-{letter}-{number:05d}" for number in range(last - count + 1, last + 1)]


def filing_number(year: int) -> str:
    """Return the next 平台备案号 of a contract, as ``BA2026-00012``: never to be taken for a registration number."""
    return filing_numbers(year, 1)[0]


def filing_numbers(year: int, count: int) -> list[str]:
    """Return the next ``count`` 平台备案号, in order."""
    last = take(f"contract/{year}", count)
    return [f"BA{year}-{number:05d}" for number in range(last - count + 1, last + 1)]
