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
from marketplace.services.subsidy import fixing, taking, world
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
    mine: dict[int, list[SubsidyCase]] = {}
    for case in found:
        mine.setdefault(case.policy_version_id or 0, []).append(case)
    deciders: dict[int, Callable[[SubsidyCase], Likely]] = {}
    made = []
    for case in found:
        version = case.policy
        if version is None or version.state not in ("effective", "repealed"):
            made.append(Likely(case, None, None))
            continue
        if version.id not in deciders:
            deciders[version.id] = DECIDERS[version.clause](version, mine[version.id])
        made.append(deciders[version.id](case))
    return made


def likely_of(page: Sequence[SubsidyCase]) -> dict[int, Likely]:
    """Return case → its likely decision for the cases of a page of the queue, those before it fixed first.

    Weighed with them are those before that can take something from them: of a version with a budget or a yearly cap
    all, of another one only the cases that share a cap.
    """
    if not page:
        return {}
    shown = {case.id for case in page}
    return {one.case.id: one for one in likely(_with_those_before(page)) if one.case.id in shown}


def _with_those_before(page: Sequence[SubsidyCase]) -> Sequence[SubsidyCase]:
    """Return the page's cases and those of all offices between and before them that may take something, in order."""
    last = page[-1]
    versions = {case.policy for case in page if case.policy is not None}
    limited = [one.id for one in versions if world.has_yearly_limits(one)]
    bought = {case.traded_id for case in page if case.traded_id is not None}
    about = frozenset[int]().union(*world.sharing_of(bought, world.cap_groups()).values())
    before = (SubsidyCase.submitted_at < last.submitted_at) | (
        (SubsidyCase.submitted_at == last.submitted_at) & (SubsidyCase.id < last.id)
    )
    rivals = SubsidyCase.policy_version_id.in_(limited) | (
        SubsidyCase.policy_version_id.in_([one.id for one in versions]) & SubsidyCase.traded_id.in_(about)
    )
    query = waiting("fix").where((before & rivals) | SubsidyCase.id.in_([case.id for case in page]))
    return db.session.scalars(query).unique().all()


def _purchases(version: PolicyVersion, found: Sequence[SubsidyCase]) -> Callable[[SubsidyCase], Likely]:
    """Item 8: each claim takes its share of the cap, whose rest before it is told."""
    today, cap = clock.today(), version.parameters["cap_fen"]
    traded_ids = {one.traded_id for one in found if one.traded_id is not None}
    ledger, lefts = world.part_about(version, traded_ids).ledger(), taking.lefts_of(found)

    def decide(case: SubsidyCase) -> Likely:
        claim = world.claim_of(case, today, lefts[case.id])
        left = int(cap) - ledger.cap_used_fen(claim.achievement, claim.buyer_uscc)
        ledger.apply(claim)
        return Likely(case, ledger.claim(claim.id), left)

    return decide


def _certificates(version: PolicyVersion, found: Sequence[SubsidyCase]) -> Callable[[SubsidyCase], Likely]:
    """Item 10: a fixed sum, without a cap."""
    compute, today = fixing.COMPUTE[version.clause](version, found), clock.today()
    return lambda case: Likely(case, compute(case, today), None)


DECIDERS = {"purchase": _purchases, "high_tech": _certificates}
"""Clause → what tells the likely decisions of cases of one version, made once for all of them."""


def budgets(found: Sequence[SubsidyCase]) -> list[Budget]:
    """Return the budgets of this year of the versions that the cases stand under; those without one are left out."""
    versions = {case.policy.id: case.policy for case in found if case.policy is not None}
    limited = [one for one in versions.values() if one.parameters.get("annual_budget_fen") is not None]
    if not limited:
        return []
    query = (
        select(SubsidyCase.policy_version_id, func.sum(SubsidyCase.fixed_fen))
        .where(
            SubsidyCase.policy_version_id.in_([one.id for one in limited]),
            extract("year", SubsidyCase.fixed_at) == clock.today().year,
        )
        .group_by(SubsidyCase.policy_version_id)
    )
    used = {version_id: int(fen or 0) for version_id, fen in db.session.execute(query)}
    return [Budget(one, int(one.parameters["annual_budget_fen"]), used.get(one.id, 0)) for one in limited]
