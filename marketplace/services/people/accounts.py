"""Accounts: a person's sign-in name, password and personal data, from opening to closing."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from marketplace.domain.people.passwords import normal_password
from marketplace.extensions import db
from marketplace.models.people import Person

_HASHER = PasswordHasher()
"""Argon2id with the library's current parameters (RFC 9106, low memory)."""

_NOBODY = _HASHER.hash("somebody who does not exist")
"""Checked against where there is no such account, so that the answer takes as long as for one that exists."""


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password that has passed ``check_password``."""
    return _HASHER.hash(normal_password(password))


def password_fits(person: Person | None, password: str) -> bool:
    """Return whether ``password`` opens the account; takes as long for nobody as for somebody."""
    known = person.password_hash if person is not None else ""
    try:
        _HASHER.verify(known or _NOBODY, normal_password(password[:1000]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(known)


def session_epoch(person_id: int) -> int | None:
    """Return the epoch under which sessions of the person are valid; None for a closed or unknown account."""
    return db.session.scalar(
        select(Person.session_epoch).where(Person.id == person_id, Person.closed_at.is_(None))
    )
