"""绩效跟踪: yearly reports asked for after the payout, sent back or accepted by 补助审核, and the end of a case."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.states import FOLLOW_UP
from marketplace.domain.subsidy.grounds import check_report_grounds
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.platform import Notice
from marketplace.models.subsidy import FollowUp, FollowUpEntry, SubsidyCase
from marketplace.services import workflow
from marketplace.services.platform import deadlines, settings
from marketplace.services.subsidy import cases, hindrances
from marketplace.services.subsidy.reviewing import competence
from marketplace.services.unit import unit_of_work

AHEAD = timedelta(days=30)
"""So long before its day a report is asked for by a notice."""
CHUNK = 200
OWED = ("due", "returned")
"""States in which a report waits for the applicant."""
LONGEST_WORDS = 1000


def ask(case: SubsidyCase, paid_on: date) -> list[FollowUp]:
    """Ask for the reports of the year of the payout and those after it, each due at the end of the January after."""
    years = range(paid_on.year, paid_on.year + settings.get("subsidy.report_years"))
    rows = [FollowUp(case_id=case.id, year=year, due_on=date(year + 1, 1, 31)) for year in years]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def remind() -> int:
    """Tell the applicants of reports that fall due within 30 days, once for each; return how many were told."""
    query = select(FollowUp).where(FollowUp.state == "due", FollowUp.due_on <= clock.today() + AHEAD)
    found = [row for row in db.session.scalars(query.order_by(FollowUp.id)) if not _is_told(row)][:CHUNK]
    chosen = [row.id for row in found]
    db.session.rollback()
    if not chosen:
        return 0
    with unit_of_work():
        for row_id in chosen:
            row = db.session.get_one(FollowUp, row_id)
            cases.tell(db.session.get_one(SubsidyCase, row.case_id), "follow_up_due", year=row.year)
    return len(chosen)


def _is_told(row: FollowUp) -> bool:
    query = select(Notice.params).where(
        Notice.kind == "follow_up_due",
        Notice.subject_kind == "subsidy_case",
        Notice.subject_id == row.case_id,
    )
    return any(params.get("year") == row.year for params in db.session.scalars(query))


def listed(actor: Actor, state: str = "") -> Sequence[tuple[FollowUp, SubsidyCase]]:
    """Return the reports in a state (default: given ones first, then those owed), the earliest due first."""
    require(actor, Permission.READ_CASES)
    query = select(FollowUp, SubsidyCase).join(SubsidyCase, SubsidyCase.id == FollowUp.case_id)
    query = query.where(competence.of_offices(actor))
    query = query.where(FollowUp.state == state) if state else query.where(FollowUp.state != "accepted")
    given = FollowUp.state == "given"
    found = db.session.execute(query.order_by(given.desc(), FollowUp.due_on, FollowUp.id)).unique()
    return [(row, case) for row, case in found]


def accept(actor: Actor, case_id: int, year: int) -> FollowUp:
    """Accept the report of a year; a second press changes nothing. Raises NotFound, Conflict while none is given."""
    case, row = _locked(actor, case_id, year)
    if row.state == "accepted":
        return row
    _decide(actor, case, row, "accept")
    row.accepted_by = actor.person_id
    _keep(actor, row, "accepted")
    cases.tell(case, "follow_up_accepted", year=year)
    return row


def send_back(
    actor: Actor, case_id: int, year: int, reasons: Sequence[str], note: str, expected: int | None = None
) -> FollowUp:
    """Ask for a supplement of a year's report, with grounds and words; the applicant is told until when.

    As often as it takes. ``expected``: the version looked at. Raises DomainError (``reasons``, ``note``), NotAllowed,
    Conflict where the report was decided on or given anew meanwhile; the same press again is harmless.
    """
    case, row = _locked(actor, case_id, year)
    words = clean_text(note)
    if row.state == "returned" and _is_same(actor, row, words):
        return row
    if expected is not None and row.version != expected:
        raise Conflict(N_("申请单位刚刚更新了报告，请看过新的内容再办理"))
    codes = check_report_grounds(list(reasons))
    if not words or len(words) > LONGEST_WORDS:
        limit = {"limit": LONGEST_WORDS}
        raise DomainError("note_missing", N_("请写明要补充什么，最多%(limit)d字"), field="note", **limit)
    _decide(actor, case, row, "return", codes, words)
    row.due_on = deadlines.due("subsidy.supplement_limit")
    _keep(actor, row, "returned", words, codes)
    cases.tell(case, "follow_up_returned", year=year, due=row.due_on.isoformat())
    return row


def _locked(actor: Actor, case_id: int, year: int) -> tuple[SubsidyCase, FollowUp]:
    case = cases.get_for(actor, case_id, lock=True)
    require(actor, Permission.FIX_GRANT, cases.subject_of(case))
    query = select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.year == year)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return case, row


def _decide(
    actor: Actor, case: SubsidyCase, row: FollowUp, action: str, reasons: Sequence[str] = (), note: str = ""
) -> None:
    if row.state in OWED:
        raise Conflict(N_("这一年度的报告还没有提交，等申请单位提交后再办理"))
    makers = frozenset({row.given_by} if row.given_by else ())
    subject = Subject("follow_up", organisation_id=case.organisation_id, makers=makers)
    workflow.apply(FOLLOW_UP, row, action, actor, subject, reasons, note, case=case.id, year=row.year)


def _keep(actor: Actor, row: FollowUp, kind: str, words: str = "", reasons: Sequence[str] = ()) -> None:
    due = row.due_on if kind == "returned" else None
    entry = FollowUpEntry(
        kind=kind, words=words, reasons=list(reasons), due_on=due, person_id=actor.person_id or 0
    )
    row.entries.append(entry)
    db.session.flush()


def _is_same(actor: Actor, row: FollowUp, words: str) -> bool:
    last = row.entries[-1]
    return (last.kind, last.person_id, last.words) == ("returned", actor.person_id, words)


def close(actor: Actor, case_id: int) -> SubsidyCase:
    """Close a case once every report is accepted; a second press changes nothing."""
    case = cases.get_for(actor, case_id, lock=True)
    if case.state != "closed":
        hindrances.act(actor, case, "close")
    return case
