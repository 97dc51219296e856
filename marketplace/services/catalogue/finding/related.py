"""Listings about the same as one, for its page: near by their words, and such as its reader may see."""

from collections.abc import Collection

from marketplace.domain.access import Actor, audience_of
from marketplace.models.catalogue import Listing
from marketplace.retrieval.documents import Kind
from marketplace.services.catalogue import search
from marketplace.services.outside import outside

MOST = 4
SPARE = 6
"""More than are shown, because some may be on the page already or just have been withdrawn."""


def related(actor: Actor, kind: Kind, listing_id: int, but: Collection[int] = ()) -> list[Listing]:
    """Return at most four listings of the kind nearest to one, without those that ``but`` names."""
    near = outside().index.related(kind, listing_id, audience_of(actor).value, MOST + SPARE)
    return search.listings(actor, kind, [one for one in near if one not in but])[:MOST]
