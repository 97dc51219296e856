"""Under which rules and until when: the version a case stands under, its batch, the time for 陈述申辩."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.calendar import Limit
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyBatch, SubsidyCase
from marketplace.services.platform import deadlines
from marketplace.services.subsidy import policies


@dataclass(frozen=True)
class Window:
    """The batch one may apply in now, or else the next one that is announced; both None: nothing is announced."""

    open: SubsidyBatch | None
    coming: SubsidyBatch | None


def version_of(case: SubsidyCase) -> PolicyVersion | None:
    """Return the version a case stands under: the pinned one; a draft whose version has ended takes the one in force.

    What was submitted keeps its version to the end (DOMAIN §3, 22).
    """
    if case.submitted_at is None and (case.policy is None or case.policy.state != "effective"):
        return next(reversed(policies.effective(case.clause)), case.policy)
    return case.policy


def is_in_force(case: SubsidyCase) -> bool:
    """Return whether the version is in force; one that was submitted in time stays good when it is repealed."""
    version = version_of(case)
    states = ("effective",) if case.submitted_at is None else ("effective", "repealed")
    return version is not None and version.state in states


def window_of(case: SubsidyCase) -> Window:
    """Return when one may apply for what a case is about."""
    version, today = version_of(case), clock.today()
    if version is None:
        return Window(None, None)
    query = select(SubsidyBatch).where(SubsidyBatch.policy_version_id == version.id)
    rows = list(db.session.scalars(query.order_by(SubsidyBatch.apply_from, SubsidyBatch.id)))
    running = [row for row in rows if row.apply_from <= today <= row.apply_to]
    coming = [row for row in rows if today < row.apply_from]
    return Window(running[0] if running else None, coming[0] if coming else None)


def open_batch(case: SubsidyCase) -> SubsidyBatch | None:
    """Return the batch that a case may be submitted in today; for one submitted before, its own."""
    return case.batch if case.submitted_at is not None else window_of(case).open


def appeal_until(case: SubsidyCase) -> date | None:
    """Return the last day for 陈述申辩, by the working days of the version; None where nothing was refused."""
    if case.state != "refused":
        return None
    since = case.refused_on or (clock.beijing(case.state_at).date() if case.state_at is not None else None)
    days = case.policy.parameters.get("appeal_days") if case.policy is not None else None
    if since is None or not days:
        return None
    return Limit(days, "工作日").due(since, deadlines.calendar())


def may_still_appeal(case: SubsidyCase) -> bool:
    """Return whether 陈述申辩 is still in time."""
    until = appeal_until(case)
    return until is not None and clock.today() <= until
