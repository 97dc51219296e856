"""What the registrar did with a contract, how it was changed afterwards, and prices published before signing."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import (
    Code,
    Created,
    Line,
    LongText,
    Model,
    Moment,
    PrimaryKey,
    Versioned,
    reference,
)
from marketplace.models.deals.contracts import Contract, ContractVersion


class ContractRegistration(Created, Versioned, Model):
    """The registration of a contract: ``local`` by the city's own registry, ``external`` by a certificate from outside.

    Declared by a party (external) or begun by the registrar's examination (local); in force since ``decided_at``.
    ``registered_on`` is the certificate's date, on which the contract counts.
    """

    __tablename__ = "contract_registrations"
    __table_args__ = (
        CheckConstraint("route IN ('local','external')", name="route_known"),
        CheckConstraint("turnover_fen >= 0", name="turnover_not_negative"),
        CheckConstraint(
            "technical_fen >= 0 AND technical_fen <= turnover_fen", name="technical_within_turnover"
        ),
        CheckConstraint("checked_by IS NULL OR checked_by <> examined_by", name="second_person_checks"),
        CheckConstraint(
            "decided_at IS NULL OR (registered_on IS NOT NULL AND examined_by IS NOT NULL)",
            name="decided_has_date_and_examiner",
        ),
    )

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id", index=False, unique=True)
    route: Mapped[Code]
    # 16 digits, or 14 in the legacy form; None until the national number is known.
    number: Mapped[str | None] = mapped_column(String(16), unique=True)
    registry_name: Mapped[str] = mapped_column(String(120), default="")
    registered_on: Mapped[date | None]
    turnover_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    technical_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    checklist: Mapped[dict[str, Any]] = mapped_column(default=dict)
    declared_by: Mapped[int | None] = reference("persons.id")
    examined_by: Mapped[int | None] = reference("persons.id")
    examined_at: Mapped[Moment | None]
    checked_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    contract: Mapped[Contract] = relationship(back_populates="registration")


class ContractChange(Created, Versioned, Model):
    """A signed, dated change of a registered contract: 变更, 金额补正, 解除, 注销.

    ``version_id`` is the text that it brings, for 变更 and 金额补正.
    """

    __tablename__ = "contract_changes"
    __table_args__ = (
        CheckConstraint("kind IN ('amend','supplement','rescind','deregister')", name="kind_known"),
        CheckConstraint("state IN ('draft','submitted','returned','approved','withdrawn')", name="state_known"),
        CheckConstraint("(state = 'approved') = (decided_at IS NOT NULL)", name="approved_has_date"),
        CheckConstraint("state IN ('draft','withdrawn') OR signed_on IS NOT NULL", name="signed_when_submitted"),
        Index(
            "uq_contract_changes_open", "contract_id", unique=True,
            sqlite_where=text("state IN ('draft','submitted','returned')"),
            postgresql_where=text("state IN ('draft','submitted','returned')"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id")
    kind: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="draft")
    organisation_id: Mapped[int] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")
    signed_on: Mapped[date | None]
    reason: Mapped[LongText] = mapped_column(default="")
    version_id: Mapped[int | None] = reference("contract_versions.id")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    contract: Mapped[Contract] = relationship(lazy="joined")
    proposed: Mapped[ContractVersion | None] = relationship(lazy="joined")


class PricePublication(Created, Versioned, Model):
    """协议定价公示: name and price of what a public institution is about to sell, shown for a number of days."""

    __tablename__ = "price_publications"
    __table_args__ = (
        CheckConstraint("state IN ('open','finished','withdrawn','halted')", name="state_known"),
        CheckConstraint("price_fen > 0", name="price_positive"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index(
            "uq_price_publications_open", "contract_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    contract_id: Mapped[int] = reference("contracts.id")
    organisation_id: Mapped[int] = reference("organisations.id")
    created_by: Mapped[int | None] = reference("persons.id")
    name: Mapped[Line]
    price_fen: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    state: Mapped[Code] = mapped_column(default="open")
    state_note: Mapped[LongText] = mapped_column(default="")
    contract: Mapped[Contract] = relationship(lazy="joined")
    objections: Mapped[list["PriceObjection"]] = relationship(
        back_populates="publication", order_by="PriceObjection.id"
    )


class PriceObjection(Created, Versioned, Model):
    """What somebody says against a published price; the registrar answers it."""

    __tablename__ = "price_objections"
    __table_args__ = (
        CheckConstraint("state IN ('open','dismissed','upheld')", name="state_known"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_date"),
    )

    id: Mapped[PrimaryKey]
    publication_id: Mapped[int] = reference("price_publications.id")
    name: Mapped[str] = mapped_column(String(60))
    contact: Mapped[str] = mapped_column(String(254))
    words: Mapped[LongText]
    state: Mapped[Code] = mapped_column(default="open")
    answer: Mapped[LongText] = mapped_column(default="")
    decided_by: Mapped[int | None] = reference("persons.id")
    decided_at: Mapped[Moment | None]
    publication: Mapped[PricePublication] = relationship(back_populates="objections", lazy="joined")
