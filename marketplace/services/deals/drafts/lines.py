"""Writing the lines of a contract: which achievement each of them is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select

from marketplace.domain.access import Actor
from marketplace.domain.deals.texts import LineData, RightData
from marketplace.domain.errors import DomainError, FieldError, ValidationFailed
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractVersion,
    PaymentAllocation,
    TradedAchievement,
)
from marketplace.services.catalogue import visibility
from marketplace.services.deals import traded


@dataclass(frozen=True)
class _Goods:
    """The achievement a line is about, and the revision of it that is sold."""

    traded: TradedAchievement
    revision_id: int | None


def write(actor: Actor, version: ContractVersion, rows: Sequence[LineData], places: Sequence[int]) -> None:
    """Make the lines of ``version`` say what ``rows`` do; ``places`` are their rows in the form, for messages.

    Raises ValidationFailed for an achievement that is not public or stands in two lines.
    """
    errors: list[FieldError] = []
    goods: list[_Goods] = []
    for place, row in zip(places, rows, strict=True):
        try:
            found = _goods(actor, version, row)
            if any(found.traded.id == each.traded.id for each in goods):
                raise DomainError(
                    "line_twice", N_("这项成果已在前面填写过，请合并为一行"), field="listing_number"
                )
            goods.append(found)
        except DomainError as error:
            field = f"lines.{place}.{error.field or 'listing_number'}"
            errors.append(FieldError(field, error.code, error.message, error.params))
    if errors:
        raise ValidationFailed(errors)
    _replace(version, rows, goods)


def _replace(version: ContractVersion, rows: Sequence[LineData], goods: Sequence[_Goods]) -> None:
    present = {line.traded_id: line for line in version.lines}
    wanted = {each.traded.id for each in goods}
    gone = [line.traded for line in version.lines if line.traded_id not in wanted]
    version.lines = [line for line in version.lines if line.traded_id in wanted]
    # Rows that go must be gone before others come: an achievement stands in a version once.
    db.session.flush()
    for position, (row, each) in enumerate(zip(rows, goods, strict=True)):
        line = present.get(each.traded.id)
        if line is None:
            line = ContractLine(traded_id=each.traded.id, traded=each.traded)
            version.lines.append(line)
        line.position, line.revision_id = position, each.revision_id
        line.amount_fen, line.technical_fen = row.amount_fen or 0, row.technical_fen or 0
    db.session.flush()
    db.session.expire(version, ["lines"])
    for achievement in gone:
        _forget(achievement)


def _goods(actor: Actor, version: ContractVersion, row: LineData) -> _Goods:
    if row.listing_number:
        return _listed(actor, version, row.listing_number)
    known = _named(actor, version, row)
    if known is None:
        return _Goods(_recorded(actor, row), None)
    if known.listing_id is not None:
        listing = db.session.get_one(Listing, known.listing_id)
        if listing.number is not None or row.name not in ("", known.name):
            # Its number was taken out of the form, or other words stand there: another achievement is meant.
            return _Goods(_recorded(actor, row), None)
        line = next((line for line in version.lines if line.traded_id == known.id), None)
        return _Goods(known, line.revision_id if line is not None else listing.published_id)
    if _words(known) != _typed(row):
        known = _corrected(actor, version, known, row)
    return _Goods(known, None)


def _listed(actor: Actor, version: ContractVersion, number: str) -> _Goods:
    """Return a listed achievement; what stands in the contract already may stay, whatever became of its listing."""
    listing = db.session.scalar(select(Listing).where(Listing.number == number))
    line = next(
        (each for each in version.lines if listing is not None and each.traded.listing_id == listing.id), None
    )
    if line is not None:
        return _Goods(line.traded, line.revision_id)
    query = visibility.visible_listings(actor, "achievement", ("published",)).where(Listing.number == number)
    listing = db.session.scalars(query).unique().one_or_none()
    if listing is None or listing.state != "published":
        raise DomainError(
            "listing_unknown",
            N_("没有找到公开的成果%(number)s，请核对编号；没有在本站发布的成果请填写名称"),
            field="listing_number",
            number=number,
        )
    return _Goods(traded.for_listing(listing), listing.published_id)


def _named(actor: Actor, version: ContractVersion, row: LineData) -> TradedAchievement | None:
    """Return the recorded achievement a line names, as far as it is the writer's business to name it."""
    if row.traded_id is None:
        recorded = (line.traded for line in version.lines if line.traded.listing_id is None)
        return next((each for each in recorded if _words(each) == _typed(row)), None)
    found = db.session.get(TradedAchievement, row.traded_id)
    if found is None:
        return None
    numbers = {right.number for right in row.rights if right.number}
    shared = numbers & {right.number for right in found.rights}
    return found if shared or traded.is_known_to(found, actor.organisation_id) else None


Described = tuple[str, str, str, tuple[RightData, ...], str]


def _words(row: TradedAchievement) -> Described:
    rights = tuple(RightData(right.ip_type, right.number, right.status) for right in row.rights)
    return row.name, row.owner_name, row.owner_uscc, rights, row.explanation


def _typed(row: LineData) -> Described:
    return row.name, row.owner_name, row.owner_uscc, row.rights, row.explanation


def _recorded(actor: Actor, row: LineData) -> TradedAchievement:
    made = traded.record(actor, row.name, row.owner_name, row.owner_uscc, row.rights)
    made.explanation = row.explanation
    return made


def _corrected(
    actor: Actor, version: ContractVersion, known: TradedAchievement, row: LineData
) -> TradedAchievement:
    """Correct what is recorded, unless others rely on its words.

    A record in other contracts stays as it is, but for other drafts of the same organisation. One that a former
    version of this contract names is recorded anew, so that the version keeps its words; but where money was paid on
    it, the achievement must remain the same.
    """
    elsewhere = _is_used(
        known,
        ContractVersion.contract_id != version.contract_id,
        (Contract.organisation_id != actor.organisation_id) | ContractVersion.frozen_at.is_not(None),
    )
    if elsewhere and not row.name and not row.rights:
        return known
    if elsewhere:
        raise DomainError(
            "shared_record",
            N_("这项成果已在其他合同中，名称为“%(name)s”，不能在这里改写；不是同一成果的请删去此行重新填写"),
            field="name",
            name=known.name,
        )
    paid = db.session.scalar(select(exists().where(PaymentAllocation.traded_id == known.id)))
    former = (ContractVersion.contract_id == version.contract_id) & (ContractVersion.id != version.id)
    if not paid and _is_used(known, former):
        return _recorded(actor, row)
    known.name, known.owner_name, known.owner_uscc = row.name, row.owner_name, row.owner_uscc
    known.explanation = row.explanation
    traded.write_rights(known, row.rights)
    db.session.flush()
    return known


def _is_used(row: TradedAchievement, *conditions: ColumnElement[bool]) -> bool:
    """Tell whether a version of a contract that meets all ``conditions`` names an achievement."""
    uses = (
        select(ContractLine.id)
        .join(ContractVersion, ContractVersion.id == ContractLine.version_id)
        .join(Contract, Contract.id == ContractVersion.contract_id)
        .where(ContractLine.traded_id == row.id, *conditions)
    )
    return bool(db.session.scalar(select(uses.exists())))


def _forget(row: TradedAchievement) -> None:
    """Remove a record that only this draft spoke of."""
    used = select(exists().where(ContractLine.traded_id == row.id))
    if row.listing_id is None and not db.session.scalar(used):
        db.session.delete(row)
        db.session.flush()
