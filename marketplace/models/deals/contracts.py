"""Technology contracts, the versions of what they say, and the achievements they are about."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Key,
    Line,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)
from marketplace.models.people import Organisation

if TYPE_CHECKING:
    from marketplace.models.deals.registrations import ContractRegistration

LIVING = "'draft','offered','confirmed','submitted','examined','returned','registered','completed'"
ENDED = "'voided','refused','rescinded','deregistered','revoked'"


class TradedAchievement(Created, Model):
    """An achievement as contracts, payments and the subsidy's cap know it: a listed one, or one nobody listed.

    A line of a contract and every payment name this row, so that an unlisted achievement keeps its history when
    its owner claims it and it becomes a listing.
    """

    __tablename__ = "traded_achievements"

    id: Mapped[PrimaryKey]
    listing_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("listings.id", ondelete="RESTRICT"), unique=True
    )
    name: Mapped[Line]
    owner_name: Mapped[str] = mapped_column(String(200), default="")
    owner_uscc: Mapped[str] = mapped_column(String(18), default="", index=True)
    registration_number: Mapped[str] = mapped_column(String(20), default="", index=True)
    # Why it is another achievement, although a record that names the same right exists.
    explanation: Mapped[LongText] = mapped_column(default="")
    recorded_by: Mapped[int | None] = reference("persons.id")
    claimed_at: Mapped[Moment | None]
    rights: Mapped[list["TradedRight"]] = relationship(
        back_populates="traded", order_by="TradedRight.position", cascade="all, delete-orphan"
    )


class TradedRight(Model):
    """An intellectual property right of an achievement that nobody listed; ``number`` is canonical."""

    __tablename__ = "traded_rights"

    id: Mapped[PrimaryKey]
    traded_id: Mapped[int] = reference("traded_achievements.id")
    position: Mapped[int] = mapped_column(default=0)
    ip_type: Mapped[Code]
    number: Mapped[str] = mapped_column(String(60), default="", index=True)
    status: Mapped[Code] = mapped_column(default="valid")
    traded: Mapped[TradedAchievement] = relationship(back_populates="rights")


class Contract(Created, Versioned, Model):
    """The life of a contract: ``current`` is the text in force, while it is a draft the text being written.

    ``organisation_id`` is who drafts it: the buyer, a seller, or a 技术经理人 for both; None for an import.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint(f"state IN ({LIVING}) OR state IN ({ENDED})", name="state_known"),
        CheckConstraint("origin IN ('site','imported')", name="origin_known"),
        CheckConstraint("(origin = 'imported') = (organisation_id IS NULL)", name="imported_has_no_drafter"),
        CheckConstraint(
            "state IN ('draft','offered','confirmed','returned','voided') OR signed_on IS NOT NULL",
            name="signed_when_submitted",
        ),
        Index("ix_contracts_state", "state", "id"),
    )

    id: Mapped[PrimaryKey]
    # 平台备案号: what the site calls the contract until, and beside, its registration number.
    filing_number: Mapped[str] = mapped_column(String(30), unique=True)
    # In the address of the public verification page; says nothing about the order of contracts.
    public_code: Mapped[str] = mapped_column(String(40), unique=True)
    origin: Mapped[Code] = mapped_column(default="site")
    organisation_id: Mapped[int | None] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")
    state: Mapped[Code] = mapped_column(default="draft")
    state_note: Mapped[LongText] = mapped_column(default="")
    state_at: Mapped[Moment | None]
    version_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("contract_versions.id", use_alter=True, ondelete="RESTRICT"), index=True
    )
    signed_on: Mapped[date | None]
    # Each buyer of a joint purchase has a contract of its own; they share this key.
    joint_key: Mapped[str] = mapped_column(String(40), default="", index=True)
    demand_id: Mapped[int | None] = reference("listings.id")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    current: Mapped["ContractVersion | None"] = relationship(foreign_keys=[version_id], post_update=True)
    versions: Mapped[list["ContractVersion"]] = relationship(
        foreign_keys="ContractVersion.contract_id",
        back_populates="contract",
        order_by="ContractVersion.ordinal",
    )
    registration: Mapped["ContractRegistration | None"] = relationship(back_populates="contract")


class ContractVersion(Created, Versioned, Model):
    """What a contract says at one version. ``frozen_at``: since then it is agreed upon, registered or replaced.

    ``amount_fen`` is 成交额 and ``technical_fen`` 技术交易额, each the sum over the lines; with ``open_ended`` a part
    is 金额待定 and not in them.
    """

    __tablename__ = "contract_versions"
    __table_args__ = (
        UniqueConstraint("contract_id", "ordinal"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("technical_fen >= 0 AND technical_fen <= amount_fen", name="technical_within_amount"),
        CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="ends_after_start"
        ),
    )

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id")
    ordinal: Mapped[int]
    created_by: Mapped[int | None] = reference("persons.id")
    frozen_at: Mapped[Moment | None]
    title: Mapped[Line] = mapped_column(default="")
    kind: Mapped[Code] = mapped_column(default="")
    licence_scope: Mapped[Code] = mapped_column(default="")
    content: Mapped[LongText] = mapped_column(default="")
    is_import: Mapped[bool] = mapped_column(default=False)
    amount_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    technical_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    open_ended: Mapped[bool] = mapped_column(default=False)
    payment_mode: Mapped[Code] = mapped_column(default="")
    royalty_terms: Mapped[LongText] = mapped_column(default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    # None: nobody has declared it yet.
    related_party: Mapped[bool | None]
    related_note: Mapped[LongText] = mapped_column(default="")
    pricing: Mapped[Code] = mapped_column(default="")
    plan_source: Mapped[Code] = mapped_column(default="")
    rights_involved: Mapped[list[str]] = mapped_column(default=list)
    field: Mapped[Code] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    objective: Mapped[Code] = mapped_column(default="")
    contract: Mapped[Contract] = relationship(foreign_keys=[contract_id], back_populates="versions")
    parties: Mapped[list["ContractParty"]] = relationship(
        back_populates="version", order_by="ContractParty.position", cascade="all, delete-orphan"
    )
    lines: Mapped[list["ContractLine"]] = relationship(
        back_populates="version", order_by="ContractLine.position", cascade="all, delete-orphan"
    )
    instalments: Mapped[list["Instalment"]] = relationship(
        back_populates="version", order_by="Instalment.position", cascade="all, delete-orphan"
    )


class ContractParty(Model):
    """A party as it was at signing: the buyer stands at position 0, sellers follow, the first named first.

    ``organisation_id`` is None for whoever is no member (yet). No division means abroad: country and foreign number.
    """

    __tablename__ = "contract_parties"
    __table_args__ = (
        CheckConstraint("role IN ('buyer','seller')", name="role_known"),
        CheckConstraint("(role = 'buyer') = (position = 0)", name="buyer_stands_first"),
        CheckConstraint("disclosure IN ('','none','fact','parties','amount')", name="disclosure_known"),
        UniqueConstraint("version_id", "position"),
        Index("ix_contract_parties_uscc", "uscc"),
    )

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = reference("contract_versions.id")
    role: Mapped[Code]
    position: Mapped[int]
    organisation_id: Mapped[int | None] = reference("organisations.id")
    name: Mapped[str] = mapped_column(String(200), default="")
    uscc: Mapped[str] = mapped_column(String(18), default="")
    country: Mapped[str] = mapped_column(String(2), default="CN")
    foreign_number: Mapped[str] = mapped_column(String(60), default="")
    division: Mapped[str | None] = mapped_column(String(6))
    nature: Mapped[Code] = mapped_column(default="")
    is_transfer_institution: Mapped[bool] = mapped_column(default=False)
    is_research_institution: Mapped[bool] = mapped_column(default=False)
    in_high_tech_zone: Mapped[bool] = mapped_column(default=False)
    is_listed_company: Mapped[bool] = mapped_column(default=False)
    size: Mapped[Code] = mapped_column(default="")
    sector: Mapped[Code] = mapped_column(default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    legal_representative: Mapped[str] = mapped_column(String(60), default="")
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    disclosure: Mapped[Code] = mapped_column(default="")
    version: Mapped[ContractVersion] = relationship(back_populates="parties")


class ContractLine(Model):
    """One achievement's share of a contract; a contract without a split has one line.

    ``approved_technical_fen`` is what the registrar has 核定; None until then.
    """

    __tablename__ = "contract_lines"
    __table_args__ = (
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("technical_fen >= 0 AND technical_fen <= amount_fen", name="technical_within_amount"),
        CheckConstraint(
            "approved_technical_fen IS NULL OR "
            "(approved_technical_fen >= 0 AND approved_technical_fen <= amount_fen)",
            name="approved_within_amount",
        ),
        UniqueConstraint("version_id", "traded_id"),
    )

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = reference("contract_versions.id")
    position: Mapped[int] = mapped_column(default=0)
    traded_id: Mapped[int] = reference("traded_achievements.id")
    # The revision of the achievement that was sold; None where nobody listed it.
    revision_id: Mapped[int | None] = reference("revisions.id")
    amount_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    technical_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    approved_technical_fen: Mapped[int | None] = mapped_column(BigInteger)
    traded: Mapped[TradedAchievement] = relationship(lazy="joined")
    version: Mapped[ContractVersion] = relationship(back_populates="lines")


class Instalment(Model):
    """A part of the plan of payments. A royalty's amount may be open (None) until it is supplemented.

    In a draft also a fixed one may still lack its amount; no text is offered or registered like that.
    """

    __tablename__ = "instalments"
    __table_args__ = (
        CheckConstraint("kind IN ('fixed','royalty')", name="kind_known"),
        CheckConstraint("amount_fen IS NULL OR amount_fen > 0", name="amount_positive"),
        UniqueConstraint("version_id", "position"),
    )

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = reference("contract_versions.id")
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[Code] = mapped_column(default="fixed")
    due_on: Mapped[date | None]
    condition: Mapped[str] = mapped_column(String(200), default="")
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[ContractVersion] = relationship(back_populates="instalments")


class Confirmation(Created, Model):
    """What a party said to a version: ``member`` on the site, ``link`` by a mailed link, ``signed_file`` instead."""

    __tablename__ = "contract_confirmations"
    __table_args__ = (
        CheckConstraint("how IN ('member','link','signed_file')", name="how_known"),
        CheckConstraint("how = 'signed_file' OR typed_name <> ''", name="who_is_named"),
        Index(
            "uq_contract_confirmations_agreed", "version_id", "position", unique=True,
            sqlite_where=text("agreed"), postgresql_where=text("agreed"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = reference("contract_versions.id")
    position: Mapped[int]
    how: Mapped[Code]
    agreed: Mapped[bool]
    person_id: Mapped[int | None] = reference("persons.id")
    typed_name: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[LongText] = mapped_column(default="")


class ConfirmationLink(Created, Model):
    """A one-time link mailed to a party that is no member; only its digest is kept."""

    __tablename__ = "confirmation_links"

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = reference("contract_versions.id")
    position: Mapped[int]
    email: Mapped[str] = mapped_column(String(254))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
