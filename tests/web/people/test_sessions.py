"""Signing in and out by real requests: fresh sessions, the brake, idle staff, the password again, resets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.models.people import LoginAttempt, Person
from marketplace.models.platform import MailMessage
from marketplace.services.people import accounts
from marketplace.services.people.tokens import salted_digest
from marketplace.services.platform import settings
from marketplace.services.unit import unit_of_work
from tests.factories import PASSWORD, actor, make_organisation, make_person, make_staff
from tests.support.client import InspectingClient
from tests.support.inspector import Page

Enter = Callable[[Person], InspectingClient]
NewClient = Callable[[], InspectingClient]
NEW = "宿州的麦田六月金黄一片"


def sign_in(client: InspectingClient, email: str, password: str = PASSWORD, target: str = "") -> Any:
    """Send the form of the sign-in page; do not follow."""
    address = f"/login?next={target}" if target else "/login"
    return client.submit(address, {"email": email, "password": password}, follow=False)


def test_signing_in_begins_a_fresh_session(client: InspectingClient, session: Any) -> None:
    """Whatever was planted before is gone, the token against forged requests too."""
    person = make_person(make_organisation())
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
    client.get("/login")
    with client.session_transaction() as before:
        token = before.get("csrf_token")
    assert sign_in(client, person.email).headers["Location"] == "/desk"
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token
        assert after["password_at"]
    assert client.get("/login").headers["Location"] == "/desk"


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/desk/members", "/desk/members"),
        ("/achievements%3Fq%3D胶", "/achievements?q=胶"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/", "/desk"),
        ("/%5Cevil.example", "/desk"),
        ("%5C%5Cevil.example", "/desk"),
        ("/%09/evil.example", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("http:evil.example", "/desk"),
        ("http://localhost/account", "/account"),
        ("http://localhost//evil.example", "/desk"),
        ("desk", "/desk"),
    ],
)
def test_only_paths_of_this_site_are_gone_on_to(client: InspectingClient, target: str, leads_to: str) -> None:
    """Nobody is sent elsewhere by a link."""
    person = make_person(make_organisation())
    assert unquote(sign_in(client, person.email, target=target).headers["Location"]) == leads_to


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("email", ["someone@example.com", "nobody@example.com", "无此人", "x" * 10_000])
def test_failures_look_alike(client: InspectingClient, email: str) -> None:
    """Known or not; the name stays, the password does not."""
    make_person(email="someone@example.com")
    answer = sign_in(client, email, "not-the-password")
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "邮箱或密码不正确" in page.text
    assert page.by_id["email"].get("value") == email
    assert "not-the-password" not in answer.get_data(as_text=True)


def test_the_brake_says_when_to_try_again(client: InspectingClient, session: Any) -> None:
    """In Beijing time, to the minute; at that minute it works."""
    person = make_person(make_organisation(), email="someone@example.com")
    start = clock.now()
    with unit_of_work():
        for _each in range(settings.get("login.failures_allowed")):
            session.add(
                LoginAttempt(
                    name_digest=salted_digest("name", person.email), address_digest="0" * 64, at=start
                )
            )
    answer = sign_in(client, person.email)
    assert answer.status_code == 429
    until = start + timedelta(minutes=15, seconds=59, microseconds=999_999)
    words = clock.beijing(until).strftime("%H:%M")
    assert f"请在 {words} 之后再试" in answer.get_data(as_text=True)
    with clock.frozen(until.replace(second=0, microsecond=0)):
        assert sign_in(client, person.email).status_code == 302


def test_signing_out_ends_the_session(enter: Enter, session: Any) -> None:
    """By POST only."""
    client = enter(make_person(make_organisation()))
    assert client.get("/logout").status_code == 405
    client.post("/logout")
    assert client.get("/account").headers["Location"].startswith("/login")


def test_pages_for_people_lead_to_the_form_and_back(client: InspectingClient, session: Any) -> None:
    """The way there is kept."""
    person = make_person(make_organisation())
    wanted = client.get("/desk/members")
    assert wanted.headers["Location"] == "/login?next=/desk/members"
    answer = client.submit(wanted.headers["Location"], {"email": person.email, "password": PASSWORD})
    assert answer.request.path == "/desk/members"


def test_a_changed_password_ends_other_sessions_and_renews_this_one(
    new_client: NewClient, session: Any
) -> None:
    """The one who changed it stays in, with another session."""
    person = make_person(make_organisation())
    here, elsewhere = new_client(), new_client()
    for client in (here, elsewhere):
        sign_in(client, person.email)
    wrong = here.submit("/account/password", {"current": "x", "password": NEW})
    assert wrong.status_code == 422
    assert "现在的密码不对" in wrong.get_data(as_text=True)
    done = here.submit("/account/password", {"current": PASSWORD, "password": NEW})
    assert done.request.path == "/account"
    assert "其他地方的登录已全部退出" in done.get_data(as_text=True)
    answer = elsewhere.get("/account", follow_redirects=True)
    assert answer.request.path == "/login"
    assert "登录已失效" in answer.get_data(as_text=True)


def test_idle_staff_are_signed_out_and_others_are_not(new_client: NewClient, session: Any) -> None:
    """After the minutes of the setting; working keeps a session alive."""
    staff, member = make_staff(Role.FINANCE), make_person(make_organisation())
    minutes, start = settings.get("session.staff_idle_minutes"), clock.now()
    clients = {}
    for person in (staff, member):
        clients[person.id] = new_client()
        sign_in(clients[person.id], person.email)
    for passed in (minutes - 1, 2 * minutes - 2):
        with clock.frozen(start + timedelta(minutes=passed)):
            assert clients[staff.id].get("/account").status_code == 200
    with clock.frozen(start + timedelta(minutes=3 * minutes)):
        answer = clients[staff.id].get("/account", follow_redirects=True)
        assert answer.request.path == "/login"
        assert "已自动退出" in answer.get_data(as_text=True)
        assert clients[member.id].get("/account").status_code == 200


def test_what_was_typed_while_the_session_ended_is_given_back(enter: Enter, session: Any) -> None:
    """By idleness or by signing out elsewhere; passwords and what other sites send are never shown."""
    client = enter(make_person(make_organisation()))
    page, text = "http://localhost/account/details", "写了半天的长长一段文字，不想再写一遍"
    sent = {"name": text, "password": "a secret of ten words", "phone": "1"}
    headers = {"Referer": page}
    refused = client.post("/account/details", data=sent, headers=headers, csrf=False)
    assert refused.status_code == 400
    assert text in refused.get_data(as_text=True)
    client.post("/logout")
    ended = client.post("/account/details", data=sent, headers=headers)
    assert ended.status_code == 401
    words = ended.get_data(as_text=True)
    assert text in words
    assert "a secret" not in words
    assert "/login?next=http://localhost/account/details" in words
    foreign = client.post("/account/details", data=sent, headers={"Referer": "https://elsewhere.example/"})
    assert foreign.headers["Location"].startswith("/login")


def test_dangerous_acts_ask_for_the_password_again(enter: Enter, session: Any) -> None:
    """After ten minutes; wrong ones count as failures; then the way goes on."""
    admin = make_staff(Role.SYSTEM_ADMIN)
    client = enter(admin)
    assert client.get("/admin/grants/new").status_code == 200
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        asked = client.get("/admin/grants/new")
        assert asked.headers["Location"].startswith("/confirm-password?next=/admin/grants/new")
        wrong = client.submit(asked.headers["Location"], {"password": "wrong"})
        assert wrong.status_code == 422
        assert "密码不对" in wrong.get_data(as_text=True)
        right = client.submit(asked.headers["Location"], {"password": PASSWORD})
        assert right.request.path == "/admin/grants/new"
    assert len(session.scalars(select(LoginAttempt)).all()) == 0


def test_a_dangerous_post_asks_too(enter: Enter, session: Any) -> None:
    """And comes back to the page it was sent from, nowhere else."""
    client = enter(make_staff(Role.SYSTEM_ADMIN))
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        for referrer, leads_to in (
            ("http://localhost/admin/grants/new", "/admin/grants/new"),
            ("http://evil.example/x", "/desk"),
        ):
            asked = client.post("/admin/grants/new", data={}, headers={"Referer": referrer})
            done = client.submit(asked.headers["Location"], {"password": PASSWORD}, follow=False)
            assert done.headers["Location"] == leads_to
            with client.session_transaction() as kept:
                kept["password_at"] = 0


def newest_link(session: Any, email: str) -> str:
    """The path in the newest mail."""
    query = select(MailMessage.params).where(MailMessage.recipient == email)
    return str(session.scalars(query.order_by(MailMessage.id.desc())).first()["path"])


def test_a_forgotten_password_is_set_by_mail(
    client: InspectingClient, session: Any, drain: Callable[[], int], mailbox: Any
) -> None:
    """Same answer for everybody; the link works once and signs in."""
    person = make_person(make_organisation(), email="someone@example.com")
    answers = [
        client.submit("/reset", {"email": email}).get_data(as_text=True)
        for email in ("nobody@example.com", person.email)
    ]
    assert [Page(answer).text for answer in answers] == [Page(answers[0]).text] * 2
    drain()
    link = mailbox.last(person.email).links[0]
    assert mailbox.to("nobody@example.com") == []
    path = link.partition("localhost")[2]
    weak = client.submit(path, {"password": "1234567890"})
    assert weak.status_code == 422
    done = client.submit(path, {"password": NEW})
    assert done.request.path == "/desk"
    used = client.page(path, status=404)
    assert "这个链接已经用过" in used.text


def test_links_that_do_not_work_say_why(client: InspectingClient, session: Any) -> None:
    """Unknown, or an hour old."""
    person = make_person()
    client.submit("/reset", {"email": person.email})
    path = newest_link(session, person.email)
    with clock.frozen(clock.now() + timedelta(hours=1, seconds=1)):
        assert "已超过一小时有效期" in client.page(path, status=404).text
    assert "不完整或不存在" in client.page("/reset/nonsense", status=404).text
    assert client.submit("/reset", {"email": "无"}).status_code == 422


def test_too_many_requests_are_stopped_in_the_sites_clothes(client: InspectingClient, session: Any) -> None:
    """By address, with the page of error 429."""
    answers = [client.post("/reset", data={"email": "wrong"}).status_code for _each in range(22)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert client.get("/reset").status_code == 200


def test_forged_requests_change_nothing(client: InspectingClient, session: Any) -> None:
    """Without the token even the right password does not sign in."""
    person = make_person()
    answer = client.post("/login", data={"email": person.email, "password": PASSWORD}, csrf=False)
    assert answer.status_code == 400


def test_a_session_of_a_closed_account_is_nobody(enter: Enter, session: Any) -> None:
    """At once."""
    person = make_person()
    client = enter(person)
    with unit_of_work():
        accounts.close(actor(person))
    assert client.get("/account").headers["Location"].startswith("/login")
