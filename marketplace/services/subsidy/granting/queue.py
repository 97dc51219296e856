"""What waits on the way to the money: ready cases with their likely sums, cap and budget left, and the later steps."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, extract, func, select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.policy.outcome import ClaimOutcome, Decision
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyCase
from marketplace.services.subsidy import fixing, world
from marketplace.services.subsidy.reviewing import competence

STEPS: Mapping[str, tuple[str, frozenset[str]]] = {
    "fix": (N_("待定额"), frozenset({"accepted", "waiting_budget"})),
    "publish": (N_("待公示"), frozenset({"proposed"})),
    "published": (N_("公示中"), frozenset({"published", "objected"})),
    "approve": (N_("待批准"), frozenset({"cleared"})),
    "pay": (N_("待拨付"), frozenset({"approved"})),
}
"""Step → its words and the states that wait in it."""
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Likely:
    """A ready case with what it would be decided now, if those before it are fixed first; amounts in 分.

    ``cap_left_fen``: of its achievement's cap before it takes its share; None without a cap.
    """

    case: SubsidyCase
    outcome: ClaimOutcome | None
    cap_left_fen: int | None

    @property
    def is_worth_it(self) -> bool:
        """Whether fixing it now would grant something."""
        return self.outcome is not None and self.outcome.decision is Decision.GRANTED


@dataclass(frozen=True)
class Budget:
    """A version's budget of this year in 分, and what is taken of it."""

    version: PolicyVersion
    whole_fen: int
    used_fen: int

    @property
    def left_fen(self) -> int:
        """What can still be granted this year."""
        return self.whole_fen - self.used_fen


def counts(actor: Actor) -> dict[str, int]:
    """Return step → number of cases that wait in it, by one query."""
    require(actor, Permission.READ_CASES)
    query = select(SubsidyCase.state, func.count()).where(competence.of_offices(actor))
    query = query.group_by(SubsidyCase.state)
    found = {state: int(number) for state, number in db.session.execute(query)}
    return {step: sum(found.get(state, 0) for state in states) for step, (_words, states) in STEPS.items()}


def waiting(step: str, actor: Actor | None = None) -> Select[SubsidyCase]:
    """Return the query of the cases in a step, in submission order; for an ``actor`` those that they read."""
    query = select(SubsidyCase).where(SubsidyCase.state.in_(STEPS[step][1]))
    if actor is not None:
        query = query.where(competence.of_offices(actor))
    return query.order_by(SubsidyCase.submitted_at, SubsidyCase.id)


def chosen(actor: Actor, case_ids: Iterable[int], step: str) -> list[SubsidyCase]:
    """Return those of the cases that wait in a step, in submission order, for a confirmation list."""
    require(actor, Permission.READ_CASES)
    ids = list(case_ids)[:MOST_AT_ONCE]
    return list(db.session.scalars(waiting(step, actor).where(SubsidyCase.id.in_(ids))).unique())


def likely(found: Sequence[SubsidyCase]) -> list[Likely]:
    """Return what each ready case would be decided, one after the other in submission order; nothing is taken.

    One ledger for each version: a case sees what those before it would take. It holds the part of the world that is
    about these cases, so that a page takes no longer the more others were granted.
    """
    deciders: dict[int, Callable[[SubsidyCase], Likely]] = {}
    made = []
    for case in found:
        version = case.policy
        if version is None or version.state not in ("effective", "repealed"):
            made.append(Likely(case, None, None))
            continue
        if version.id not in deciders:
            mine = [one for one in found if one.policy_version_id == version.id]
            deciders[version.id] = DECIDERS[version.clause](version, mine)
        made.append(deciders[version.id](case))
    return made


def likely_of(actor: Actor, number: int) -> dict[int, Likely]:
    """Return case → its likely decision for the first ``number`` cases of the queue: a page needs those before it.

    Between the cases of an office stand those of others, so that more of them are weighed for its people.
    """
    if competence.offices_of(actor) is not None:
        number = MOST_AT_ONCE
    found = db.session.scalars(waiting("fix").limit(number)).unique().all()
    return {one.case.id: one for one in likely(found)}


def _purchases(version: PolicyVersion, found: Sequence[SubsidyCase]) -> Callable[[SubsidyCase], Likely]:
    """Item 8: each claim takes its share of the cap, whose rest before it is told."""
    today, cap = clock.today(), version.parameters["cap_fen"]
    traded_ids = {one.traded_id for one in found if one.traded_id is not None}
    ledger = world.part_about(version, traded_ids).ledger()

    def decide(case: SubsidyCase) -> Likely:
        claim = world.claim_of(case, today)
        left = int(cap) - ledger.cap_used_fen(claim.achievement, claim.buyer_uscc)
        ledger.apply(claim)
        return Likely(case, ledger.claim(claim.id), left)

    return decide


def _certificates(version: PolicyVersion, _found: Sequence[SubsidyCase]) -> Callable[[SubsidyCase], Likely]:
    """Item 10: a fixed sum, without a cap."""
    compute, today = fixing.COMPUTE[version.clause](version), clock.today()
    return lambda case: Likely(case, compute(case, today), None)


DECIDERS = {"purchase": _purchases, "high_tech": _certificates}
"""Clause → what tells the likely decisions of cases of one version, made once for all of them."""


def budgets(found: Sequence[SubsidyCase]) -> list[Budget]:
    """Return the budgets of this year of the versions that the cases stand under; those without one are left out."""
    versions = {case.policy.id: case.policy for case in found if case.policy is not None}
    year = clock.today().year
    made = []
    for version in versions.values():
        whole = version.parameters.get("annual_budget_fen")
        if whole is None:
            continue
        used = select(func.coalesce(func.sum(SubsidyCase.fixed_fen), 0)).where(
            SubsidyCase.policy_version_id == version.id, extract("year", SubsidyCase.fixed_at) == year
        )
        made.append(Budget(version, int(whole), int(db.session.scalar(used) or 0)))
    return made
