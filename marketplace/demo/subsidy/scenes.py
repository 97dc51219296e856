"""The subsidy cases of the demonstration as the file has them, checked against contracts and organisations."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from marketplace.demo import texts
from marketplace.demo.deals import texts as deals
from marketplace.demo.texts import FOLDER, TextFault

STEPS = (
    "open", "submit", "first", "review", "fix", "publish", "clear", "approve", "account", "pay", "withdraw",
)  # fmt: skip
TOGETHER = frozenset({"fix", "publish", "approve"})
"""Steps that are taken for all cases of a day at once."""


@dataclass(frozen=True)
class CaseText:
    """One case: the ``raw`` table of the file; ``enterprise`` is the key of the applicant."""

    key: str
    enterprise: str
    raw: Mapping[str, Any]

    @property
    def days(self) -> Mapping[str, int]:
        """Return step → its day."""
        days: Mapping[str, int] = self.raw["days"]
        return days


@lru_cache(maxsize=1)
def load() -> tuple[CaseText, ...]:
    """Return the cases, read once. Raises TextFault naming what does not fit together."""
    raw = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))
    contracts = {each.key: each for each in deals.load().contracts}
    members = {each.key for each in texts.load().organisations}
    found = []
    for each in raw["case"]:
        name = each.get("contract", "")
        if name and name not in contracts:
            raise TextFault(f"{each['key']}: unknown contract {name}")
        enterprise = contracts[name].raw["buyer"] if name else each["enterprise"]
        unknown = set(each["days"]) - set(STEPS)
        if enterprise not in members or unknown or ("certificate" in each) is bool(name):
            raise TextFault(f"{each['key']}: {enterprise}, {sorted(unknown)}")
        found.append(CaseText(each["key"], enterprise, each))
    return tuple(found)
