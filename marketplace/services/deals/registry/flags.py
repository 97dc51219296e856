"""What the registrar should look at twice in a contract, gathered from all that the site knows."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from marketplace.domain import clock
from marketplace.domain.deals import checks
from marketplace.domain.deals.checks import Flag
from marketplace.domain.deals.numbers import ContractNumber, parse_contract_number
from marketplace.domain.errors import DomainError
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, IpRight, Listing
from marketplace.models.deals import (
    Confirmation,
    Contract,
    ContractLine,
    ContractParty,
    ContractRegistration,
    ContractVersion,
)
from marketplace.models.people import Organisation
from marketplace.models.platform import FileLink, StoredFile
from marketplace.services.deals.registry import registering
from marketplace.services.platform import files, settings

NOT_AGREED = ("draft", "voided", "refused")
"""States of contracts that do not stand; they are no reason to suspect a second registration."""


def flags(contract: Contract) -> list[Flag]:
    """Return what to look at twice, the gravest first: related parties, duplicates, the certificate, price, files."""
    version = registering.version_of(contract)
    found = [
        *_related(version),
        *_twins(contract, version),
        *_certificate(contract, version),
        *_prices(version),
        *_unconfirmed(contract, version),
        *_foreign_rights(version),
        *_same_files(contract),
        *(flag for side in sides_of(version) if (flag := checks.registering_area(side)) is not None),
    ]
    order = {"bad": 0, "warn": 1, "info": 2}
    return sorted(found, key=lambda flag: order[flag.tone])


def sides_of(version: ContractVersion) -> list[checks.Side]:
    """Return the parties as the checks see them."""
    return [side_of(party) for party in version.parties]


def side_of(party: ContractParty) -> checks.Side:
    """Return one party as the checks see it."""
    return checks.Side(
        role=party.role,
        name=party.name,
        uscc=party.uscc,
        country=party.country,
        division=party.division,
        legal_representative=party.legal_representative,
        address=party.address,
        phone=party.contact_phone,
    )


def first_seller(version: ContractVersion) -> checks.Side | None:
    """Return the first named seller, whose area the registry must be of."""
    return next((side for side in sides_of(version) if side.role == "seller"), None)


def _related(version: ContractVersion) -> Iterator[Flag]:
    if version.related_party:
        yield Flag("related_declared", Words(N_("当事人声明：这是关联交易")), "bad")
    yield from checks.shared_by_both_sides(sides_of(version))


def _twins(contract: Contract, version: ContractVersion) -> Iterator[Flag]:
    """Contracts of the same parties, day and amount."""
    if contract.signed_on is None or not version.parties:
        return
    sellers = [_same_party(party) for party in version.parties if party.role == "seller"]
    buyer, seller = aliased(ContractParty), aliased(ContractParty)
    query = (
        select(Contract.filing_number)
        .join(ContractVersion, ContractVersion.id == Contract.version_id)
        .join(buyer, (buyer.version_id == ContractVersion.id) & (buyer.role == "buyer"))
        .join(seller, (seller.version_id == ContractVersion.id) & (seller.role == "seller"))
        .where(
            Contract.id != contract.id,
            Contract.state.not_in(NOT_AGREED),
            Contract.signed_on == contract.signed_on,
            ContractVersion.amount_fen == version.amount_fen,
            _is_party(buyer, [_same_party(version.parties[0])]),
            _is_party(seller, sellers),
        )
        .distinct()
        .order_by(Contract.filing_number)
    )
    for number in db.session.scalars(query):
        words = N_("与%(number)s的各方、签订日期和成交额都相同，请核对是否重复登记")
        yield Flag("twin", Words(words, {"number": number}), "bad")


def _same_party(party: ContractParty) -> tuple[str, str]:
    return party.uscc, party.name


def _is_party(row: type[ContractParty], wanted: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    """Whether a party is one of ``wanted``: by its USCC, abroad by its name."""
    coded = [uscc for uscc, _name in wanted if uscc]
    named = [name for uscc, name in wanted if not uscc and name]
    return row.uscc.in_(coded) | ((row.uscc == "") & row.name.in_(named))


def _certificate(contract: Contract, version: ContractVersion) -> Iterator[Flag]:
    row = contract.registration
    if row is None or row.route != "external" or row.number is None:
        return
    number = _number(row)
    area = checks.area_flag(number, first_seller(version), version.is_import) if number else None
    if area is not None:
        yield area
    yield from checks.certificate_flags(
        registering.certificate_of(row), number, registering.frame_of(contract)
    )
    if registering.number_taken(contract, row.number):
        yield Flag("number_twice", Words(N_("这个登记编号（或其旧式写法）已用于本站的另一份合同")), "bad")


def _number(row: ContractRegistration) -> ContractNumber | None:
    try:
        return parse_contract_number(row.number, clock.today())
    except DomainError:
        return None


def _prices(version: ContractVersion) -> Iterator[Flag]:
    percent = settings.get("contract.price_gap_percent")
    for line, price in _priced(version):
        flag = checks.price_gap(line.traded.name, line.amount_fen, price, percent)
        if flag is not None:
            yield flag


def _priced(version: ContractVersion) -> list[tuple[ContractLine, int | None]]:
    ids = {line.traded.listing_id for line in version.lines} - {None}
    query = (
        select(Listing.id, AchievementRevision.price_fen)
        .join(AchievementRevision, AchievementRevision.id == Listing.published_id)
        .where(Listing.id.in_(ids))
    )
    prices = {row[0]: row[1] for row in db.session.execute(query)} if ids else {}
    return [(line, prices.get(line.traded.listing_id or 0)) for line in version.lines]


def _unconfirmed(contract: Contract, version: ContractVersion) -> Iterator[Flag]:
    """Parties that never said on the site, or by the mailed link, that this is their contract."""
    agreed = set(
        db.session.scalars(
            select(Confirmation.position).where(
                Confirmation.version_id == version.id,
                Confirmation.agreed.is_(True),
                Confirmation.how != "signed_file",
            )
        )
    )
    silent = [
        party.name
        for party in version.parties
        if party.position not in agreed
        and (party.organisation_id is None or party.organisation_id != contract.organisation_id)
    ]
    if silent:
        words = N_("%(names)s没有在线确认过合同，只有签章文本为凭，请核对印章和名称")
        yield Flag("not_confirmed_online", Words(words, {"names": "、".join(silent)}))


def _foreign_rights(version: ContractVersion) -> Iterator[Flag]:
    """Rights of an achievement that nobody listed, while somebody else lists the very same number."""
    outside = {line.traded_id: line.traded for line in version.lines if line.traded.listing_id is None}
    numbers = {right.number: traded for traded in outside.values() for right in traded.rights if right.number}
    if not numbers:
        return
    query = (
        select(IpRight.number, Listing.number, Organisation.uscc)
        .join(Listing, Listing.published_id == IpRight.revision_id)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .where(IpRight.number.in_(numbers), Listing.state != "draft")
        .order_by(IpRight.number, Listing.id)
    )
    for right, listing, owner in db.session.execute(query):
        if owner != numbers[right].owner_uscc:
            words = N_("“%(name)s”的知识产权%(right)s也列在成果%(listing)s中，权利人是另一单位，请核对权属")
            told = {"name": numbers[right].name, "right": right, "listing": listing}
            yield Flag("right_of_another", Words(words, told), "bad")


def _same_files(contract: Contract) -> Iterator[Flag]:
    mine = files.links_of("contract", contract.id, "signed_contract")
    digests = {link.file.sha256: link.file for link in mine}
    if not digests:
        return
    query = (
        select(StoredFile.sha256, Contract.filing_number)
        .join(FileLink, FileLink.file_id == StoredFile.id)
        .join(Contract, Contract.id == FileLink.subject_id)
        .where(
            FileLink.subject_kind == "contract",
            FileLink.purpose == "signed_contract",
            Contract.id != contract.id,
            StoredFile.sha256.in_(digests),
        )
        .order_by(Contract.id)
    )
    for digest, number in db.session.execute(query):
        words = N_("签章文本“%(name)s”与%(number)s的是同一个文件")
        yield Flag("same_file", Words(words, {"name": digests[digest].name, "number": number}), "bad")
