"""Listings about the same as one, for its page: near by their words, and such as its reader may see."""

from collections.abc import Collection

from marketplace.domain.access import Actor, audience_of
from marketplace.models.catalogue import Listing
from marketplace.retrieval.documents import Kind
from marketplace.services.catalogue import search
from marketplace.services.outside import outside

MOST = 4
SPARE = 2
"""Read beyond those that are shown, because some may just have been withdrawn."""


def related(actor: Actor, kind: Kind, listing_id: int, but: Collection[int] = ()) -> list[Listing]:
    """Return at most four listings of the kind nearest to one, without those that ``but`` names."""
    most = MOST + SPARE + len(but)
    near = outside().index.related(kind, listing_id, audience_of(actor).value, most)
    return search.listings(actor, kind, [one for one in near if one not in but][: MOST + SPARE])[:MOST]
