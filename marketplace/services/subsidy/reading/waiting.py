"""等谁 · 还差什么 · 最迟哪天 of cases, and the bar of their steps, for the workbench and the case's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock, regions
from marketplace.domain.access import Actor, Permission, Subject, may
from marketplace.domain.calendar import Limit, WorkingCalendar
from marketplace.domain.money import format_yuan
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.platform import AuditEvent, ReviewTask
from marketplace.models.subsidy import FollowUp, PublicityRow, Recovery, SubsidyCase
from marketplace.services.platform import audit, deadlines
from marketplace.services.platform.reviews import waits_for
from marketplace.services.subsidy import case_facts, cases
from marketplace.services.subsidy.applying import lacking, materials, reports, terms
from marketplace.services.subsidy.applying.lacking import Problem
from marketplace.services.subsidy.applying.terms import Terms

STAGES: Sequence[tuple[str, frozenset[str]]] = (
    (N_("提交"), frozenset({"draft", "returned"})),
    (N_("初审"), frozenset({"first_review"})),
    (N_("市级审核"), frozenset({"review", "appealed"})),
    (N_("拟补助"), frozenset({"accepted", "waiting_budget", "proposed"})),
    (N_("公示"), frozenset({"published", "objected"})),
    (N_("批准"), frozenset({"cleared"})),
    (N_("拨付"), frozenset({"approved"})),
    (N_("绩效跟踪"), frozenset({"tracking"})),
    (N_("办结"), frozenset({"closed"})),
)
"""The way of a case that goes well, and the states at each stage of it."""

_LEFT_BY: Mapping[str, int] = {
    "submit": 0, "resubmit_first": 0, "resubmit": 0, "pass_first": 1, "pass": 2, "fix": 3, "clear": 4, "approve": 5,
    "pay": 6, "close": 7,
}  # fmt: skip
"""Action → the stage that it ends."""

_ENDED = frozenset({"refused", "dismissed", "withdrawn"})
_YOU = Words(N_("贵单位"))
SHOWN = 60
APPLICANT_LIMIT, OFFICE_LIMIT = "subsidy.applicant_limit", "subsidy.office_limit"
"""Dated settings of the days for steps that have no task of their own."""


@dataclass(frozen=True)
class Stage:
    """A stage of the way: ``state`` is done, now, next or bad; ``on``: the day it ended."""

    label: str
    state: str
    on: date | None


@dataclass(frozen=True)
class NextStep:
    """``waits_for`` whom, what is ``missing``, and by when (``due``). ``mine``: it waits for the reader's side."""

    waits_for: Words
    missing: Sequence[Words]
    due: date | None
    mine: bool


def stages_of(case: SubsidyCase) -> list[Stage]:
    """Return the stages with the days on which they ended, read from the audit trail."""
    tags = {SUBSIDY_CASE.audit_tag(action): place for action, place in _LEFT_BY.items()}
    query = audit.events(subject_kind="subsidy_case", subject_id=case.id).where(AuditEvent.tag.in_(tags))
    ended = {tags[event.tag]: event.at for event in sorted(db.session.scalars(query), key=lambda one: one.id)}
    here = next((place for place, (_label, states) in enumerate(STAGES) if case.state in states), None)
    if here is None:
        here = min(max(ended, default=-1) + 1, len(STAGES) - 1)
    return [
        Stage(label, _stage_state(case, place, here), _day(ended.get(place)) if place < here else None)
        for place, (label, _states) in enumerate(STAGES)
    ]


def _stage_state(case: SubsidyCase, place: int, here: int) -> str:
    if place < here or case.state == "closed":
        return "done"
    if place > here:
        return "next"
    return "bad" if case.state in _ENDED | {"returned"} else "now"


def _day(at: datetime | None) -> date | None:
    return clock.beijing(at).date() if at is not None else None


@dataclass
class _Known:
    """What is known of cases beside their rows, gathered for all of them at once; keys are case ids."""

    tasks: dict[int, ReviewTask] = field(default_factory=dict)
    ends: dict[int, date] = field(default_factory=dict)
    since: dict[int, date] = field(default_factory=dict)
    debts: dict[int, list[Recovery]] = field(default_factory=dict)
    reports: dict[int, FollowUp] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)
    calendar: WorkingCalendar | None = None
    limits: dict[str, Limit] = field(default_factory=dict)

    def due(self, case: SubsidyCase, limit_key: str) -> date | None:
        """Return the last day of a step that began when the case came to its state."""
        began = self.since.get(case.id)
        if began is None or self.calendar is None:
            return None
        return self.limits[limit_key].due(began, self.calendar)


_MOVES = tuple({SUBSIDY_CASE.audit_tag(each.action) for each in SUBSIDY_CASE.table.values()})


def _known(found: Sequence[SubsidyCase]) -> _Known:
    """Gather by a number of queries that does not grow with the cases."""
    ids, known = [case.id for case in found], _Known(terms=terms.of_many(found))
    known.calendar = deadlines.calendar()
    known.limits = {key: deadlines.limit(key) for key in (APPLICANT_LIMIT, OFFICE_LIMIT)}
    tasks = select(ReviewTask).where(
        ReviewTask.subject_kind == "subsidy_case", ReviewTask.subject_id.in_(ids), ReviewTask.state == "open"
    )
    known.tasks = {task.subject_id: task for task in db.session.scalars(tasks)}
    rows = select(PublicityRow.case_id, PublicityRow.ends_on).where(PublicityRow.case_id.in_(ids))
    known.ends = {row.case_id: row.ends_on for row in db.session.execute(rows.order_by(PublicityRow.id))}
    due = select(FollowUp).where(FollowUp.case_id.in_(ids), FollowUp.state.in_(("due", "returned")))
    moves = select(AuditEvent.subject_id, func.max(AuditEvent.at)).where(
        AuditEvent.subject_kind == "subsidy_case", AuditEvent.subject_id.in_(ids), AuditEvent.tag.in_(_MOVES)
    )
    for case_id, at in db.session.execute(moves.group_by(AuditEvent.subject_id)):
        known.since[case_id or 0] = clock.beijing(at).date()
    debts = select(Recovery).where(
        Recovery.case_id.in_(ids), Recovery.kind == "recovery", Recovery.state == "open"
    )
    for debt in db.session.scalars(debts.order_by(Recovery.id)).unique():
        known.debts.setdefault(debt.case_id, []).append(debt)
    known.reports = {row.case_id: row for row in db.session.scalars(due.order_by(FollowUp.year.desc()))}
    return known


def steps_of(actor: Actor, found: Sequence[SubsidyCase]) -> dict[int, NextStep]:
    """Return case id → next step of those that wait for something, by a constant number of queries."""
    known = _known(found) if found else _Known()
    steps = {case.id: _step(case, actor, known, None) for case in found}
    return {case_id: step for case_id, step in steps.items() if step is not None}


def next_step(case: SubsidyCase, actor: Actor, problems: Sequence[Problem] | None = None) -> NextStep | None:
    """Return what comes next for a case as ``actor`` sees it; None where nothing is left to do.

    ``problems``: what a draft lacks, where the caller has counted it.
    """
    if case.state not in materials.OPEN_STATES:
        return _step(case, actor, _known([case]), [])
    left = lacking.problems(case) if problems is None else problems
    if not case_facts.is_trustworthy(case):
        words = N_("列入失信名单，须先由市科技局作出书面决定")
        left = [Problem(Words(words), "conditions", stop=True), *left]
    return _step(case, actor, _known([case]), left)


def _step(
    case: SubsidyCase, actor: Actor, known: _Known, problems: Sequence[Problem] | None
) -> NextStep | None:  # fmt: skip
    """``problems``: what the case lacks, None where nobody counted."""
    # Not the whole subject: the examinations of each case would be a query of their own.
    mine = may(actor, Permission.APPLY_SUBSIDY, Subject("subsidy_case", organisation_id=case.organisation_id))
    you = _YOU if mine else Words(N_("%(name)s"), {"name": case.organisation.name})
    if case.id in known.debts:
        return _owing(case, known, you, mine)
    match case.state:
        case "draft" | "returned":
            return _to_submit(case, known, you, mine, problems)
        case "first_review" | "review" | "appealed":
            return _reviewing(case, known.tasks.get(case.id))
        case "refused":
            until = terms.appeal_until(case, known.calendar)
            if until is None or until < clock.today():
                return None
            return NextStep(you, [Words(N_("不服的，可以陈述申辩"))], until, mine)
        case "published":
            return NextStep(Words(N_("公众")), [Words(N_("公示期满"))], known.ends.get(case.id), False)
        case "approved" if case.account_confirmed_at is None:
            due = known.due(case, APPLICANT_LIMIT)
            return NextStep(you, [Words(N_("确认收款账户"))], due, mine)
        case "tracking":
            return _reporting(case, known, you, mine)
    return _office(case, known)


def _owing(case: SubsidyCase, known: _Known, you: Words, mine: bool) -> NextStep:
    """What is asked back comes before all else; a report that is due besides is named with it."""
    debts = known.debts[case.id]
    words = N_("退回补助款，应退%(amount)s元")
    missing = [Words(words, {"amount": format_yuan(one.amount_fen)}) for one in debts]
    days = [one.due_on for one in debts if one.due_on is not None]
    report = _reporting(case, known, you, mine) if case.state == "tracking" else None
    if report is not None and report.due is not None:
        missing += report.missing
        days.append(report.due)
    return NextStep(you, missing, min(days, default=None), mine)


def _to_submit(
    case: SubsidyCase, known: _Known, you: Words, mine: bool, problems: Sequence[Problem] | None
) -> NextStep:
    held = known.terms[case.id]
    missing = [problem.words for problem in problems or ()]
    if case.state == "returned":
        due = known.due(case, APPLICANT_LIMIT)
        return NextStep(you, [Words(N_("按退回意见补正后重新提交")), *missing], due, mine)
    open_, coming = held.window.open, held.window.coming
    if problems is None and open_ is not None:
        return NextStep(you, [Words(N_("补齐材料并提交"))], open_.apply_to, mine)
    if not held.in_force:
        missing.append(Words(N_("政策还是草案，目前只能测算和准备草稿")))
    elif open_ is None and coming is not None:
        params = {"title": coming.title, "day": coming.apply_from.isoformat()}
        missing.append(Words(N_("下一批次“%(title)s”%(day)s开放后提交"), params))
    elif open_ is None:
        missing.append(Words(N_("现在没有开放的批次，通知发布后提交")))
    batch = open_ or coming
    due = batch.apply_to if batch is not None else None
    return NextStep(you, missing or [Words(N_("核对并提交"))], due, mine)


def _reviewing(case: SubsidyCase, task: ReviewTask | None) -> NextStep:
    kind = cases.REVIEW_KINDS[case.state]
    who = waits_for(task, kind)
    if kind == "subsidy_first_review" and (task is None or task.assignee is None):
        who = Words(regions.FIRST_REVIEW_OFFICES.get(case.office, N_("初审单位")))
    words = {"first_review": N_("初审"), "review": N_("市级审核"), "appealed": N_("处理陈述申辩")}
    return NextStep(who, [Words(words[case.state])], task.due_on if task is not None else None, False)


def _reporting(case: SubsidyCase, known: _Known, you: Words, mine: bool) -> NextStep | None:
    due = known.reports.get(case.id)
    if due is None:
        return _office(case, known)
    if not reports.is_over(due):
        params = {"year": due.year, "day": reports.opens_on(due).isoformat()}
        return NextStep(you, [Words(N_("%(year)s 年度绩效报告，%(day)s起提交"), params)], due.due_on, False)
    words = N_("补充 %(year)s 年度绩效报告") if due.state == "returned" else N_("%(year)s 年度绩效报告")
    return NextStep(you, [Words(words, {"year": due.year})], due.due_on, mine)


_AT_OFFICE: Mapping[str, str] = {
    "accepted": N_("按提交顺序定额"),
    "waiting_budget": N_("等待年度预算"),
    "proposed": N_("安排公示"),
    "objected": N_("处理公示异议"),
    "cleared": N_("批准"),
    "approved": N_("拨付"),
    "tracking": N_("验收绩效报告"),
}


def _office(case: SubsidyCase, known: _Known) -> NextStep | None:
    words = _AT_OFFICE.get(case.state)
    if words is None:
        return None
    # Nobody can say when there will be money again.
    due = known.due(case, OFFICE_LIMIT) if case.state != "waiting_budget" else None
    return NextStep(Words(N_("市科技局")), [Words(words)], due, False)


def of_actor(actor: Actor) -> list[tuple[SubsidyCase, NextStep]]:
    """Return the cases of the actor's enterprise that are on their way, with what each waits for."""
    if actor.organisation_id is None or actor.organisation_kind != "enterprise":
        return []
    query = (
        select(SubsidyCase)
        .where(
            SubsidyCase.organisation_id == actor.organisation_id,
            SubsidyCase.state.not_in(("closed", "withdrawn", "dismissed")),
        )
        .order_by(SubsidyCase.id.desc())
        .limit(SHOWN)
    )
    found = list(db.session.scalars(query.options(selectinload(SubsidyCase.policy))))
    steps = steps_of(actor, found)
    return [(case, steps[case.id]) for case in found if case.id in steps]
