"""The queue on the way to the money takes as many queries for many cases as for few, and weighs those before a page."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.extensions import db
from marketplace.models.subsidy import (
    DishonestEntry,
    FollowUp,
    GrantObjection,
    Publicity,
    PublicityRow,
    Recovery,
    SubsidyBatch,
    SubsidyCase,
)
from marketplace.services.subsidy import hindrances
from marketplace.services.subsidy.granting import queue
from marketplace.services.unit import unit_of_work
from tests import deals, grants, subsidies
from tests import factories as make
from tests.deals import WAN

pytestmark = pytest.mark.usefixtures("session")


def hindered(batch_id, state):
    """Make a case with everything that can keep a step from being taken, and a payment of another batch."""
    batch = db.session.get_one(SubsidyBatch, batch_id)
    policy, today = batch.policy, clock.today()
    buyer, traded = make.make_organisation(), deals.make_traded()
    contract = deals.make_contract(buyer, traded=[traded])
    deals.make_payment(contract, 100 * WAN)
    deals.make_payment(contract, 100 * WAN, paid_on=batch.paid_from - timedelta(days=9))
    case = subsidies.make_case(buyer, traded, policy, batch, state, fixed_fen=45 * WAN)
    earlier = subsidies.make_case(
        buyer, traded, policy, subsidies.make_batch(policy), "tracking", fixed_fen=45 * WAN
    )
    line = PublicityRow(
        position=1, case_id=case.id, enterprise="测试单位", achievement="测试成果", contract_numbers="", paid_fen=0,
        amount_fen=WAN, ends_on=today,
    )  # fmt: skip
    with unit_of_work():
        db.session.add(
            Publicity(number=f"GS{case.id}", title="公示", starts_on=today, ends_on=today, rows=[line])
        )
        db.session.flush()
        db.session.add_all(
            [
                DishonestEntry(uscc=buyer.uscc, source="信用中国", listed_on=today),
                FollowUp(case_id=case.id, year=today.year, due_on=today),
                GrantObjection(row_id=line.id, name="某人", contact="1", words="请核实", days_left=1),
                Recovery(
                    policy_version_id=policy.id, cause="correction", traded_id=traded.id, organisation_id=buyer.id,
                    case_id=earlier.id, kind="recovery", amount_fen=WAN, due_on=today,
                ),
            ]
        )  # fmt: skip


def statements(work):
    """Return how many statements ``work`` takes of a session that holds nothing yet, and what it gives back."""
    count = []
    hook = lambda *_: count.append(1)  # noqa: E731
    db.session.rollback()
    db.session.expunge_all()
    event.listen(db.engine, "before_cursor_execute", hook)
    try:
        found = work()
        return len(count), found
    finally:
        event.remove(db.engine, "before_cursor_execute", hook)


def fix_page():
    found = db.session.scalars(queue.waiting("fix")).unique().all()
    return found, queue.likely_of(found), queue.budgets(found)


def hindered_page(action, state):
    query = select(SubsidyCase).where(SubsidyCase.state == state).order_by(SubsidyCase.id.desc())
    found = db.session.scalars(query).unique().all()
    return hindrances.of_many(found, action, SYSTEM)


@pytest.mark.parametrize(
    ("state", "work", "facts"),
    [
        ("accepted", fix_page, None),
        ("proposed", lambda: hindered_page("publish", "proposed"), ["no_objection"]),
        (
            "approved",
            lambda: hindered_page("pay", "approved"),
            ["account_confirmed", "trustworthy", "unburdened"],
        ),
        ("tracking", lambda: hindered_page("close", "tracking"), ["reported"]),
    ],
)
def test_a_step_of_many_cases_takes_as_many_queries_as_that_of_two(state, work, facts):
    policy = subsidies.make_policy(annual_budget_fen=4000 * WAN)
    batch_id = subsidies.make_batch(policy).id
    with unit_of_work():
        db.session.get_one(SubsidyBatch, batch_id).paid_from = clock.today() - timedelta(days=20)
    taken = []
    for number in (2, 3):
        for _ in range(number):
            hindered(batch_id, state)
        count, found = statements(work)
        taken.append(count)
    assert taken[0] == taken[1]
    if facts is not None:
        said = [[one.fact for one in each] for each in found.values() if each]
        assert said == [facts] * 5
    else:
        assert len(found[1]) == 5


def test_a_page_weighs_those_before_it_that_share_a_cap_or_a_budget():
    """Three enterprises bought the same achievement: the third gets what the two before leave of its cap."""
    policy, shared = subsidies.make_policy(), deals.make_traded()
    for wan in (300, 150, 300):
        grants.ready_case(wan, policy, shared)
    *_before, last = db.session.scalars(queue.waiting("fix")).unique().all()
    (found,) = queue.likely_of([last]).values()
    assert (found.cap_left_fen, found.outcome.grant_fen) == (5 * WAN, 5 * WAN)
    with unit_of_work():
        policy.parameters = policy.parameters | {"annual_budget_fen": 46 * WAN}
    grants.ready_case(20, policy)
    *_before, last = db.session.scalars(queue.waiting("fix")).unique().all()
    assert queue.likely_of([last])[last.id].outcome.decision == "waiting_budget"
