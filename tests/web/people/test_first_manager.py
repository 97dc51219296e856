"""The first 负责人 of an organisation that administrators entered is invited by them."""

import pytest

from marketplace.domain.access import Role
from marketplace.domain.people.profiles import ProfileData
from marketplace.extensions import db
from marketplace.models.people import Invitation, Organisation
from marketplace.services.people import members, organisations
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.people import PASSWORD

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def entered(session):
    """An organisation from a table: unverified, without people."""
    admin = factories.make_staff(Role.SYSTEM_ADMIN)
    data = ProfileData(
        "符离新材料厂", "341302", "汴河路1号", "王某", "技术部", "0557-3000003", "office@example.com"
    )
    with unit_of_work():
        made = organisations.create(
            factories.actor(admin), factories.make_uscc(), "enterprise", data, state="returned"
        )
    return admin, made.id


def test_who_is_invited_becomes_the_manager_and_completes_the_data(
    entered, login, new_client, mailbox, drain
):
    admin, key = entered
    office = login(admin)
    address = f"/admin/organisations/{key}"
    assert "邀请负责人" in office.page(address).text
    refused = office.submit(f"{address}/invite", {"name": "", "email": "谁"})
    assert refused.status_code == 422
    for _press in range(2):
        office.submit(f"{address}/invite", {"name": "钱多", "email": "boss@example.com"})
    drain()
    letter = mailbox.last("boss@example.com")
    assert "作为负责人加入" in letter.body
    states = [row.state for row in db.session.query(Invitation).order_by(Invitation.id)]
    assert states == ["revoked", "open"]
    guest = new_client()
    link = letter.links[0]
    assert "负责人" in guest.page(link).text
    guest.submit(link, {"phone": "13900000000", "password": PASSWORD, "agreed": "y"})
    manager = members.manager_of(db.session.get_one(Organisation, key))
    assert manager is not None
    assert manager.email == "boss@example.com"
    page = guest.page("/desk/organisation")
    assert "资料由管理部门录入" in page.text
    assert guest.page("/desk/organisation/edit").forms
    assert "邀请负责人" not in office.page(address).text
    assert "已有负责人" in office.page(f"{address}/invite").text


def test_only_administrators_invite_it(entered, login):
    _admin, key = entered
    client = login(factories.make_staff(Role.AUDITOR))
    assert client.get(f"/admin/organisations/{key}/invite").status_code == 403
    assert "邀请负责人" not in client.page(f"/admin/organisations/{key}").text
