"""绩效跟踪: yearly reports asked for after the payout, accepted by 补助审核, and the end of a case."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import Conflict, NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.platform import Notice
from marketplace.models.subsidy import FollowUp, SubsidyCase
from marketplace.services.platform import audit, settings
from marketplace.services.subsidy import case_facts, cases
from marketplace.services.unit import unit_of_work

AHEAD = timedelta(days=30)
"""So long before its day a report is asked for by a notice."""
CHUNK = 200


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
    """Return the reports in a state (default: given ones first, then those due), the earliest due first."""
    require(actor, Permission.READ_CASES)
    query = select(FollowUp, SubsidyCase).join(SubsidyCase, SubsidyCase.id == FollowUp.case_id)
    query = query.where(FollowUp.state == state) if state else query.where(FollowUp.state != "accepted")
    given = FollowUp.state == "given"
    found = db.session.execute(query.order_by(given.desc(), FollowUp.due_on, FollowUp.id)).unique()
    return [(row, case) for row, case in found]


def accept(actor: Actor, case_id: int, year: int) -> FollowUp:
    """Accept the report of a year; a second press changes nothing. Raises NotFound, Conflict while none is given."""
    case = cases.get_for(actor, case_id, lock=True)
    require(actor, Permission.FIX_GRANT, cases.subject_of(case))
    row = db.session.scalar(select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.year == year))
    if row is None:
        raise NotFound()
    if row.state == "accepted":
        return row
    if row.state != "given":
        raise Conflict(N_("这一年度的报告还没有提交"))
    row.state, row.accepted_by = "accepted", actor.person_id
    db.session.flush()
    audit.record(actor, "follow_up.accept", "follow_up", row.id, case=case.id, year=year)
    return row


def close(actor: Actor, case_id: int) -> SubsidyCase:
    """Close a case once every report is accepted; a second press changes nothing."""
    case = cases.get_for(actor, case_id, lock=True)
    if case.state != "closed":
        cases.act(actor, case, "close", case_facts.facts_of(case, actor))
    return case
