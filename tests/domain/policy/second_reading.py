"""The rules once more, slow and from scratch: nothing is kept but the list of events and what was granted.

An independent reading of docs/subsidy.md to hold the real arithmetic against; it shares no code with it.
"""

from fractions import Fraction
from typing import Any

Json = dict[str, Any]


def recompute(world: Json) -> Json:
    """Return the outcome of a well-formed world, every sum formed anew after every event."""
    reader = _Reader(world["policy"], world["events"])
    for now in range(len(world["events"])):
        reader.step(now)
    return {"id": world["id"], "claims": reader.claims, "recoveries": reader.recoveries}


class _Reader:
    def __init__(self, policy: Json, events: list[Json]) -> None:
        self.policy = policy
        self.events = events
        self.claims: list[Json] = []
        self.granted: list[Json] = []
        self.recoveries: list[Json] = []

    def past(self, now: int, kind: str) -> list[Json]:
        return [event for event in self.events[: now + 1] if event["event"] == kind]

    def lines(self, now: int, contract: Json) -> list[Json]:
        amended = [event for event in self.past(now, "amend") if event["contract"] == contract["id"]]
        return amended[-1]["lines"] if amended else contract["lines"]

    def counts(self, now: int, payment: Json) -> bool:
        vouchers = [event["voucher_no"] for event in self.past(now, "payment")]
        ids = [event["id"] for event in self.past(now, "payment")]
        first = ids[vouchers.index(payment["voucher_no"])] == payment["id"]
        contract = next(c for c in self.past(now, "contract") if c["id"] == payment["contract"])
        start, end = self.policy["window_from"], self.policy["window_to"]
        in_window = (start or "0000") <= payment["paid_on"] <= (end or "9999-99-99")
        parties = payment["payer_uscc"] == contract["buyer"]["uscc"] and any(
            payment["payee_uscc"] == seller["uscc"] for seller in contract["sellers"]
        )
        proofs = [payment["evidence"]]
        proofs += [e["evidence"] for e in self.past(now, "evidence") if e["payment"] == payment["id"]]
        accepted = proofs[-1] is not None and proofs[-1] in self.policy["accepted_evidence"]
        return first and in_window and parties and accepted

    def net_paid(self, now: int, contract: Json, achievement: str) -> int:
        payments = {p["id"]: p for p in self.past(now, "payment")}
        total = 0
        for payment in payments.values():
            if payment["contract"] == contract["id"] and self.counts(now, payment):
                for line in payment["lines"]:
                    if line["achievement"] == achievement:
                        total += line["amount_fen"] - (line.get("excluded_fen") or 0)
        for refund in self.past(now, "refund"):
            named = refund.get("payment")
            if refund["contract"] != contract["id"] or (named and not self.counts(now, payments[named])):
                continue
            total -= sum(line["amount_fen"] for line in refund["lines"] if line["achievement"] == achievement)
        return max(0, total)

    def grounds(self, now: int, contract: Json) -> set[str]:
        policy, found = self.policy, set()
        prefix = policy["city_prefix"]
        if contract["buyer"]["kind"] != "enterprise":
            found.add("BUYER_NOT_ENTERPRISE")
        if not (contract["buyer"]["division"] or "abroad").startswith(prefix):
            found.add("BUYER_OUTSIDE_CITY")
        word = contract.get("seller_decision")
        local = any((seller["division"] or "abroad").startswith(prefix) for seller in contract["sellers"])
        if word == "inside" or (word is None and local):
            found.add("SELLER_IN_CITY")
        if contract["type"] not in policy["eligible_types"]:
            found.add("TYPE_NOT_ELIGIBLE")
        if contract["related_party"]:
            found.add("RELATED_PARTY")
        registered = contract["registered"] or any(
            event["contract"] == contract["id"] for event in self.past(now, "register")
        )
        if any(event["contract"] == contract["id"] for event in self.past(now, "deregister")):
            found.add("DEREGISTERED")
        elif not registered:
            found.add("NOT_REGISTERED")
        minimum = policy["min_paid_per_contract_fen"]
        if not found and minimum is not None:
            paid = sum(self.net_paid(now, contract, x["achievement"]) for x in self.lines(now, contract))
            if paid < minimum:
                found.add("BELOW_MINIMUM")
        return found

    def contracts(self, now: int, achievement: str, buyer: str) -> list[Json]:
        return [
            contract
            for contract in self.past(now, "contract")
            if contract["buyer"]["uscc"] == buyer
            and any(line["achievement"] == achievement for line in self.lines(now, contract))
        ]

    def eligible_paid(self, now: int, achievement: str, buyer: str) -> int:
        total = 0
        for contract in self.contracts(now, achievement, buyer):
            if self.grounds(now, contract):
                continue
            line = next(x for x in self.lines(now, contract) if x["achievement"] == achievement)
            limits = [self.net_paid(now, contract, achievement), line["amount_fen"]]
            if self.policy["base"] == "min_paid_technical":
                limits.append(line["technical_fen"])
            total += min(limits)
        return total

    def entitlement(self, now: int, achievement: str, buyer: str) -> int:
        exact = Fraction(self.policy["rate"]) * self.eligible_paid(now, achievement, buyer)
        return exact.numerator // exact.denominator

    def net_granted(self, achievement: str, buyer: str) -> int:
        return sum(
            sign * item["amount_fen"]
            for sign, items in ((1, self.granted), (-1, self.recoveries))
            for item in items
            if (item["achievement"], item["buyer_uscc"]) == (achievement, buyer)
        )

    def cap_used(self, achievement: str, buyer: str) -> int:
        groups = self.policy.get("cap_groups") or {}

        def shares(item: Json) -> bool:
            other = item["achievement"]
            group = groups.get(achievement)
            together = other == achievement if group is None else groups.get(other) == group
            whose = self.policy["cap_scope"] == "achievement" or item["buyer_uscc"] == buyer
            return together and whose

        prior = self.policy.get("prior_grants") or []
        given = sum(item["amount_fen"] for item in [*self.granted, *prior] if shares(item))
        return given - sum(item["amount_fen"] for item in self.recoveries if shares(item))

    def given_in_year(self, year: str, buyer: str | None) -> int:
        prior = self.policy.get("prior_grants") or []
        return sum(
            item["amount_fen"]
            for item in [*self.granted, *prior]
            if item["on"][:4] == year and buyer in (None, item["buyer_uscc"])
        )

    def step(self, now: int) -> None:
        event = self.events[now]
        if event["event"] == "claim":
            self.claim(now, event)
        elif event["event"] == "release":
            self.release(now, event)
        elif event["event"] in ("refund", "amend", "deregister", "evidence"):
            for pair in sorted({(g["achievement"], g["buyer_uscc"]) for g in self.granted}):
                self.recover(now, *pair)

    def recover(self, now: int, achievement: str, buyer: str) -> None:
        excess = self.net_granted(achievement, buyer) - self.entitlement(now, achievement, buyer)
        if excess > 0:
            self.recoveries.append(
                {"achievement": achievement, "buyer_uscc": buyer, "amount_fen": excess, "after_event": now}
            )

    def release(self, now: int, event: Json) -> None:
        grant = next(g for g in self.granted if g["claim"] == event["claim"])
        self.granted.remove(grant)
        pair = (grant["achievement"], grant["buyer_uscc"])
        self.recoveries = [
            r
            for r in self.recoveries
            if (r["achievement"], r["buyer_uscc"]) != pair or r["after_event"] < grant["position"]
        ]
        self.recover(now, *pair)

    def claim(self, now: int, event: Json) -> None:
        achievement, buyer, year = event["achievement"], event["buyer_uscc"], event["on"][:4]
        decision, reasons, grant = self.weigh(now, achievement, buyer, year)
        self.claims.append({
            "claim": event["id"],
            "decision": decision,
            "reasons": reasons,
            "eligible_paid_fen": self.eligible_paid(now, achievement, buyer),
            "entitlement_fen": self.entitlement(now, achievement, buyer),
            "grant_fen": grant,
        })  # fmt: skip
        if decision == "granted":
            self.granted.append({
                "claim": event["id"], "achievement": achievement, "buyer_uscc": buyer, "on": event["on"],
                "amount_fen": grant, "position": now,
            })  # fmt: skip

    def weigh(self, now: int, achievement: str, buyer: str, year: str) -> tuple[str, list[str], int]:
        policy = self.policy
        grounds = [self.grounds(now, contract) for contract in self.contracts(now, achievement, buyer)]
        if not grounds:
            return "refused", ["NO_CONTRACT"], 0
        if all(grounds):
            return "refused", sorted(set().union(*grounds)), 0
        want = self.entitlement(now, achievement, buyer) - self.net_granted(achievement, buyer)
        if want <= 0:
            return "refused", ["NOTHING_NEW"], 0
        free = policy["cap_fen"] - self.cap_used(achievement, buyer)
        if free <= 0:
            return "refused", ["CAP_EXHAUSTED"], 0
        grant = min(want, free)
        if policy["enterprise_year_cap_fen"] is not None:
            left = policy["enterprise_year_cap_fen"] - self.given_in_year(year, buyer)
            if left <= 0:
                return "refused", ["ENTERPRISE_YEAR_CAP"], 0
            grant = min(grant, left)
        if policy["min_grant_fen"] is not None and grant < policy["min_grant_fen"]:
            return "refused", ["BELOW_MIN_GRANT"], 0
        budget = policy["annual_budget_fen"]
        if budget is not None and grant > budget - self.given_in_year(year, None):
            return "waiting_budget", [], 0
        return "granted", [], grant
