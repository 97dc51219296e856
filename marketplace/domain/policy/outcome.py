"""What the arithmetic decides: claims and recoveries (docs/subsidy.md, output)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Decision(StrEnum):
    """What became of a claim (rule 6)."""

    GRANTED = "granted"
    REFUSED = "refused"
    WAITING_BUDGET = "waiting_budget"


class Ground(StrEnum):
    """Why a contract is not eligible (rule 3)."""

    BELOW_MINIMUM = "BELOW_MINIMUM"
    BUYER_NOT_ENTERPRISE = "BUYER_NOT_ENTERPRISE"
    BUYER_OUTSIDE_CITY = "BUYER_OUTSIDE_CITY"
    DEREGISTERED = "DEREGISTERED"
    NOT_REGISTERED = "NOT_REGISTERED"
    RELATED_PARTY = "RELATED_PARTY"
    SELLER_IN_CITY = "SELLER_IN_CITY"
    TYPE_NOT_ELIGIBLE = "TYPE_NOT_ELIGIBLE"


class Refusal(StrEnum):
    """Why a claim is refused though a contract may be eligible (rule 6)."""

    NO_CONTRACT = "NO_CONTRACT"
    NOTHING_NEW = "NOTHING_NEW"
    CAP_EXHAUSTED = "CAP_EXHAUSTED"
    ENTERPRISE_YEAR_CAP = "ENTERPRISE_YEAR_CAP"
    BELOW_MIN_GRANT = "BELOW_MIN_GRANT"


class Unsound(StrEnum):
    """Why a payment can never count (rule 1)."""

    VOUCHER_SEEN = "VOUCHER_SEEN"
    OTHER_PAYER = "OTHER_PAYER"
    OTHER_PAYEE = "OTHER_PAYEE"
    OUTSIDE_WINDOW = "OUTSIDE_WINDOW"


@dataclass(frozen=True, slots=True)
class Share:
    """What one contract gives to an achievement's eligible paid, in 分 (rules 2 to 4).

    ``net_paid_fen`` is before the limits; a line that was amended away has amounts None and gives nothing.
    """

    contract: str
    grounds: frozenset[Ground]
    net_paid_fen: int
    line_fen: int | None
    technical_fen: int | None
    eligible_fen: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands now: what made it unsound for good, whether its evidence is accepted."""

    faults: frozenset[Unsound]
    accepted: bool

    @property
    def counts(self) -> bool:
        """Whether it counts at this moment."""
        return self.accepted and not self.faults


@dataclass(frozen=True, slots=True)
class ClaimOutcome:
    """A claim as it was decided; amounts in 分, eligible paid and entitlement as of that moment."""

    claim: str
    decision: Decision
    reasons: tuple[Ground | Refusal, ...]
    eligible_paid_fen: int
    entitlement_fen: int
    grant_fen: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """``amount_fen`` is asked back from the buyer because of the event at position ``after_event``."""

    achievement: str
    buyer_uscc: str
    amount_fen: int
    after_event: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every claim in the order decided; the recoveries that stand at the end in the order posted."""

    claims: tuple[ClaimOutcome, ...]
    recoveries: tuple[Recovery, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as values of JSON."""
        return {
            "claims": [
                {
                    "claim": claim.claim,
                    "decision": claim.decision.value,
                    "reasons": [reason.value for reason in claim.reasons],
                    "eligible_paid_fen": claim.eligible_paid_fen,
                    "entitlement_fen": claim.entitlement_fen,
                    "grant_fen": claim.grant_fen,
                }
                for claim in self.claims
            ],
            "recoveries": [
                {
                    "achievement": recovery.achievement,
                    "buyer_uscc": recovery.buyer_uscc,
                    "amount_fen": recovery.amount_fen,
                    "after_event": recovery.after_event,
                }
                for recovery in self.recoveries
            ],
        }
