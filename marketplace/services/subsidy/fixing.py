"""拟补助: the amount of a case is fixed and taken from cap, yearly cap and budget, all in one transaction.

The arithmetic of ``subsidy compute`` decides (docs/subsidy.md, rule 6). Among cases that are ready, submission order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import extract, func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.policy.arithmetic import Ledger
from marketplace.domain.policy.outcome import ClaimOutcome, Decision
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyCase
from marketplace.services.subsidy import cases, policies, world

READY_STATES = frozenset({"accepted", "waiting_budget"})
"""States from which an amount can be fixed."""


@dataclass(frozen=True)
class Fixed:
    """What became of a case: proposed with its amount, waiting_budget, or refused with the arithmetic's reasons."""

    case: SubsidyCase
    outcome: ClaimOutcome


def fix(actor: Actor, case_ids: Sequence[int]) -> list[Fixed]:
    """Fix the amounts of cases that are ready (审核通过 or 待预算), in the order of their submission.

    Everybody else who fixes or recovers under the same clause waits meanwhile, so that no 分 is taken twice. Raises
    NotAllowed without the right, Conflict where a case has moved on, DomainError for a draft policy.
    """
    require(actor, Permission.FIX_GRANT)
    clauses = select(SubsidyCase.clause).where(SubsidyCase.id.in_(case_ids)).distinct()
    for clause in sorted(db.session.scalars(clauses)):
        policies.lock_clause(clause)
    found = db.session.scalars(
        select(SubsidyCase)
        .where(SubsidyCase.id.in_(case_ids))
        .order_by(SubsidyCase.submitted_at, SubsidyCase.id)
        .with_for_update(of=SubsidyCase)
        .execution_options(populate_existing=True)
    )
    weighing: dict[int, Callable[[SubsidyCase, date], ClaimOutcome]] = {}
    done = []
    for case in list(found):
        version = _effective(case)
        if version.id not in weighing:
            weighing[version.id] = COMPUTE[version.clause](version)
        done.append(_move(actor, case, weighing[version.id](case, clock.today())))
    return done


def weigh(case: SubsidyCase) -> ClaimOutcome:
    """Return what a case would be decided if it were fixed now; nothing is taken."""
    version = case.policy or policies.for_estimates(case.clause)
    if version is None:
        raise DomainError("no_policy", N_("还没有可用的政策版本"))
    return COMPUTE[version.clause](version)(case, clock.today())


def _effective(case: SubsidyCase) -> PolicyVersion:
    version = case.policy
    if version is None or version.state not in ("effective", "repealed"):
        raise DomainError("policy_draft", N_("政策版本还是草案，不能定额"))
    return version


def _move(actor: Actor, case: SubsidyCase, outcome: ClaimOutcome) -> Fixed:
    if case.state not in READY_STATES:
        told = {"number": case.number or "", "state": SUBSIDY_CASE.states[case.state].label}
        raise Conflict(N_("%(number)s现在是“%(state)s”，不在待定额之列，请刷新后重新选择"), **told)
    case.eligible_fen, case.entitlement_fen = outcome.eligible_paid_fen, outcome.entitlement_fen
    case.reasons = [str(reason) for reason in outcome.reasons]
    if outcome.decision is Decision.GRANTED:
        # Amount and state change in one UPDATE: the database accepts neither without the other.
        with db.session.no_autoflush:
            case.granted_fen = case.fixed_fen = outcome.grant_fen
            case.fixed_at, case.released_at = clock.now(), None
            cases.act(actor, case, "fix")
    elif outcome.decision is Decision.WAITING_BUDGET:
        cases.act(actor, case, "wait")
    else:
        case.refused_by, case.refused_on = actor.person_id, clock.today()
        cases.act(actor, case, "refuse_by_rule", reasons=case.reasons)
    return Fixed(case, outcome)


def _purchase(version: PolicyVersion) -> Callable[[SubsidyCase, date], ClaimOutcome]:
    """Item 8: one ledger for all cases of a version, so that each sees what the one before it took."""
    ledger: Ledger = world.world_of(version).ledger()

    def decide(case: SubsidyCase, on: date) -> ClaimOutcome:
        claim = world.claim_of(case, on)
        ledger.apply(claim)
        return ledger.claim(claim.id)

    return decide


def _certificate(version: PolicyVersion) -> Callable[[SubsidyCase, date], ClaimOutcome]:
    """Item 10: a fixed sum for a first or a renewed certificate, within the year's budget."""
    budget = version.parameters["annual_budget_fen"]
    used: dict[int, int] = {}

    def decide(case: SubsidyCase, on: date) -> ClaimOutcome:
        grant = version.parameters["again_fen" if case.particulars.get("again") else "first_fen"]
        taken = used.setdefault(on.year, _granted_in(version, on.year))
        if budget is not None and grant > budget - taken:
            return ClaimOutcome(f"case-{case.id}", Decision.WAITING_BUDGET, (), 0, grant, 0)
        used[on.year] = taken + grant
        return ClaimOutcome(f"case-{case.id}", Decision.GRANTED, (), 0, grant, grant)

    return decide


def _granted_in(version: PolicyVersion, year: int) -> int:
    total = select(func.coalesce(func.sum(SubsidyCase.fixed_fen), 0)).where(
        SubsidyCase.policy_version_id == version.id, extract("year", SubsidyCase.fixed_at) == year
    )
    return int(db.session.scalar(total) or 0)


COMPUTE: Mapping[str, Callable[[PolicyVersion], Callable[[SubsidyCase, date], ClaimOutcome]]] = {
    "purchase": _purchase,
    "high_tech": _certificate,
}
"""Clause → what decides its cases, made once for all cases of a version in one transaction."""
