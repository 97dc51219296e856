"""Organisations, the people in them, and what they may do."""

from marketplace.models.people.access import Consent, LoginAttempt, OneTimeToken, RoleGrant
from marketplace.models.people.organisations import Organisation, OrganisationDecision, OrganisationProfile
from marketplace.models.people.persons import Invitation, Membership, Person
from marketplace.models.people.signup import SignupDraft

__all__ = [
    "Consent", "Invitation", "LoginAttempt", "Membership", "OneTimeToken", "Organisation",
    "OrganisationDecision", "OrganisationProfile", "Person", "RoleGrant", "SignupDraft",
]  # fmt: skip
