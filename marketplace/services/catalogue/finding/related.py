"""Listings about the same as one, for its page: near by their words, and such as its reader may see.

Of one organisation, two listings stand beside each other only where the reader may know both as its own: a demand
whose organisation is not named would be told by the company it keeps.
"""

from collections.abc import Collection

from marketplace.domain.access import Actor, Shown, audience_of
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.retrieval.documents import Kind
from marketplace.services.catalogue import search, visibility
from marketplace.services.outside import outside

MOST = 4
SPARE = 8
"""Read beyond those that are shown, because some may just have been withdrawn or would tell whose they are."""


def related(actor: Actor, kind: Kind, listing_id: int, but: Collection[int] = ()) -> list[Listing]:
    """Return at most four listings of the kind nearest to one, without those that ``but`` names."""
    most = MOST + SPARE + len(but)
    near = outside().index.related(kind, listing_id, audience_of(actor).value, most)
    found = search.listings(actor, kind, [one for one in near if one not in but][: MOST + SPARE])
    listing = db.session.get(Listing, listing_id)
    return [one for one in found if listing is not None and not _tells(actor, listing, one)][:MOST]


def _tells(actor: Actor, listing: Listing, other: Listing) -> bool:
    """Whether one organisation has both and the reader may not know it of each."""
    return listing.organisation_id == other.organisation_id and not (
        _named(actor, listing) and _named(actor, other)
    )


def _named(actor: Actor, listing: Listing) -> bool:
    return listing.published is not None and (
        visibility.text_for(actor, listing, listing.published) is Shown.FULL_TEXT
    )
