"""Policy versions: which one holds, and which one a payment belongs to."""

from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.subsidy.clauses import CLAUSES, Clause
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyCase

USABLE = ("effective", "drafted")
"""States whose parameters serve estimates; cases need an effective one."""


def clause_of(version: PolicyVersion) -> Clause:
    """Return the clause that a version is of."""
    return CLAUSES[version.clause]


def for_estimates(clause: str, on: date | None = None) -> PolicyVersion | None:
    """Return the version by which a purchase paid on a day (default today) is estimated: effective, else a draft."""
    day = on or clock.today()
    found = [one for one in _versions(clause) if one.state in USABLE and holds_on(one, day)]
    return min(found, key=lambda one: (one.state != "effective", -one.ordinal), default=None)


def effective(clause: str) -> list[PolicyVersion]:
    """Return the effective versions of a clause, by ordinal."""
    return [one for one in _versions(clause) if one.state == "effective"]


def for_payment(clause: str, paid_on: date) -> PolicyVersion | None:
    """Return the effective version whose payment window holds a day."""
    return next((one for one in effective(clause) if holds_on(one, paid_on)), None)


def holds_on(version: PolicyVersion, paid_on: date) -> bool:
    """Return whether a day lies in the payment window, both ends included; an open end has no limit."""
    after = version.window_from is None or version.window_from <= paid_on
    return after and (version.window_to is None or paid_on <= version.window_to)


def overlapping(version: PolicyVersion) -> list[PolicyVersion]:
    """Return the versions of the same clause whose payments this one's window would take.

    They are the effective ones, and those repealed ones under which somebody applied: what was paid in their window
    was or may be granted there, and would be granted a second time under another version.
    """
    low, high = version.window_from or date.min, version.window_to or date.max
    used = select(SubsidyCase.policy_version_id).where(
        SubsidyCase.clause == version.clause, SubsidyCase.submitted_at.is_not(None)
    )
    applied = set(db.session.scalars(used.distinct()))
    return [
        one
        for one in _versions(version.clause)
        if one.id != version.id
        and (one.state == "effective" or (one.state == "repealed" and one.id in applied))
        and (one.window_from or date.min) <= high
        and low <= (one.window_to or date.max)
    ]


def _versions(clause: str) -> list[PolicyVersion]:
    query = select(PolicyVersion).where(PolicyVersion.clause == clause).order_by(PolicyVersion.ordinal)
    return list(db.session.scalars(query))


def lock_clause(clause: str) -> None:
    """Make everybody else who fixes or recovers amounts under any version of a clause wait for this transaction.

    Cap, yearly cap and budget are sums over many rows: only one writer at a time may read and take them.
    """
    query = select(PolicyVersion.id).where(PolicyVersion.clause == clause)
    db.session.execute(query.order_by(PolicyVersion.id).with_for_update())
