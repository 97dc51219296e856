"""One's own organisation, roles and the register by real requests."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.models.people import Organisation, OrganisationProfile, Person, RoleGrant
from marketplace.services.people import actors, organisations, verification
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests.factories import actor, make_organisation, make_person, make_staff, make_uscc
from tests.support.client import InspectingClient
from tests.support.people import open_task, organisation_of, png, sign_up

Enter = Callable[[Person], InspectingClient]


@pytest.fixture
def admin(session: Any) -> Person:
    """A 系统管理员."""
    return make_staff(Role.SYSTEM_ADMIN)


@pytest.fixture
def head(session: Any) -> Person:
    """The 负责人 of an organisation that waits for verification."""
    return sign_up()


def approve(admin: Person, head: Person) -> None:
    """Verify what waits."""
    with unit_of_work():
        verification.approve(actor(admin), open_task(organisation_of(head)), "")


def edit(client: InspectingClient, follow: bool = True, **changes: Any) -> Any:
    """Send the form of one's organisation with changes."""
    return client.submit("/desk/organisation/edit", changes, button="submit", follow=follow)


def test_the_page_tells_who_is_waited_for(enter: Enter, head: Person) -> None:
    """Pending: number, who, until when; nothing to edit meanwhile."""
    client = enter(head)
    page = client.page("/desk/organisation")
    for words in ("等谁", "平台管理员", "最迟哪天", "RZ-", "licence.png"):
        assert words in page.text
    answer = client.get("/desk/organisation/edit", follow_redirects=True)
    assert answer.request.path == "/desk/organisation"
    assert client.post("/desk/organisation/edit", data={}).status_code == 302


def test_a_return_is_corrected_beside_the_remarks(
    enter: Enter, admin: Person, head: Person, session: Any
) -> None:
    """Reasons on top, each remark at its field; sent again it waits again."""
    with unit_of_work():
        task = open_task(organisation_of(head))
        reviews.remark(actor(admin), task, "address", "请写到门牌号")
        verification.return_(actor(admin), task, ["address_differs"], "与执照不一致")
    client = enter(head)
    assert "地址不完整或与证照不一致" in client.page("/desk/organisation").text
    page = client.page("/desk/organisation/edit")
    assert page.h1 == "补正单位资料"
    assert "请写到门牌号" in page.text
    wrong = edit(client, address="")
    assert wrong.status_code == 422
    assert "请写到门牌号" in wrong.get_data(as_text=True)
    done = edit(client, address="汴河路1号楼2层")
    assert done.request.path == "/desk/organisation"
    assert "已提交认证，结果会通知您" in done.get_data(as_text=True)
    assert open_task(organisation_of(head)).state == "open"


def test_a_change_of_a_verified_organisation(enter: Enter, admin: Person, head: Person, session: Any) -> None:
    """The old stays in force; the history tells both; contact data is in force at once."""
    approve(admin, head)
    client = enter(head)
    assert "营业执照或法人证书" in client.page("/desk/organisation").text
    assert "即时生效" in edit(client, contact_phone="13900139000").get_data(as_text=True)
    assert "没有任何改动" in edit(client).get_data(as_text=True)
    assert "原有资料继续有效" in edit(client, name="新名称有限公司").get_data(as_text=True)
    page = client.page("/desk/organisation")
    assert "新名称有限公司" in page.text
    assert page.text.count("第3版") == 1
    session.rollback()
    assert organisation_of(head).name == "汴水木业有限公司"
    back = client.submit("/desk/organisation", {}, form="withdraw")
    assert "已撤回" in back.get_data(as_text=True)
    assert organisations.open_change(organisation_of(head)) is None


def test_uploads_are_kept_beside_errors(enter: Enter, admin: Person, head: Person) -> None:
    """And join the change that follows."""
    approve(admin, head)
    client = enter(head)
    data = {"name": "", "licence": (BytesIO(png(9)), "新执照.png"), "submit": "1"}
    answer = client.post("/desk/organisation/edit", data=data)
    assert answer.status_code == 422
    assert "新执照.png" in answer.get_data(as_text=True)
    edit(client, name="新名称有限公司")
    with unit_of_work():
        content = verification.material(open_task(organisation_of(head)))
        assert [link.file.name for link in content.files] == ["licence.png", "新执照.png"]


def test_only_the_manager_edits(enter: Enter, admin: Person, head: Person) -> None:
    """An 经办人 reads; people without organisation are refused."""
    approve(admin, head)
    agent = enter(make_person(organisation_of(head)))
    assert "变更资料" not in agent.page("/desk/organisation").text
    assert agent.get("/desk/organisation/edit").status_code == 403
    assert agent.post("/desk/organisation/withdraw").status_code == 403
    assert enter(make_person()).get("/desk/organisation").status_code == 403


def test_licences_of_others_are_not_found(
    enter: Enter, client: InspectingClient, head: Person, session: Any
) -> None:
    """By id."""
    (link,) = organisations.licences(organisation_of(head))
    address = f"/files/{link.id}"
    assert enter(head).get(address).status_code == 200
    assert enter(make_person(make_organisation())).get(address).status_code == 404
    assert client.get(address).status_code in (302, 404)


def test_roles_are_granted_and_taken_back(enter: Enter, admin: Person, session: Any) -> None:
    """By the page, for a person of the list or by mail address."""
    officer = make_person(make_organisation("authority"), name="孙办事")
    client = enter(admin)
    assert "孙办事" in client.page("/admin/grants/new").text
    missing = client.submit("/admin/grants/new", {"valid_from": "明天", "valid_to": "2020-02-30"})
    assert missing.status_code == 422
    assert "日期请写成 2026-03-18 的形式" in missing.get_data(as_text=True)
    nobody = client.submit("/admin/grants/new", {"role": "finance"})
    assert "请填写电子邮箱" in nobody.get_data(as_text=True)
    scope = client.submit("/admin/grants/new", {"person": str(officer.id), "role": "subsidy_first_reviewer"})
    assert "须指定一个县区或园区" in scope.get_data(as_text=True)
    done = client.submit("/admin/grants/new", {"person": str(officer.id), "role": "finance"})
    assert done.request.path == "/admin/grants"
    assert actors.actor_of(officer.id).roles == {Role.FINANCE}
    expert = make_person(make_organisation("university"))
    client.submit("/admin/grants/new", {"email": expert.email, "role": "expert"})
    assert actors.actor_of(expert.id).roles == {Role.EXPERT}
    row = session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == officer.id)).one()
    assert "财务" in client.page(f"/admin/grants/{row}/revoke").text
    client.submit(f"/admin/grants/{row}/revoke", {})
    assert client.post(f"/admin/grants/{row}/revoke").status_code == 422
    assert "已收回" in client.page("/admin/grants?all=1").text
    client.page("/admin/grants/999999/revoke", status=404)


def test_nobody_grants_to_oneself(enter: Enter, admin: Person) -> None:
    """Neither offered nor taken."""
    client = enter(admin)
    own = client.submit("/admin/grants/new", {"email": admin.email, "role": "finance"})
    assert own.status_code == 422
    assert "不能给自己授予角色" in own.get_data(as_text=True)


def test_auditors_read_roles_and_change_nothing(enter: Enter, session: Any) -> None:
    """Others do not even read."""
    client = enter(make_staff(Role.AUDITOR))
    assert "授予角色" not in client.page("/admin/grants").text
    assert client.get("/admin/grants/new").status_code == 403
    assert enter(make_person(make_organisation())).get("/admin/grants").status_code == 403
    assert enter(make_staff(Role.FINANCE)).get("/admin/organisations").status_code == 403


def test_the_register_and_what_may_be_done(enter: Enter, admin: Person, head: Person, session: Any) -> None:
    """Filter, detail, suspend, restore, close."""
    approve(admin, head)
    organisation = organisation_of(head)
    client = enter(admin)
    assert "汴水木业有限公司" in client.page("/admin/organisations?q=汴水&state=verified").text
    assert "没有符合条件的单位" in client.page("/admin/organisations?q=不存在的").text
    address = f"/admin/organisations/{organisation.id}"
    page = client.page(address)
    assert "暂停单位" in page.text
    assert "注销单位" not in page.text
    assert client.submit(f"{address}/suspend", {"note": " "}).status_code == 422
    client.submit(f"{address}/suspend", {"note": "执照被吊销"})
    assert "执照被吊销" in client.page(address).text
    assert "已被暂停" in enter(head).page("/desk/organisation").text
    client.submit(f"{address}/restore", {"note": "已更正"})
    client.submit(f"{address}/suspend", {"note": "再次"})
    client.submit(f"{address}/close", {"note": "单位已注销"})
    session.rollback()
    assert session.get_one(Organisation, organisation.id).state == "closed"
    for action in ("close", "suspend", "verify", "nonsense"):
        assert client.get(f"{address}/{action}").status_code == 404
    client.page("/admin/organisations/999999", status=404)


def test_the_register_asks_for_the_password(enter: Enter, admin: Person, head: Person) -> None:
    """Before anything is done to an organisation."""
    client = enter(admin)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        answer = client.get(f"/admin/organisations/{organisation_of(head).id}/close")
    assert answer.headers["Location"].startswith("/confirm-password")


def test_administrators_do_not_decide_on_their_own(enter: Enter, session: Any) -> None:
    """The page shows their organisation without any decision on it."""
    authority = make_organisation("authority")
    client = enter(make_staff(Role.SYSTEM_ADMIN, authority=authority))
    shown = client.page(f"/admin/organisations/{authority.id}").text
    assert "提醒办理" in shown
    assert not {word for word in ("暂停单位", "注销单位") if word in shown}
    answer = client.post(f"/admin/organisations/{authority.id}/suspend", data={"note": "自己"})
    assert answer.status_code == 422
    assert session.scalars(select(OrganisationProfile)).one().state == "approved"


def test_the_first_administrator_is_made_on_the_command_line(runner: Any, session: Any) -> None:
    """Once; with every mistake named."""
    words = [
        "people", "create-admin", "--organisation", "市科技局", "--uscc", "11341300MA00000007",
        "--division", "341302", "--address", "路1号", "--representative", "某", "--phone", "0557-3024567",
        "--name", "管理员", "--email", "admin@example.com", "--password",
    ]  # fmt: skip
    weak = runner.invoke(args=[*words, "short"])
    assert weak.exit_code == 1
    assert "password" in weak.output
    wrong = runner.invoke(args=[*words, "宿州的麦田六月金黄一片"])
    assert wrong.exit_code == 1
    assert "校验未通过" in wrong.output
    words[words.index("11341300MA00000007")] = make_uscc("authority")
    assert runner.invoke(args=[*words, "宿州的麦田六月金黄一片"]).exit_code == 0
    again = runner.invoke(args=[*words, "宿州的麦田六月金黄一片"])
    assert again.exit_code == 1
