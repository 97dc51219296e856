"""The further steps of the parties: to the registry and back, changes, copies, the end."""

from marketplace.domain.access import Actor
from marketplace.models.deals import Contract


def submit(actor: Actor, contract_id: int) -> Contract:
    """Apply for registration: opens a review task with a fresh limit. A second press changes nothing."""
    raise NotImplementedError


def withdraw(actor: Actor, contract_id: int) -> Contract:
    """Take the application back. A second press changes nothing."""
    raise NotImplementedError


def revise(actor: Actor, contract_id: int) -> Contract:
    """Go back to draft, to change what was confirmed or returned; the next edit makes a new version."""
    raise NotImplementedError


def void(actor: Actor, contract_id: int, note: str) -> Contract:
    """End a contract that was never registered."""
    raise NotImplementedError


def complete(actor: Actor, contract_id: int) -> Contract:
    """Mark a contract as performed: all is paid and verified."""
    raise NotImplementedError


def copy(actor: Actor, contract_id: int) -> Contract:
    """Begin the contract of another buyer of a joint purchase: same text without buyer, shared ``joint_key``."""
    raise NotImplementedError
