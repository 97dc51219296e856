"""Versions of a contract and how two of them differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain.access import Actor
from marketplace.domain.deals.differences import Change
from marketplace.models.deals import Confirmation, Contract, ContractVersion


@dataclass(frozen=True)
class Version:
    """A version with the words said to it and the name of who wrote it ('' for the system)."""

    version: ContractVersion
    confirmations: Sequence[Confirmation]
    author: str


@dataclass(frozen=True)
class Comparison:
    """Two versions of one contract and what differs between them."""

    contract: Contract
    old: ContractVersion
    new: ContractVersion
    changes: Sequence[Change]


def versions(actor: Actor, contract_id: int) -> list[Version]:
    """Return the versions the actor may read, newest first: only the drafter sees one that is not frozen."""
    raise NotImplementedError


def compare(actor: Actor, contract_id: int, old_ordinal: int, new_ordinal: int) -> Comparison:
    """Return how version ``new_ordinal`` differs from ``old_ordinal``; NotFound for what the actor may not read."""
    raise NotImplementedError
