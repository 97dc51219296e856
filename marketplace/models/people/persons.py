"""People, their place in an organisation, and invitations."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.domain import clock
from marketplace.models.base import (
    Code,
    Created,
    Digest,
    Model,
    Moment,
    PrimaryKey,
    UtcDateTime,
    Versioned,
    reference,
)  # fmt: skip
from marketplace.models.people.organisations import Organisation

POSITIONS = "'manager','agent'"


class Person(Created, Versioned, Model):
    """Somebody who signs in. ``session_epoch`` rises to end every other session."""

    __tablename__ = "persons"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("closed_at IS NULL OR password_hash = ''", name="closed_cannot_sign_in"),
    )

    id: Mapped[PrimaryKey]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(30), default="")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    session_epoch: Mapped[int] = mapped_column(default=0)
    last_login_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    # Since when an administrator keeps the person from signing in; None for people who may.
    suspended_at: Mapped[Moment | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")

    @property
    def state(self) -> str:
        """State of the PERSON machine; "closed" for an account that its owner closed for good."""
        if self.closed_at is not None:
            return "closed"
        return "active" if self.suspended_at is None else "suspended"

    @state.setter
    def state(self, value: str) -> None:
        self.suspended_at = clock.now() if value == "suspended" else None


class Membership(Model):
    """A person's place in an organisation (负责人 manager or 经办人 agent), from a moment to a moment."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint(f"position IN ({POSITIONS})", name="position_known"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
        Index(
            "uq_memberships_current_person", "person_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_memberships_current_manager", "organisation_id", unique=True,
            sqlite_where=text("ended_at IS NULL AND position = 'manager'"),
            postgresql_where=text("ended_at IS NULL AND position = 'manager'"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference("persons.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    position: Mapped[Code]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[Moment | None]
    person: Mapped[Person] = relationship(back_populates="memberships", lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class Invitation(Created, Versioned, Model):
    """A mailed invitation into an organisation; only the digest of its token is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint(f"position IN ({POSITIONS})", name="position_known"),
        CheckConstraint("state IN ('open','accepted','revoked')", name="state_known"),
        Index(
            "uq_invitations_open", "organisation_id", "email", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = reference("organisations.id")
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(60))
    position: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="open")
    token_digest: Mapped[Digest] = mapped_column(unique=True)
    expires_at: Mapped[Moment]
    invited_by: Mapped[int] = reference("persons.id")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
