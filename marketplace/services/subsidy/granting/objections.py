"""异议: anybody may object to a line of a 公示; that stops its clock until somebody else has decided."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, may
from marketplace.domain.errors import (
    Conflict,
    DomainError,
    FieldError,
    NotAllowed,
    NotFound,
    ValidationFailed,
)
from marketplace.domain.identifiers import parse_email, parse_phone
from marketplace.domain.states import GRANT_OBJECTION
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.platform import ReviewTask
from marketplace.models.subsidy import GrantObjection, PublicityRow, SubsidyCase
from marketplace.services import workflow
from marketplace.services.platform import audit, deadlines, reviews
from marketplace.services.subsidy import cases, policies
from marketplace.services.subsidy.granting import publicity, releasing, standing

LONGEST_NAME = 60


def object_to(publicity_id: int, row_id: int, name: str, contact: str, words: str) -> GrantObjection:
    """Keep an objection of anybody against a line, stop the line's clock, and open a task; names are never shown.

    The same words of the same person, pressed twice, are one objection while it is open.
    Raises NotFound for a line of another publication, ValidationFailed (``name``, ``contact``, ``words``), Conflict
    once the line's period is over.
    """
    row = db.session.get(PublicityRow, row_id)
    if row is None or row.publicity_id != publicity_id:
        raise NotFound()
    cases.lock_row(row.case_id)
    case = db.session.get_one(SubsidyCase, row.case_id, populate_existing=True)
    newest = publicity.newest_rows([case.id])[case.id]
    if not publicity.Line(row, publicity.standing_of(row, newest)).takes_objections:
        raise Conflict(
            N_("这一项的公示已经结束，不再接受异议；可向市科技局书面反映"), code="publication_over"
        )
    name, contact, words = clean_line(name), clean_line(contact), clean_text(words)
    _check(name, contact, words)
    same = next((one for one in _open_against(row.id) if (one.contact, one.words) == (contact, words)), None)
    if same is not None:
        return same
    left = max(0, deadlines.days_left(row.ends_on))
    objection = GrantObjection(row_id=row.id, name=name, contact=contact, words=words, days_left=left)
    if case.state == "objected":
        # The clock stands still since the first objection.
        objection.days_left = next(one.days_left for one in of_case(case.id) if one.state == "open")
    db.session.add(objection)
    db.session.flush()
    audit.record(SYSTEM, "grant_objection.create", "grant_objection", objection.id, publicity=publicity_id)
    title = cases.title_of(case)
    reviews.open_task("grant_objection", "grant_objection", objection.id, case.organisation, title)
    if case.state == "published":
        cases.act(SYSTEM, case, "object")
    return objection


def _open_against(row_id: int) -> Sequence[GrantObjection]:
    query = select(GrantObjection).where(GrantObjection.row_id == row_id, GrantObjection.state == "open")
    return db.session.scalars(query.order_by(GrantObjection.id)).all()


def _check(name: str, contact: str, words: str) -> None:
    faults = []
    if not 2 <= len(name) <= LONGEST_NAME:
        faults.append(FieldError("name", "missing", N_("请填写您的姓名或单位名称")))
    try:
        (parse_email if "@" in contact else parse_phone)(contact)
    except DomainError as fault:
        if any(one.isdigit() or one == "@" for one in contact):
            faults.append(FieldError("contact", fault.code, fault.message, fault.params))
        else:
            faults.append(FieldError("contact", "missing", N_("请填写联系电话或邮箱")))
    if not 10 <= len(words) <= releasing.LONGEST_WORDS:
        limit = {"limit": releasing.LONGEST_WORDS}
        faults.append(FieldError("words", "short", N_("请写明异议的内容和理由，10到%(limit)d个字"), limit))
    if faults:
        raise ValidationFailed(faults)


def of_case(case_id: int) -> Sequence[GrantObjection]:
    """Return the objections against any publication of a case, the oldest first."""
    query = select(GrantObjection).join(PublicityRow, PublicityRow.id == GrantObjection.row_id)
    return db.session.scalars(query.where(PublicityRow.case_id == case_id).order_by(GrantObjection.id)).all()


def get_for(actor: Actor, objection_id: int) -> tuple[GrantObjection, ReviewTask]:
    """Return an objection with its task, open or decided, for who may read the task; NotFound otherwise."""
    row = db.session.get(GrantObjection, objection_id)
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "grant_objection", ReviewTask.subject_id == objection_id
    )
    task = db.session.scalar(query.order_by(ReviewTask.id.desc()).limit(1))
    if row is None or task is None:
        raise NotFound()
    return row, reviews.get_for(actor, task.id)


def makers_of(case: SubsidyCase) -> frozenset[int]:
    """Return who must not decide about an objection: those whose decision it is against, and the applicant."""
    people = (case.submitted_by, case.first_reviewed_by, case.reviewed_by)
    return frozenset(person for person in people if person is not None)


def may_decide(actor: Actor, objection: GrantObjection, task: ReviewTask) -> bool:
    """Return whether the actor may decide an open objection."""
    case = objection.row.case
    if standing.fixed_by(actor.person_id, [case.id]):
        return False
    subject = reviews.subject_of(task, makers_of(case))
    return objection.state == "open" and may(actor, Permission.REVIEW, subject)


def decide(actor: Actor, objection_id: int, action: str, answer: str) -> GrantObjection:
    """Decide an objection: ``dismiss`` resumes the clock with the days that were left, ``uphold`` refuses the case.

    Another open objection against the case keeps the clock stopped. Raises DomainError (``note``) without words,
    NotAllowed for who reviewed the case or fixed its amount, Conflict where somebody was faster; the same press twice
    is harmless.
    """
    objection, task = get_for(actor, objection_id)
    policies.lock_clause(objection.row.case.clause)
    cases.lock_row(objection.row.case_id)
    case = db.session.get_one(SubsidyCase, objection.row.case_id, populate_existing=True)
    db.session.refresh(objection)
    target = {"dismiss": "dismissed", "uphold": "upheld"}[action]
    if (objection.state, objection.decided_by) == (target, actor.person_id):
        return objection
    if standing.fixed_by(actor.person_id, [case.id]):
        raise NotAllowed(N_("这项补助由您本人定额，异议须由他人处理"), code="own_matter")
    words, makers = releasing.check_words(answer), makers_of(case)
    subject = reviews.subject_of(task, makers)
    GRANT_OBJECTION.decide(objection.state, action, actor, subject)
    # Written before the state moves: the database accepts no decision without its date.
    objection.answer, objection.decided_by, objection.decided_at = words, actor.person_id, clock.now()
    workflow.apply(GRANT_OBJECTION, objection, action, actor, subject, note=words)
    reviews.finish(actor, task, target, [], words, makers)
    if action == "uphold" and case.state in ("objected", "proposed"):
        releasing.release(SYSTEM, case, "uphold", words, by=actor.person_id)
    elif action == "dismiss" and case.state == "objected" and not standing.is_objected(case):
        row = publicity.newest_rows([case.id])[case.id]
        row.ends_on = deadlines.calendar().add(clock.today(), objection.days_left)
        cases.act(SYSTEM, case, "resume")
    return objection
