"""What the arithmetic reads: one policy version and the events recorded under it (docs/subsidy.md).

Every amount is integer 分, at least 0. Ids and USCCs are compared exactly. A record's own shape is right by
construction (``reading`` checks worlds that come as JSON); what depends on earlier events, the book and the
arithmetic check themselves and raise ``WorldFault``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Self


class WorldFault(ValueError):
    """A world is not well formed. ``path`` names the field (``-`` for the whole), ``problem`` says what is
    wrong, ``position`` is the event's place from 0, or None outside events."""

    def __init__(self, path: str, problem: str, position: int | None = None) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem
        self.position = position

    def under(self, parent: str) -> Self:
        """Return the same fault seen from the record that holds ``parent``."""
        path = parent if self.path == "-" else f"{parent}.{self.path}"
        return type(self)(path, self.problem, self.position)

    def at(self, position: int) -> Self:
        """Return the same fault, found in the event at ``position``."""
        return type(self)(self.path, self.problem, position)


class CapScope(StrEnum):
    """Whose grants share one cap (rule 6)."""

    ACHIEVEMENT = "achievement"
    ACHIEVEMENT_BUYER = "achievement_buyer"


class Base(StrEnum):
    """What limits the paid amount of a line (rule 4)."""

    PAID = "paid"
    MIN_PAID_TECHNICAL = "min_paid_technical"


class BuyerKind(StrEnum):
    """Only an enterprise is subsidised (rule 3)."""

    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    PERSON = "person"


class SellerDecision(StrEnum):
    """An administrator's decision on joint or doubtful sellers (rule 3)."""

    OUTSIDE = "outside"
    INSIDE = "inside"


class DeregistrationKind(StrEnum):
    """By the party, or by the authority; both end eligibility for good (rule 3)."""

    BY_PARTY = "注销"
    BY_AUTHORITY = "撤销"


@dataclass(frozen=True, slots=True)
class PriorGrant:
    """What was granted under another version of the same clause."""

    achievement: str
    buyer_uscc: str
    on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters of one policy version; None means no limit, 0 is a limit."""

    rate: Fraction
    cap_fen: int
    cap_scope: CapScope
    base: Base
    accepted_evidence: frozenset[str]
    eligible_types: frozenset[str]
    city_prefix: str
    min_paid_per_contract_fen: int | None = None
    enterprise_year_cap_fen: int | None = None
    annual_budget_fen: int | None = None
    min_grant_fen: int | None = None
    window_from: date | None = None
    window_to: date | None = None
    cap_groups: Mapping[str, str] = field(default_factory=dict)
    prior_grants: tuple[PriorGrant, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """A seller as it was at signing; one abroad has no division and so is outside the city."""

    uscc: str
    division: str | None


@dataclass(frozen=True, slots=True)
class Buyer:
    """The buyer as it was at signing."""

    uscc: str
    division: str | None
    kind: BuyerKind


@dataclass(frozen=True, slots=True)
class ContractLine:
    """One achievement's share of a contract; at most one line for each achievement."""

    achievement: str
    amount_fen: int
    technical_fen: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract is recorded."""

    id: str
    type: str
    buyer: Buyer
    sellers: tuple[Party, ...]
    related_party: bool
    registered: bool
    lines: tuple[ContractLine, ...]
    seller_decision: SellerDecision | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """The contract is registered."""

    contract: str


@dataclass(frozen=True, slots=True)
class Deregister:
    """The contract's registration ends, by 注销 or 撤销."""

    contract: str


@dataclass(frozen=True, slots=True)
class Amend:
    """New lines replace the old ones; payments and refunds stay under their achievement."""

    contract: str
    lines: tuple[ContractLine, ...]


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A payment's share for one achievement; a reviewer excluded ``excluded_fen`` of it, at most all."""

    achievement: str
    amount_fen: int
    excluded_fen: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """A verified payment."""

    id: str
    contract: str
    paid_on: date
    evidence: str
    payer_uscc: str
    payee_uscc: str
    voucher_no: str
    lines: tuple[PaidLine, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The payment is now proven by ``evidence``; None: what proved it was withdrawn."""

    payment: str
    evidence: str | None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Money that went back for one achievement."""

    achievement: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money went back, of ``payment`` where that is known."""

    contract: str
    lines: tuple[RefundLine, ...]
    payment: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A case reaches 拟补助: its amount is fixed now.

    ``leaving``: payments that the case does not take, as they are of another batch; for this claim they count as if
    their evidence had been withdrawn. A world to compute has none: whoever writes one leaves such payments out.
    """

    id: str
    achievement: str
    buyer_uscc: str
    on: date
    leaving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Release:
    """A fixed amount is given up: 不予, 撤回, or an upheld 异议."""

    claim: str


Event = Contract | Register | Deregister | Amend | Payment | Evidence | Refund | Claim | Release
