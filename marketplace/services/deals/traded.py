"""Achievements as contracts know them: of a listing, or recorded because nobody listed them; and parties as members."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.deals.texts import RightData
from marketplace.domain.errors import NotFound
from marketplace.domain.states.listings import VISIBLE_STATES
from marketplace.extensions import db
from marketplace.models.catalogue import IpRight, Listing, Revision
from marketplace.models.deals import (
    Contract,
    ContractLine,
    ContractParty,
    ContractVersion,
    TradedAchievement,
    TradedRight,
)
from marketplace.services.catalogue import listings, revisions
from marketplace.services.people import organisations
from marketplace.services.platform import audit


@dataclass(frozen=True)
class Match:
    """Something that names the same right: a listing, or an unlisted achievement recorded with a contract."""

    number: str
    name: str
    listing: Listing | None
    traded: TradedAchievement | None


def for_listing(listing: Listing) -> TradedAchievement:
    """Return the row of a listed achievement, made on first use."""
    row = db.session.scalar(select(TradedAchievement).where(TradedAchievement.listing_id == listing.id))
    if row is not None:
        return row
    shown = listing.published or revisions.latest(listing)
    row = TradedAchievement(
        listing_id=listing.id,
        name=shown.title if shown is not None else "",
        owner_name=listing.organisation.name,
        owner_uscc=listing.organisation.uscc,
        registration_number=getattr(shown, "registration_number", ""),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(SYSTEM, "traded_achievement.create", "traded_achievement", row.id)
    return row


def record(
    actor: Actor, name: str, owner_name: str = "", owner_uscc: str = "", rights: Sequence[RightData] = ()
) -> TradedAchievement:
    """Record an achievement that nobody listed. ``rights`` with canonical numbers; the caller has checked all."""
    row = TradedAchievement(
        name=name, owner_name=owner_name, owner_uscc=owner_uscc, recorded_by=actor.person_id
    )
    write_rights(row, rights)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "traded_achievement.create", "traded_achievement", row.id)
    return row


def write_rights(row: TradedAchievement, rights: Sequence[RightData]) -> None:
    """Put rights with canonical numbers into a row, in their order."""
    row.rights = [
        TradedRight(position=place, ip_type=right.ip_type, number=right.number, status=right.status)
        for place, right in enumerate(rights)
    ]


def find_by_rights(numbers: Collection[str], but: int | None = None) -> list[Match]:
    """Return listings in public and recorded achievements that name one of the canonical ``numbers``.

    ``but``: id of a traded achievement to leave out. What only drafts speak of is nobody's business yet.
    """
    wanted = sorted({number for number in numbers if number})
    if not wanted:
        return []
    listed = (
        select(IpRight.number, Listing)
        .join(Revision, Revision.id == IpRight.revision_id)
        .join(Listing, Listing.published_id == Revision.id)
        .join(Listing.organisation)
        .options(contains_eager(Listing.organisation))
        .where(IpRight.number.in_(wanted), Listing.state.in_(VISIBLE_STATES))
        .order_by(Listing.id, IpRight.position)
    )
    found = [
        Match(number, listing.published.title, listing, None)
        for number, listing in db.session.execute(listed)
        if listing.published is not None
    ]
    recorded = (
        select(TradedRight.number, TradedAchievement)
        .join(TradedAchievement, TradedAchievement.id == TradedRight.traded_id)
        .where(
            TradedRight.number.in_(wanted), TradedAchievement.listing_id.is_(None), _stands_in_a_contract()
        )
        .order_by(TradedAchievement.id, TradedRight.position)
    )
    if but is not None:
        recorded = recorded.where(TradedAchievement.id != but)
    return found + [Match(number, row.name, None, row) for number, row in db.session.execute(recorded)]


def is_known_to(row: TradedAchievement, organisation_id: int | None) -> bool:
    """Return whether an organisation drafted, or is party to, a contract about an achievement nobody published.

    To everybody else its name is not public.
    """
    concerned = (
        select(ContractLine.id)
        .join(ContractVersion, ContractVersion.id == ContractLine.version_id)
        .join(Contract, Contract.id == ContractVersion.contract_id)
        .outerjoin(ContractParty, ContractParty.version_id == ContractVersion.id)
        .where(
            ContractLine.traded_id == row.id,
            or_(
                Contract.organisation_id == organisation_id,
                (ContractParty.organisation_id == organisation_id) & ContractVersion.frozen_at.is_not(None),
            ),
        )
    )
    return organisation_id is not None and bool(db.session.scalar(select(concerned.exists())))


def _stands_in_a_contract() -> ColumnElement[bool]:
    return (
        select(ContractLine.id)
        .join(ContractVersion, ContractVersion.id == ContractLine.version_id)
        .where(ContractLine.traded_id == TradedAchievement.id, ContractVersion.frozen_at.is_not(None))
        .exists()
    )


def claimable(actor: Actor) -> list[TradedAchievement]:
    """Return recorded achievements whose owner is the actor's verified organisation, by its USCC."""
    if not actor.organisation_verified or actor.organisation_id is None:
        return []
    query = select(TradedAchievement).where(
        TradedAchievement.listing_id.is_(None),
        TradedAchievement.owner_uscc == organisations.own(actor).uscc,
        _stands_in_a_contract(),
    )
    return list(db.session.scalars(query.order_by(TradedAchievement.id)))


def claim(actor: Actor, traded_id: int) -> Listing:
    """Make a pre-filled draft listing of a recorded achievement of the actor's organisation; NotFound otherwise.

    From then on its contracts and payments are those of the listing. A second press finds the same listing.
    """
    require(actor, Permission.CREATE_LISTING)
    db.session.execute(
        select(TradedAchievement.id).where(TradedAchievement.id == traded_id).with_for_update()
    )
    row = db.session.get(TradedAchievement, traded_id, populate_existing=True)
    if row is not None and row.claimed_at is not None and row.listing_id is not None:
        return listings.get_own(actor, row.listing_id)
    if row is None or row not in claimable(actor):
        raise NotFound()
    listing = listings.create(actor, "achievement")
    revision = revisions.in_work(listing)
    assert revision is not None  # noqa: S101
    rights = [
        {"ip_type": right.ip_type, "number": right.number, "status": right.status, "owner": row.owner_name}
        for right in row.rights
    ]
    filled = {"title": row.name[:100], "registration_number": row.registration_number, "ip_rights": rights}
    revisions.write(revision, filled)
    row.listing_id, row.claimed_at = listing.id, clock.now()
    db.session.flush()
    audit.record(actor, "traded_achievement.claim", "traded_achievement", row.id, listing=listing.id)
    return listing


def unlinked_parties(actor: Actor) -> list[ContractParty]:
    """Return parties of contracts that carry the USCC of the actor's verified organisation and are not linked yet."""
    if not actor.organisation_verified or actor.organisation_id is None:
        return []
    query = (
        select(ContractParty)
        .join(ContractVersion, ContractVersion.id == ContractParty.version_id)
        .where(
            ContractParty.uscc == organisations.own(actor).uscc,
            ContractParty.organisation_id.is_(None),
            ContractVersion.frozen_at.is_not(None),
        )
        .order_by(ContractParty.id)
    )
    return list(db.session.scalars(query))


def link_parties(actor: Actor) -> int:
    """Link those parties to the actor's organisation, which then sees the contracts; return how many contracts."""
    require(actor, Permission.CREATE_CONTRACT)
    found = unlinked_parties(actor)
    for party in found:
        party.organisation_id = actor.organisation_id
        audit.record(
            actor, "contract.link", "contract", party.version.contract_id,
            position=party.position, organisation=actor.organisation_id,
        )  # fmt: skip
    db.session.flush()
    return len({party.version.contract_id for party in found})
