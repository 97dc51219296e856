"""初审, 审核 and 陈述申辩 decided: 通过, 退回补正, 不予, each with its grounds, clause, parts and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.platform.reasons import check_reasons
from marketplace.domain.subsidy.grounds import PARTS, check_grounds
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import reviews
from marketplace.services.subsidy import cases, hindrances
from marketplace.services.subsidy.applying import evidence, materials
from marketplace.services.subsidy.reviewing import checking, competence

LONGEST_REMARK = 1000
LONGEST_NOTE = 2000

ACTIONS: Mapping[str, Mapping[str, str]] = {
    "first_review": {"pass": "pass_first", "return": "return", "refuse": "refuse"},
    "review": {"pass": "pass", "return": "return", "refuse": "refuse"},
    "appealed": {"grant": "grant_appeal", "dismiss": "dismiss"},
}
"""State → what the reviewer decides → the action of the case's table."""

OUTCOMES = {
    "pass": "approved",
    "return": "returned",
    "refuse": "refused",
    "grant": "approved",
    "dismiss": "refused",
}


@dataclass(frozen=True)
class Opinion:
    """What a reviewer says: ``reasons`` are grounds (domain/subsidy/grounds.py), ``remarks`` part → words beside it."""

    reasons: Sequence[str] = ()
    note: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


def save(actor: Actor, case_id: int, remarks: Mapping[str, str], expected: int | None = None) -> SubsidyCase:
    """Keep remarks beside parts while the case is under review; an empty one is taken back.

    ``expected``: id of the task looked at. Raises DomainError (``remarks``), NotAllowed, Conflict.
    """
    case, task = _begin(actor, case_id, "", expected)
    assert task is not None  # noqa: S101
    competence.require_review(actor, case)
    _write_remarks(actor, case, task, remarks)
    return case


def decide(
    actor: Actor, case_id: int, decision: str, opinion: Opinion, expected: int | None = None
) -> SubsidyCase:
    """Decide the present step of a case by one of ACTIONS; the applicant is told, the next task opens by itself.

    ``expected``: id of the task looked at. A second press is harmless; Conflict where somebody else was quicker.
    Raises DomainError (``reasons``, ``note``, ``remarks``, ``papers``), NotAllowed.
    """
    case, task = _begin(actor, case_id, decision, expected)
    if task is None:
        return case
    competence.require_review(actor, case)
    action = ACTIONS[case.state].get(decision)
    if action is None:
        raise Conflict()
    note = clean_text(opinion.note)
    if len(note) > LONGEST_NOTE:
        raise DomainError("note_long", N_("意见最多%(limit)d字，请删减"), field="note", limit=LONGEST_NOTE)
    _write_remarks(actor, case, task, opinion.remarks)
    codes = _checked(case, task, decision, list(opinion.reasons), note)
    held = hindrances.check(actor, case, action)
    makers = cases.subject_of(case).makers
    reviews.finish(actor, task, OUTCOMES[decision], codes, note, makers)
    _move(actor, case, action, held, codes, note)
    return case


def _begin(
    actor: Actor, case_id: int, decision: str, expected: int | None
) -> tuple[SubsidyCase, ReviewTask | None]:
    """Lock; the task is None where the actor has just made this very decision."""
    case = competence.get_for(actor, case_id, lock=True)
    task = competence.task_of(case)
    if task is not None and expected in (None, task.id):
        return case, task
    before = db.session.get(ReviewTask, expected) if expected is not None else None
    mine = ("subsidy_case", case.id, OUTCOMES.get(decision), actor.person_id)
    if before and (before.subject_kind, before.subject_id, before.outcome, before.decided_by) == mine:
        return case, None
    raise Conflict(N_("此事项已由他人办结或已被撤回，请刷新页面查看结果"), code="task_closed")


def _write_remarks(actor: Actor, case: SubsidyCase, task: ReviewTask, remarks: Mapping[str, str]) -> None:
    known = PARTS[case.clause]
    present = {one.field: one.text for one in task.remarks}
    for part, text in remarks.items():
        if part not in known:
            raise DomainError("part_unknown", N_("请从列表中选择意见所指的项目"), field="remarks")
        if len(text) > LONGEST_REMARK:
            limit = LONGEST_REMARK
            raise DomainError(
                "remark_long", N_("每项意见最多%(limit)d字，请删减"), field="remarks", limit=limit
            )
        if clean_text(text) != present.get(part, ""):
            reviews.remark(actor, task, part, text)
    db.session.flush()
    db.session.expire(task, ["remarks"])


def _checked(case: SubsidyCase, task: ReviewTask, decision: str, reasons: list[str], note: str) -> list[str]:
    """Return the coded reasons of a decision that is complete. Raises DomainError for what is missing."""
    if task.kind == "subsidy_appeal":
        codes = check_reasons(task.kind, reasons, note)
        if not note:
            raise DomainError("note_missing", N_("请写明对陈述申辩的答复"), field="note")
        return codes
    if decision == "pass":
        _require_papers(case)
        return []
    codes = check_grounds(case.clause, reasons, refuses=decision == "refuse")
    if not task.remarks:
        words = N_("请在有问题的项目旁写明意见，申请单位据此知道是哪一项")
        raise DomainError("remark_missing", words, field="remarks")
    if not note and (decision == "refuse" or codes == ["other"]):
        raise DomainError("note_missing", N_("请写明事实和依据，申请单位会看到"), field="note")
    return codes


def _require_papers(case: SubsidyCase) -> None:
    left = checking.unchecked(materials.checklist(case, evidence.sum_of(case)))
    if left:
        names = "、".join(item.material.label for item in left)
        raise DomainError("unchecked", N_("还有材料没有核对：%(names)s"), field="papers", names=names)


def _move(
    actor: Actor, case: SubsidyCase, action: str, held: frozenset[str], codes: list[str], note: str
) -> None:
    """Move the case and write down who decided; what was decided before stays in its task."""
    match action:
        case "return":
            case.returned_from = case.state
        case "refuse":
            case.refused_by, case.refused_on, case.reasons = actor.person_id, clock.today(), []
    cases.act(actor, case, action, held, codes, note)
    match action:
        case "pass_first":
            case.first_reviewed_by = actor.person_id
            _open(case)
        case "pass":
            case.reviewed_by, case.ready_at = actor.person_id, clock.now()
        case "grant_appeal":
            _open(case)
    db.session.flush()


def _open(case: SubsidyCase) -> None:
    """Open the task of the city's review."""
    parties = competence.concerned(case) - {case.organisation_id}
    kind = cases.REVIEW_KINDS[case.state]
    reviews.open_task(kind, "subsidy_case", case.id, case.organisation, cases.title_of(case), parties)
