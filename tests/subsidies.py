"""Policies, batches and cases for tests: rows where a rule is not the point. Every function commits."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from marketplace.domain import clock
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.subsidy.parameters import initial
from marketplace.extensions import db
from marketplace.models.deals import TradedAchievement
from marketplace.models.people import Organisation
from marketplace.models.subsidy import PolicyVersion, SubsidyBatch, SubsidyCase
from marketplace.services.unit import unit_of_work
from tests import factories as make

_serial = count(1)
NUMBERED = frozenset(
    {
        "first_review", "review", "returned", "accepted", "waiting_budget", "proposed", "published", "objected",
        "cleared", "approved", "tracking", "closed", "refused", "appealed", "dismissed",
    }
)  # fmt: skip
FIXED = frozenset({"proposed", "published", "objected", "cleared", "approved", "tracking", "closed"})


def make_policy(
    clause: str = "purchase",
    state: str = "effective",
    window: tuple[date | None, date | None] = (None, None),
    **parameters: Any,
) -> PolicyVersion:
    """Make a policy version with the clause's initial parameters, single ones changed."""
    proposer, decider = make.known_person("proposer"), make.known_person("decider")
    definition = CLAUSES[clause]
    with unit_of_work():
        row = PolicyVersion(
            clause=clause,
            ordinal=next(_serial),
            state=state,
            says="draft" if state == "drafted" else "law",
            document="测试实施方案",
            item=definition.item,
            words=definition.words,
            valid_from=clock.today() - timedelta(days=800),
            window_from=window[0],
            window_to=window[1],
            parameters=initial(definition.parameters) | parameters,
            proposed_by=proposer.id,
            decided_by=decider.id,
            decided_at=clock.now(),
        )
        db.session.add(row)
    return db.session.get_one(PolicyVersion, row.id)


def make_batch(policy: PolicyVersion, is_open: bool = True, **values: Any) -> SubsidyBatch:
    """Make a batch that one may apply in today, or that ended last month."""
    end = clock.today() + timedelta(days=30 if is_open else -30)
    with unit_of_work():
        row = SubsidyBatch(
            policy_version_id=policy.id, title=f"测试批次{next(_serial)}", number=f"T{next(_serial):05d}",
            apply_from=end - timedelta(days=60), apply_to=end, paid_from=date(2000, 1, 1), paid_to=date(2100, 1, 1),
            contact="0557-3000000", **values,
        )  # fmt: skip
        db.session.add(row)
    return db.session.get_one(SubsidyBatch, row.id)


def make_case(
    buyer: Organisation,
    traded: TradedAchievement | None,
    policy: PolicyVersion,
    batch: SubsidyBatch,
    state: str = "accepted",
    fixed_fen: int | None = None,
    **values: Any,
) -> SubsidyCase:
    """Make a case as it stands in ``state``; with an amount where the state has one."""
    submitted = clock.now() if state in NUMBERED else None
    if state in FIXED and fixed_fen is None:
        fixed_fen = 30_000_000
    with unit_of_work():
        row = SubsidyCase(
            clause=policy.clause,
            state=state,
            organisation_id=buyer.id,
            traded_id=traded.id if traded else None,
            policy_version_id=policy.id,
            batch_id=batch.id,
            office=(buyer.profile.division if buyer.profile else ""),
            number=f"BZ{next(_serial):08d}" if submitted else None,
            phone_tail="0000",
            submitted_at=submitted,
            ready_at=submitted,
            fixed_fen=fixed_fen if state in FIXED else None,
            granted_fen=fixed_fen if state in FIXED else None,
            fixed_at=clock.now() if state in FIXED else None,
            **values,
        )
        db.session.add(row)
    return db.session.get_one(SubsidyCase, row.id)
