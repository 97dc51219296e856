"""Drafts of contracts become contracts: a chunk at a time, with everything that hangs on each of them."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.deals.terms import category_of, is_exclusive
from marketplace.domain.states import CONTRACT
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractParty,
    ContractRegistration,
    ContractVersion,
    Instalment,
    TradedAchievement,
    TradedRight,
)
from marketplace.models.people import Organisation
from marketplace.services import workflow
from marketplace.services.deals import traded
from marketplace.services.deals.importing.rows import Draft, Known, LineDraft
from marketplace.services.deals.ledger.columns import PARTY_FIELDS
from marketplace.services.deals.registry import registering
from marketplace.services.deals.turnover import entries
from marketplace.services.platform import audit, numbering

ASKED_AT_ONCE = 500


def known_of(
    numbers: Iterable[str], listings: Iterable[str], codes: Iterable[str], rights: Iterable[str]
) -> Known:
    """Return what the database knows of registration numbers, listing numbers, USCC and rights; a few queries."""
    registered = select(ContractRegistration.number, Contract.filing_number).join(
        Contract, Contract.id == ContractRegistration.contract_id
    )
    listed = select(Listing).where(Listing.kind == "achievement")
    members = select(Organisation.uscc, Organisation.id).where(Organisation.state == "verified")
    return Known(
        dict(_asked(registered, ContractRegistration.number, numbers)),
        {
            row.number or "": (row.id, row.published_id, row.published.title if row.published else "")
            for (row,) in _asked(listed, Listing.number, listings)
        },
        dict(_asked(members, Organisation.uscc, codes)),
        dict(_known_rights(rights)),
    )


def _known_rights(numbers: Iterable[str]) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield number and achievement; a listing comes last, so that it stands where both have a right."""
    matches = [match for part in _portions(numbers) for match in traded.find_by_rights(part)]
    for match in sorted(matches, key=lambda match: match.listing is not None):
        if match.traded is not None:
            yield match.number, ("recorded", match.traded.id)
        elif match.listing is not None:
            yield match.number, ("listing", match.listing.id)


def _asked(query: Any, column: Any, values: Iterable[str]) -> Iterator[Any]:
    for part in _portions(values):
        yield from db.session.execute(query.where(column.in_(part)))


def _portions(values: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted({value for value in values if value})
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        yield wanted[start : start + ASKED_AT_ONCE]


def write(actor: Actor, drafts: Sequence[Draft]) -> int:
    """Write checked drafts as registered contracts and return how many; inside one transaction of the caller.

    Each gets its version, parties, lines, registration, turnover entry and audit event. A number that another writer
    registered meanwhile makes the database refuse the whole chunk.
    """
    require(actor, Permission.IMPORT_CONTRACTS)
    now, achievements = clock.now(), _achievements(actor, drafts)
    filings = numbering.filing_numbers(clock.today().year, len(drafts))
    made = [
        Contract(
            filing_number=filing,
            public_code=secrets.token_urlsafe(12),
            origin="imported",
            organisation_id=None,
            created_by=actor.person_id,
            signed_on=draft.values["signed_on"],
        )
        for draft, filing in zip(drafts, filings, strict=True)
    ]
    db.session.add_all(made)
    db.session.flush()
    versions = [
        _version(actor, contract.id, draft, achievements)
        for contract, draft in zip(made, drafts, strict=True)
    ]
    for version in versions:
        version.frozen_at = now
    db.session.add_all(versions)
    db.session.add_all(
        ContractRegistration(
            contract_id=contract.id,
            route=draft.route,
            number=draft.number,
            registry_name=draft.values["registry_name"],
            registered_on=draft.values["registered_on"],
            turnover_fen=draft.values["amount"],
            technical_fen=draft.values["technical"],
            examined_by=actor.person_id,
            examined_at=now,
            decided_at=now,
        )
        for contract, draft in zip(made, drafts, strict=True)
    )
    db.session.flush()
    for contract, version, draft in zip(made, versions, drafts, strict=True):
        contract.version_id, contract.state_at = version.id, now
        workflow.apply(CONTRACT, contract, "import", actor, Subject("contract"))
        _count(contract.id, draft)
        _take_off_the_market(draft)
    db.session.flush()
    audit.record(actor, "contracts.import", "contracts", None, rows=len(made))
    return len(made)


def _version(
    actor: Actor, contract_id: int, draft: Draft, achievements: dict[LineDraft, TradedAchievement]
) -> ContractVersion:
    values = draft.values
    version = ContractVersion(
        contract_id=contract_id,
        ordinal=1,
        created_by=actor.person_id,
        title=values["title"],
        kind=values["kind"],
        licence_scope=values.get("licence_scope", "") if category_of(values["kind"]) == "licence" else "",
        content=values.get("content", ""),
        is_import=values.get("is_import") == "1",
        amount_fen=values["amount"],
        technical_fen=values["technical"],
        open_ended=values.get("open_ended") == "1",
        payment_mode=values["payment_mode"],
        valid_from=values.get("valid_from"),
        valid_to=values.get("valid_to"),
        related_party=values["related_party"] == "1",
        plan_source=values.get("plan_source", ""),
        rights_involved=values.get("rights_involved", []),
        field=values["field"],
        tags=values.get("tags", []),
        objective=values.get("objective", ""),
    )
    version.parties = [
        ContractParty(
            role="seller" if position else "buyer",
            position=position,
            organisation_id=party["organisation_id"],
            disclosure="none",
            **{name: party[name] for name in PARTY_FIELDS},
        )
        for position, party in enumerate(draft.parties)
    ]
    version.lines = [
        ContractLine(
            position=position,
            traded=achievements[line],
            revision_id=line.revision_id,
            amount_fen=line.amount_fen,
            technical_fen=line.technical_fen,
            approved_technical_fen=line.technical_fen,
        )
        for position, line in enumerate(draft.lines)
    ]
    if values["amount"]:
        # The plan of payments is not in the table: one part without a day, so that nothing is called late.
        version.instalments = [Instalment(position=0, name="合同价款", amount_fen=values["amount"])]
    return version


def _count(contract_id: int, draft: Draft) -> None:
    """Book a new contract in the turnover: nothing was posted of it before, so no difference needs to be asked for."""
    values = draft.values
    place = (
        draft.parties[1]["division"], draft.parties[0]["division"], category_of(values["kind"]), values["field"],
        next(iter(values.get("tags", [])), ""),
    )  # fmt: skip
    if entries.in_city(place) and values["amount"] > 0:
        amounts = (values["amount"], values["technical"], 1)
        db.session.add(entries.entry_of(contract_id, place, "register", values["registered_on"], *amounts))


def _take_off_the_market(draft: Draft) -> None:
    if is_exclusive(draft.values["kind"], draft.values.get("licence_scope", "")):
        for line in draft.lines:
            if line.known is not None and line.known[0] == "listing":
                registering.take_off_the_market(line.known[1])


def _achievements(actor: Actor, drafts: Sequence[Draft]) -> dict[LineDraft, TradedAchievement]:
    """Return the row of every line's achievement: of a listing, one recorded before, or recorded now."""
    lines = {line for draft in drafts for line in draft.lines}
    rows = _recorded({line.name for line in lines if line.known is None and not line.rights})
    for line in sorted(lines, key=lambda line: line.name):
        if line.identity not in rows:
            rows[line.identity] = _achievement(actor, line)
    return {line: rows[line.identity] for line in lines}


def _achievement(actor: Actor, line: LineDraft) -> TradedAchievement:
    if line.known is not None:
        kind, key = line.known
        if kind == "recorded":
            return db.session.get_one(TradedAchievement, key)
        return traded.for_listing(db.session.get_one(Listing, key))
    row = TradedAchievement(
        name=line.name,
        owner_name=line.owner[0],
        owner_uscc=line.owner[1],
        recorded_by=actor.person_id,
        rights=[
            TradedRight(position=place, ip_type=kind, number=number)
            for place, (kind, number) in enumerate(line.rights)
        ],
    )
    db.session.add(row)
    return row


def _recorded(names: set[str]) -> dict[tuple[str, object], TradedAchievement]:
    """Return achievements without a right that an earlier contract recorded, by name and owner."""
    query = select(TradedAchievement).where(
        TradedAchievement.listing_id.is_(None),
        TradedAchievement.name.in_(names),
        ~TradedAchievement.rights.any(),
    )
    found = db.session.scalars(query.order_by(TradedAchievement.id.desc()))
    return {(row.name, (row.owner_name, row.owner_uscc)): row for row in found} if names else {}
