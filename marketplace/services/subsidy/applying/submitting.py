"""Submission with its snapshot, 补正, withdrawal and 陈述申辩."""

from typing import Any

from sqlalchemy import select

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
from marketplace.services.subsidy.applying import particulars, snapshots, terms

_TAIL = 4

RESUBMIT = {"first_review": "resubmit_first", "review": "resubmit"}
"""Where a case was returned from → the action that brings it back there."""


def submit(actor: Actor, case_id: int, digest: str | None = None) -> SubsidyCase:
    """Submit a draft: 受理编号, office of the buyer's domicile, pinned version and batch, snapshot, review task.

    ``digest``: of what the person has checked (``snapshots.digest_now``); Conflict where it has changed since. A second
    press changes nothing. Raises DomainError naming the guard that does not hold.
    """
    case = _own(actor, case_id, lock=False)
    if case.traded_id is None:
        # Two at once for one certificate: the second waits here, and then finds the first.
        policies.lock_clause(case.clause)
    case = _own(actor, case_id)
    if case.state == "first_review" and case.submitted_by == actor.person_id:
        return case
    version, batch, profile = terms.version_of(case), terms.open_batch(case), case.organisation.profile
    content = _checked(case, digest)
    _check_certificate(case)
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
    rival = _rival(case)
    if rival is not None:
        told = N_("同一事项的另一份申请（%(number)s）正在办理；请先撤回那一份，或等它办结，再陈述申辩")
        raise DomainError("rival", told, field="words", number=rival.number or N_("草稿"))
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


def _rival(case: SubsidyCase) -> SubsidyCase | None:
    """Return a case that was begun after a refusal for the same thing: both alive could be granted twice.

    The same thing is an achievement in the same batch, or the same certificate in any.
    """
    query = select(SubsidyCase).where(
        SubsidyCase.clause == case.clause,
        SubsidyCase.organisation_id == case.organisation_id,
        SubsidyCase.traded_id.is_not_distinct_from(case.traded_id),
        SubsidyCase.id != case.id,
        SubsidyCase.state.not_in(("withdrawn", "refused", "dismissed")),
    )
    for one in db.session.scalars(query.order_by(SubsidyCase.id)).unique():
        if case.traded_id is not None and one.submitted_at is not None and one.batch_id == case.batch_id:
            return one
        if case.traded_id is None and one.particulars.get("number") == case.particulars.get("number"):
            return one
    return None


def _own(actor: Actor, case_id: int, lock: bool = True) -> SubsidyCase:
    case = cases.get_for(actor, case_id, lock)
    require(actor, Permission.APPLY_SUBSIDY, cases.subject_of(case))
    return case


def _check_certificate(case: SubsidyCase) -> None:
    """Refuse a certificate for which somebody else has applied since it was typed."""
    number = case.particulars.get("number") if case.traded_id is None else None
    if number and particulars.is_used(case, number):
        told = N_("这张证书已经申请过补助，不能再次提交；证书确属贵单位的，请联系市科技局核实")
        raise DomainError("number_used", told, field="number")


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
