"""What the guards of the contract's table ask for, gathered from where each fact lives."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from marketplace.domain import regions
from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, Contract, ContractParty
from marketplace.models.people import Membership, Person
from marketplace.services.deals import prices, texts
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


def awaited(contract: Contract) -> Sequence[ContractParty]:
    """Return the parties whose word is still missing: all but who drafts it and who has agreed to this version."""
    version = contract.current
    if version is None:
        return []
    agreed = set(
        db.session.scalars(
            select(Confirmation.position).where(
                Confirmation.version_id == version.id, Confirmation.agreed.is_(True)
            )
        )
    )
    return [
        party
        for party in version.parties
        if party.position not in agreed
        and (party.organisation_id is None or party.organisation_id != contract.organisation_id)
    ]


def awaited_of(contract: Contract, actor: Actor) -> Sequence[ContractParty]:
    """Return the parties among those awaited that the actor speaks for."""
    if actor.organisation_id is None:
        return []
    return [party for party in awaited(contract) if party.organisation_id == actor.organisation_id]


def is_reachable(contract: Contract) -> bool:
    """Return whether everybody whose word is missing can be asked: a member here, or a party with an address.

    An address of the drafter's own people is not the other side's: nobody is to confirm their own draft by mail.
    """
    addresses = [party.contact_email for party in awaited(contract) if party.organisation_id is None]
    if not all(addresses):
        return False
    own = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == contract.organisation_id,
            Membership.ended_at.is_(None),
            Person.email.in_(addresses),
        )
    )
    return not (addresses and db.session.scalar(select(own.exists())))


FACTS: Mapping[str, Callable[[Contract, Actor], bool]] = {
    "complete": lambda contract, _actor: not texts.faults(contract),
    "signed": lambda contract, _actor: is_signed(contract),
    "reachable": lambda contract, _actor: is_reachable(contract),
    "awaits_you": lambda contract, actor: bool(awaited_of(contract, actor)),
    "priced_in_public": lambda contract, _actor: prices.are_public(contract),
    "has_certificate": lambda contract, _actor: has_certificate(contract),
    "is_local": lambda contract, _actor: is_local(contract),
    "is_outside": lambda contract, _actor: not is_local(contract),
    "paid_in_full": lambda contract, _actor: paid.is_paid_in_full(contract),
}
"""Fact → how it is found out."""
