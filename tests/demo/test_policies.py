"""The demonstration's policies: every state a reader may meet, marked, and loaded once."""

import pytest
from sqlalchemy import select

from marketplace.demo.subsidy.policies import ensure_demo_policies
from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.subsidy import PolicyVersion, SubsidyBatch
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.registers import batches
from marketplace.services.unit import unit_of_work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def test_the_policies_of_the_demonstration_are_loaded_once():
    writer, second = (make.actor(make.make_staff(Role.POLICY_MANAGER)) for _ in range(2))
    for _ in range(2):
        with unit_of_work():
            ensure_demo_policies(writer, second, clock.today())
    rows = db.session.scalars(
        select(PolicyVersion).order_by(PolicyVersion.clause.desc(), PolicyVersion.ordinal)
    ).all()
    assert [(row.clause, row.state) for row in rows] == [
        ("purchase", "repealed"), ("purchase", "effective"), ("purchase", "drafted"), ("high_tech", "effective"),
    ]  # fmt: skip
    assert all(row.is_demo for row in rows)
    now = policies.for_payment("purchase", clock.today())
    assert now == rows[1]
    assert len(batches.open_now(now)) == 1
    assert batches.next_window(now) is not None
    words = {batches.state_of(row)[1] for row in db.session.scalars(select(SubsidyBatch))}
    assert words == {"即将开放", "开放申报", "已截止"}
