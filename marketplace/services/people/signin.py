"""Signing in: by mail address and password, with a brake on guessing by name and by address alike.

Nothing here tells whether an account exists: neither the words, nor the time taken, nor the brake.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from marketplace.domain import clock
from marketplace.domain.access import STAFF_ROLES, Actor
from marketplace.domain.errors import DomainError
from marketplace.domain.identifiers import parse_email
from marketplace.domain.text import clean_line
from marketplace.extensions import db
from marketplace.models.people import LoginAttempt, Person
from marketplace.services.people import accounts, actors
from marketplace.services.people.tokens import salted_digest
from marketplace.services.platform import audit, settings

WINDOW = timedelta(minutes=15)
PEOPLE_BEHIND_AN_ADDRESS = 5
"""How many times as many failures an address may have: behind one stands an office, or a whole campus."""


@dataclass(frozen=True)
class Attempt:
    """An attempt whose password has been compared. ``wait_until`` is set when the brake is on."""

    person_id: int | None
    name_digest: str
    address_digest: str
    wait_until: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: a person, or nobody, and then perhaps a moment to wait for."""

    person: Person | None
    wait_until: datetime | None


def examine(email: str, password: str, address: str) -> Attempt:
    """Compare the password, without writing: hashing takes long and must not hold the write lock.

    ``address`` is where the request came from; it is kept only as a salted digest.
    """
    try:
        name = parse_email(email)
    except DomainError:
        name = clean_line(email).lower()[:254]
    digests = salted_digest("name", name), salted_digest("address", address)
    wait_until = _wait_until(*digests)
    person = accounts.by_email(name)
    # The password is compared even when the brake is on, so that the answer takes as long.
    fits = accounts.password_fits(person, password)
    known = person.id if person is not None and fits and wait_until is None else None
    return Attempt(known, *digests, wait_until)


def conclude(attempt: Attempt) -> Outcome:
    """Record the outcome of an attempt; call it inside a unit of work.

    The brake is asked again: of many attempts made at once, only as many count as are allowed.
    """
    wait_until = attempt.wait_until or _wait_until(attempt.name_digest, attempt.address_digest)
    if wait_until is not None:
        return Outcome(None, wait_until)
    person = db.session.get(Person, attempt.person_id) if attempt.person_id is not None else None
    if person is None or person.state != "active":
        _record_failure(attempt)
        return Outcome(None, _wait_until(attempt.name_digest, attempt.address_digest))
    forget_failures(person)
    person.last_login_at = clock.now()
    db.session.flush()
    audit.record(actors.actor_of(person.id), "person.login", "person", person.id)
    return Outcome(person, None)


def _record_failure(attempt: Attempt) -> None:
    db.session.add(
        LoginAttempt(name_digest=attempt.name_digest, address_digest=attempt.address_digest, at=clock.now())
    )
    db.session.flush()
    audit.record(Actor(), "person.login_failed", "person", None, name_digest=attempt.name_digest)


def forget_failures(person: Person) -> None:
    """Let failures at a person's name count no more: the right password, or a new one, was given."""
    db.session.execute(
        delete(LoginAttempt).where(LoginAttempt.name_digest == salted_digest("name", person.email))
    )


def _wait_until(name_digest: str, address_digest: str) -> datetime | None:
    return wait_until(name_digest, address_digest, settings.get("login.failures_allowed"), WINDOW)


def wait_until(name_digest: str, address_digest: str, allowed: int, window: timedelta) -> datetime | None:
    """Return when the next attempt is allowed, None for now: as soon as fewer failures lie in the window.

    ``allowed`` failures at a name, and PEOPLE_BEHIND_AN_ADDRESS times as many from an address.
    """
    since = clock.now() - window
    moments = []
    for column, digest, most in (
        (LoginAttempt.name_digest, name_digest, allowed),
        (LoginAttempt.address_digest, address_digest, allowed * PEOPLE_BEHIND_AN_ADDRESS),
    ):
        # With the n-th failure from the end out of the window, n - 1 are left in it.
        query = select(LoginAttempt.at).where(column == digest, LoginAttempt.at > since)
        decisive = db.session.scalar(query.order_by(LoginAttempt.at.desc()).offset(most - 1).limit(1))
        if decisive is not None:
            moments.append(decisive + window)
    return max(moments, default=None)


def confirm(actor: Actor, password: str, address: str) -> Outcome:
    """Compare the signed-in person's own password again, under the same brake; call inside a unit of work."""
    person = accounts.own(actor)
    return conclude(examine(person.email, password, address))


def is_idle_too_long(person_id: int, idle: timedelta) -> bool:
    """Return whether somebody with a staff role was idle for longer than the setting allows."""
    if idle < timedelta(minutes=1):
        return False
    roles = {grant.role for grant in actors.grants_of(person_id)}
    limit = timedelta(minutes=settings.get("session.staff_idle_minutes"))
    return bool(roles & STAFF_ROLES) and idle > limit
