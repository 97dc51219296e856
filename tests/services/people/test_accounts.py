"""Accounts: signing in with the brake on guessing, resets, changes, closing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import VISITOR, Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.domain.people import legal
from marketplace.extensions import db
from marketplace.models.people import LoginAttempt, OneTimeToken, Person
from marketplace.models.platform import AuditEvent, MailMessage, Notice
from marketplace.services.people import accounts, actors, members, resets, signin, signup
from marketplace.services.people.tokens import salted_digest
from marketplace.services.platform import settings
from marketplace.services.unit import unit_of_work
from tests.factories import PASSWORD, actor, make_organisation, make_person, make_staff, make_uscc
from tests.support.people import PROFILE, sign_up

pytestmark = pytest.mark.usefixtures("session")
NEW = "宿州的麦田六月金黄一片"


def attempt(email: str, password: str, address: str = "192.0.2.1") -> signin.Outcome:
    """Try to sign in as the page does."""
    examined = signin.examine(email, password, address)
    with unit_of_work():
        return signin.conclude(examined)


def fail(email: str, times: int, address: str = "192.0.2.1") -> signin.Outcome:
    """Put failures into the memory without hashing each time; then fail once for real."""
    with unit_of_work():
        for _each in range(times - 1):
            db.session.add(
                LoginAttempt(
                    name_digest=salted_digest("name", email),
                    address_digest=salted_digest("address", address),
                    at=clock.now(),
                )
            )
    return attempt(email, "wrong", address)


def test_the_right_password_signs_in_whatever_keyboard_typed_it(session) -> None:
    """Mail address in any case, full-width digits, spaces around."""
    person = make_person(email="someone@example.com")
    typed = " Someone@Example.com ", PASSWORD.replace("2026", "２０２６")
    outcome = attempt(*typed)
    assert outcome.person is not None
    assert outcome.person.id == person.id
    assert person.last_login_at is not None
    assert "person.login" in session.scalars(select(AuditEvent.tag)).all()


@pytest.mark.parametrize(
    "email", ["someone@example.com", "nobody@example.com", "not an address", "\x00", "x" * 10_000]
)
def test_wrong_ones_are_answered_alike(session, email) -> None:
    """Known, unknown or nonsense: nobody, no wait, one failure in the memory, no name in it."""
    make_person(email="someone@example.com")
    outcome = attempt(email, "wrong")
    assert (outcome.person, outcome.wait_until) == (None, None)
    row = session.scalars(select(LoginAttempt)).one()
    assert email not in (row.name_digest, row.address_digest)
    assert len(row.name_digest) == 64


@pytest.mark.parametrize("email", ["someone@example.com", "nobody@example.com"])
def test_too_many_failures_at_a_name_stop_even_the_right_password(email) -> None:
    """From any address; known or not; over after fifteen minutes."""
    make_person(email="someone@example.com")
    allowed = settings.get("login.failures_allowed")
    outcome = fail(email, allowed)
    assert outcome.wait_until is not None
    elsewhere = attempt(email, PASSWORD, "198.51.100.7")
    assert elsewhere.person is None
    assert elsewhere.wait_until is not None
    with clock.frozen(elsewhere.wait_until + timedelta(seconds=1)):
        after = attempt(email, PASSWORD, "198.51.100.7")
    assert (after.person is not None) == (email == "someone@example.com")
    assert after.wait_until is None


def test_too_many_failures_from_an_address_stop_every_name() -> None:
    """Guessing one password for many names is guessing too; one colleague's forgetting stops nobody else."""
    make_person(email="someone@example.com")
    allowed = settings.get("login.failures_allowed")
    fail("nobody@example.com", allowed + 2)
    assert attempt("someone@example.com", PASSWORD).person is not None
    for number in range(allowed * (signin.PEOPLE_BEHIND_AN_ADDRESS - 1)):
        attempt(f"nobody{number}@example.com", "wrong")
    assert attempt("someone@example.com", PASSWORD).wait_until is not None
    assert attempt("someone@example.com", PASSWORD, "198.51.100.7").person is not None


def test_a_right_password_clears_the_name_but_not_the_address(session) -> None:
    """Else an attacker's own account would wash the address clean."""
    make_person(email="someone@example.com")
    fail("someone@example.com", 3)
    attempt("nobody@example.com", "wrong")
    assert attempt("someone@example.com", PASSWORD).person is not None
    names = set(session.scalars(select(LoginAttempt.name_digest)))
    assert names == {salted_digest("name", "nobody@example.com")}


def test_attempts_made_at_once_do_not_slip_through() -> None:
    """The brake is asked again when the outcome is written."""
    make_person(email="someone@example.com")
    examined = signin.examine("someone@example.com", PASSWORD, "198.51.100.7")
    fail("someone@example.com", settings.get("login.failures_allowed"))
    with unit_of_work():
        outcome = signin.conclude(examined)
    assert (outcome.person, outcome.wait_until is not None) == (None, True)


def test_a_closed_account_does_not_sign_in() -> None:
    """Nor does it exist for a reset."""
    person = make_person(email="someone@example.com")
    with unit_of_work():
        accounts.close(actor(person))
    assert attempt("someone@example.com", PASSWORD).person is None
    assert accounts.session_epoch(person.id) is None


def test_idle_time_counts_for_staff_only() -> None:
    """The setting decides, in minutes."""
    limit = timedelta(minutes=settings.get("session.staff_idle_minutes"))
    staff, member = make_staff(Role.FINANCE), make_person(make_organisation())
    longer = limit + timedelta(seconds=1)
    assert signin.is_idle_too_long(staff.id, longer)
    assert not signin.is_idle_too_long(staff.id, limit)
    assert not signin.is_idle_too_long(member.id, longer)
    assert not signin.is_idle_too_long(make_staff(Role.EXPERT).id, longer)


def link_of(person: Person) -> str:
    """The secret in the newest mail to a person."""
    query = select(MailMessage).where(MailMessage.recipient == person.email).order_by(MailMessage.id.desc())
    mail = db.session.scalars(query).first()
    assert mail is not None
    return str(mail.params["path"]).rpartition("/")[2]


def ask(email: str) -> None:
    """Ask for a link as the page does."""
    with unit_of_work():
        resets.ask(email)


def test_a_reset_works_once_and_ends_sessions(session) -> None:
    """New password in, old one out, brake lifted."""
    person = make_person()
    ask(person.email.upper())
    token, epoch = link_of(person), person.session_epoch
    fail(person.email, settings.get("login.failures_allowed"))
    with pytest.raises(DomainError) as refused, unit_of_work():
        resets.use(token, "short")
    assert refused.value.field == "password"
    with unit_of_work():
        resets.use(token, NEW)
    assert person.session_epoch == epoch + 1
    assert attempt(person.email, NEW, "198.51.100.7").person is not None
    assert attempt(person.email, PASSWORD, "198.51.100.7").person is None
    with pytest.raises(Conflict) as used, unit_of_work():
        resets.use(token, NEW)
    assert used.value.code == "reset_used"


def test_a_reset_runs_out_after_an_hour_and_is_replaced_by_the_next() -> None:
    """Only the newest mail works."""
    person = make_person()
    ask(person.email)
    first = link_of(person)
    ask(person.email)
    second = link_of(person)
    with pytest.raises(Conflict):
        resets.person_behind(first)
    assert resets.person_behind(second).id == person.id
    with clock.frozen(clock.now() + timedelta(minutes=60)), pytest.raises(Conflict) as over:
        resets.person_behind(second)
    assert over.value.code == "reset_expired"


def test_asking_for_unknown_or_too_often_sends_nothing_and_says_nothing(session) -> None:
    """At most five mails an hour to one account."""
    ask("nobody@example.com")
    assert session.scalars(select(MailMessage)).all() == []
    person = make_person()
    for _each in range(resets.MOST_AN_HOUR + 3):
        ask(person.email)
    assert len(session.scalars(select(MailMessage)).all()) == resets.MOST_AN_HOUR
    with pytest.raises(DomainError):
        ask("not an address")


@pytest.mark.parametrize("token", ["", "nonsense", "令牌", "x" * 5_000])
def test_unknown_links_are_not_found(token) -> None:
    """Whatever is typed there; an invitation's secret is no reset."""
    with pytest.raises(NotFound):
        resets.person_behind(token)


def test_changing_the_password_needs_the_old_one_and_a_good_new_one() -> None:
    """And ends other sessions."""
    person = make_person(name="李某某某")
    epoch = person.session_epoch
    for current, new, field in (
        ("wrong", NEW, "current"),
        (PASSWORD, "short", "password"),
        (PASSWORD, PASSWORD, "password"),
        (PASSWORD, "1234567890", "password"),
    ):
        with pytest.raises(DomainError) as refused, unit_of_work():
            accounts.change_password(actor(person), current, new)
        assert refused.value.field == field
    with unit_of_work():
        accounts.change_password(actor(person), PASSWORD, NEW)
    assert person.session_epoch == epoch + 1
    assert person.password_hash.startswith("$argon2id$")


def test_details_are_checked_and_changed(session) -> None:
    """Everything wrong at once; the trail names fields, not values."""
    person = make_person()
    with pytest.raises(ValidationFailed) as refused, unit_of_work():
        accounts.change_details(actor(person), "名" * 61, "abc")
    assert [error.field for error in refused.value.errors] == ["name", "phone"]
    with unit_of_work():
        accounts.change_details(actor(person), " 新\x00名 ", "０５５７-３０２４５６７")
    assert (person.name, person.phone) == ("新名", "0557-3024567")
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == "person.changed")).one()
    assert event.details == {"fields": ["name", "phone"]}


def test_new_accounts_are_checked_as_a_whole() -> None:
    """Taken addresses included."""
    taken = make_person().email
    with pytest.raises(ValidationFailed) as refused:
        accounts.checked_person("", taken, "1", "short")
    assert [error.field for error in refused.value.errors] == ["name", "phone", "password", "email"]


def test_closing_blanks_the_person_and_keeps_the_trail(session) -> None:
    """Nothing of name, address or telephone is left in what we hold."""
    organisation = make_organisation()
    make_person(organisation, position="manager")
    person = make_person(organisation, name="将要注销", email="leaving@example.com")
    ask(person.email)
    with unit_of_work():
        accounts.close(actor(person))
    assert (person.name, person.phone, person.password_hash) == ("已注销用户", "", "")
    assert person.email == f"closed-{person.id}@closed.invalid"
    assert actors.current_membership(person.id) is None
    for table in (OneTimeToken, Notice):
        assert session.scalars(select(table).where(table.person_id == person.id)).all() == []
    assert "person.closed" in session.scalars(select(AuditEvent.tag)).all()
    with pytest.raises(NotFound):
        accounts.own(actor(person))
    again = make_person(email="leaving@example.com")
    assert again.id != person.id


def test_a_manager_and_the_last_administrator_hand_over_before_closing() -> None:
    """Somebody must be able to act."""
    organisation = make_organisation()
    manager = make_person(organisation, position="manager")
    with pytest.raises(DomainError) as alone, unit_of_work():
        accounts.close(actor(manager))
    assert alone.value.code == "manager_alone"
    colleague = make_person(organisation)
    with pytest.raises(DomainError) as first, unit_of_work():
        accounts.close(actor(manager))
    assert first.value.code == "manager_stays"
    with unit_of_work():
        members.hand_over(actor(manager), organisation, colleague.id)
    with unit_of_work():
        accounts.close(actor(manager))
    admin = make_staff(Role.SYSTEM_ADMIN)
    with pytest.raises(DomainError) as last, unit_of_work():
        accounts.close(actor(admin))
    assert last.value.code == "last_admin"


def test_consents_are_to_the_texts_in_force(session) -> None:
    """Agreeing again changes nothing."""
    person = make_person()
    assert not accounts.has_current_consents(actor(person))
    with pytest.raises(DomainError), unit_of_work():
        accounts.agree(actor(person), {"agreement": "1999", "privacy": "1999"})
    for _again in range(2):
        with unit_of_work():
            accounts.agree(actor(person), legal.current_versions())
    assert len(accounts.consents(actor(person))) == len(legal.DOCUMENTS)
    assert accounts.has_current_consents(actor(person))


def test_what_need_not_be_kept_is_forgotten(session) -> None:
    """Failed sign-ins after a day, dead links after a month."""
    person = make_person()
    fail(person.email, 2)
    ask(person.email)
    accounts.forget_old()
    assert len(session.scalars(select(LoginAttempt)).all()) == 2
    with clock.frozen(clock.now() + timedelta(days=32)):
        accounts.forget_old()
    assert session.scalars(select(LoginAttempt)).all() == []
    assert session.scalars(select(OneTimeToken)).all() == []


def test_the_platform_is_founded_once(session) -> None:
    """The first authority and its administrator; then only pages."""
    data = accounts.checked_person("系统管理员", "admin@example.com", "13800138000", PASSWORD)
    with unit_of_work():
        admin = signup.found_platform(make_uscc("authority"), PROFILE, data)
    who = actors.actor_of(admin.id)
    assert who.roles == {Role.SYSTEM_ADMIN}
    assert (who.is_manager, who.organisation_kind, who.organisation_verified) == (True, "authority", True)
    assert accounts.has_current_consents(who)
    with pytest.raises(Conflict), unit_of_work():
        signup.found_platform(make_uscc("authority"), PROFILE, data)


def test_a_stranger_has_no_account() -> None:
    """Nor may a visitor act as one."""
    with pytest.raises(NotFound):
        accounts.own(VISITOR)
    with pytest.raises((NotFound, NotAllowed)), unit_of_work():
        members.leave(VISITOR)


def test_two_sign_ups_with_one_address_are_stopped_by_the_database() -> None:
    """Both were checked before either was sent."""
    sign_up(make_uscc(), "twice@example.com")
    new = accounts.NewPerson("某", "twice@example.com", "13800138000", "x")
    with pytest.raises(DomainError) as refused, unit_of_work():
        accounts.create(new, legal.current_versions(), how="signup")
    assert refused.value.field == "email"
