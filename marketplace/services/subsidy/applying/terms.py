"""Under which rules and until when: the version a case stands under, its batch, the time for 陈述申辩."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.calendar import Limit, WorkingCalendar
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyBatch, SubsidyCase
from marketplace.services.platform import deadlines
from marketplace.services.subsidy import policies


@dataclass(frozen=True)
class Window:
    """The batch one may apply in now, or else the next one that is announced; both None: nothing is announced."""

    open: SubsidyBatch | None
    coming: SubsidyBatch | None


@dataclass(frozen=True)
class Terms:
    """Under which version a case stands, whether that is in force, and when one may apply."""

    version: PolicyVersion | None
    in_force: bool
    window: Window


def of_many(found: Sequence[SubsidyCase]) -> dict[int, Terms]:
    """Return case id → its terms, by a number of queries that does not grow with the cases."""
    newest = _newest(found)
    versions = {case.id: _version(case, newest) for case in found}
    query = select(SubsidyBatch).where(
        SubsidyBatch.policy_version_id.in_({one.id for one in versions.values() if one is not None})
    )
    batches: dict[int, list[SubsidyBatch]] = {}
    for row in db.session.scalars(query.order_by(SubsidyBatch.apply_from, SubsidyBatch.id)):
        batches.setdefault(row.policy_version_id, []).append(row)
    made = {}
    for case in found:
        version = versions[case.id]
        made[case.id] = Terms(
            version,
            version is not None and _is_in_force(version, case.submitted_at is not None),
            _window(batches.get(version.id, [])) if version is not None else Window(None, None),
        )
    return made


def _is_in_force(version: PolicyVersion, submitted: bool) -> bool:
    """What was submitted in time stays good when its version is repealed or runs out."""
    if submitted:
        return version.state in ("effective", "repealed")
    today = clock.today()
    begun = version.valid_from is None or version.valid_from <= today
    return version.state == "effective" and begun and (version.valid_to is None or today <= version.valid_to)


def _newest(found: Sequence[SubsidyCase]) -> dict[str, PolicyVersion | None]:
    """Return clause → its version in force, for the clauses of which there is a draft."""
    clauses = {case.clause for case in found if case.submitted_at is None}
    return {clause: next(reversed(policies.effective(clause)), None) for clause in sorted(clauses)}


def _version(case: SubsidyCase, newest: Mapping[str, PolicyVersion | None]) -> PolicyVersion | None:
    if case.submitted_at is None and (case.policy is None or case.policy.state != "effective"):
        return newest[case.clause] or case.policy
    return case.policy


def _window(rows: Sequence[SubsidyBatch]) -> Window:
    today = clock.today()
    running = [row for row in rows if row.apply_from <= today <= row.apply_to]
    coming = [row for row in rows if today < row.apply_from]
    return Window(running[0] if running else None, coming[0] if coming else None)


def of(case: SubsidyCase) -> Terms:
    """Return the terms of one case."""
    return of_many([case])[case.id]


def version_of(case: SubsidyCase) -> PolicyVersion | None:
    """Return the version a case stands under: the pinned one; a draft whose version has ended takes the one in force.

    What was submitted keeps its version to the end (DOMAIN §3, 22).
    """
    return _version(case, _newest([case]))


def is_in_force(case: SubsidyCase) -> bool:
    """Return whether the version is in force; one that was submitted in time stays good when it is repealed."""
    version = version_of(case)
    return version is not None and _is_in_force(version, case.submitted_at is not None)


def window_of(case: SubsidyCase) -> Window:
    """Return when one may apply for what a case is about."""
    return of(case).window


def open_batch(case: SubsidyCase) -> SubsidyBatch | None:
    """Return the batch that a case may be submitted in today; for one submitted before, its own."""
    return case.batch if case.submitted_at is not None else window_of(case).open


def appeal_until(case: SubsidyCase, calendar: WorkingCalendar | None = None) -> date | None:
    """Return the last day for 陈述申辩, by the working days of the version; None where nothing was refused."""
    if case.state != "refused":
        return None
    since = case.refused_on or (clock.beijing(case.state_at).date() if case.state_at is not None else None)
    days = case.policy.parameters.get("appeal_days") if case.policy is not None else None
    if since is None or not days:
        return None
    return Limit(days, "工作日").due(since, calendar or deadlines.calendar())


def may_still_appeal(case: SubsidyCase) -> bool:
    """Return whether 陈述申辩 is still in time."""
    until = appeal_until(case)
    return until is not None and clock.today() <= until
