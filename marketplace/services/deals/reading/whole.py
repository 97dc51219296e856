"""What the page of a contract shows beside its text: its way so far, who has agreed, what is paid, its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import regions
from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.deals.numbers import ContractNumber
from marketplace.domain.errors import Conflict
from marketplace.domain.platform.files import PURPOSES
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import (
    Confirmation,
    Contract,
    ContractChange,
    ContractParty,
    ContractVersion,
    PricePublication,
)
from marketplace.models.platform import FileLink
from marketplace.services.catalogue import pages
from marketplace.services.deals import contracts, facts
from marketplace.services.deals.payments import paid
from marketplace.services.platform import files

STAGES: Sequence[tuple[str, frozenset[str]]] = (
    (N_("拟订"), frozenset({"draft"})),
    (N_("对方确认"), frozenset({"offered"})),
    (N_("签订并申请"), frozenset({"confirmed"})),
    (N_("登记"), frozenset({"submitted", "examined", "returned"})),
    (N_("履行"), frozenset({"registered"})),
    (N_("履行完毕"), frozenset({"completed"})),
)
"""The way of a contract that goes well, and the states at each stage of it."""

ENDS_AT: Mapping[str, int] = {"voided": 2, "refused": 3, "rescinded": 4, "deregistered": 4, "revoked": 4}
"""State of a contract that ended otherwise → the stage at which it did."""


@dataclass(frozen=True)
class Stage:
    """A stage of the way: ``state`` is done, now, next or bad."""

    label: str
    state: str


@dataclass(frozen=True)
class PartyLine:
    """A party, ``origin`` city or outside, and how it agreed: '' drafter, member, link, signed_file; None not yet."""

    party: ContractParty
    origin: str
    agreed: str | None
    agreed_by: str = ""


@dataclass(frozen=True)
class Whole:
    """Everything beside the text. ``listings``: traded id → listing whose page may be linked; 分 are net paid."""

    stages: Sequence[Stage]
    parties: Sequence[PartyLine]
    files: Mapping[str, Sequence[FileLink]]
    listings: Mapping[int, Listing]
    number: str
    is_local: bool
    paid_fen: int
    changes: Sequence[ContractChange]
    publications: Sequence[PricePublication]


def of_contract(contract: Contract) -> Whole:
    """Return what the page of ``contract`` shows beside its text, by a fixed number of queries."""
    linked = files.links_of("contract", contract.id)
    row = contract.registration
    return Whole(
        stages=stages_of(contract.state),
        parties=parties_of(contract),
        files={
            purpose: found
            for purpose in PURPOSES
            if (found := [one for one in linked if one.purpose == purpose])
        },
        listings=_listings(contract),
        number=ContractNumber(row.number).grouped if row is not None and row.number else "",
        is_local=facts.is_local(contract),
        paid_fen=paid.net(contract.id),
        changes=_changes(contract),
        publications=_publications(contract),
    )


def being_written(actor: Actor, contract_id: int) -> tuple[Contract, ContractVersion]:
    """Return a contract and the text that the actor may write into now.

    Raises NotFound and NotAllowed as EDIT_CONTRACT says, Conflict where the text is fixed.
    """
    contract = contracts.get_own(actor, contract_id)
    require(actor, Permission.EDIT_CONTRACT, contracts.subject_of(contract))
    if contract.state != "draft" or contract.current is None:
        raise Conflict(
            N_("合同现在是“%(state)s”，内容不能修改"),
            code="wrong_state",
            state=CONTRACT.states[contract.state].label,
        )
    return contract, contract.current


def stages_of(state: str) -> list[Stage]:
    """Return the way of a contract in ``state``, each stage done, now, next or bad."""
    here = ENDS_AT.get(state)
    if here is None:
        here = next(place for place, (_label, states) in enumerate(STAGES) if state in states)
    now = "bad" if state in ENDS_AT else "done" if state == "completed" else "now"
    marks = ["done" if place < here else now if place == here else "next" for place in range(len(STAGES))]
    return [Stage(label, mark) for (label, _states), mark in zip(STAGES, marks, strict=True)]


def origin_of(party: ContractParty) -> str:
    """Return ``city`` or ``outside`` by the domicile at signing; '' where it is not said yet. docs/domain.md §8."""
    if party.division:
        return "city" if regions.in_city(party.division) else "outside"
    return "outside" if party.country not in ("", "CN") else ""


def parties_of(contract: Contract) -> list[PartyLine]:
    """Return the parties of the text in force with what each has said to it."""
    said: dict[int, Confirmation] = {}
    if contract.version_id is not None:
        query = select(Confirmation).where(
            Confirmation.version_id == contract.version_id, Confirmation.agreed.is_(True)
        )
        said = {each.position: each for each in db.session.scalars(query)}
    lines = []
    for party in contracts.parties_of(contract):
        word = said.get(party.position)
        drafts = party.organisation_id is not None and party.organisation_id == contract.organisation_id
        how = word.how if word is not None else "" if drafts else None
        lines.append(PartyLine(party, origin_of(party), how, word.typed_name if word is not None else ""))
    return lines


def _changes(contract: Contract) -> Sequence[ContractChange]:
    query = select(ContractChange).where(ContractChange.contract_id == contract.id)
    return db.session.scalars(query.order_by(ContractChange.id)).all()


def _publications(contract: Contract) -> Sequence[PricePublication]:
    query = select(PricePublication).where(PricePublication.contract_id == contract.id)
    return db.session.scalars(query.order_by(PricePublication.id)).all()


def _listings(contract: Contract) -> dict[int, Listing]:
    if contract.current is None:
        return {}
    ids = {
        line.traded.listing_id: line.traded_id for line in contract.current.lines if line.traded.listing_id
    }
    query = select(Listing).where(Listing.id.in_(ids)).options(selectinload(Listing.published))
    return {ids[listing.id]: listing for listing in db.session.scalars(query)} if ids else {}


@dataclass(frozen=True)
class Source:
    """What a contract begins from: a listing in public, with the words that say so."""

    kind: str
    listing_id: int
    number: str
    title: str


def source_of(actor: Actor, listing_id: int | None, demand_id: int | None) -> Source | None:
    """Return what a new contract begins from, None for a blank one; NotFound for what the actor may not read."""
    kind, wanted = ("achievement", listing_id) if listing_id is not None else ("demand", demand_id)
    if wanted is None:
        return None
    view = pages.of_listing(actor, pages.get(actor, kind, wanted))
    return Source(kind, wanted, view.number, view.title)
