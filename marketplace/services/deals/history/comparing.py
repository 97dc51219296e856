"""Versions of a contract and how two of them differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.deals.differences import Change, differences
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, Contract, ContractVersion
from marketplace.services.deals import contracts, texts
from marketplace.services.people import actors


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
    found = _readable(actor, contracts.get_for(actor, contract_id))
    names = actors.names_of({each.created_by for each in found if each.created_by is not None})
    said = _confirmations([each.id for each in found])
    return [Version(each, said.get(each.id, []), names.get(each.created_by or 0, "")) for each in found]


def _readable(actor: Actor, contract: Contract) -> list[ContractVersion]:
    """Whatever was fixed, and what stands in the contract now; what a change proposes belongs to the change."""
    query = (
        select(ContractVersion)
        .where(
            ContractVersion.contract_id == contract.id,
            ContractVersion.frozen_at.is_not(None) | (ContractVersion.id == contract.version_id),
        )
        .order_by(ContractVersion.ordinal.desc())
    )
    return list(db.session.scalars(query))


def _confirmations(version_ids: Sequence[int]) -> dict[int, list[Confirmation]]:
    query = select(Confirmation).where(Confirmation.version_id.in_(version_ids)).order_by(Confirmation.id)
    found: dict[int, list[Confirmation]] = {}
    for each in db.session.scalars(query):
        found.setdefault(each.version_id, []).append(each)
    return found


def compare(actor: Actor, contract_id: int, old_ordinal: int, new_ordinal: int) -> Comparison:
    """Return how version ``new_ordinal`` differs from ``old_ordinal``; NotFound for what the actor may not read."""
    contract = contracts.get_for(actor, contract_id)
    found = {each.ordinal: each for each in _readable(actor, contract)}
    if old_ordinal not in found or new_ordinal not in found:
        raise NotFound()
    old, new = found[old_ordinal], found[new_ordinal]
    return Comparison(contract, old, new, differences(texts.text_of(old), texts.text_of(new)))
