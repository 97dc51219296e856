"""One's own account, invitations and members by real requests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.models.people import Invitation, Person
from marketplace.models.platform import MailMessage
from marketplace.services.people import actors
from tests.factories import PASSWORD, make_organisation, make_person
from tests.support.client import InspectingClient

Enter = Callable[[Person], InspectingClient]
NewClient = Callable[[], InspectingClient]


@pytest.fixture
def organisation(session: Any) -> Any:
    """A verified organisation."""
    return make_organisation(name="汴水木业")


@pytest.fixture
def manager(organisation: Any) -> Person:
    """Its 负责人."""
    return make_person(organisation, position="manager", name="赵负责")


def invite(client: InspectingClient, session: Any, email: str = "new@example.com") -> str:
    """Invite by the page; return the path in the mail."""
    answer = client.submit("/desk/members/invite", {"name": "新同事", "email": email})
    assert answer.request.path == "/desk/members"
    query = select(MailMessage.params).where(MailMessage.recipient == email).order_by(MailMessage.id.desc())
    return str(session.scalars(query).first()["path"])


def test_details_are_changed(enter: Enter, manager: Person) -> None:
    """Errors keep what was typed."""
    client = enter(manager)
    wrong = client.submit("/account/details", {"name": "", "phone": "abc"})
    assert wrong.status_code == 422
    assert 'value="abc"' in wrong.get_data(as_text=True)
    done = client.submit("/account/details", {"name": "赵新名", "phone": "０５５７-３０２４５６７"})
    assert "赵新名" in done.get_data(as_text=True)
    assert "0557-3024567" in done.get_data(as_text=True)


def test_agreement_to_new_texts_is_recorded(enter: Enter, manager: Person) -> None:
    """The page asks until it is given."""
    client = enter(manager)
    assert "记录我的同意" in client.page("/account").text
    client.submit("/account", {"agreed": "y"}, form="consents")
    page = client.page("/account")
    assert "记录我的同意" not in page.text
    assert "版本 2026.1" in page.text


def test_closing_an_account(enter: Enter, organisation: Any, manager: Person, session: Any) -> None:
    """The manager is told to hand over; an agent closes and is out."""
    stays = enter(manager)
    assert "请先移交负责人身份" in stays.page("/account/close").text
    assert stays.post("/account/close").status_code == 422
    agent = make_person(organisation)
    client = enter(agent)
    done = client.submit("/account/close", {})
    assert "账号已注销" in done.get_data(as_text=True)
    session.refresh(agent)
    assert agent.closed_at is not None
    assert client.get("/account").headers["Location"].startswith("/login")


def test_closing_asks_for_the_password(enter: Enter, manager: Person) -> None:
    """When it was typed long ago."""
    client = enter(manager)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert client.get("/account/close").headers["Location"].startswith("/confirm-password")


def test_an_invited_stranger_opens_an_account(
    enter: Enter, client: InspectingClient, manager: Person, session: Any
) -> None:
    """From the link, errors and all, to the desk."""
    path = invite(enter(manager), session)
    page = client.page(path)
    assert page.h1 == "接受邀请，开通账号"
    assert "汴水木业" in page.text
    wrong = client.submit(path, {"phone": "1", "password": "short", "agreed": None})
    assert wrong.status_code == 422
    unread = client.submit(path, {"phone": "13800138000", "password": PASSWORD})
    assert "请阅读并同意" in unread.get_data(as_text=True)
    done = client.submit(path, {"phone": "13800138000", "password": PASSWORD, "agreed": "y"})
    assert done.request.path == "/desk"
    assert "您已加入“汴水木业”" in done.get_data(as_text=True)
    again = client.page(path, status=404)
    assert "已经接受过" in again.text


def test_an_invited_account_signs_in_first(
    enter: Enter, client: InspectingClient, manager: Person, session: Any
) -> None:
    """And comes back to the invitation."""
    person = make_person(email="known@example.com")
    path = invite(enter(manager), session, person.email)
    page = client.page(path)
    assert "已有账号" in page.text
    assert f"/login?next={path}" in page.links
    client.submit(f"/login?next={path}", {"email": person.email, "password": PASSWORD})
    done = client.submit(path, {})
    assert done.request.path == "/desk"
    assert actors.actor_of(person.id).organisation_id is not None


def test_another_account_cannot_take_an_invitation(enter: Enter, manager: Person, session: Any) -> None:
    """Shown why, refused by the service."""
    path = invite(enter(manager), session)
    other = enter(make_person())
    assert "发给了另一个邮箱" in other.page(path).text
    assert other.post(path).status_code == 403
    member = make_person(make_organisation(), email="busy@example.com")
    busy = enter(member)
    path = invite(enter(manager), session, "busy@example.com")
    assert "一人同时只能在一个单位" in busy.page(path).text
    assert busy.post(path).status_code == 422


def test_dead_invitations_say_why(
    enter: Enter, client: InspectingClient, manager: Person, session: Any
) -> None:
    """Run out, taken back, unknown."""
    path = invite(enter(manager), session)
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert "已超过7天有效期" in client.page(path, status=404).text
    row = session.scalars(select(Invitation)).one()
    enter(manager).post(f"/desk/members/invitations/{row.id}/revoke")
    assert "已被取消" in client.page(path, status=404).text
    assert "不完整或不存在" in client.page("/invitations/nonsense", status=404).text


def test_the_manager_sees_and_manages(enter: Enter, manager: Person, organisation: Any, session: Any) -> None:
    """Invitations with their days, resending, handing over, removing."""
    agent = make_person(organisation, name="钱经办")
    client = enter(manager)
    invite(client, session)
    page = client.page("/desk/members")
    for words in ("赵负责（我）", "钱经办", "new@example.com", "移交负责人", "移出"):
        assert words in page.text
    twice = client.submit("/desk/members/invite", {"name": "新同事", "email": "new@example.com"})
    assert twice.status_code == 422
    row = session.scalars(select(Invitation)).one()
    client.post(f"/desk/members/invitations/{row.id}/resend")
    session.rollback()
    assert sorted(session.scalars(select(Invitation.state))) == ["open", "revoked"]
    assert client.submit(f"/desk/members/{agent.id}/handover", {}).request.path == "/desk/members"
    assert actors.actor_of(agent.id).is_manager
    assert client.get("/desk/members/invite").status_code == 403
    assert client.submit("/desk/members/leave", {}).request.path == "/account"
    assert actors.current_membership(manager.id) is None


def test_an_agent_sees_but_does_not_manage(enter: Enter, manager: Person, organisation: Any) -> None:
    """By every address."""
    agent = make_person(organisation)
    client = enter(agent)
    page = client.page("/desk/members")
    assert "邀请经办人" not in page.text
    for address in ("/desk/members/invite", f"/desk/members/{manager.id}/remove"):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
    assert client.post(f"/desk/members/{agent.id}/handover").status_code == 403


def test_ids_of_others_do_not_exist(enter: Enter, manager: Person, session: Any) -> None:
    """Members and invitations of another organisation."""
    other = make_organisation()
    boss = make_person(other, position="manager")
    victim = make_person(other)
    path_owner = enter(boss)
    invite(path_owner, session, "theirs@example.com")
    row = session.scalars(select(Invitation)).one()
    client = enter(manager)
    for address in (
        f"/desk/members/{victim.id}/remove",
        f"/desk/members/{victim.id}/handover",
        f"/desk/members/invitations/{row.id}/revoke",
        f"/desk/members/invitations/{row.id}/resend",
    ):
        assert client.post(address).status_code == 404
    assert actors.current_membership(victim.id) is not None


def test_the_manager_cannot_leave(enter: Enter, manager: Person) -> None:
    """The page says what to do; the service refuses."""
    client = enter(manager)
    assert "请先移交负责人身份" in client.page("/desk/members/leave").text
    assert client.post("/desk/members/leave").status_code == 422


def test_removing_asks_first(enter: Enter, manager: Person, organisation: Any) -> None:
    """Then the person is out, and a second click finds nobody."""
    agent = make_person(organisation, name="钱经办")
    client = enter(manager)
    assert "钱经办" in client.page(f"/desk/members/{agent.id}/remove").text
    assert client.submit(f"/desk/members/{agent.id}/remove", {}).request.path == "/desk/members"
    assert client.post(f"/desk/members/{agent.id}/remove").status_code == 404
    assert actors.current_membership(agent.id) is None


@pytest.mark.parametrize("email", ["", "nobody", "甲@例子.中国", "a@b@c", "x" * 10_000])
def test_wrong_addresses_are_named(enter: Enter, manager: Person, email: str) -> None:
    """At the field, with what was typed kept."""
    answer = enter(manager).submit("/desk/members/invite", {"name": "新同事", "email": email})
    assert answer.status_code == 422
    assert 'value="新同事"' in answer.get_data(as_text=True)
