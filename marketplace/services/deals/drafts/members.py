"""Parties that are members here: their verified data stand in the snapshot, whatever was typed."""

from datetime import date

from marketplace.domain import clock
from marketplace.models.deals import ContractParty
from marketplace.models.people import Organisation
from marketplace.services.people import organisations

VERIFIED = ("name", "division", "address", "legal_representative")
"""What an administrator compared with the licence (domain/people/profiles.py)."""

_CONTACT = ("contact_name", "contact_phone", "contact_email")
_NATURES = {"university": "university"}


def member_of(uscc: str) -> Organisation | None:
    """Return the verified organisation with a USCC, or None."""
    found = organisations.by_uscc(uscc) if uscc else None
    return found if found is not None and found.state == "verified" else None


def fill(
    party: ContractParty, organisation: Organisation, signed_on: date | None = None, own: bool = False
) -> None:
    """Link a party to a member and take over its data in force on the day of signing, today where it is unknown.

    Verified fields are always taken, others where they are empty. How to reach people is filled in only for the
    writer's ``own`` side: a member's contact is nobody else's to look up.
    """
    profile = organisations.profile_on(organisation.id, signed_on or clock.today()) or organisation.profile
    party.organisation_id, party.uscc, party.country, party.foreign_number = (
        organisation.id,
        organisation.uscc,
        "CN",
        "",
    )
    if profile is None:
        return
    for name in VERIFIED:
        setattr(party, name, getattr(profile, name))
    for name in ("size", "sector", *(_CONTACT if own else ())):
        setattr(party, name, getattr(party, name) or getattr(profile, name))
    party.nature = party.nature or _NATURES.get(organisation.kind, "")
