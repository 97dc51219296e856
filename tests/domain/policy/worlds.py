"""Short words for worlds: each returns a fresh event or policy as JSON values, right unless a test bends it."""

import json
from typing import Any

from marketplace.domain.policy.batch import compute_world

Json = dict[str, Any]

WAN = 1_000_000
"""万元 in 分"""
BUYER, OTHER_BUYER = "91341300MA00000001", "91341300MA00000002"
SELLER, OTHER_SELLER = "12340000MA00000011", "12320000MA00000022"


def policy(**changes: Any) -> Json:
    """The clause as it stands: 10 %, 50万 for each achievement, bank transfers only, no other limit."""
    return {
        "rate": "0.10",
        "cap_fen": 50 * WAN,
        "cap_scope": "achievement",
        "base": "paid",
        "accepted_evidence": ["bank_transfer"],
        "eligible_types": ["转让", "许可", "开发"],
        "city_prefix": "3413",
        "min_paid_per_contract_fen": None,
        "enterprise_year_cap_fen": None,
        "annual_budget_fen": None,
        "min_grant_fen": None,
        "window_from": None,
        "window_to": None,
        **changes,
    }


def line(achievement: str = "A1", amount: int = 1000 * WAN, technical: int | None = None) -> Json:
    """A contract line; all of it technical unless said otherwise."""
    return {
        "achievement": achievement,
        "amount_fen": amount,
        "technical_fen": amount if technical is None else technical,
    }


def contract(contract_id: str = "C1", *lines: Json, **changes: Any) -> Json:
    """A registered 转让 of 1,000万 for A1 from outside the city to an enterprise in it."""
    kept = list(lines) or [line()]
    return {
        "event": "contract",
        "id": contract_id,
        "signed": "2025-01-10",
        "type": "转让",
        "buyer": {"name": "甲公司", "uscc": BUYER, "division": "341302", "kind": "enterprise"},
        "sellers": [{"name": "一大学", "uscc": SELLER, "division": "340104"}],
        "amount_fen": sum(item["amount_fen"] for item in kept),
        "related_party": False,
        "registered": True,
        "lines": kept,
        **changes,
    }


def of_other_buyer(contract_id: str, *lines: Json, **changes: Any) -> Json:
    """The same contract, bought by another enterprise of the city."""
    buyer = {"name": "乙公司", "uscc": OTHER_BUYER, "division": "341321", "kind": "enterprise"}
    return contract(contract_id, *lines, **{"buyer": buyer, **changes})


def share(amount: int, achievement: str = "A1", **changes: Any) -> Json:
    """A line of a payment or a refund."""
    return {"achievement": achievement, "amount_fen": amount, **changes}


def payment(payment_id: str, amount: int | list[Json], contract_id: str = "C1", **changes: Any) -> Json:
    """A bank transfer from the buyer to the seller with a voucher of its own, for A1 unless lines are given."""
    return {
        "event": "payment",
        "id": payment_id,
        "contract": contract_id,
        "paid_on": "2025-03-01",
        "evidence": "bank_transfer",
        "payer_uscc": BUYER,
        "payee_uscc": SELLER,
        "voucher_no": f"V-{payment_id}",
        "lines": [share(amount)] if isinstance(amount, int) else amount,
        **changes,
    }


def refund(amount: int | list[Json], contract_id: str = "C1", **changes: Any) -> Json:
    """Money that went back on A1, unless lines are given."""
    return {
        "event": "refund",
        "contract": contract_id,
        "refunded_on": "2026-05-01",
        "lines": [share(amount)] if isinstance(amount, int) else amount,
        **changes,
    }


def evidence(payment_id: str, kind: str | None) -> Json:
    """The payment is now proven otherwise."""
    return {"event": "evidence", "payment": payment_id, "evidence": kind}


def register(contract_id: str = "C1") -> Json:
    """The contract is registered."""
    return {"event": "register", "contract": contract_id, "on": "2025-04-01"}


def deregister(contract_id: str = "C1", kind: str = "注销") -> Json:
    """The contract's registration ends."""
    return {"event": "deregister", "contract": contract_id, "kind": kind, "on": "2025-09-01"}


def amend(*lines: Json, contract_id: str = "C1") -> Json:
    """The contract's lines are replaced."""
    return {"event": "amend", "contract": contract_id, "lines": list(lines)}


def claim(claim_id: str, achievement: str = "A1", buyer: str = BUYER, on: str = "2025-06-01") -> Json:
    """A case reaches 拟补助."""
    return {"event": "claim", "id": claim_id, "achievement": achievement, "buyer_uscc": buyer, "on": on}


def release(claim_id: str) -> Json:
    """A fixed amount is given up."""
    return {"event": "release", "claim": claim_id, "on": "2025-08-01"}


def world(*events: Json, **policy_changes: Any) -> Json:
    """A whole world under the clause, with ``policy_changes``."""
    return {"id": "W", "policy": policy(**policy_changes), "events": list(events)}


def compute(value: Json) -> Json:
    """Compute a world the way the command does: from JSON text to JSON values."""
    return compute_world(json.dumps(value).encode())


def run(*events: Json, **policy_changes: Any) -> Json:
    """Compute a world of these events."""
    return compute(world(*events, **policy_changes))


def grants(done: Json) -> dict[str, int]:
    """Return what each granted claim got."""
    return {
        decided["claim"]: decided["grant_fen"]
        for decided in done["claims"]
        if decided["decision"] == "granted"
    }


def decided(done: Json, claim_id: str) -> str | list[str]:
    """Return the reasons of a refused claim, the decision of any other."""
    found = next(item for item in done["claims"] if item["claim"] == claim_id)
    return found["reasons"] if found["decision"] == "refused" else found["decision"]


def recovered(done: Json) -> list[tuple[int, int]]:
    """Return (position of the event, amount) of each recovery that stands."""
    return [(item["after_event"], item["amount_fen"]) for item in done["recoveries"]]
