"""What a purchase would bring before it is signed: the arithmetic of real cases, on a world that is only thought."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from marketplace.domain.deals.terms import TYPE_WORDS, category_of
from marketplace.domain.policy.arithmetic import decide
from marketplace.domain.policy.outcome import Decision, Ground, Refusal
from marketplace.domain.policy.records import (
    Buyer,
    BuyerKind,
    Claim,
    Contract,
    ContractLine,
    Event,
    PaidLine,
    Party,
    Payment,
    Policy,
    PriorGrant,
)

_CONTRACT, _ACHIEVEMENT, _BUYER, _SELLER = "contract", "achievement", "buyer", "seller"


@dataclass(frozen=True)
class Purchase:
    """A purchase as it is thought: instalments are (day, 分); ``kind`` is a code of terms.KINDS.

    ``buyer_division`` None assumes a buyer in the city; ``seller_division`` None is a seller abroad.
    """

    instalments: Sequence[tuple[date, int]]
    kind: str
    buyer_division: str | None
    buyer_is_enterprise: bool
    seller_division: str | None
    technical_fen: int | None = None


@dataclass(frozen=True)
class YearOfAid:
    """What one year brings: paid in it, the aid claimed at its end, and why nothing where there is none."""

    year: int
    paid_fen: int
    aid_fen: int
    decision: Decision
    reasons: tuple[Ground | Refusal, ...]


@dataclass(frozen=True)
class Estimate:
    """Aid by year. ``cap_reached_in``: the year from which more paid brings no more aid; None if never."""

    years: tuple[YearOfAid, ...]
    paid_fen: int
    aid_fen: int
    cap_reached_in: int | None


def estimate(policy: Policy, purchase: Purchase, used_fen: int = 0) -> Estimate:
    """Return what ``purchase`` would bring under ``policy`` if it is registered, proven by bank transfers and claimed
    once a year; ``used_fen`` of the achievement's cap is taken already (docs/subsidy.md, rules 3 to 6).
    """
    instalments = sorted(one for one in purchase.instalments if one[1] > 0)
    years = sorted({day.year for day, _fen in instalments})
    total = sum(fen for _day, fen in instalments)
    events: list[Event] = [_contract(purchase, total)]
    for year in years:
        events += [
            _payment(number, day, fen) for number, (day, fen) in enumerate(instalments) if day.year == year
        ]
        events.append(Claim(f"claim-{year}", _ACHIEVEMENT, _BUYER, date(year, 12, 31)))
    # What has been granted of the same cap burdens it, whoever it counts for, but no year's budget or year cap.
    burden = (PriorGrant(_ACHIEVEMENT, _BUYER, date.min, used_fen),) if used_fen else ()
    outcome = decide(replace(policy, cap_groups={}, prior_grants=burden), events)
    found = tuple(
        YearOfAid(
            year,
            sum(fen for day, fen in instalments if day.year == year),
            claim.grant_fen,
            claim.decision,
            claim.reasons,
        )
        for year, claim in zip(years, outcome.claims, strict=True)
    )
    aid = sum(one.aid_fen for one in found)
    free = max(0, policy.cap_fen - used_fen)
    reached = _first_year_at(found, free)
    return Estimate(found, total, aid, reached)


def _first_year_at(years: Sequence[YearOfAid], free_fen: int) -> int | None:
    sum_fen = 0
    for one in years:
        sum_fen += one.aid_fen
        if sum_fen >= free_fen:
            return one.year
    return None


def _contract(purchase: Purchase, total_fen: int) -> Contract:
    buyer_kind = BuyerKind.ENTERPRISE if purchase.buyer_is_enterprise else BuyerKind.INSTITUTION
    technical = total_fen if purchase.technical_fen is None else min(total_fen, purchase.technical_fen)
    return Contract(
        id=_CONTRACT,
        type=TYPE_WORDS.get(category_of(purchase.kind), ""),
        buyer=Buyer(_BUYER, purchase.buyer_division, buyer_kind),
        sellers=(Party(_SELLER, purchase.seller_division),),
        related_party=False,
        registered=True,
        lines=(ContractLine(_ACHIEVEMENT, total_fen, technical),),
    )


def _payment(number: int, day: date, fen: int) -> Payment:
    return Payment(
        id=f"payment-{number}",
        contract=_CONTRACT,
        paid_on=day,
        evidence="bank_transfer",
        payer_uscc=_BUYER,
        payee_uscc=_SELLER,
        voucher_no=f"voucher-{number}",
        lines=(PaidLine(_ACHIEVEMENT, fen),),
    )
