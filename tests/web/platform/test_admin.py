"""管理概览: each block only for those who may."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.platform import ReviewTask
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

pytestmark = pytest.mark.usefixtures("session")


def open_as(client: InspectingClient, *roles: Role) -> str:
    """The overview as somebody with these roles reads it."""
    client.sign_in(factories.make_staff(*roles).id)
    return client.page("/admin").text


def test_blocks_follow_the_roles(client: InspectingClient) -> None:
    """The administrator sees the machinery, the reviewer the own queue, the policy manager the settings."""
    with clock.frozen(clock.now().replace(year=2030)):
        everything = open_as(client, Role.SYSTEM_ADMIN, Role.DEMAND_REVIEWER)
        assert "单位认证" in everything
        assert "技术需求" in everything
        assert "运行状况" in everything
        assert "放假安排" in everything
        reviewer = open_as(client, Role.DEMAND_REVIEWER)
        assert "技术需求" in reviewer
        for hidden in ("单位认证", "后台工作进程", "放假安排", "留痕链"):
            assert hidden not in reviewer
        manager = open_as(client, Role.POLICY_MANAGER)
        assert "放假安排" in manager
        assert "件待办" not in manager


def test_queues_show_how_many_and_how_late(client: InspectingClient) -> None:
    """Two waiting, one of them late: in numbers and in a word beside the colour."""
    for _ in range(2):
        factories.make_organisation(verified=False)
    with unit_of_work():
        first = db.session.scalars(select(ReviewTask).limit(1)).one()
        first.due_on = clock.today() - timedelta(days=1)
    text = open_as(client, Role.SYSTEM_ADMIN)
    assert "2 件待办" in text.replace("2件待办", "2 件待办")
    assert "1 件已超期" in text


@pytest.mark.parametrize("role", [None, Role.EXPERT, Role.PUBLISHER])
def test_others_have_no_overview(client: InspectingClient, role: Role | None) -> None:
    """An enterprise, an expert, a role without anything to see here."""
    person = factories.make_person(factories.make_organisation())
    if role:
        factories.grant(person, role)
    client.sign_in(person.id)
    assert client.get("/admin").status_code == 403


def test_an_exported_ledger_leaves_no_copy_behind(client: InspectingClient) -> None:
    """It names people and telephones."""
    open_as(client, Role.SYSTEM_ADMIN)
    answer = client.post("/admin/ledgers/organisations")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
