"""The audit trail: events written with what they tell of, sealed into a hash chain afterwards."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.models.base import Code, Digest, Key, Model, Moment, PrimaryKey, reference


class AuditEvent(Model):
    """One thing that happened. Append-only: a trigger refuses UPDATE and DELETE on both engines.

    Holds ids, codes and salted digests only, never a person's data. ``actor_id`` is no foreign key,
    so that the trail outlives everything it speaks of; None is the system itself.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "subject_kind", "subject_id"),)

    id: Mapped[PrimaryKey]
    at: Mapped[Moment]
    actor_id: Mapped[int | None] = mapped_column(Key, index=True)
    organisation_id: Mapped[int | None] = mapped_column(Key)
    tag: Mapped[Code] = mapped_column(index=True)
    subject_kind: Mapped[Code]
    subject_id: Mapped[int | None] = mapped_column(Key)
    details: Mapped[dict[str, Any]]


class AuditSeal(Model):
    """A link of the chain: ``digest`` = SHA-256 of the previous link's digest and the event."""

    __tablename__ = "audit_seals"

    sequence: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = reference("audit_events.id", index=False)
    previous: Mapped[Digest]
    digest: Mapped[Digest] = mapped_column(unique=True)
    sealed_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("event_id"),)
