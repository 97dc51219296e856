"""The day of signing and the files of a contract."""

from datetime import date

from marketplace.domain.access import Actor
from marketplace.models.deals import Contract
from marketplace.models.platform import FileLink

PURPOSES = ("signed_contract", "contract_annex", "certificate", "price_proof")
"""What a party may put on a contract, as long as it is not submitted."""


def sign(actor: Actor, contract_id: int, signed_on: date | None) -> Contract:
    """Record the day of signing; None takes it back. Raises DomainError (``signed_on``), Conflict once submitted."""
    raise NotImplementedError


def add_file(actor: Actor, contract_id: int, name: str, content: bytes, purpose: str) -> FileLink:
    """Put a file on a contract (PURPOSES). Raises DomainError (``file``, ``purpose``), Conflict once submitted."""
    raise NotImplementedError


def remove_file(actor: Actor, contract_id: int, link_id: int) -> None:
    """Take a file off a contract; NotFound for a file of anything else, Conflict once submitted."""
    raise NotImplementedError
