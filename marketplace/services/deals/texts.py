"""What a contract says, read from its rows, and whether it is complete."""

from collections.abc import Iterator

from marketplace.domain.deals import completeness
from marketplace.domain.deals.texts import (
    PARTY_LABELS,
    InstalmentData,
    LineData,
    MoneyData,
    ParticularsData,
    PartiesData,
    PartyData,
    RightData,
    SubjectData,
    Text,
)
from marketplace.domain.errors import FieldError
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, Listing, Revision
from marketplace.models.deals import Contract, ContractLine, ContractParty, ContractVersion
from marketplace.services.deals import traded


def text_of(version: ContractVersion, side: int | None = None) -> Text:
    """Return what a version says. ``side``: id of the organisation whose own disclosure is read."""
    buyer = next((party_data(each) for each in version.parties if each.role == "buyer"), PartyData())
    sellers = tuple(party_data(each) for each in version.parties if each.role == "seller")
    own = (each.disclosure for each in version.parties if side is not None and each.organisation_id == side)
    return Text(
        parties=PartiesData(buyer, sellers),
        subject=SubjectData(
            title=version.title,
            kind=version.kind,
            licence_scope=version.licence_scope,
            content=version.content,
            is_import=version.is_import,
            lines=tuple(_line(each) for each in version.lines),
        ),
        money=MoneyData(
            payment_mode=version.payment_mode,
            instalments=tuple(
                InstalmentData(each.name, each.kind, each.due_on, each.condition, each.amount_fen)
                for each in version.instalments
            ),
            open_ended=version.open_ended,
            royalty_terms=version.royalty_terms,
            valid_from=version.valid_from,
            valid_to=version.valid_to,
        ),
        particulars=ParticularsData(
            field=version.field,
            tags=tuple(version.tags),
            objective=version.objective,
            plan_source=version.plan_source,
            rights_involved=tuple(version.rights_involved),
            pricing=version.pricing,
            related_party=version.related_party,
            related_note=version.related_note,
            disclosure=next(own, ""),
        ),
    )


def party_data(party: ContractParty) -> PartyData:
    """Return a party's snapshot as plain values."""
    return PartyData(**{name: getattr(party, name) or PARTY_BLANK[name] for name in PARTY_LABELS})


PARTY_BLANK = {name: getattr(PartyData(), name) for name in PARTY_LABELS}


def _line(line: ContractLine) -> LineData:
    row = line.traded
    listing = db.session.get(Listing, row.listing_id) if row.listing_id else None
    sold = db.session.get(Revision, line.revision_id) if line.revision_id else None
    sold = sold or (listing.published if listing is not None else None)
    rights = sold.ip_rights if isinstance(sold, AchievementRevision) else row.rights
    return LineData(
        listing_number=(listing.number or "") if listing is not None else "",
        traded_id=row.id,
        name=sold.title if sold is not None else row.name,
        owner_name=listing.organisation.name if listing is not None else row.owner_name,
        owner_uscc=listing.organisation.uscc if listing is not None else row.owner_uscc,
        rights=tuple(RightData(right.ip_type, right.number, right.status) for right in rights),
        explanation=row.explanation,
        amount_fen=line.amount_fen,
        technical_fen=line.technical_fen,
    )


def faults(contract: Contract) -> list[FieldError]:
    """Return what is missing or wrong in the contract's text, in the order of the form.

    ``domain.deals.texts.place_of(fault.field)`` names step, field and row.
    """
    if contract.current is None:
        return [FieldError("title", "missing", N_("请填写合同名称"))]
    return faults_of(contract.current)


def faults_of(version: ContractVersion) -> list[FieldError]:
    """Return what is missing or wrong in a version, also one that is only proposed."""
    return [*completeness.check(text_of(version)), *_unexplained(version)]


def _unexplained(version: ContractVersion) -> Iterator[FieldError]:
    """An achievement that nobody listed must not be one that is known already, lest its history split in two."""
    for place, line in enumerate(version.lines):
        row = line.traded
        numbers = {right.number for right in row.rights if right.number}
        if row.listing_id is not None or row.explanation or not numbers:
            continue
        for match in traded.find_by_rights(numbers, but=row.id)[:1]:
            yield _known(f"lines.{place}.rights", match, version.contract.organisation_id)


def _known(field: str, match: traded.Match, organisation_id: int | None) -> FieldError:
    """What is public, or this organisation's own business, is named; of anything else only that it exists."""
    if match.traded is not None and not traded.is_known_to(match.traded, organisation_id):
        return FieldError(
            field, "known_elsewhere",
            N_("%(number)s 已登记在本站另一份合同的未公开成果中；是同一项或确属不同成果，都请在“说明”中写明"),
            {"number": match.number},
        )  # fmt: skip
    known = match.listing.number if match.listing is not None else match.name
    return FieldError(
        field, "known_already", N_("%(number)s 已属于“%(known)s”，请改选该成果；确属不同成果的请说明"),
        {"number": match.number, "known": known},
    )  # fmt: skip
