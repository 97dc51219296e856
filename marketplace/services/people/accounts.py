"""Accounts: a person's sign-in name, password and personal data, from opening to closing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, delete, select, update

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.identifiers import parse_email, parse_phone
from marketplace.domain.people import legal
from marketplace.domain.people.passwords import check_password, normal_password
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.models.catalogue import Favourite, SavedHit, SavedSearch
from marketplace.models.people import (
    Consent,
    Invitation,
    LoginAttempt,
    OneTimeToken,
    Person,
    SignupDraft,
)
from marketplace.models.platform import FileLink, MailMessage, Notice, NoticeMute, NoticePreference
from marketplace.services.outside import outside
from marketplace.services.people import grants, members
from marketplace.services.platform import audit
from marketplace.services.unit import unit_of_work

NAME_LENGTH = 60


@cache
def _nobody() -> str:
    """Checked against where there is no such account, so that the answer takes as long as for one that exists.

    Made on first use: a hash takes its time on purpose, which no command that checks no password should pay.
    """
    return outside().hasher.hash("somebody who does not exist")


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password that has passed ``check_password``."""
    return outside().hasher.hash(normal_password(password))


def password_fits(person: Person | None, password: str) -> bool:
    """Return whether ``password`` opens the account; takes as long for nobody as for somebody."""
    known = person.password_hash if person is not None else ""
    nobody = _nobody()
    try:
        outside().hasher.verify(known or nobody, normal_password(password[:1000]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(known)


def session_epoch(person_id: int) -> int | None:
    """Return the epoch under which sessions of the person are valid; None for an account that nobody may use."""
    return db.session.scalar(select(Person.session_epoch).where(Person.id == person_id, *_usable()))


def by_email(email: str) -> Person | None:
    """Return the usable account with a mail address in its canonical writing."""
    return db.session.scalar(select(Person).where(Person.email == email, *_usable()))


def _usable() -> list[ColumnElement[bool]]:
    """An account that is open, not suspended and, where it belongs to the demonstration, in a site that is one."""
    usable: list[ColumnElement[bool]] = [Person.closed_at.is_(None), Person.suspended_at.is_(None)]
    return usable if outside().demo_mode else [*usable, Person.is_demo.is_(False)]


def own(actor: Actor) -> Person:
    """Return the actor's own account; NotFound for a visitor."""
    person = db.session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None or person.closed_at is not None:
        raise NotFound()
    return person


def checked_name(name: str) -> str:
    """Return a person's name; raises DomainError with field ``name``."""
    text = clean_line(name)
    if not text:
        raise DomainError("name_empty", N_("请填写姓名"), field="name")
    if len(text) > NAME_LENGTH:
        raise DomainError(
            "name_long", N_("姓名最多%(longest)d个字，请缩短"), field="name", longest=NAME_LENGTH
        )
    return text


@dataclass(frozen=True)
class NewPerson:
    """What somebody gives to open an account. ``password_hash`` is already made of a checked password."""

    name: str
    email: str
    phone: str
    password_hash: str

    def with_email(self, email: str) -> "NewPerson":
        """Return the same with another mail address."""
        return replace(self, email=email)


def checked_person(name: str, email: str, phone: str, password: str, kept_hash: str = "") -> NewPerson:
    """Return the canonical data of a new account; raises ValidationFailed with every field that is wrong.

    ``kept_hash`` stands for a password that was checked before; it holds where none is typed.

    An address that has an account already is an error of the field ``email``; the database says so again
    should somebody be faster.
    """
    errors: list[FieldError] = []

    def checked(field: str, check: Callable[[], str]) -> str:
        try:
            return check()
        except DomainError as refused:
            errors.append(FieldError(field, refused.code, refused.message, refused.params))
            return ""

    clean_name = checked("name", lambda: checked_name(name))
    clean_email = checked("email", lambda: parse_email(email))
    clean_phone = checked("phone", lambda: parse_phone(phone))
    if password or not kept_hash:
        checked("password", lambda: check_password(password, clean_email, clean_name))
    if clean_email and db.session.scalar(select(Person.id).where(Person.email == clean_email)):
        errors.append(FieldError("email", "email_taken", N_("此邮箱已经注册，请直接登录或找回密码")))
    if errors:
        raise ValidationFailed(errors)
    return NewPerson(clean_name, clean_email, clean_phone, hash_password(password) if password else kept_hash)


def create(data: NewPerson, versions: Mapping[str, str], how: str, is_demo: bool = False) -> Person:
    """Open an account; ``versions`` are the texts agreed to, ``how`` says by which way (for the trail)."""
    person = Person(
        name=data.name, email=data.email, phone=data.phone, password_hash=data.password_hash, is_demo=is_demo
    )
    db.session.add(person)
    db.session.flush()
    actor = Actor(person_id=person.id, name=person.name)
    audit.record(actor, "person.create", "person", person.id, how=how)
    agree(actor, versions)
    return person


def agree(actor: Actor, versions: Mapping[str, str]) -> None:
    """Record that the actor agrees to these versions of the agreement and the privacy notice.

    Raises DomainError with field ``agreed`` where a version is not the one in force now: people agree to what
    they were shown, and it may have changed meanwhile.
    """
    if dict(versions) != legal.current_versions():
        raise DomainError("consent_missing", N_("请阅读并同意现行的用户服务协议和隐私政策"), field="agreed")
    known = {(row.document, row.document_version) for row in consents(actor)}
    for document, version in versions.items():
        if (document, version) not in known:
            db.session.add(Consent(person_id=actor.person_id, document=document, document_version=version))
            audit.record(actor, "consent.give", "person", actor.person_id, document=document, version=version)
    db.session.flush()


def consents(actor: Actor) -> list[Consent]:
    """Return what the actor agreed to, oldest first."""
    query = select(Consent).where(Consent.person_id == actor.person_id)
    return list(db.session.scalars(query.order_by(Consent.id)))


def has_current_consents(actor: Actor) -> bool:
    """Return whether the actor agreed to the texts in force today."""
    known = {(row.document, row.document_version) for row in consents(actor)}
    return set(legal.current_versions().items()) <= known


def change_details(actor: Actor, name: str, phone: str) -> None:
    """Change the actor's own name and telephone; raises ValidationFailed."""
    person = own(actor)
    errors: list[FieldError] = []
    values = {}
    for field, check, given in (("name", checked_name, name), ("phone", parse_phone, phone)):
        try:
            values[field] = check(given)
        except DomainError as refused:
            errors.append(FieldError(field, refused.code, refused.message, refused.params))
    if errors:
        raise ValidationFailed(errors)
    changed = [field for field, value in values.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, values[field])
    if changed:
        audit.record(actor, "person.changed", "person", person.id, fields=changed)
    db.session.flush()


def set_password(actor: Actor, person: Person, password: str, how: str) -> None:
    """Give an account a new password and end all its sessions; raises DomainError with field ``password``."""
    check_password(password, person.email, person.name)
    person.password_hash = hash_password(password)
    person.session_epoch += 1
    db.session.flush()
    audit.record(actor, "person.password_changed", "person", person.id, how=how)


def change_password(actor: Actor, current: str, password: str) -> Person:
    """Change the actor's own password; raises DomainError with field ``current`` or ``password``."""
    person = own(actor)
    if not password_fits(person, current):
        raise DomainError("password_wrong", N_("现在的密码不对，请重新输入"), field="current")
    if password_fits(person, password):
        raise DomainError("password_same", N_("新密码与现在的密码相同，请换一个"), field="password")
    set_password(actor, person, password, how="changed")
    return person


def close(actor: Actor) -> None:
    """Close the actor's own account: personal data is blanked, sessions end, the audit trail stays.

    Raises DomainError for a 负责人 and for the last 系统管理员, who must hand over first.
    """
    members.refuse_while_managing(actor)
    person = own(actor)
    grants.end_all(actor, person.id)
    if actor.organisation_id is not None:
        members.leave(actor)
    _forget_mails(person)
    _forget_kept(person.id)
    person.email = f"closed-{person.id}@closed.invalid"
    person.name, person.phone, person.password_hash = N_("已注销用户"), "", ""
    person.closed_at = clock.now()
    person.session_epoch += 1
    db.session.flush()
    audit.record(actor, "person.closed", "person", person.id)


def _forget_kept(person_id: int) -> None:
    """Remove what the person kept for themselves: searches, favourites with their notes, muted notices."""
    own = select(SavedSearch.id).where(SavedSearch.person_id == person_id)
    for removal in (
        delete(SavedHit).where(SavedHit.search_id.in_(own)),
        delete(SavedSearch).where(SavedSearch.person_id == person_id),
        delete(Favourite).where(Favourite.person_id == person_id),
        delete(NoticeMute).where(NoticeMute.person_id == person_id),
    ):
        db.session.execute(removal)


def _forget_mails(person: Person) -> None:
    """Blank what else knows the person's address: invitations, mails sent, notices, links."""
    for invitation in db.session.scalars(select(Invitation).where(Invitation.email == person.email)):
        if invitation.state != "open":
            invitation.email, invitation.name = f"closed-{person.id}@closed.invalid", ""
    sent = update(MailMessage).where(MailMessage.recipient == person.email, MailMessage.sent_at.is_not(None))
    db.session.execute(sent.values(recipient="", params={}))
    for table in (Notice, NoticePreference, OneTimeToken):
        db.session.execute(delete(table).where(table.person_id == person.id))
    db.session.flush()


def forget_old() -> None:
    """Delete what need not be kept: sign-ups given up, failed sign-ins of yesterday, links long dead."""
    at = clock.now()
    stale = [
        delete(LoginAttempt).where(LoginAttempt.at < at - timedelta(days=1)),
        delete(OneTimeToken).where(OneTimeToken.expires_at < at - timedelta(days=30)),
        delete(FileLink).where(
            FileLink.subject_kind == "signup",
            FileLink.subject_id.in_(select(SignupDraft.id).where(SignupDraft.expires_at < at)),
        ),
        delete(SignupDraft).where(SignupDraft.expires_at < at),
    ]
    with unit_of_work():
        for each in stale:
            db.session.execute(each)
