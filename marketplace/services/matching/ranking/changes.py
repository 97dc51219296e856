"""What the worker is told to rank again."""

from marketplace.services.outside import outside
from marketplace.services.platform import outbox


def changed(kind: str, subject_id: int) -> None:
    """Promise that rankings will follow ``kind`` (achievement, demand or organisation) as it is after the commit."""
    if outside().matcher.active:
        outbox.enqueue("match", kind=kind, id=subject_id)


def tell(listing_ids: list[int]) -> None:
    """Promise that gaps and notices will follow the lists of these, which were written just now."""
    outbox.enqueue("tell", listings=listing_ids)
