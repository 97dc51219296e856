"""纠错: a reader says what is wrong with a listing; its reviewers hear of it."""

from marketplace.domain.access import REVIEWERS, Actor
from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_, clean_line
from marketplace.models.catalogue import Listing
from marketplace.services.people import actors
from marketplace.services.platform import audit, notices

SHORTEST, LONGEST = 10, 300


def correct(actor: Actor, listing: Listing, message: str) -> None:
    """Tell the reviewers of this kind what a reader finds wrong with a listing they see.

    Raises DomainError (field ``message``) for a text too short or too long. The owner does not learn who it was.
    """
    text = clean_line(message)
    if not SHORTEST <= len(text) <= LONGEST:
        raise DomainError(
            "message_length",
            N_("请写 %(least)s 到 %(most)s 个字"),
            field="message",
            least=SHORTEST,
            most=LONGEST,
        )
    assert listing.published is not None  # noqa: S101
    audit.record(actor, "listing.correction", "listing", listing.id, revision=listing.published_id)
    notices.notify(
        actors.holders_of(*REVIEWERS[listing.kind]),
        "correction_received",
        listing.kind,
        listing.id,
        title=listing.published.title,
        message=text,
    )
