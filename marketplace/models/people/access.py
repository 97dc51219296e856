"""Roles, consents, one-time links and the memory of failed sign-ins."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Code, Created, Digest, Model, Moment, PrimaryKey, reference
from marketplace.models.people.persons import Person


class RoleGrant(Created, Model):
    """A role of a person in a scope (a division code, or everywhere), from a day to a day (both included)."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
        CheckConstraint(
            "(role = 'subsidy_first_reviewer') = (scope IS NOT NULL)", name="office_scope_iff_first_reviewer"
        ),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id")
    role: Mapped[Code]
    scope: Mapped[str | None] = mapped_column(String(6))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    granted_by: Mapped[int | None] = reference("persons.id")
    revoked_at: Mapped[Moment | None]
    revoked_by: Mapped[int | None] = reference("persons.id")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")


class Consent(Created, Model):
    """That a person agreed to a version of the agreement or the privacy notice."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("person_id", "document", "document_version"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id")
    document: Mapped[Code]
    document_version: Mapped[str] = mapped_column(String(20))


class OneTimeToken(Created, Model):
    """A mailed link that works once (password reset); only its digest is kept."""

    __tablename__ = "one_time_tokens"

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id")
    purpose: Mapped[Code]
    token_digest: Mapped[Digest] = mapped_column(unique=True)
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class LoginAttempt(Model):
    """A failed sign-in or 进度查询, by salted digests of the name or number typed and of the address it came from."""

    __tablename__ = "login_attempts"
    __table_args__ = (
        Index("ix_login_attempts_name", "name_digest", "at"),
        Index("ix_login_attempts_address", "address_digest", "at"),
    )

    id: Mapped[PrimaryKey]
    name_digest: Mapped[Digest]
    address_digest: Mapped[Digest]
    at: Mapped[Moment]
