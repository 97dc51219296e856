"""Reading a world written as JSON, strictly: the first fault ends it (docs/subsidy.md, bad input).

Unknown extra keys are ignored. An optional key that is null counts as absent.
"""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from marketplace.domain.policy.records import (
    Amend,
    Base,
    Buyer,
    BuyerKind,
    CapScope,
    Claim,
    Contract,
    ContractLine,
    Deregister,
    DeregistrationKind,
    Event,
    Evidence,
    PaidLine,
    Party,
    Payment,
    Policy,
    PriorGrant,
    Refund,
    RefundLine,
    Register,
    Release,
    SellerDecision,
    WorldFault,
)

Json = dict[str, Any]
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

LARGEST_FEN = 10**1000
"""No sum of money; keeps every sum printable."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SHOWN = 60


def read_json(text: bytes) -> Json:
    """Return the JSON object that ``text`` is. NaN and Infinity are no JSON; of equal keys the last counts."""
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise WorldFault("-", f"not JSON: {error}") from None
    return as_object(value)


def as_object(value: Any) -> Json:
    """Return ``value`` if it is a JSON object."""
    if not isinstance(value, dict):
        raise WorldFault("-", f"must be an object, not {_shown(value)}")
    return value


def read_policy(raw: Json) -> Policy:
    """Return the policy version of a world."""
    return Policy(
        rate=_rate(raw, "rate"),
        cap_fen=_amount(raw, "cap_fen"),
        cap_scope=_choice(raw, "cap_scope", CapScope),
        base=_choice(raw, "base", Base),
        accepted_evidence=frozenset(_texts(raw, "accepted_evidence")),
        eligible_types=frozenset(_texts(raw, "eligible_types")),
        city_prefix=_text(raw, "city_prefix"),
        min_paid_per_contract_fen=_nullable(raw, "min_paid_per_contract_fen", _amount),
        enterprise_year_cap_fen=_nullable(raw, "enterprise_year_cap_fen", _amount),
        annual_budget_fen=_nullable(raw, "annual_budget_fen", _amount),
        min_grant_fen=_nullable(raw, "min_grant_fen", _amount),
        window_from=_nullable(raw, "window_from", _date),
        window_to=_nullable(raw, "window_to", _date),
        cap_groups=_optional(raw, "cap_groups", _cap_groups) or {},
        prior_grants=_optional(raw, "prior_grants", _prior_grants) or (),
    )


def read_event(raw: Any) -> Event:
    """Return one event of a world; what it refers to is not looked at here."""
    raw = as_object(raw)
    kind = _text(raw, "event")
    reader = _READERS.get(kind)
    if reader is None:
        raise WorldFault("event", f"unknown event {_shown(kind)}")
    return reader(raw)


def member(raw: Json, key: str) -> Any:
    """Return the value of a key that must be there."""
    try:
        return raw[key]
    except KeyError:
        raise WorldFault(key, "missing") from None


def list_of(raw: Json, key: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    """Return every item of the list ``key``, read by ``read``."""
    items = member(raw, key)
    if not isinstance(items, list):
        raise WorldFault(key, f"must be a list, not {_shown(items)}")
    done: list[T] = []
    for item in items:
        try:
            done.append(read(item))
        except WorldFault as fault:
            raise fault.under(f"{key}[{len(done)}]") from None
    return tuple(done)


def object_at(raw: Json, key: str, read: Callable[[Json], T]) -> T:
    """Return the object ``key``, read by ``read``."""
    value = member(raw, key)
    try:
        return read(as_object(value))
    except WorldFault as fault:
        raise fault.under(key) from None


def text_at(raw: Json, key: str) -> str:
    """Return the string ``key``, which may be empty."""
    return _text(raw, key)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _shown(value: Any) -> str:
    """Return ``value`` on one line of plain ASCII, cut short."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) >= LARGEST_FEN:
        return "a number of more than a thousand digits"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _text(raw: Json, key: str) -> str:
    return _as_text(member(raw, key), key)


def _as_text(value: Any, path: str = "-") -> str:
    if not isinstance(value, str):
        raise WorldFault(path, f"must be a string, not {_shown(value)}")
    return value


def _texts(raw: Json, key: str) -> tuple[str, ...]:
    return list_of(raw, key, _as_text)


def _filled_text(raw: Json, key: str) -> str:
    value = _text(raw, key)
    if not value:
        raise WorldFault(key, "must not be empty")
    return value


def _flag(raw: Json, key: str) -> bool:
    value = member(raw, key)
    if not isinstance(value, bool):
        raise WorldFault(key, f"must be true or false, not {_shown(value)}")
    return value


def _amount(raw: Json, key: str) -> int:
    """Integer 分; true, 1.0 and "1" are none."""
    value = member(raw, key)
    if type(value) is not int or not 0 <= value < LARGEST_FEN:
        raise WorldFault(key, f"must be a whole number of fen, 0 or more, not {_shown(value)}")
    return value


def _date(raw: Json, key: str) -> date:
    value = member(raw, key)
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise WorldFault(key, f"there is no day {_shown(value)}") from None
    raise WorldFault(key, f"must be a date YYYY-MM-DD, not {_shown(value)}")


def _rate(raw: Json, key: str) -> Fraction:
    value = member(raw, key)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        # Through Decimal, which reads any number of digits exactly; int() of text stops at 4,300.
        rate = Fraction(*Decimal(value).as_integer_ratio())
        if rate <= 1:
            return rate
    raise WorldFault(key, f"must be a decimal string from 0 to 1, not {_shown(value)}")


def _choice(raw: Json, key: str, choices: type[E]) -> E:
    value = _text(raw, key)
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(_shown(choice) for choice in choices)
        raise WorldFault(key, f"must be one of {known}, not {_shown(value)}") from None


def _nullable(raw: Json, key: str, read: Callable[[Json, str], T]) -> T | None:
    return None if member(raw, key) is None else read(raw, key)


def _optional(raw: Json, key: str, read: Callable[[Json, str], T]) -> T | None:
    return None if raw.get(key) is None else read(raw, key)


def _cap_groups(raw: Json, key: str) -> dict[str, str]:
    groups = object_at(raw, key, dict)
    return {
        achievement: _as_text(group, f"{key}[{json.dumps(achievement)}]")
        for achievement, group in groups.items()
        if group is not None
    }


def _prior_grants(raw: Json, key: str) -> tuple[PriorGrant, ...]:
    return list_of(raw, key, _prior_grant)


def _prior_grant(item: Any) -> PriorGrant:
    raw = as_object(item)
    return PriorGrant(
        _text(raw, "achievement"), _text(raw, "buyer_uscc"), _date(raw, "on"), _amount(raw, "amount_fen")
    )


def _party(item: Any) -> Party:
    raw = as_object(item)
    _text(raw, "name")
    return Party(_text(raw, "uscc"), _nullable(raw, "division", _text))


def _buyer(raw: Json) -> Buyer:
    party = _party(raw)
    return Buyer(party.uscc, party.division, _choice(raw, "kind", BuyerKind))


def _contract_line(item: Any) -> ContractLine:
    raw = as_object(item)
    return ContractLine(_text(raw, "achievement"), _amount(raw, "amount_fen"), _amount(raw, "technical_fen"))


def _contract_lines(raw: Json) -> tuple[ContractLine, ...]:
    lines = list_of(raw, "lines", _contract_line)
    seen: set[str] = set()
    for index, line in enumerate(lines):
        if line.achievement in seen:
            raise WorldFault(f"lines[{index}].achievement", "this achievement is on two lines")
        seen.add(line.achievement)
    return lines


def _paid_line(item: Any) -> PaidLine:
    raw = as_object(item)
    line = PaidLine(
        _text(raw, "achievement"), _amount(raw, "amount_fen"), _optional(raw, "excluded_fen", _amount) or 0
    )
    if line.excluded_fen > line.amount_fen:
        raise WorldFault("excluded_fen", "must not be above the amount")
    return line


def _refund_line(item: Any) -> RefundLine:
    raw = as_object(item)
    return RefundLine(_text(raw, "achievement"), _amount(raw, "amount_fen"))


def _read_contract(raw: Json) -> Contract:
    contract_id = _text(raw, "id")
    _date(raw, "signed")
    kind = _text(raw, "type")
    buyer = object_at(raw, "buyer", _buyer)
    sellers = list_of(raw, "sellers", _party)
    _amount(raw, "amount_fen")
    return Contract(
        contract_id,
        kind,
        buyer,
        sellers,
        _flag(raw, "related_party"),
        _flag(raw, "registered"),
        _contract_lines(raw),
        _optional(raw, "seller_decision", _seller_decision),
    )


def _seller_decision(raw: Json, key: str) -> SellerDecision:
    return _choice(raw, key, SellerDecision)


def _read_register(raw: Json) -> Register:
    contract = _text(raw, "contract")
    _date(raw, "on")
    return Register(contract)


def _read_deregister(raw: Json) -> Deregister:
    contract = _text(raw, "contract")
    _choice(raw, "kind", DeregistrationKind)
    _date(raw, "on")
    return Deregister(contract)


def _read_amend(raw: Json) -> Amend:
    return Amend(_text(raw, "contract"), _contract_lines(raw))


def _read_payment(raw: Json) -> Payment:
    return Payment(
        _text(raw, "id"),
        _text(raw, "contract"),
        _date(raw, "paid_on"),
        _text(raw, "evidence"),
        _text(raw, "payer_uscc"),
        _text(raw, "payee_uscc"),
        _filled_text(raw, "voucher_no"),
        list_of(raw, "lines", _paid_line),
    )


def _read_evidence(raw: Json) -> Evidence:
    return Evidence(_text(raw, "payment"), _nullable(raw, "evidence", _text))


def _read_refund(raw: Json) -> Refund:
    contract = _text(raw, "contract")
    _date(raw, "refunded_on")
    return Refund(contract, list_of(raw, "lines", _refund_line), _optional(raw, "payment", _text))


def _read_claim(raw: Json) -> Claim:
    return Claim(_text(raw, "id"), _text(raw, "achievement"), _text(raw, "buyer_uscc"), _date(raw, "on"))


def _read_release(raw: Json) -> Release:
    claim = _text(raw, "claim")
    _date(raw, "on")
    return Release(claim)


_READERS: dict[str, Callable[[Json], Event]] = {
    "contract": _read_contract,
    "register": _read_register,
    "deregister": _read_deregister,
    "amend": _read_amend,
    "payment": _read_payment,
    "evidence": _read_evidence,
    "refund": _read_refund,
    "claim": _read_claim,
    "release": _read_release,
}
