"""Batches: only of versions in force and for their payments, changed until somebody has applied, open on their days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, ValidationFailed
from marketplace.services.subsidy.registers import batches
from marketplace.services.unit import unit_of_work
from tests import deals, subsidies
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
DATA = batches.BatchData(
    None, "2026年第一批", "宿科〔2026〕18号", date(2026, 3, 1), date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31),
    "0557-3000000", ("visit", "audit"),
)  # fmt: skip


@pytest.fixture
def manager():
    return make.actor(make.make_staff(Role.POLICY_MANAGER))


def announced(manager, **values):
    policy = subsidies.make_policy(window=(date(2026, 1, 1), None))
    with unit_of_work():
        return batches.create(manager, replace(DATA, policy_version_id=policy.id, **values))


def test_a_batch_is_open_on_both_its_ends_and_announced_before(manager):
    batch = announced(manager)
    version = batch.policy
    assert batch.steps == ["audit", "visit"]
    assert batches.open_now(version, date(2026, 2, 28)) == []
    assert batches.next_window(version, date(2026, 2, 28)) == batch
    assert [batches.open_now(version, date(2026, 3, day)) for day in (1, 31)] == [[batch], [batch]]
    assert batches.next_window(version, date(2026, 3, 1)) is None
    assert batches.open_now(version, date(2026, 4, 1)) == []


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"title": " ", "contact": ""}, ["title", "contact"]),
        ({"apply_to": date(2026, 2, 1)}, ["apply_to"]),
        ({"paid_from": date(2025, 12, 31)}, ["paid_from"]),
        ({"policy_version_id": 10**6}, ["policy_version_id"]),
    ],
)
def test_every_fault_is_named(manager, values, fields):
    policy = subsidies.make_policy(window=(date(2026, 1, 1), None))
    with pytest.raises(ValidationFailed) as refused:
        batches.create(manager, replace(DATA, **({"policy_version_id": policy.id} | values)))
    assert [error.field for error in refused.value.errors] == fields


def test_a_draft_policy_has_no_batches_and_a_number_is_used_once(manager):
    announced(manager)
    draft = subsidies.make_policy(state="drafted")
    with pytest.raises(ValidationFailed) as refused:
        batches.create(manager, replace(DATA, policy_version_id=draft.id))
    assert [error.field for error in refused.value.errors] == ["policy_version_id", "number"]


def test_a_batch_is_fixed_once_somebody_has_applied(manager):
    batch = announced(manager)
    data = replace(DATA, policy_version_id=batch.policy_version_id, apply_to=date(2026, 4, 30))
    with unit_of_work():
        batches.write(manager, batch.id, data, batch.version)
    with pytest.raises(Conflict):
        batches.write(manager, batch.id, data, 1)
    buyer = make.make_organisation("enterprise")
    subsidies.make_case(buyer, deals.make_traded(), batch.policy, batch, "draft")
    assert not batches.is_fixed(batch)
    subsidies.make_case(buyer, deals.make_traded(), batch.policy, batch, "first_review")
    with pytest.raises(DomainError, match="不能再修改"):
        batches.write(manager, batch.id, data, batch.version)


def test_others_announce_nothing(manager):
    finance = make.actor(make.make_staff(Role.FINANCE))
    with pytest.raises(NotAllowed):
        batches.create(finance, DATA)
    assert batches.state_of(announced(manager), clock.today() + timedelta(days=9999)) == ("draft", "已截止")
