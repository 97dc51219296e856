"""What lies before a reviewer of one case, and what each may do with it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.deals.checks import Flag
from marketplace.domain.subsidy.grounds import PARTS
from marketplace.domain.text import Words
from marketplace.extensions import db
from marketplace.models.deals import PaymentAllocation
from marketplace.models.people import Person
from marketplace.models.platform import FileLink, ReviewerAbsence, ReviewTask
from marketplace.models.subsidy import CaseExamination, SubsidyCase
from marketplace.services.people import actors
from marketplace.services.platform import deadlines, files
from marketplace.services.subsidy import hindrances
from marketplace.services.subsidy.applying.evidence import Term
from marketplace.services.subsidy.hindrances import Hindrance
from marketplace.services.subsidy.reading import whole
from marketplace.services.subsidy.reading.whole import Whole
from marketplace.services.subsidy.reviewing import absences, competence, deciding, examinations, flags


@dataclass(frozen=True)
class Desk:
    """A case on a reviewer's desk. ``task`` is what is owed now; ``decided`` what was decided, newest first.

    ``decisions`` are those that the reader may take, ``barred`` why none; ``hindrances`` keep it from being passed.
    ``parts``: part → label, for remarks. ``shares``: what each
    payment gave, with its term of the sum. ``asked``: examinations with their files; ``candidates``: kind → whom the
    reader could ask. ``names``: of people by id.
    """

    case: SubsidyCase
    whole: Whole
    task: ReviewTask | None
    assignee: Person | None
    days_left: int | None
    flags: Sequence[Flag]
    decisions: frozenset[str]
    barred: Words | None
    hindrances: Sequence[Hindrance]
    away: Mapping[int, ReviewerAbsence]
    parts: Mapping[str, str]
    remarks: Mapping[str, str]
    shares: Sequence[tuple[PaymentAllocation, Term]]
    colleagues: Sequence[Person]
    decided: Sequence[ReviewTask]
    asked: Sequence[tuple[CaseExamination, Sequence[FileLink]]]
    candidates: Mapping[str, Sequence[Person]]
    average: float | None
    names: Mapping[int, str]

    @property
    def reviews(self) -> bool:
        """Whether the reader reviews papers and amounts now."""
        return "pass" in self.decisions


def of(actor: Actor, case_id: int) -> Desk:
    """Return what lies before the offices for a case that the actor may read; NotFound otherwise."""
    case = competence.get_for(actor, case_id)
    seen = whole.of_case(actor, case_id)
    task = competence.task_of(case)
    able = competence.may_review(actor, case)
    asks = able and case.state == "review"
    return Desk(
        case=case,
        whole=seen,
        task=task,
        assignee=competence.assignee_of(task) if task is not None else None,
        days_left=deadlines.days_left(task.due_on) if task is not None else None,
        flags=flags.flags(case, seen.sum) if case.state in deciding.ACTIONS else [],
        decisions=frozenset(deciding.ACTIONS[case.state]) if able else frozenset(),
        barred=competence.barred(actor, case) if task is not None else None,
        hindrances=hindrances.of(case, deciding.ACTIONS[case.state]["pass"], actor)
        if able and case.state in competence.REVIEWED_STATES
        else [],
        away=absences.away() if able else {},
        parts=PARTS[case.clause],
        remarks={one.field: one.text for one in task.remarks} if task is not None else {},
        shares=_shares(seen),
        colleagues=competence.colleagues(case, task) if task is not None and able else [],
        decided=decided(case),
        asked=_asked(case),
        candidates={kind: examinations.candidates(case, kind) for kind in examinations.LABELS}
        if asks
        else {},
        average=examinations.average(case),
        names=_names(case),
    )


def decided(case: SubsidyCase) -> list[ReviewTask]:
    """Return the decisions of the reviews with their remarks, the newest first."""
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "subsidy_case",
        ReviewTask.subject_id == case.id,
        ReviewTask.state == "done",
    )
    return list(db.session.scalars(query.order_by(ReviewTask.id.desc())))


def _shares(seen: Whole) -> list[tuple[PaymentAllocation, Term]]:
    return [
        (share, term)
        for each in (seen.sum.contracts if seen.sum is not None else ())
        for term in each.terms
        for share in term.payment.allocations
        if term.payment.kind == "payment"
        and share.contract_id == each.contract.id
        and share.traded_id == seen.case.traded_id
    ]


def _asked(case: SubsidyCase) -> list[tuple[CaseExamination, Sequence[FileLink]]]:
    links = files.links_of_many("case_examination", [one.id for one in case.examinations])
    return [(one, links.get(one.id, [])) for one in case.examinations]


def _names(case: SubsidyCase) -> dict[int, str]:
    people = {one.person_id for one in case.examinations} | {row.checked_by for row in case.materials}
    return actors.names_of({person for person in people if person is not None})
