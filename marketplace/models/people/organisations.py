"""Organisations and the dated versions of what is known about them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Key,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)

STATES = "'unverified','verified','suspended','closed'"
PROFILE_STATES = "'pending','approved','returned','withdrawn'"


class Organisation(Created, Versioned, Model):
    """A legal person, known by its USCC.

    ``profile`` is the data in force: the last approved, else the first given.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state_known"),
        CheckConstraint("state <> 'verified' OR verified_at IS NOT NULL", name="verified_has_date"),
        CheckConstraint("kind IN ('university','enterprise','broker','authority')", name="kind_known"),
    )

    id: Mapped[PrimaryKey]
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    kind: Mapped[Code] = mapped_column(index=True)
    state: Mapped[Code] = mapped_column(default="unverified", index=True)
    # The office that does first reviews for a division, set on authorities only (docs/domain.md §1).
    office_division: Mapped[str | None] = mapped_column(String(6), unique=True)
    profile_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("organisation_profiles.id", use_alter=True, ondelete="RESTRICT")
    )
    verified_at: Mapped[Moment | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    profile: Mapped["OrganisationProfile | None"] = relationship(
        foreign_keys=[profile_id], lazy="joined", post_update=True
    )
    profiles: Mapped[list["OrganisationProfile"]] = relationship(
        foreign_keys="OrganisationProfile.organisation_id", back_populates="organisation",
        order_by="OrganisationProfile.ordinal",
    )  # fmt: skip

    @property
    def name(self) -> str:
        """Name in the profile in force."""
        return self.profile.name if self.profile else self.uscc


class OrganisationProfile(Created, Versioned, Model):
    """What an organisation said of itself, from a day on; a change is a new row that is verified again."""

    __tablename__ = "organisation_profiles"
    __table_args__ = (
        CheckConstraint(f"state IN ({PROFILE_STATES})", name="state_known"),
        CheckConstraint("state <> 'approved' OR valid_from IS NOT NULL", name="approved_has_date"),
        UniqueConstraint("organisation_id", "ordinal"),
        Index(
            "uq_organisation_profiles_pending", "organisation_id", unique=True,
            sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = reference("organisations.id")
    ordinal: Mapped[int]
    state: Mapped[Code] = mapped_column(default="pending")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    name: Mapped[str] = mapped_column(String(120), index=True)
    division: Mapped[str] = mapped_column(String(6), index=True)
    address: Mapped[str] = mapped_column(String(200))
    legal_representative: Mapped[str] = mapped_column(String(60))
    contact_name: Mapped[str] = mapped_column(String(60))
    contact_phone: Mapped[str] = mapped_column(String(30))
    contact_email: Mapped[str] = mapped_column(String(254))
    website: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[Code] = mapped_column(default="")
    sector: Mapped[Code] = mapped_column(default="")
    introduction: Mapped[LongText] = mapped_column(default="")
    submitted_by: Mapped[int | None] = reference("persons.id")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    organisation: Mapped[Organisation] = relationship(
        foreign_keys=[organisation_id], back_populates="profiles", lazy="joined"
    )


class OrganisationDecision(Created, Model):
    """What an administrator did to an organisation as a whole (suspend, restore, close), and why."""

    __tablename__ = "organisation_decisions"
    __table_args__ = (CheckConstraint("action IN ('suspend','restore','close')", name="action_known"),)

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = reference("organisations.id")
    action: Mapped[Code]
    note: Mapped[LongText]
    decided_by: Mapped[int | None] = reference("persons.id")
