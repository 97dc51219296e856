"""The picture of each listing on a page of cards, by one query for the whole page."""

from collections.abc import Iterable

from marketplace.domain.access import Actor, Shown
from marketplace.models.catalogue import Listing
from marketplace.services.catalogue import pages, visibility
from marketplace.services.platform import files


def first_pictures(actor: Actor, listings: Iterable[Listing]) -> dict[int, int]:
    """Return listing → link of the first image of its published revision that ``actor`` may open; none is left out."""
    shown = {
        row.published_id: row
        for row in listings
        if row.published is not None
        and row.published_id is not None
        and visibility.text_for(actor, row, row.published) is Shown.FULL_TEXT
    }
    if not shown:
        return {}
    found: dict[int, int] = {}
    for revision_id, links in files.links_of_many("revision", list(shown), "image").items():
        row = shown[revision_id]
        link = next((one for one in links if pages.may_read_file(actor, row, one.level)), None)
        if link is not None:
            found[row.id] = link.id
    return found
