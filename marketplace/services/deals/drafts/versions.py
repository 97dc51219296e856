"""The next version of a contract's text."""

from marketplace.domain.access import Actor
from marketplace.models.deals import Contract, ContractVersion


def next_version(actor: Actor, contract: Contract, source: ContractVersion) -> ContractVersion:
    """Return a copy of ``source`` with the next ordinal, editable, not yet ``contract.current``; flushed.

    Its counter goes on from the source's, so that a page that shows the source is stale to the copy.
    """
    raise NotImplementedError
