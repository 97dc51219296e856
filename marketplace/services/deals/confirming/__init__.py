"""From the draft to the registry: asking the other side, its answers, and the drafter's further steps."""

from marketplace.services.deals.confirming.answers import agree, decline, disclose
from marketplace.services.deals.confirming.course import complete, copy, revise, submit, void, withdraw
from marketplace.services.deals.confirming.linked import Asked, agree_by_token, by_token, decline_by_token
from marketplace.services.deals.confirming.offers import adopt_signed, offer, recall, resend

__all__ = [
    "Asked", "adopt_signed", "agree", "agree_by_token", "by_token", "complete", "copy", "decline",
    "decline_by_token", "disclose", "offer", "recall", "resend", "revise", "submit", "void", "withdraw",
]  # fmt: skip
