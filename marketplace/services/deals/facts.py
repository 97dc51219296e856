"""What the guards of the contract's table ask for, gathered from where each fact lives."""

from collections.abc import Callable, Mapping

from marketplace.domain import regions
from marketplace.domain.access import Actor
from marketplace.models.deals import Contract
from marketplace.services.deals import confirming, content, prices
from marketplace.services.deals.payments import paid
from marketplace.services.platform import files


def facts_of(contract: Contract, actor: Actor) -> frozenset[str]:
    """Return the facts that hold for a contract now, seen by ``actor``."""
    return frozenset(name for name, holds in FACTS.items() if holds(contract, actor))


def is_local(contract: Contract) -> bool:
    """Return whether the city's own registry registers it: the first seller is in the city, or it is an import."""
    version = contract.current
    if version is None:
        return False
    first = next((party for party in version.parties if party.role == "seller"), None)
    return version.is_import or (first is not None and regions.in_city(first.division))


def is_signed(contract: Contract) -> bool:
    """Return whether the day of signing is known and the signed text is on file."""
    return contract.signed_on is not None and bool(files.links_of("contract", contract.id, "signed_contract"))


def has_certificate(contract: Contract) -> bool:
    """Return whether a certificate from outside is declared and on file, or none is needed."""
    row = contract.registration
    if is_local(contract):
        return True
    declared = row is not None and bool(row.number and row.registry_name and row.registered_on)
    return declared and bool(files.links_of("contract", contract.id, "certificate"))


FACTS: Mapping[str, Callable[[Contract, Actor], bool]] = {
    "complete": lambda contract, _actor: not content.faults(contract),
    "signed": lambda contract, _actor: is_signed(contract),
    "reachable": lambda contract, _actor: confirming.is_reachable(contract),
    "awaits_you": lambda contract, actor: bool(confirming.awaited_of(contract, actor)),
    "priced_in_public": lambda contract, _actor: prices.are_public(contract),
    "has_certificate": lambda contract, _actor: has_certificate(contract),
    "is_local": lambda contract, _actor: is_local(contract),
    "is_outside": lambda contract, _actor: not is_local(contract),
    "paid_in_full": lambda contract, _actor: paid.is_paid_in_full(contract),
}
"""Fact → how it is found out."""
