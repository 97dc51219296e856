"""Technology contracts, registrations, payments and the turnover."""

from marketplace.models.deals.contracts import (
    Confirmation,
    ConfirmationLink,
    Contract,
    ContractLine,
    ContractParty,
    ContractVersion,
    Instalment,
    TradedAchievement,
    TradedRight,
)
from marketplace.models.deals.payments import (
    BillingDispute,
    BillingEvent,
    Checkout,
    ConnectedAccount,
    Invoice,
    InvoiceShare,
    PaidExplanation,
    Payment,
    PaymentAllocation,
    PaymentEvidence,
)
from marketplace.models.deals.registrations import (
    ContractChange,
    ContractRegistration,
    PriceObjection,
    PricePublication,
)
from marketplace.models.deals.turnover import TurnoverEntry, TurnoverTarget

__all__ = [
    "BillingDispute", "BillingEvent", "Checkout", "Confirmation", "ConfirmationLink", "ConnectedAccount", "Contract",
    "ContractChange", "ContractLine", "ContractParty", "ContractRegistration", "ContractVersion", "Instalment",
    "Invoice", "InvoiceShare", "PaidExplanation", "Payment", "PaymentAllocation", "PaymentEvidence", "PriceObjection",
    "PricePublication", "TradedAchievement", "TradedRight", "TurnoverEntry", "TurnoverTarget",
]  # fmt: skip
