"""From match to contract draft: rankings, feedback, gaps, inquiries, negotiations and the broker's leads."""

from marketplace.models.matching.inquiries import FileOpening, Inquiry, InquiryMessage, NdaAcceptance
from marketplace.models.matching.leads import Lead, LeadContact, LeadTask
from marketplace.models.matching.matches import (
    FieldConcept,
    Gap,
    GapWatch,
    MatchFeedback,
    MatchShown,
    MatchWatch,
    Ranking,
    StrengthOutcome,
    TextEmbedding,
)
from marketplace.models.matching.negotiations import BrokerContribution, MeetingNote, Negotiation, Offer

__all__ = [
    "BrokerContribution",
    "FieldConcept",
    "FileOpening",
    "Gap",
    "GapWatch",
    "Inquiry",
    "InquiryMessage",
    "Lead",
    "LeadContact",
    "LeadTask",
    "MatchFeedback",
    "MatchShown",
    "MatchWatch",
    "MeetingNote",
    "NdaAcceptance",
    "Negotiation",
    "Offer",
    "Ranking",
    "StrengthOutcome",
    "TextEmbedding",
]
