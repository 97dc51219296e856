"""Beginning a contract: blank, from an achievement, or from a demand."""

from marketplace.domain.access import Actor
from marketplace.models.deals import Contract


def create(actor: Actor, listing_id: int | None = None, demand_id: int | None = None) -> Contract:
    """Begin a contract: blank, from a published achievement, or from a demand the actor may read in full.

    An untouched draft of the same person from the same beginning is used again. Raises NotAllowed without
    CREATE_CONTRACT, NotFound for what is not public to the actor.
    """
    raise NotImplementedError
