"""Setting a new password by a mailed link: works once, for an hour; the answer never tells who has an account."""

from datetime import timedelta

from sqlalchemy import func, select, update

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.identifiers import parse_email
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.people import OneTimeToken, Person
from marketplace.services.people import accounts, signin
from marketplace.services.people.tokens import new_token, token_digest
from marketplace.services.platform import audit, notices

PURPOSE = "reset"
LASTS = timedelta(hours=1)
MOST_AN_HOUR = 5
"""Mails to one account within an hour; further wishes are answered alike and send nothing."""


def ask(email: str) -> None:
    """Mail a link to the address if it has an open account; do nothing otherwise, and say the same.

    Raises DomainError only where the text cannot be a mail address at all.
    """
    try:
        person = accounts.by_email(parse_email(email))
    except DomainError as refused:
        raise DomainError(refused.code, refused.message, "email", **refused.params) from refused
    if person is None or _asked_lately(person) >= MOST_AN_HOUR:
        return
    token = new_token()
    _use_up(person)
    db.session.add(
        OneTimeToken(
            person_id=person.id,
            purpose=PURPOSE,
            token_digest=token_digest(token),
            expires_at=clock.now() + LASTS,
        )
    )
    db.session.flush()
    audit.record(Actor(), "person.reset_asked", "person", person.id)
    notices.send_mail(
        person.email,
        "reset",
        name=person.name,
        path=f"/reset/{token}",
        minutes=int(LASTS.total_seconds() // 60),
    )


def _asked_lately(person: Person) -> int:
    query = select(func.count()).where(
        OneTimeToken.person_id == person.id,
        OneTimeToken.purpose == PURPOSE,
        OneTimeToken.created_at > clock.now() - LASTS,
    )
    return db.session.scalar(query) or 0


def _use_up(person: Person) -> None:
    """Make every earlier link of the person useless."""
    db.session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.person_id == person.id,
            OneTimeToken.purpose == PURPOSE,
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )


def person_behind(token: str) -> Person:
    """Return whose password a link may set.

    Raises NotFound for an unknown link, Conflict saying why for one that was used, replaced or has run out.
    """
    row = db.session.scalar(
        select(OneTimeToken).where(
            OneTimeToken.token_digest == token_digest(token), OneTimeToken.purpose == PURPOSE
        )
    )
    if row is None:
        raise NotFound(N_("链接不完整或不存在，请从最新的一封邮件中重新打开"))
    if row.used_at is not None:
        raise Conflict(N_("这个链接已经用过，或者之后又申请了新的链接，请使用最新的邮件"), code="reset_used")
    if row.expires_at <= clock.now():
        raise Conflict(N_("这个链接已超过一小时有效期，请重新申请"), code="reset_expired")
    person = db.session.get_one(Person, row.person_id)
    if person.state != "active":
        raise NotFound()
    return person


def use(token: str, password: str) -> Person:
    """Set a new password with a link, end all sessions, lift the brake; raises as ``person_behind``.

    A password that is refused (DomainError, field ``password``) leaves the link usable.
    """
    person = person_behind(token)
    accounts.set_password(Actor(person_id=person.id, name=person.name), person, password, how="reset")
    _use_up(person)
    signin.forget_failures(person)
    return person
