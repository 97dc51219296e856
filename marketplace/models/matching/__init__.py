"""From match to contract draft: rankings, feedback, gaps, inquiries, negotiations and the broker's leads."""

from marketplace.models.matching.inquiries import FileOpening, Inquiry, InquiryMessage, NdaAcceptance
from marketplace.models.matching.matches import (
    FieldConcept,
    Gap,
    MatchFeedback,
    MatchShown,
    MatchWatch,
    Ranking,
    TextEmbedding,
)
from marketplace.models.matching.negotiations import (
    BrokerContribution,
    Lead,
    LeadTask,
    MeetingNote,
    Negotiation,
    Offer,
)

__all__ = [
    "BrokerContribution",
    "FieldConcept",
    "FileOpening",
    "Gap",
    "Inquiry",
    "InquiryMessage",
    "Lead",
    "LeadTask",
    "MatchFeedback",
    "MatchShown",
    "MatchWatch",
    "MeetingNote",
    "NdaAcceptance",
    "Negotiation",
    "Offer",
    "Ranking",
    "TextEmbedding",
]
