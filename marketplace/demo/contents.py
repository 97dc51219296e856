"""From the words of the files to what the forms of the market take: dates, 分, rows, pairs."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from marketplace.domain.money import parse_amount

_SAME = (
    "title", "benefit", "summary", "problem", "advantages", "metrics", "keywords", "field", "tags", "sectors",
    "completed_by", "team", "attribute", "forms", "level", "stage", "evaluation", "ways", "pricing",
    "situation", "requirements", "ip_ownership", "disclosure",
)  # fmt: skip
_RENAMED = {"registration": "registration_number", "type": "demand_type"}
_MONEY = {"price_wan": "price_fen", "budget_wan": "budget_fen"}
_DAYS = {"valid_days": "valid_until", "due_days": "due_on"}


def typing_of(raw: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return the typed fields of an achievement or a demand, as ``drafts.save`` takes them.

    ``today`` is the day from which the file counts. Keys that the file leaves out stay out.
    """
    found = {name: raw[name] for name in _SAME if name in raw}
    found |= {target: raw[name] for name, target in _RENAMED.items() if name in raw}
    found |= {target: _fen(raw[name]) for name, target in _MONEY.items() if name in raw}
    found |= {target: today + timedelta(days=raw[name]) for name, target in _DAYS.items() if name in raw}
    if "research" in raw:
        begun, ended = (today.year + raw["research"][name] for name in ("from_year", "to_year"))
        found["research_from"] = date(begun, 3, 1)
        # Early in a year the present one has no autumn yet.
        found["research_to"] = max(date(begun, 6, 30), min(date(ended, 11, 30), today - timedelta(days=90)))
    if "maturity" in raw:
        found["maturity"] = (raw["maturity"]["scale"], raw["maturity"]["level"])
        found["maturity_proof"] = raw["maturity"]["proof"]
    if "ip" in raw:
        found["ip_rights"] = [
            {"ip_type": right["type"], **{name: right[name] for name in ("number", "status", "owner")}}
            for right in raw["ip"]
        ]
    if "cases" in raw:
        found["cases"] = "\n".join(_case(each, today) for each in raw["cases"])
    if "contact" in raw:
        found |= {f"contact_{name}": raw["contact"][name] for name in ("name", "phone", "email")}
    return found


def _fen(wan: float) -> int:
    return parse_amount(str(wan), "万元")


def _case(case: Mapping[str, Any], today: date) -> str:
    day = today + timedelta(days=case["days"])
    return f"{day.year}年{day.month}月，{case['where']}：{case['text']}"
