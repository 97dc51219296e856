"""The answer of a party without an account, by the one-time link that was mailed to it."""

from dataclasses import dataclass

from marketplace.models.deals import Contract, ContractParty, ContractVersion


@dataclass(frozen=True)
class Asked:
    """What a link shows: the text, for whom it was mailed, and whether it still can be answered.

    ``state``: open, used (answered), expired, or replaced (taken back, changed, or decided otherwise).
    Unless it is open ``version`` must not be shown.
    """

    state: str
    contract: Contract
    version: ContractVersion
    party: ContractParty


def by_token(token: str) -> Asked | None:
    """Return what a link is about; None for a token that was never given out."""
    raise NotImplementedError


def agree_by_token(token: str, typed_name: str, disclosure: str | None = None) -> Contract:
    """Agree by a link, which dies by it. Raises NotFound for a forged one, Conflict for a dead one."""
    raise NotImplementedError


def decline_by_token(token: str, typed_name: str, note: str) -> Contract:
    """Decline by a link with a reason. Raises NotFound for a forged one, Conflict for a dead one."""
    raise NotImplementedError
