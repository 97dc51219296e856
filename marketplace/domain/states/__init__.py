"""Transition tables: one for each subject. They drive the engine, the buttons, the audit and the diagrams."""

from marketplace.domain.states.listings import LISTING
from marketplace.domain.states.machine import Machine, State, Tone, Transition
from marketplace.domain.states.operations import INVITATION, JOB, REVIEW_TASK, SETTING
from marketplace.domain.states.organisations import ORGANISATION, PROFILE
from marketplace.domain.states.revisions import REVISION

MACHINES = {
    machine.subject: machine
    for machine in (ORGANISATION, PROFILE, LISTING, REVISION, REVIEW_TASK, SETTING, INVITATION, JOB)
}

__all__ = [
    "INVITATION", "JOB", "LISTING", "MACHINES", "ORGANISATION", "PROFILE", "REVIEW_TASK", "REVISION",
    "SETTING", "Machine", "State", "Tone", "Transition",
]  # fmt: skip
