"""What somebody has typed so far while signing up."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.models.base import Created, Digest, Model, Moment, PrimaryKey, reference


class SignupDraft(Created, Model):
    """A sign-up in progress, known to one browser by a secret; forgotten after a week.

    ``data`` holds the answers of each step, never a password: only its hash is kept. ``organisation_id`` is
    set when the draft was sent, so that sending it again leads to the same organisation.
    """

    __tablename__ = "signup_drafts"

    id: Mapped[PrimaryKey]
    token_digest: Mapped[Digest] = mapped_column(unique=True)
    uscc: Mapped[str] = mapped_column(String(18))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    person_id: Mapped[int | None] = reference("persons.id")
    organisation_id: Mapped[int | None] = reference("organisations.id")
    expires_at: Mapped[Moment] = mapped_column(index=True)
