"""第三方审计, 专家评审 and 现场核查: given to people without an interest in the case, answered once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from marketplace.domain import clock
from marketplace.domain.access import OUTSIDE_ROLES, Actor, Grant, Permission, Role, may
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty, Invoice, Payment, PaymentEvidence
from marketplace.models.people import OrganisationProfile, Person
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import CaseExamination, SubsidyCase
from marketplace.services.people import actors
from marketplace.services.platform import audit, files, notices
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.reviewing import competence

LABELS: Mapping[str, str] = {"audit": N_("第三方审计"), "expert": N_("专家评审"), "visit": N_("现场核查")}
ROLES: Mapping[str, frozenset[Role]] = {
    "audit": frozenset({Role.EXTERNAL_AUDITOR}),
    "expert": frozenset({Role.EXPERT}),
    "visit": frozenset({Role.SUBSIDY_REVIEWER, Role.SUBSIDY_FIRST_REVIEWER}),
}
"""Kind → who can be asked. A visit is made by people of the authority."""

PURPOSE = "examination"
LONGEST_WORDS = 5000
MOST_SCORE = 100


@dataclass(frozen=True)
class Answer:
    """What an examiner says. ``score`` 0–100 by experts; ``happened_on`` and ``people`` of a visit."""

    words: str
    score: int | None = None
    happened_on: date | None = None
    people: str = ""


def is_examined(case: SubsidyCase) -> bool:
    """Return whether every examination that the batch asks for has been given."""
    asked = set(case.batch.steps) if case.batch is not None else set()
    return asked <= {one.kind for one in case.examinations if one.given_at is not None}


def candidates(case: SubsidyCase, kind: str) -> list[Person]:
    """Return whom the case can be given to: nobody of a party, nobody who submits or decides it, nobody twice."""
    asked = {one.person_id for one in case.examinations if one.kind == kind}
    left_out = {case.submitted_by, case.created_by} | asked
    held = {
        person: grants
        for person, grants in actors.grants_by_person(*ROLES[kind]).items()
        if person not in left_out and _fits(grants, case, kind)
    }
    concerned, places = competence.concerned(case), actors.organisations_of(held)
    free = [person for person in held if places.get(person) not in concerned]
    return list(db.session.scalars(select(Person).where(Person.id.in_(free)).order_by(Person.id)))


def _fits(grants: frozenset[Grant], case: SubsidyCase, kind: str) -> bool:
    return any(
        grant.role in ROLES[kind] and (grant.scope is None or grant.scope == case.office) for grant in grants
    )


def assign(actor: Actor, case_id: int, kind: str, person_id: int) -> CaseExamination:
    """Ask somebody to examine a case under the city's review. Raises DomainError (``person``), NotAllowed, Conflict."""
    case = competence.get_for(actor, case_id, lock=True)
    competence.require_review(actor, case, {"review"})
    if kind not in LABELS:
        raise NotFound()
    if person_id not in {person.id for person in candidates(case, kind)}:
        words = N_("不能请此人：与申请有关联、已被请过，或没有相应的角色")
        raise DomainError("not_a_candidate", words, field="person")
    row = CaseExamination(kind=kind, person_id=person_id, assigned_by=actor.person_id)
    case.examinations.append(row)
    db.session.flush()
    audit.record(actor, "case_examination.create", "case_examination", row.id, case=case.id, kind=kind)
    title = cases.title_of(case)
    notices.notify(
        [person_id], "examination_assigned", "case_examination", row.id, title=title, what=LABELS[kind]
    )
    return row


def of_actor(actor: Actor) -> Select[CaseExamination]:
    """Return the query of what the actor was asked to examine, what is open first."""
    return (
        select(CaseExamination)
        .where(CaseExamination.person_id == actor.person_id)
        .order_by(CaseExamination.given_at.is_not(None), CaseExamination.id.desc())
    )


def open_of(actor: Actor) -> list[CaseExamination]:
    """Return what the actor was asked to examine and has not answered, the oldest first."""
    query = (
        select(CaseExamination)
        .join(SubsidyCase, SubsidyCase.id == CaseExamination.case_id)
        .where(
            CaseExamination.person_id == actor.person_id,
            CaseExamination.given_at.is_(None),
            CaseExamination.conflict.is_not(True),
            SubsidyCase.state == "review",
        )
        .options(contains_eager(CaseExamination.case))
        .order_by(CaseExamination.id)
        .limit(30)
    )
    return list(db.session.scalars(query).unique())


def get_own(actor: Actor, examination_id: int, lock: bool = False) -> CaseExamination:
    """Return an examination given to the actor, who still holds the role for it; NotFound otherwise."""
    row = db.session.get(CaseExamination, examination_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound()
    if lock:
        cases.lock_row(row.case_id)
        db.session.refresh(row)
    if not _fits(actor.grants, row.case, row.kind) or actor.organisation_id in competence.concerned(row.case):
        raise NotFound()
    return row


def is_open(row: CaseExamination) -> bool:
    """Return whether an answer is still waited for."""
    return row.given_at is None and row.conflict is not True and row.case.state == "review"


def declare(actor: Actor, examination_id: int, conflict: bool) -> CaseExamination:
    """Say whether the actor has an interest in the case: with one they see no more of it, and another is asked."""
    row = get_own(actor, examination_id, lock=True)
    if row.conflict is conflict:
        return row
    _require_open(row)
    row.conflict = conflict
    db.session.flush()
    audit.record(
        actor, "case_examination.declare", "case_examination", row.id, case=row.case_id, conflict=conflict
    )
    if conflict and row.assigned_by is not None:
        title, what = cases.title_of(row.case), LABELS[row.kind]
        notices.notify(
            [row.assigned_by], "examination_declined", "subsidy_review", row.case_id,
            title=title, what=what, name=actor.name,
        )  # fmt: skip
    return row


def _require_open(row: CaseExamination) -> None:
    if not is_open(row):
        raise Conflict(N_("意见已提交，或申请已离开审核环节"), code="examination_closed")


def give(actor: Actor, examination_id: int, answer: Answer) -> CaseExamination:
    """Give the answer, once and for all. Raises ValidationFailed by field; a second press is harmless."""
    row = get_own(actor, examination_id, lock=True)
    words, people = clean_text(answer.words), clean_line(answer.people)
    if row.given_at is not None and row.words == words:
        return row
    _require_open(row)
    if row.conflict is None:
        raise DomainError("conflict_open", N_("请先声明与本申请有无利害关系"), field="conflict")
    faults = _faults(row, answer, words, people)
    if faults:
        raise ValidationFailed(faults)
    row.words, row.given_at = words, clock.now()
    row.score = answer.score if row.kind == "expert" else None
    if row.kind == "visit":
        row.happened_on, row.people = answer.happened_on, people
    db.session.flush()
    audit.record(actor, "case_examination.give", "case_examination", row.id, case=row.case_id, kind=row.kind)
    return row


def _first_day(row: CaseExamination) -> date | None:
    """Return the day on which the case was submitted, in Beijing: nothing was visited for it before."""
    moment = row.case.submitted_at
    return clock.beijing(moment).date() if moment is not None else None


def _faults(row: CaseExamination, answer: Answer, words: str, people: str) -> list[FieldError]:
    faults = []
    if not words:
        faults.append(FieldError("opinion", "words_missing", N_("请写明意见和依据")))
    elif len(words) > LONGEST_WORDS:
        told = {"limit": LONGEST_WORDS}
        faults.append(FieldError("opinion", "words_long", N_("意见最多%(limit)d字，请删减"), told))
    if row.kind == "expert" and (answer.score is None or not 0 <= answer.score <= MOST_SCORE):
        faults.append(FieldError("score", "score_missing", N_("请按0至100分打分，填整数")))
    if row.kind == "visit":
        if answer.happened_on is None or answer.happened_on > clock.today():
            faults.append(FieldError("happened_on", "day_missing", N_("请填写核查日期，不能晚于今天")))
        elif (first := _first_day(row)) is not None and answer.happened_on < first:
            words_ = N_("核查日期不能早于申请提交的日期 %(day)s")
            faults.append(FieldError("happened_on", "day_early", words_, {"day": first.isoformat()}))
        if not people:
            faults.append(FieldError("people", "people_missing", N_("请写明参加核查的人员")))
    if row.kind in ("visit", "audit") and not files_of(row):
        what = N_("请上传现场照片") if row.kind == "visit" else N_("请上传审计报告")
        faults.append(FieldError("file", "file_missing", what))
    return faults


def files_of(row: CaseExamination) -> list[FileLink]:
    """Return the photos or the report of an examination."""
    return files.links_of("case_examination", row.id)


def add_file(actor: Actor, examination_id: int, name: str, content: bytes) -> FileLink:
    """Put a photo or a report on an open examination. Raises DomainError (``file``), Conflict."""
    row = get_own(actor, examination_id, lock=True)
    _require_open(row)
    if row.conflict is None:
        raise DomainError("conflict_open", N_("请先声明与本申请有无利害关系"), field="conflict")
    file = files.store(actor, name, content, PURPOSE)
    return files.attach(actor, file, "case_examination", row.id, PURPOSE)


def remove_file(actor: Actor, examination_id: int, link_id: int) -> None:
    """Take a file off an open examination."""
    row = get_own(actor, examination_id, lock=True)
    _require_open(row)
    files.detach(actor, files.get_link("case_examination", row.id, link_id))


def average(case: SubsidyCase) -> float | None:
    """Return the mean of the experts' scores, None without one."""
    scores = [one.score for one in case.examinations if one.given_at is not None and one.score is not None]
    return sum(scores) / len(scores) if scores else None


@files.reader("case_examination")
def _may_read(actor: Actor, link: FileLink) -> bool:
    row = db.session.get(CaseExamination, link.subject_id)
    if row is None:
        return False
    return row.person_id == actor.person_id or competence.is_office(actor, row.case)


@files.further_reader("contract", "payment", "payment_evidence", "invoice", "profile")
def _examines(actor: Actor, link: FileLink) -> bool:
    """Experts and auditors read what the case rests on that they examine, while they examine it, and nothing else."""
    if not actor.roles & OUTSIDE_ROLES:
        return False
    query = select(CaseExamination).where(
        CaseExamination.person_id == actor.person_id, CaseExamination.conflict.is_(False)
    )
    return any(
        row.case.state == "review" and _rests_on(row.case, link)
        for row in db.session.scalars(query.order_by(CaseExamination.id))
    )


@files.further_reader("contract", "payment", "payment_evidence", "invoice", "profile")
def _reviews(actor: Actor, link: FileLink) -> bool:
    """The offices read what the cases rest on that they handle, the licence of the applicant included."""
    if not may(actor, Permission.READ_CASES):
        return False
    query = select(SubsidyCase).where(
        SubsidyCase.number.is_not(None), SubsidyCase.organisation_id.in_(_applicants_behind(link))
    )
    return any(
        competence.is_office(actor, case) and _rests_on(case, link)
        for case in db.session.scalars(query.order_by(SubsidyCase.id)).unique()
    )


def _applicants_behind(link: FileLink) -> set[int]:
    """Return the organisations whose cases a file can prove something of: whose licence it is, or who bought."""
    if link.subject_kind == "profile":
        profile = db.session.get(OrganisationProfile, link.subject_id)
        return {profile.organisation_id} if profile is not None else set()
    query = select(ContractParty.organisation_id).join(
        Contract, Contract.version_id == ContractParty.version_id
    )
    query = query.where(ContractParty.position == 0, Contract.id.in_(_contracts_behind(link)))
    return {one for one in db.session.scalars(query) if one is not None}


def _contracts_behind(link: FileLink) -> set[int]:
    match link.subject_kind:
        case "contract":
            return {link.subject_id}
        case "invoice":
            return {db.session.get_one(Invoice, link.subject_id).contract_id}
    return {one.contract_id for one in _payment_behind(link).allocations}


def _payment_behind(link: FileLink) -> Payment:
    if link.subject_kind == "payment_evidence":
        return db.session.get_one(Payment, db.session.get_one(PaymentEvidence, link.subject_id).payment_id)
    return db.session.get_one(Payment, link.subject_id)


def _rests_on(case: SubsidyCase, link: FileLink) -> bool:
    """Return whether a file proves something of a case: its achievement's share of a payment, not another's."""
    bought = {one.id for one in competence.contracts_of(case)}
    match link.subject_kind:
        case "contract":
            return link.subject_id in bought
        case "profile":
            profile = db.session.get(OrganisationProfile, link.subject_id)
            is_own = profile is not None and profile.organisation_id == case.organisation_id
            return is_own and link.purpose == "licence"
        case "invoice":
            invoice = db.session.get_one(Invoice, link.subject_id)
            return invoice.contract_id in bought and any(
                one.traded_id == case.traded_id for one in invoice.shares
            )
    shares = _payment_behind(link).allocations
    return any(one.contract_id in bought and one.traded_id == case.traded_id for one in shares)
