"""Cases: who may reach one, what the rules know of it, and its way through its states."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may
from marketplace.domain.errors import NotFound
from marketplace.domain.money import format_yuan
from marketplace.domain.states import SUBSIDY_CASE, Transition
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.text import clean_text
from marketplace.extensions import db
from marketplace.models.subsidy import DecisionSheet, SubsidyCase
from marketplace.services import workflow
from marketplace.services.platform import notices

REVIEW_KINDS = {
    "first_review": "subsidy_first_review",
    "review": "subsidy_review",
    "appealed": "subsidy_appeal",
}
"""State → kind of the review task that is open in it."""


def title_of(case: SubsidyCase) -> str:
    """Return what a case is called: its achievement, or its clause's label where it is about the organisation."""
    return case.traded.name if case.traded is not None else CLAUSES[case.clause].label


def subject_of(case: SubsidyCase, facts: frozenset[str] = frozenset()) -> Subject:
    """Return what the rules need to know of a case in its present state.

    Makers are those who must not decide the present step: who submitted it, who did 初审 (for 审核), who refused it
    (for 陈述申辩), who reviewed it (for 批准), and who approved it (for 拨付).
    Whoever examines a case reads it while the city reviews it, and no longer.
    """
    makers = {case.submitted_by}
    if case.state in ("review", "appealed", "cleared"):
        makers.add(case.first_reviewed_by)
    if case.state in ("appealed", "cleared"):
        makers.add(case.reviewed_by)
    if case.state == "appealed":
        makers.add(case.refused_by)
    if case.state == "approved" and case.sheet_id is not None:
        makers.add(db.session.get_one(DecisionSheet, case.sheet_id).decided_by)
    return Subject(
        REVIEW_KINDS.get(case.state, "subsidy_case"),
        organisation_id=case.organisation_id,
        makers=frozenset(person for person in makers if person is not None),
        scope=case.office or None,
        assigned=frozenset(
            one.person_id for one in case.examinations if one.conflict is False and case.state == "review"
        ),
        facts=facts,
    )


def get_for(actor: Actor, case_id: int, lock: bool = False) -> SubsidyCase:
    """Return a case that the actor may read: the applicant's people, the offices, whom it was assigned to.

    A draft is the applicant's own. Raises NotFound otherwise. ``lock`` makes a second writer wait its turn.
    """
    if lock:
        lock_row(case_id)
    case = db.session.get(SubsidyCase, case_id, populate_existing=lock)
    if case is None or not may(actor, Permission.READ_CASE, subject_of(case)):
        raise NotFound()
    if case.state == "draft" and actor.organisation_id != case.organisation_id:
        raise NotFound()
    return case


def may_read(actor: Actor, case_id: int) -> bool:
    """Return whether ``get_for`` would give the case: the judge over files of what hangs on one."""
    try:
        get_for(actor, case_id)
    except NotFound:
        return False
    return True


def lock_row(case_id: int) -> None:
    """Make other writers of a case wait until this transaction ends."""
    db.session.execute(select(SubsidyCase.id).where(SubsidyCase.id == case_id).with_for_update())


def act(
    actor: Actor,
    case: SubsidyCase,
    action: str,
    facts: frozenset[str] = frozenset(),
    reasons: Iterable[str] = (),
    note: str = "",
) -> Transition:
    """Move a case by an action of its table, remember when and why, and tell the applicant's people."""
    transition = workflow.apply(SUBSIDY_CASE, case, action, actor, subject_of(case, facts), reasons, note)
    case.state_note, case.state_at = clean_text(note), clock.now()
    db.session.flush()
    if transition.notice:
        tell(case, transition.notice)
    return transition


def tell(case: SubsidyCase, kind: str, **params: Any) -> None:
    """Leave a notice for the applicant's people."""
    words = {
        "title": title_of(case),
        "number": case.number or "",
        "state": SUBSIDY_CASE.states[case.state].label,
        "amount": format_yuan(case.fixed_fen or 0),
    }
    people = notices.members_of(case.organisation_id)
    notices.notify(people, kind, "subsidy_case", case.id, **(words | params))
