"""Giving a fixed amount back to cap, yearly cap and budget: 撤销定额, 异议成立, 不予批准."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.states import SUBSIDY_CASE
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy import cases, policies, recoveries

LONGEST_WORDS = 2000
MOST_NAMED = 5


def give_up(actor: Actor, case_id: int, note: str) -> SubsidyCase:
    """Take a fixed amount back before its publication; the case waits for its amount again, in its old place."""
    case = locked(actor, case_id)
    return case if case.state == "accepted" else release(actor, case, "give_up", note)


def turn_down(actor: Actor, case_id: int, note: str) -> SubsidyCase:
    """不予批准, with the reason; the applicant may still speak up. A second press changes nothing."""
    case = locked(actor, case_id)
    if case.state == "refused" and case.refused_by == actor.person_id:
        return case
    return release(actor, case, "turn_down", note)


def release(actor: Actor, case: SubsidyCase, action: str, note: str, by: int | None = None) -> SubsidyCase:
    """Move a case by ``action`` without its amount, then ask anew what is granted too much (rule 8).

    The caller holds the locks of ``locked``. ``by``: the person behind a step that the system takes. Raises DomainError
    (``note``) without words.
    """
    words = check_words(note)
    refused = SUBSIDY_CASE.decide(case.state, action, actor, cases.subject_of(case)).target == "refused"
    # Amount and state change in one UPDATE: the database accepts neither without the other.
    with db.session.no_autoflush:
        case.fixed_fen, case.released_at = None, clock.now()
        if refused:
            case.refused_by, case.refused_on = by or actor.person_id, clock.today()
        cases.act(actor, case, action, note=words)
    if case.policy is not None and case.clause == "purchase":
        recoveries.sync(case.policy)
    return case


def locked(actor: Actor, case_id: int) -> SubsidyCase:
    """Return a case that the actor may read, with everybody else who moves money of its clause waiting."""
    policies.lock_clause(cases.get_for(actor, case_id).clause)
    return cases.get_for(actor, case_id, lock=True)


def locked_rows(case_ids: Sequence[int]) -> list[SubsidyCase]:
    """Return the cases in submission order, locked and read anew; NotFound where one does not exist."""
    wanted = set(case_ids)
    found = db.session.scalars(
        select(SubsidyCase)
        .where(SubsidyCase.id.in_(wanted))
        # Every step asks who was assigned to a case.
        .options(selectinload(SubsidyCase.examinations))
        .order_by(SubsidyCase.submitted_at, SubsidyCase.id)
        .with_for_update(of=SubsidyCase)
        .execution_options(populate_existing=True)
    ).all()
    if not wanted:
        raise DomainError("none_chosen", N_("请至少选择一项申请"), field="cases")
    if len(found) != len(wanted):
        raise NotFound()
    return list(found)


def check_states(found: Sequence[SubsidyCase], state: str) -> None:
    """Raise Conflict where a case is not, or no longer, in ``state``."""
    moved = [case for case in found if case.state != state]
    if moved:
        named = "、".join(
            f"{case.number}（{SUBSIDY_CASE.states[case.state].label}）" for case in moved[:MOST_NAMED]
        )
        words = N_("所选申请中%(count)d项的状态已经变化：%(named)s；请刷新后重新选择")
        raise Conflict(words, count=len(moved), named=named)


def check_words(text: str) -> str:
    """Return the words of a decision cleaned; raises DomainError (``note``) where there are none or too many."""
    words = clean_text(text)
    if not words or len(words) > LONGEST_WORDS:
        raise DomainError(
            "words_missing", N_("请写明理由，最多%(limit)d字"), field="note", limit=LONGEST_WORDS
        )
    return words
