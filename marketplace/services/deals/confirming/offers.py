"""Asking the other side: offered on the site, by a mailed link, or replaced by the signed text."""

from marketplace.domain.access import Actor
from marketplace.models.deals import Contract


def offer(actor: Actor, contract_id: int) -> Contract:
    """Freeze the text and ask everybody whose word is missing: members by a notice, others by a one-time link.

    Raises as the table says (COMPLETE, REACHABLE).
    """
    raise NotImplementedError


def recall(actor: Actor, contract_id: int) -> Contract:
    """Take an offered contract back to be changed; links that were mailed die. A second press changes nothing."""
    raise NotImplementedError


def adopt_signed(actor: Actor, contract_id: int) -> Contract:
    """Let the signed text on file stand for the words that are missing (COMPLETE, SIGNED)."""
    raise NotImplementedError


def resend(actor: Actor, contract_id: int, position: int) -> None:
    """Mail a fresh link to the party at ``position``, who is no member; the former link dies. EDIT_CONTRACT.

    Raises Conflict where nothing is asked of that party.
    """
    raise NotImplementedError
