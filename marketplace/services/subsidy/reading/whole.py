"""Everything that the page of a case shows, for the applicant and, read only, for the offices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.subsidy.clauses import CLAUSES, Clause
from marketplace.domain.subsidy.grounds import GROUNDS, PARTS
from marketplace.extensions import db
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import FollowUp, Payout, Recovery, SubsidyCase
from marketplace.services import workflow
from marketplace.services.platform import deadlines, files
from marketplace.services.subsidy import case_facts, cases, fixing
from marketplace.services.subsidy.applying import (
    accounts,
    evidence,
    history,
    lacking,
    materials,
    reports,
    terms,
)
from marketplace.services.subsidy.applying.evidence import Sum
from marketplace.services.subsidy.applying.history import Event
from marketplace.services.subsidy.applying.lacking import Problem
from marketplace.services.subsidy.applying.materials import Item
from marketplace.services.subsidy.applying.terms import Terms
from marketplace.services.subsidy.reading import waiting
from marketplace.services.subsidy.reading.waiting import NextStep, Stage

DECIDED = ("returned", "refused", "appealed", "dismissed")
"""States in which the remarks of the last return or refusal are shown to the applicant."""


@dataclass(frozen=True)
class Whole:
    """A case with its sum, papers, way and history.

    ``is_listed``: the applicant stands on a 失信 list, and nobody has let this case through.
    ``likely_fen``: what it would get now, or has been fixed at. ``handles``: the reader applies; ``can_do``: actions
    open to the reader now. ``remarks``: part → words of the last return. ``reasons`` are msgids, ``cites`` says for
    each which words of the clause it rests on. ``account``: masked for all but the
    applicant.
    """

    case: SubsidyCase
    clause: Clause
    parts: Mapping[str, str]
    terms: Terms
    sum: Sum | None
    likely_fen: int | None
    items: Sequence[Item]
    problems: Sequence[Problem]
    is_listed: bool
    stages: Sequence[Stage]
    step: NextStep | None
    days_left: int | None
    events: Sequence[Event]
    remarks: Mapping[str, str]
    cites: Mapping[str, str]
    reasons: Sequence[str]
    handles: bool
    can_do: frozenset[str]
    account: str
    appeal_until: date | None
    reports: Sequence[FollowUp]
    not_yet: Mapping[int, date]
    report_files: Mapping[int, Sequence[FileLink]]
    payout: Payout | None
    recoveries: Sequence[Recovery]


def of_case(actor: Actor, case_id: int) -> Whole:
    """Return a case that the actor may read; NotFound otherwise."""
    case = cases.get_for(actor, case_id)
    found = evidence.sum_of(case)
    open_ = case.state in materials.OPEN_STATES
    items = materials.checklist(case, found)
    problems = lacking.problems_with(case, found, items) if open_ else []
    handles = may(actor, Permission.APPLY_SUBSIDY, cases.subject_of(case))
    step = waiting.next_step(case, actor, problems)
    decision = history.last_decision(case)
    yearly = reports.of_case(case)
    return Whole(
        case=case,
        clause=CLAUSES[case.clause],
        parts=PARTS[case.clause],
        terms=terms.of(case),
        sum=found,
        likely_fen=_likely(case, found),
        items=items,
        problems=problems,
        is_listed=open_ and not case_facts.is_trustworthy(case),
        stages=waiting.stages_of(case),
        step=step,
        days_left=deadlines.days_left(step.due) if step is not None and step.due is not None else None,
        events=history.timeline(case),
        remarks={one.field: one.text for one in decision.remarks}
        if decision is not None and case.state in DECIDED and decision.outcome in ("returned", "refused")
        else {},
        cites={ground.label: ground.cites for ground in GROUNDS.values() if ground.cites},
        reasons=_reasons(case, decision.kind if decision is not None else "", decision),
        handles=handles,
        can_do=_can_do(actor, case) if handles else frozenset(),
        account=case.account_number if handles else accounts.masked(case.account_number),
        appeal_until=terms.appeal_until(case),
        reports=yearly,
        not_yet={row.id: reports.opens_on(row) for row in yearly if not reports.is_over(row)},
        report_files=files.links_of_many("follow_up", [row.id for row in yearly]),
        payout=db.session.scalar(select(Payout).where(Payout.case_id == case.id)),
        recoveries=list(
            db.session.scalars(
                select(Recovery)
                .where(Recovery.case_id == case.id, Recovery.state != "lapsed")
                .order_by(Recovery.id)
            )
        ),
    )


def _likely(case: SubsidyCase, found: Sum | None) -> int | None:
    if case.fixed_fen is not None:
        return case.fixed_fen
    if found is not None:
        return found.likely_fen
    if case.traded_id is None and terms.version_of(case) is not None:
        return fixing.weigh(case).entitlement_fen
    return None


def _reasons(case: SubsidyCase, kind: str, decision: object) -> list[str]:
    """Return the coded reasons of the standing refusal or return, as msgids."""
    if case.state not in ("returned", "refused", "appealed", "dismissed"):
        return []
    codes = case.reasons or list(getattr(decision, "reasons", []))
    known = REASONS.get(kind, {})
    return [known.get(code) or evidence.REASONS.get(code, code) for code in codes]


def _can_do(actor: Actor, case: SubsidyCase) -> frozenset[str]:
    # Whether a draft may be submitted is said by its problems; only 陈述申辩 hangs on a fact that is asked here.
    held = case_facts.facts_of(case, actor) if case.state == "refused" else frozenset()
    subject = cases.subject_of(case, held)
    return frozenset(each.action for each in workflow.available_actions(SUBSIDY_CASE, case, actor, subject))
