"""Policies, batches, cases and the money of the subsidy."""

from marketplace.models.subsidy.cases import (
    CaseDeclaration,
    CaseExamination,
    CaseMaterial,
    DecisionSheet,
    FollowUp,
    FollowUpEntry,
    SubsidyCase,
)
from marketplace.models.subsidy.outlays import (
    GrantObjection,
    Payout,
    Publicity,
    PublicityRow,
    Recovery,
    Repayment,
)
from marketplace.models.subsidy.policies import (
    CapGroup,
    CapGroupMember,
    DishonestEntry,
    PolicyVersion,
    SubsidyBatch,
    SubsidyDecision,
)

__all__ = [
    "CapGroup", "CapGroupMember", "CaseDeclaration", "CaseExamination", "CaseMaterial", "DecisionSheet",
    "DishonestEntry", "FollowUp", "FollowUpEntry", "GrantObjection", "Payout", "PolicyVersion", "Publicity",
    "PublicityRow", "Recovery", "Repayment", "SubsidyBatch", "SubsidyCase", "SubsidyDecision",
]  # fmt: skip
