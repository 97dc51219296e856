"""Well-formed worlds full of collisions: few names, small numbers, every kind of event in any order."""

from random import Random
from typing import Any

from tests.domain.policy.second_reading import recompute
from tests.domain.policy.worlds import (
    BUYER,
    OTHER_BUYER,
    OTHER_SELLER,
    SELLER,
    Json,
    amend,
    claim,
    contract,
    deregister,
    evidence,
    line,
    payment,
    policy,
    refund,
    register,
    release,
    share,
)

ACHIEVEMENTS = ["A1", "A2", "A3"]
BUYERS = [BUYER, OTHER_BUYER]
YEARS = ["2025", "2026"]


def random_world(dice: Random, size: int) -> Json:
    """Return a world of about ``size`` events."""
    made: Json = {"id": "random", "policy": _policy(dice), "events": []}
    maker = _Maker(dice, made)
    kinds = dice.choices(list(maker.makers), [2, 1, 1, 2, 12, 4, 7, 10, 2], k=size)
    for kind in ["contract", "payment", *kinds]:
        event = maker.makers[kind]()
        if event:
            made["events"].append(event)
    return made


def _amount(dice: Random) -> int:
    return dice.choice([0, 1, 9, 10, 15, 50, 99, 100, dice.randrange(300)])


def _maybe(dice: Random, value: Any) -> Any:
    return dice.choice([None, None, value])


def _policy(dice: Random) -> Json:
    prior = [
        {
            "achievement": dice.choice(ACHIEVEMENTS),
            "buyer_uscc": dice.choice(BUYERS),
            "on": f"{dice.choice(YEARS)}-01-31",
            "amount_fen": dice.randrange(20),
        }
        for _ in range(dice.randrange(3))
    ]
    return policy(
        rate=dice.choice(["0", *["1", "1.0", "0.5", "0.10", "0.333", "0.07"] * 3]),
        cap_fen=dice.choice([0, *[5, 40, 150, 1000] * 3]),
        cap_scope=dice.choice(["achievement", "achievement_buyer"]),
        base=dice.choice(["paid", "min_paid_technical"]),
        accepted_evidence=dice.choice([["bank_transfer"], ["bank_transfer", "stripe"]]),
        min_paid_per_contract_fen=_maybe(dice, dice.randrange(60)),
        enterprise_year_cap_fen=_maybe(dice, dice.randrange(120)),
        annual_budget_fen=_maybe(dice, dice.randrange(200)),
        min_grant_fen=_maybe(dice, dice.randrange(9)),
        window_from=_maybe(dice, "2025-02-01"),
        window_to=_maybe(dice, "2025-03-01"),
        cap_groups=dice.choice([None, {"A1": "G", "A2": "G"}, {"A1": "A2"}, {"A1": None, "A3": "A1"}]),
        prior_grants=_maybe(dice, prior),
    )


class _Maker:
    def __init__(self, dice: Random, made: Json) -> None:
        self.dice = dice
        self.made = made
        self.known: dict[str, set[str]] = {}
        self.buyer: dict[str, str] = {}
        self.makers = {
            "contract": self.contract,
            "register": lambda: register(self.some_contract()),
            "deregister": lambda: dice.random() < 0.2 and deregister(self.some_contract()),
            "amend": self.amend,
            "payment": self.payment,
            "evidence": self.evidence,
            "refund": self.refund,
            "claim": self.claim,
            "release": self.release,
        }

    def count(self, kind: str) -> int:
        return sum(event["event"] == kind for event in self.made["events"])

    def some_contract(self) -> str:
        return self.dice.choice(list(self.known))

    def lines(self) -> list[Json]:
        chosen = self.dice.sample(ACHIEVEMENTS, self.dice.choice([0, *[1, 2, 2, 3] * 3]))
        return [line(name, _amount(self.dice) * 5 + 20, _amount(self.dice) * 3 + 20) for name in chosen]

    def shares(self, contract_id: str, exclusions: bool) -> list[Json]:
        names = self.dice.choices(sorted(self.known[contract_id]) or [""], k=self.dice.choice([1, 1, 2]))
        size = 3 if exclusions else 1
        made = [share(_amount(self.dice) * size, name) for name in names if name]
        for item in made:
            if exclusions and self.dice.random() < 0.2:
                item["excluded_fen"] = self.dice.choice([None, self.dice.randint(0, item["amount_fen"])])
        return made

    def contract(self) -> Json:
        dice, contract_id, lines = self.dice, f"C{self.count('contract')}", self.lines()
        self.known[contract_id] = {item["achievement"] for item in lines}
        self.buyer[contract_id] = dice.choice(BUYERS)
        return contract(
            contract_id,
            buyer={
                "name": "甲",
                "uscc": self.buyer[contract_id],
                "division": dice.choice(["341302"] * 30 + ["320500"]),
                "kind": dice.choice(["enterprise"] * 30 + ["person"]),
            },
            sellers=[
                {"name": "一", "uscc": uscc, "division": dice.choice(["320505"] * 16 + ["341321", None])}
                for uscc in dice.choice([[SELLER], [SELLER, OTHER_SELLER]])
            ],
            type=dice.choice(["转让"] * 30 + ["咨询"]),
            related_party=dice.random() < 0.03,
            registered=dice.random() < 0.9,
            seller_decision=dice.choice([*[None] * 18, "outside", "inside"]),
            amount_fen=0,
            lines=lines,
        )

    def amend(self) -> Json:
        contract_id, lines = self.some_contract(), self.lines()
        self.known[contract_id] |= {item["achievement"] for item in lines}
        return amend(*lines, contract_id=contract_id)

    def payment(self) -> Json:
        dice, contract_id = self.dice, self.some_contract()
        return payment(
            f"P{self.count('payment')}",
            self.shares(contract_id, exclusions=True),
            contract_id,
            paid_on=dice.choice(["2025-01-31", *["2025-02-01", "2025-03-01"] * 9, "2025-03-02"]),
            evidence=dice.choice([*["bank_transfer"] * 5, "stripe", "cash"]),
            payer_uscc=dice.choice([self.buyer[contract_id]] * 18 + BUYERS),
            payee_uscc=dice.choice([SELLER] * 18 + [OTHER_SELLER]),
            voucher_no=f"V{dice.randrange(90)}",
        )

    def payments(self) -> list[Json]:
        return [event for event in self.made["events"] if event["event"] == "payment"]

    def evidence(self) -> Json:
        kind = self.dice.choice(["bank_transfer", "bank_transfer", "stripe", "cash", None])
        return evidence(self.dice.choice(self.payments())["id"], kind)

    def refund(self) -> Json:
        named = self.dice.choice([None, self.dice.choice(self.payments())])
        contract_id = named["contract"] if named else self.some_contract()
        return refund(
            self.shares(contract_id, exclusions=False), contract_id, payment=named["id"] if named else None
        )

    def claim(self) -> Json:
        dice = self.dice
        return claim(
            f"K{self.count('claim')}",
            *self.some_pair(),
            f"{dice.choice(YEARS)}-06-30",
        )

    def some_pair(self) -> tuple[str, str]:
        """Mostly of a contract that has it, so that claims have a chance."""
        contract_id = self.some_contract()
        if self.dice.random() < 0.9 and self.known[contract_id]:
            return self.dice.choice(sorted(self.known[contract_id])), self.buyer[contract_id]
        return self.dice.choice(ACHIEVEMENTS), self.dice.choice(BUYERS)

    def release(self) -> Json | None:
        gone = {event["claim"] for event in self.made["events"] if event["event"] == "release"}
        decided = recompute(self.made)["claims"]
        alive = [c["claim"] for c in decided if c["decision"] == "granted" and c["claim"] not in gone]
        return release(self.dice.choice(alive)) if alive else None
