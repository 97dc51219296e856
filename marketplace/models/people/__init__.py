"""Organisations, the people in them, and what they may do."""

from marketplace.models.people.access import Consent, LoginAttempt, OneTimeToken, RoleGrant
from marketplace.models.people.organisations import Organisation, OrganisationDecision, OrganisationProfile
from marketplace.models.people.persons import Invitation, Membership, Person
from marketplace.models.people.signup import SignupDraft
from marketplace.models.people.standing import Letter, PersonDecision

__all__ = [
    "Consent", "Invitation", "Letter", "LoginAttempt", "Membership", "OneTimeToken", "Organisation",
    "OrganisationDecision", "OrganisationProfile", "Person", "PersonDecision", "RoleGrant", "SignupDraft",
]  # fmt: skip
