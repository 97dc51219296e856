"""Submission with its snapshot, 补正, withdrawal and 陈述申辩."""

from typing import Any

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.states.subsidy import FIXED_STATES
from marketplace.domain.subsidy.declarations import LONGEST_APPEAL
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.subsidy import CaseDeclaration, SubsidyCase
from marketplace.services.platform import audit, numbering, reviews
from marketplace.services.subsidy import cases, hindrances, policies, recoveries
from marketplace.services.subsidy.applying import snapshots, terms

_TAIL = 4

RESUBMIT = {"first_review": "resubmit_first", "review": "resubmit"}
"""Where a case was returned from → the action that brings it back there."""


def submit(actor: Actor, case_id: int, digest: str | None = None) -> SubsidyCase:
    """Submit a draft: 受理编号, office of the buyer's domicile, pinned version and batch, snapshot, review task.

    ``digest``: of what the person has checked (``snapshots.digest_now``); Conflict where it has changed since. A second
    press changes nothing. Raises DomainError naming the guard that does not hold.
    """
    case = _own(actor, case_id)
    if case.state == "first_review" and case.submitted_by == actor.person_id:
        return case
    version, batch, profile = terms.version_of(case), terms.open_batch(case), case.organisation.profile
    content = _checked(case, digest)
    held = hindrances.check(actor, case, "submit")
    # Number, batch and state reach the database together: it accepts none without the others.
    with db.session.no_autoflush:
        if batch is not None and version is not None and profile is not None:
            case.policy_version_id, case.batch_id, case.office = version.id, batch.id, profile.division
            case.phone_tail = "".join(char for char in profile.contact_phone if char.isdigit())[-_TAIL:]
            year = clock.today().year
            case.number = f"SZBZ{year}-{numbering.take(f'subsidy/{year}'):05d}"
            case.submitted_at = case.ready_at = clock.now()
            case.submitted_by = actor.person_id
            snapshots.keep(case, content, actor)
        cases.act(actor, case, "submit", held)
    db.session.refresh(case, ["policy", "batch"])
    _open_task(case)
    return case


def resubmit(actor: Actor, case_id: int, digest: str | None = None) -> SubsidyCase:
    """Submit again after 退回补正, to the desk it came from; the former snapshot is kept beside the new one."""
    case = _own(actor, case_id)
    if case.state in RESUBMIT and case.submitted_by == actor.person_id:
        return case
    content = _checked(case, digest)
    action = RESUBMIT.get(case.returned_from, "resubmit_first")
    held = hindrances.check(actor, case, action)
    with db.session.no_autoflush:
        # Its place in the queue is the one of its first submission.
        case.submitted_by = actor.person_id
        snapshots.keep(case, content, actor)
        cases.act(actor, case, action, held)
    _open_task(case)
    return case


def withdraw(actor: Actor, case_id: int) -> SubsidyCase:
    """Take the application back; an amount that was fixed is given back to cap, yearly cap and budget."""
    case = _own(actor, case_id, lock=False)
    if case.state in FIXED_STATES:
        policies.lock_clause(case.clause)
    case = _own(actor, case_id)
    if case.state == "withdrawn":
        return case
    held = case.fixed_fen is not None
    with db.session.no_autoflush:
        if held:
            case.fixed_fen, case.released_at = None, clock.now()
        cases.act(actor, case, "withdraw")
    task = reviews.open_task_for("subsidy_case", case.id)
    if task is not None:
        reviews.cancel(task)
    if held and case.policy is not None and case.traded_id is not None:
        recoveries.sync(case.policy, [case.traded_id])
    return case


def appeal(actor: Actor, case_id: int, words: str) -> SubsidyCase:
    """陈述申辩 against a refusal, in time; decided by somebody else. Raises DomainError (``words``)."""
    case = _own(actor, case_id)
    if case.state == "appealed":
        return case
    words = clean_text(words)
    if not words or len(words) > LONGEST_APPEAL:
        limit = LONGEST_APPEAL
        raise DomainError("words", N_("请写明事实和理由，最多%(limit)d字"), field="words", limit=limit)
    hindrances.act(actor, case, "appeal", note=words)
    case.declarations.append(
        CaseDeclaration(
            kind="appeal",
            words=words,
            typed_name=actor.name or str(actor.person_id),
            person_id=actor.person_id,
        )
    )
    db.session.flush()
    audit.record(actor, "subsidy_case.declare", "subsidy_case", case.id, kind="appeal")
    _open_task(case)
    return case


def _own(actor: Actor, case_id: int, lock: bool = True) -> SubsidyCase:
    case = cases.get_for(actor, case_id, lock)
    require(actor, Permission.APPLY_SUBSIDY, cases.subject_of(case))
    return case


def _checked(case: SubsidyCase, digest: str | None) -> dict[str, Any]:
    content = snapshots.content_of(case)
    if digest is not None and digest != snapshots.digest_of(content):
        raise Conflict(N_("申请内容在您核对之后有变化，请重新核对再提交"), code="content_changed")
    return content


def _open_task(case: SubsidyCase) -> None:
    """Open the review task of the present state, for the office where it is one office's."""
    kind = cases.REVIEW_KINDS[case.state]
    scope = case.office if kind == "subsidy_first_review" else None
    reviews.open_task(kind, "subsidy_case", case.id, case.organisation, cases.title_of(case), scope=scope)
