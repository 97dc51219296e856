"""Confirmation by the other side: on the site, by a mailed link, or replaced by the signed text."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, Contract, ContractParty


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
    """Return whether everybody whose word is missing can be asked: a member here, or a party with an address."""
    return all(party.organisation_id is not None or party.contact_email for party in awaited(contract))
