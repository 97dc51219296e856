"""Which service keeps which promise of the outbox."""

from collections.abc import Mapping

from marketplace.services.catalogue import indexing
from marketplace.services.platform import longjobs, mailing, outbox
from marketplace.services.platform.outbox import Handler

HANDLERS: Mapping[str, Handler] = {
    "index": Handler(indexing.index_subjects, together=True),
    "job": Handler(longjobs.run),
    "mail": Handler(mailing.send),
}


def drain() -> int:
    """Keep every promise that is due; return how many were tried."""
    return outbox.drain(HANDLERS)
