"""Parameters of a policy version: what they are, how they are typed and checked, and the arithmetic's policy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from marketplace.domain import regions
from marketplace.domain.deals.terms import EVIDENCE, TYPE_WORDS
from marketplace.domain.errors import DomainError, FieldError, ValidationFailed
from marketplace.domain.money import FEN_PER_WAN, format_wan, parse_amount
from marketplace.domain.policy.records import Base, CapScope, Policy, PriorGrant
from marketplace.domain.text import N_, compact

Kind = Literal["percent", "wan", "codes", "choice", "days", "flag"]


@dataclass(frozen=True)
class Parameter:
    """One parameter. ``percent``: basis points (1000 = 10 %); ``wan``: 分, typed in 万元; ``codes`` and ``choice``:
    from ``options``; ``days``: a number; ``flag``: yes or no. A ``nullable`` one may be left empty: no limit.
    """

    key: str
    label: str
    kind: Kind
    initial: Any
    nullable: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""


PERCENT_WHOLE = 10_000
"""Basis points of the whole."""

_TYPES = {word: f"技术{word}" for word in TYPE_WORDS.values()}

PURCHASE = (
    Parameter("rate", N_("补助比例"), "percent", 1000),
    Parameter("cap_fen", N_("单项成果补助上限"), "wan", 50 * FEN_PER_WAN),
    Parameter(
        "cap_scope", N_("上限按什么累计"), "choice", "achievement",
        options={
            "achievement": N_("同一成果，不分买方、合同和年度"),
            "achievement_buyer": N_("同一成果，每一买方分别计"),
        },
    ),
    Parameter(
        "base", N_("计算基数"), "choice", "paid",
        options={
            "paid": N_("实际支付额"), "min_paid_technical": N_("实际支付额与技术交易额中较小者"),
        },
    ),
    Parameter(
        "accepted_evidence", N_("认可的凭证种类"), "codes", ["bank_transfer"],
        options={term.code: term.label for term in EVIDENCE},
    ),
    Parameter("eligible_types", N_("适用的合同类型"), "codes", ["开发", "转让", "许可"], options=_TYPES),
    Parameter("min_paid_per_contract_fen", N_("每份合同最低实际支付额"), "wan", None, nullable=True),
    Parameter("enterprise_year_cap_fen", N_("每家企业每年上限"), "wan", None, nullable=True),
    Parameter("annual_budget_fen", N_("年度预算"), "wan", None, nullable=True),
    Parameter("min_grant_fen", N_("最低补助额"), "wan", None, nullable=True),
    Parameter("invoice_required", N_("须提交发票"), "flag", True),
    Parameter("publicity_days", N_("公示工作日"), "days", 5),
    Parameter("appeal_days", N_("陈述申辩工作日"), "days", 5),
)  # fmt: skip
"""Item 8: 购买市外先进技术成果. What the clause says first, then what it leaves open, as settings of the version."""

CERTIFICATE = (
    Parameter("first_fen", N_("首次认定补助"), "wan", 20 * FEN_PER_WAN),
    Parameter("again_fen", N_("再次认定补助"), "wan", 10 * FEN_PER_WAN),
    Parameter("annual_budget_fen", N_("年度预算"), "wan", None, nullable=True),
    Parameter("publicity_days", N_("公示工作日"), "days", 5),
    Parameter("appeal_days", N_("陈述申辩工作日"), "days", 5),
)
"""Item 10: 高新技术企业 首次 20万元, 再次 10万元."""


def initial(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the values a new version begins with."""
    return {one.key: one.initial for one in parameters}


def take(parameters: Iterable[Parameter], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values typed (strings, or lists of codes) as they are stored.

    Raises ValidationFailed naming every field that cannot be read, with the remedy.
    """
    values, errors = {}, []
    for one in parameters:
        try:
            values[one.key] = _value(one, typed.get(one.key))
        except DomainError as error:
            errors.append(FieldError(one.key, error.code, error.message, error.params))
    if errors:
        raise ValidationFailed(errors)
    return values


def shown(one: Parameter, value: Any) -> str:
    """Return a stored value as it is typed: ``10``, ``50``, '' for no limit; codes stay codes."""
    if value is None:
        return ""
    if one.kind == "percent":
        whole, rest = divmod(value, PERCENT_WHOLE // 100)
        return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    if one.kind == "wan":
        return format_wan(value).replace(",", "")
    return str(value)


def _value(one: Parameter, typed: Any) -> Any:
    if one.kind == "flag":
        return typed in (True, "1", "y", "on")
    if one.kind == "codes":
        chosen = [code for code in one.options if code in (typed or [])]
        if not chosen:
            raise DomainError("codes_empty", N_("请至少选择一项"))
        return chosen
    if one.kind == "choice":
        if typed not in one.options:
            raise DomainError("choice_unknown", N_("请从列表中选择"))
        return typed
    text = compact(str(typed or ""))
    if not text:
        if one.nullable:
            return None
        raise DomainError("parameter_empty", N_("请填写%(label)s"), label=one.label)
    return {"percent": _percent, "wan": _wan, "days": _days}[one.kind](text)


def _percent(text: str) -> int:
    words = N_("比例请填写0到100之间的数字，最多2位小数，例如10或12.5")
    try:
        value = Fraction(parse_amount(text.rstrip("%"), "元"))
    except DomainError as refused:
        # The rule for amounts would speak of 元.
        raise DomainError("percent_unreadable", words) from refused
    if value > PERCENT_WHOLE:
        raise DomainError("percent_large", words)
    return int(value)


def _wan(text: str) -> int:
    return parse_amount(text, "万元")


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:4]) <= 365:
        raise DomainError("days_range", N_("请填写1到365之间的整数"))
    return int(text)


def policy_of(
    values: Mapping[str, Any],
    window: tuple[date | None, date | None],
    cap_groups: Mapping[str, str] | None = None,
    prior_grants: Iterable[PriorGrant] = (),
) -> Policy:
    """Return what the arithmetic reads of a version of the purchase clause; ``window``: payment days, inclusive."""
    return Policy(
        rate=Fraction(values["rate"], PERCENT_WHOLE),
        cap_fen=values["cap_fen"],
        cap_scope=CapScope(values["cap_scope"]),
        base=Base(values["base"]),
        accepted_evidence=frozenset(values["accepted_evidence"]),
        eligible_types=frozenset(values["eligible_types"]),
        city_prefix=regions.CITY_PREFIX,
        min_paid_per_contract_fen=values["min_paid_per_contract_fen"],
        enterprise_year_cap_fen=values["enterprise_year_cap_fen"],
        annual_budget_fen=values["annual_budget_fen"],
        min_grant_fen=values["min_grant_fen"],
        window_from=window[0],
        window_to=window[1],
        cap_groups=dict(cap_groups or {}),
        prior_grants=tuple(prior_grants),
    )
