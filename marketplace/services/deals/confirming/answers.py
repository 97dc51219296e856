"""The answer of a member."""

from marketplace.domain.access import Actor
from marketplace.models.deals import Contract


def agree(
    actor: Actor, contract_id: int, typed_name: str, ordinal: int | None = None, disclosure: str | None = None
) -> Contract:
    """Agree for the actor's organisation; the last word needed confirms the contract. A second press is harmless.

    ``ordinal`` is the version the person has read: Conflict when another is in force. ``disclosure``: how much of
    the deal the site may tell (DEAL_DISCLOSURES). Raises DomainError (``typed_name``).
    """
    raise NotImplementedError


def decline(actor: Actor, contract_id: int, note: str, ordinal: int | None = None) -> Contract:
    """Send the contract back to its drafter with a reason (``note``)."""
    raise NotImplementedError


def disclose(actor: Actor, contract_id: int, disclosure: str) -> Contract:
    """Say how much of the deal the site may tell for the actor's own side; at any time (DEAL_DISCLOSURES)."""
    raise NotImplementedError
