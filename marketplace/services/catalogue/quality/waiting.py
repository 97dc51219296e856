"""What the quality of listings brings to the workbench: reports that wait, and how a draft could be better."""

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import or_, select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.calendar import WorkingCalendar
from marketplace.domain.catalogue.quality.meter import Meter
from marketplace.domain.platform.tasks import TASK_KINDS
from marketplace.domain.states import CORRECTION
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import Correction, Listing, Revision
from marketplace.models.platform import ReviewTask
from marketplace.services import links
from marketplace.services.catalogue.quality import corrections, looking
from marketplace.services.work_items import WorkItem

MOST = 40
"""Reports that are read for one workbench, the newest first."""


def of_actor(actor: Actor, calendar: WorkingCalendar) -> Iterator[WorkItem]:
    """Return what the actor's organisation is asked to correct, and what the actor reported and nobody has settled."""
    if not actor.signed_in:
        return
    concerned = [Correction.reporter_id == actor.person_id]
    if actor.organisation_id is not None:
        concerned.append(
            (Listing.organisation_id == actor.organisation_id) & (Correction.state == "accepted")
        )
    query = (
        select(Correction)
        .join(Listing, Listing.id == Correction.listing_id)
        .where(Correction.state.in_(("open", "accepted")), or_(*concerned))
        .order_by(Correction.id.desc())
        .limit(MOST)
    )
    rows = list(db.session.scalars(query))
    titles, days = corrections.revisions_of(rows), _task_days(rows)
    for row in rows:
        mine = row.listing.organisation_id == actor.organisation_id and row.state == "accepted"
        due = row.due_on if row.state == "accepted" else days.get(row.id)
        waits_for, missing = _step(row, mine)
        yield WorkItem(
            title=titles[row.revision_id].title,
            kind=Words(CORRECTION.label),
            path=links.path_of("my_listing", row.listing_id) if mine else links.path_of("correction", row.id),
            state=CORRECTION.states[row.state],
            waits_for=waits_for,
            missing=missing,
            mine=mine,
            due=due,
            days_left=None if due is None else calendar.between(clock.today(), due),
        )


def _step(row: Correction, mine: bool) -> tuple[Words, Words]:
    if row.state == "open":
        kind = TASK_KINDS[corrections.task_kind(row.listing.kind)]
        return Words(kind.waits_for), Words(N_("核实并答复"))
    return Words(N_("贵单位") if mine else N_("发布单位")), Words(N_("更正后重新提交审核"))


def _task_days(rows: Iterable[Correction]) -> dict[int, date]:
    ids = [row.id for row in rows if row.state == "open"]
    query = select(ReviewTask.subject_id, ReviewTask.due_on).where(
        ReviewTask.subject_kind == "correction", ReviewTask.subject_id.in_(ids), ReviewTask.state == "open"
    )
    return {row.subject_id: row.due_on for row in db.session.execute(query)} if ids else {}


def hints(revisions: Iterable[Revision]) -> dict[int, Words]:
    """Return id → how clear or complete a version that is still written in is; full marks say nothing."""
    return {key: hint_of(meter) for key, meter in looking.meters(revisions).items() if meter.advice}


def hint_of(meter: Meter) -> Words:
    """Return the points of a meter as one phrase."""
    if meter.kind == "demand":
        return Words(
            N_("清晰度 %(score)s 分，有 %(n)s 条建议"), {"score": meter.score, "n": len(meter.advice)}
        )
    return Words(N_("完整度 %(score)s 分，有 %(n)s 条建议"), {"score": meter.score, "n": len(meter.advice)})
