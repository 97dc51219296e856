"""Transition tables: one for each subject. They drive the engine, the buttons, the audit and the diagrams."""

from marketplace.domain.states.contracts import CONTRACT, CONTRACT_CHANGE, PRICE_OBJECTION, PRICE_PUBLICATION
from marketplace.domain.states.corrections import CORRECTION
from marketplace.domain.states.inquiries import INQUIRY
from marketplace.domain.states.listings import LISTING
from marketplace.domain.states.machine import Machine, State, Tone, Transition
from marketplace.domain.states.negotiations import LEAD, NEGOTIATION, OFFER
from marketplace.domain.states.operations import ANNOUNCEMENT, INVITATION, JOB, REVIEW_TASK, SETTING
from marketplace.domain.states.organisations import ORGANISATION, PERSON, PROFILE
from marketplace.domain.states.payments import CHECKOUT, PAYMENT, PAYMENT_EVIDENCE
from marketplace.domain.states.revisions import REVISION
from marketplace.domain.states.subsidy import (
    CAP_GROUP,
    FOLLOW_UP,
    GRANT_OBJECTION,
    POLICY_VERSION,
    RECOVERY,
    SUBSIDY_CASE,
)

MACHINES = {
    machine.subject: machine
    for machine in (
        ORGANISATION,
        PROFILE,
        PERSON,
        LISTING,
        REVISION,
        CORRECTION,
        CONTRACT,
        CONTRACT_CHANGE,
        PRICE_PUBLICATION,
        PRICE_OBJECTION,
        PAYMENT,
        PAYMENT_EVIDENCE,
        CHECKOUT,
        POLICY_VERSION,
        SUBSIDY_CASE,
        GRANT_OBJECTION,
        RECOVERY,
        FOLLOW_UP,
        CAP_GROUP,
        INQUIRY,
        NEGOTIATION,
        OFFER,
        LEAD,
        REVIEW_TASK,
        SETTING,
        INVITATION,
        JOB,
        ANNOUNCEMENT,
    )
}

__all__ = [
    "ANNOUNCEMENT",
    "CAP_GROUP",
    "CHECKOUT",
    "CONTRACT",
    "CONTRACT_CHANGE",
    "CORRECTION",
    "FOLLOW_UP",
    "GRANT_OBJECTION",
    "INQUIRY",
    "INVITATION",
    "JOB",
    "LEAD",
    "LISTING",
    "MACHINES",
    "NEGOTIATION",
    "OFFER",
    "ORGANISATION",
    "PAYMENT",
    "PAYMENT_EVIDENCE",
    "PERSON",
    "POLICY_VERSION",
    "PRICE_OBJECTION",
    "PRICE_PUBLICATION",
    "PROFILE",
    "RECOVERY",
    "REVIEW_TASK",
    "REVISION",
    "SETTING",
    "SUBSIDY_CASE",
    "Machine",
    "State",
    "Tone",
    "Transition",
]  # fmt: skip
