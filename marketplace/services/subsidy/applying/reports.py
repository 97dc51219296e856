"""绩效跟踪: the yearly reports on 在宿转化 that the applicant gives after the payout."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Subject
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.money import MAX_FEN
from marketplace.domain.states import FOLLOW_UP
from marketplace.domain.subsidy.declarations import LONGEST_REPORT
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.platform import FileLink
from marketplace.models.subsidy import FollowUp, FollowUpEntry, SubsidyCase
from marketplace.services import workflow
from marketplace.services.platform import files
from marketplace.services.subsidy import cases
from marketplace.services.subsidy.applying import materials

MOST_JOBS = 100_000


def of_case(case: SubsidyCase) -> list[FollowUp]:
    """Return the yearly reports of a case, the earliest first."""
    query = select(FollowUp).where(FollowUp.case_id == case.id)
    return list(db.session.scalars(query.order_by(FollowUp.year)))


def opens_on(row: FollowUp) -> date:
    """Return the first day on which the report of a year can be given: the one after the year has ended."""
    return date(row.year + 1, 1, 1)


def is_over(row: FollowUp) -> bool:
    """Return whether the year of a report has ended: what is reported must have happened."""
    return clock.today() >= opens_on(row)


def give(
    actor: Actor,
    case_id: int,
    year: int,
    words: str,
    output_fen: int | None,
    jobs: int | None,
    uploads: Sequence[tuple[str, bytes]] = (),
) -> FollowUp:
    """Give the report of a year that was asked for and has ended; it may be corrected until it is accepted, and is
    supplemented after it was sent back; every time it was given stays in its entries.

    ``output_fen``: value of what was made with the achievement, ``jobs``: people it employs. Raises ValidationFailed,
    DomainError (``year``) before the year has ended.
    """
    case = materials.get_own(actor, case_id, frozenset({"tracking"}))
    row = next((one for one in of_case(case) if one.year == year), None)
    if row is None:
        raise NotFound()
    if row.state == "accepted":
        raise Conflict(N_("这一年度的报告已经验收"))
    if not is_over(row):
        told = N_("%(year)d年度还没有结束，请从%(day)s起提交这一年度的报告")
        raise DomainError("year_running", told, field="year", year=row.year, day=opens_on(row).isoformat())
    words, faults = clean_text(words), []
    if not words or len(words) > LONGEST_REPORT:
        limit = {"limit": LONGEST_REPORT}
        faults.append(FieldError("words", "words_missing", N_("请写明转化应用情况，最多%(limit)d字"), limit))
    if output_fen is None or not 0 <= output_fen <= MAX_FEN:
        faults.append(FieldError("output", "output_missing", N_("请填写本年度产值，没有请填0")))
    if jobs is None or not 0 <= jobs <= MOST_JOBS:
        faults.append(FieldError("jobs", "jobs_missing", N_("请填写带动就业人数，没有请填0")))
    if faults:
        raise ValidationFailed(faults)
    row.words, row.output_fen, row.jobs = words, output_fen, jobs
    row.given_by = actor.person_id
    row.entries.append(
        FollowUpEntry(
            kind="given", words=words, output_fen=output_fen, jobs=jobs, person_id=actor.person_id or 0
        )
    )
    subject = Subject("follow_up", organisation_id=case.organisation_id)
    workflow.apply(FOLLOW_UP, row, "give", actor, subject, case=case.id, year=year)
    for name, content in uploads:
        file = files.store(actor, name, content, "follow_up")
        files.attach(actor, file, "follow_up", row.id, "follow_up")
    return row


@files.reader("follow_up")
def _may_read(actor: Actor, link: FileLink) -> bool:
    row = db.session.get(FollowUp, link.subject_id)
    return row is not None and cases.may_read(actor, row.case_id)
