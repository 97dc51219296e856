"""Who may review a case now: the office or the city, never whose own matter it is, never one person twice."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select, true

from marketplace.domain import regions
from marketplace.domain.access import REVIEWERS, ROLE_LABELS, RULES, Actor, Permission, may, require
from marketplace.domain.errors import Conflict, NotAllowed, NotFound
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractLine, ContractParty
from marketplace.models.people import Person
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.people import actors
from marketplace.services.platform import reviews
from marketplace.services.subsidy import cases

REVIEWED_STATES = frozenset({"first_review", "review"})
"""States in which papers are checked and amounts excluded."""


def get_for(actor: Actor, case_id: int, lock: bool = False) -> SubsidyCase:
    """Return a submitted case that the offices' person may read; NotFound for anybody else, drafts and applicants."""
    case = cases.get_for(actor, case_id, lock)
    if case.number is None or not is_office(actor, case):
        raise NotFound()
    return case


def is_office(actor: Actor, case: SubsidyCase) -> bool:
    """Return whether the actor reads the case by a role of the authority, for its office or for the city."""
    offices = offices_of(actor)
    return offices is None or case.office in offices


def offices_of(actor: Actor) -> frozenset[str] | None:
    """Return the offices whose cases the actor reads by a role; None means the whole city."""
    readers = RULES[Permission.READ_CASES].roles
    scopes = {grant.scope for grant in actor.grants if grant.role in readers}
    return None if None in scopes else frozenset(scope for scope in scopes if scope is not None)


def of_offices(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a case is of an office whose cases the actor reads, for lists."""
    offices = offices_of(actor)
    return true() if offices is None else SubsidyCase.office.in_(offices)


def may_review(actor: Actor, case: SubsidyCase) -> bool:
    """Return whether the actor may decide the present step of a case."""
    return bool(_able([actor], case))


def _able(found: Iterable[Actor], case: SubsidyCase) -> set[int | None]:
    """Return who of these may decide the present step of a case."""
    if case.state not in cases.REVIEW_KINDS:
        return set()
    subject = cases.subject_of(case)
    able = [one for one in found if may(one, Permission.REVIEW, subject)]
    if not able:
        return set()
    parties, left_out = concerned(case), _first_reviewers(case)
    return {one.person_id for one in able if one.organisation_id not in parties} - left_out


def barred(actor: Actor, case: SubsidyCase) -> Words | None:
    """Return why the actor cannot decide the present step of a case; None where they can."""
    state = SUBSIDY_CASE.states[case.state].label
    if case.state not in cases.REVIEW_KINDS:
        return Words(N_("申请现在是“%(state)s”，不在审核中"), {"state": state})
    if actor.person_id in _first_reviewers(case):
        if case.state == "appealed":
            return Words(N_("您作过此申请的初审，陈述申辩须由另一人处理"))
        return Words(N_("您作过此申请的初审，市级审核须由另一人办理"))
    if actor.organisation_id in concerned(case):
        return Words(N_("此申请与您所在的单位有关，须由其他单位的人员办理"))
    kind = cases.REVIEW_KINDS[case.state]
    roles = "、".join(ROLE_LABELS[role] for role in sorted(REVIEWERS[kind]))
    if not actor.roles & REVIEWERS[kind]:
        return Words(N_("“%(state)s”由“%(roles)s”角色办理，您没有这一角色"), {"state": state, "roles": roles})
    subject = cases.subject_of(case)
    if actor.person_id in subject.makers:
        return Words(N_("您经办过此申请的前一步，须由另一人办理"))
    if may(actor, Permission.REVIEW, subject):
        return None
    office = regions.FIRST_REVIEW_OFFICES.get(case.office, case.office)
    return Words(N_("此申请由%(office)s初审，您的角色不在这一范围"), {"office": office})


def require_review(actor: Actor, case: SubsidyCase, states: Iterable[str] = cases.REVIEW_KINDS) -> None:
    """Raise NotAllowed unless the actor may decide the present step, Conflict where the case is in no such step."""
    if case.state not in states:
        raise Conflict(
            N_("申请现在是“%(state)s”，不在审核中"),
            code="wrong_state",
            state=SUBSIDY_CASE.states[case.state].label,
        )
    # First, so that this reason is given and not the general one.
    if actor.person_id in _first_reviewers(case):
        if case.state == "appealed":
            raise NotAllowed(N_("作过初审的人不能处理同一申请的陈述申辩"), code="own_matter")
        raise NotAllowed(N_("同一申请的初审与审核须由两人分别办理"), code="own_matter")
    require(actor, Permission.REVIEW, cases.subject_of(case))
    if actor.organisation_id in concerned(case):
        raise NotAllowed(N_("不能办理本单位的事项，请由其他单位的人员办理"), code="own_matter")


def _first_reviewers(case: SubsidyCase) -> set[int | None]:
    """Return who decided a 初审 of the case, whatever the outcome: they do not decide what comes after."""
    if case.state == "first_review":
        return set()
    query = select(ReviewTask.decided_by).where(
        ReviewTask.subject_kind == "subsidy_case",
        ReviewTask.subject_id == case.id,
        ReviewTask.kind == "subsidy_first_review",
        ReviewTask.state == "done",
    )
    return set(db.session.scalars(query))


def concerned(case: SubsidyCase) -> frozenset[int]:
    """Return the member organisations that a case is about: the applicant, and the sellers of its contracts."""
    found = {case.organisation_id}
    if case.traded_id is not None:
        found |= {
            party.organisation_id
            for contract in contracts_of(case)
            for party in (contract.current.parties if contract.current is not None else ())
            if party.organisation_id is not None
        }
    return frozenset(found)


def contracts_of(case: SubsidyCase) -> list[Contract]:
    """Return the contracts by which the applicant bought what a case is about, the oldest first."""
    if case.traded_id is None:
        return []
    query = (
        select(Contract)
        .where(
            Contract.version_id.in_(
                select(ContractLine.version_id).where(ContractLine.traded_id == case.traded_id)
            ),
            Contract.version_id.in_(
                select(ContractParty.version_id).where(
                    ContractParty.position == 0, ContractParty.uscc == case.organisation.uscc
                )
            ),
            Contract.state.not_in(("draft", "voided")),
        )
        .order_by(Contract.id)
    )
    return list(db.session.scalars(query))


def task_of(case: SubsidyCase) -> ReviewTask | None:
    """Return the open task of a case."""
    return reviews.open_task_for("subsidy_case", case.id)


def assignee_of(task: ReviewTask) -> Person | None:
    """Return who has taken a task, unless that person may no longer decide it: moved to another office, or left."""
    if task.assignee is None:
        return None
    held = may(actors.actor_of(task.assignee.id), Permission.REVIEW, reviews.subject_of(task))
    return task.assignee if held else None


def colleagues(case: SubsidyCase, task: ReviewTask) -> list[Person]:
    """Return the people who could decide a case's open task."""
    found = reviews.colleagues(task)
    able = _able(actors.actors_of(found).values(), case)
    return [one for one in found if one.id in able]
