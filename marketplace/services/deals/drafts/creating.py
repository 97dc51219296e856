"""Beginning a contract: blank, from an achievement, from a demand, or from the offer both sides accepted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, Shown, require
from marketplace.domain.deals.terms import RIGHTS_INVOLVED
from marketplace.domain.deals.texts import InstalmentData
from marketplace.domain.errors import NotFound
from marketplace.domain.matching import offers as offer_rules
from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, DemandRevision, Listing
from marketplace.models.deals import Contract, ContractLine, ContractParty, ContractVersion, Instalment
from marketplace.models.matching import Negotiation, Offer
from marketplace.models.people import Organisation
from marketplace.services.catalogue import visibility
from marketplace.services.deals import contracts, traded
from marketplace.services.deals.drafts import members
from marketplace.services.people import organisations
from marketplace.services.platform import audit

_PATENTS = ("invention", "utility", "design")
_TRANSFERS = dict.fromkeys(_PATENTS, "transfer.patent") | {
    "software": "transfer.software", "layout": "transfer.layout", "plant": "transfer.plant",
    "medicine": "transfer.biomedical", "secret": "transfer.secret",
}  # fmt: skip
_LICENCES = dict.fromkeys(_PATENTS, "licence.patent") | {"secret": "licence.secret"}
_BY_WAY = {
    "joint": "development.joint", "commission": "development.commissioned", "consulting": "consulting.general",
    "service": "service.general",
}  # fmt: skip
_SCOPES = ("exclusive", "sole", "ordinary")


@dataclass
class _Beginning:
    """What a draft begins with. ``buyer`` and ``seller`` are organisations, or None for whom is not known."""

    source: str
    buyer: Organisation | None = None
    seller: Organisation | None = None
    contacts: dict[str, str] = field(default_factory=dict)
    contact_role: str = ""
    text: dict[str, Any] = field(default_factory=dict)
    amount_fen: int = 0
    listing: Listing | None = None
    demand: Listing | None = None
    plan: Sequence[InstalmentData] = ()


def create(actor: Actor, listing_id: int | None = None, demand_id: int | None = None) -> Contract:
    """Begin a contract: blank, from a published achievement, or from a demand the actor may read in full.

    An untouched draft of the same person from the same beginning is used again. Raises NotAllowed without
    CREATE_CONTRACT, NotFound for what is not public to the actor.
    """
    require(actor, Permission.CREATE_CONTRACT)
    own = organisations.own(actor)
    if listing_id is not None:
        begun = _from_achievement(actor, own, listing_id)
    elif demand_id is not None:
        begun = _from_demand(actor, own, demand_id)
    else:
        begun = _blank(own)
    return _untouched(actor, begun) or _add(actor, begun)


def create_from_offer(actor: Actor, negotiation: Negotiation, offer: Offer) -> Contract:
    """Begin the contract that an accepted offer describes: parties, subject, amount and plan as they were agreed.

    The caller has made sure that the actor's organisation is one of both sides, and that this happens once. What the
    subjects' pages say by now does not matter: it was agreed on what they said then.
    """
    require(actor, Permission.CREATE_CONTRACT)
    return _add(actor, _from_offer(negotiation, offer))


def _from_offer(negotiation: Negotiation, offer: Offer) -> _Beginning:
    subjects = [one for one in (negotiation.achievement, negotiation.demand) if one is not None]
    shown = next((one.published for one in subjects if one.published is not None), None)
    types: list[str] = []
    if isinstance(shown, AchievementRevision):
        types = [right.ip_type for right in shown.ip_rights if right.status != "lapsed"]
    plan = offer_rules.from_rows(offer.instalments)
    return _Beginning(
        "offer",
        buyer=negotiation.buyer,
        seller=negotiation.seller,
        text={
            "title": negotiation.title,
            "kind": offer.kind,
            "licence_scope": offer.licence_scope,
            "content": offer.terms,
            "field": shown.field if shown is not None else "",
            "tags": list(shown.tags) if shown is not None else [],
            "pricing": shown.pricing if isinstance(shown, AchievementRevision) else "",
            "rights_involved": [code for code in RIGHTS_INVOLVED.codes if code in types],
            "payment_mode": offer.payment_mode,
            "royalty_terms": offer.royalty_terms,
            "open_ended": any(one.kind == "royalty" and one.amount_fen is None for one in plan),
        },
        amount_fen=offer.amount_fen,
        listing=negotiation.achievement,
        demand=negotiation.demand,
        plan=plan,
    )


def _blank(own: Organisation) -> _Beginning:
    """A university begins as the seller, an enterprise as the buyer; a broker is neither. Either may be changed."""
    return _Beginning(
        "blank",
        buyer=own if own.kind == "enterprise" else None,
        seller=own if own.kind == "university" else None,
    )


def _from_achievement(actor: Actor, own: Organisation, listing_id: int) -> _Beginning:
    listing = _visible(actor, "achievement", listing_id)
    revision = listing.published
    assert isinstance(revision, AchievementRevision)  # noqa: S101
    types = [right.ip_type for right in revision.ip_rights if right.status != "lapsed"]
    kind, scope = guess_kind(revision.ways, types)
    owns = listing.organisation_id == own.id
    return _Beginning(
        "listing",
        buyer=None if owns or own.kind == "broker" else own,
        seller=listing.organisation,
        contacts=_contacts(revision),
        contact_role="seller",
        text={
            "title": revision.title,
            "kind": kind,
            "licence_scope": scope,
            "field": revision.field,
            "tags": list(revision.tags),
            "pricing": revision.pricing,
            "rights_involved": [code for code in RIGHTS_INVOLVED.codes if code in types],
        },
        amount_fen=revision.price_fen or 0,
        listing=listing,
    )


def _from_demand(actor: Actor, own: Organisation, demand_id: int) -> _Beginning:
    listing = _visible(actor, "demand", demand_id)
    revision = listing.published
    assert isinstance(revision, DemandRevision)  # noqa: S101
    if visibility.text_for(actor, listing, revision) is not Shown.FULL_TEXT:
        # Whoever may not read the full text must not learn whose demand it is.
        raise NotFound()
    kind, scope = guess_kind(revision.ways, [])
    owns = listing.organisation_id == own.id
    return _Beginning(
        "demand",
        buyer=listing.organisation,
        seller=None if owns or own.kind == "broker" else own,
        contacts=_contacts(revision),
        contact_role="buyer",
        text={
            "title": revision.title,
            "kind": kind,
            "licence_scope": scope,
            "field": revision.field,
            "tags": list(revision.tags),
        },
        amount_fen=revision.budget_fen or 0,
        demand=listing,
    )


def _visible(actor: Actor, kind: str, listing_id: int) -> Listing:
    query = visibility.visible_listings(actor, kind, ("published",)).where(Listing.id == listing_id)
    listing = db.session.scalars(query).unique().one_or_none()
    if listing is None or listing.state != "published":
        raise NotFound()
    return listing


def _contacts(revision: AchievementRevision | DemandRevision) -> dict[str, str]:
    names = ("contact_name", "contact_phone", "contact_email")
    return {name: getattr(revision, name) for name in names if getattr(revision, name)}


def guess_kind(ways: list[str], ip_types: list[str]) -> tuple[str, str]:
    """Return (kind, licence scope) as the first offered way suggests; '' where nothing can be told."""
    for way in ways:
        if way in ("transfer", "equity"):
            return next((_TRANSFERS[each] for each in ip_types if each in _TRANSFERS), ""), ""
        if way in _SCOPES:
            return next((_LICENCES[each] for each in ip_types if each in _LICENCES), "licence.other"), way
        if way in _BY_WAY:
            return _BY_WAY[way], ""
    return "", ""


def _untouched(actor: Actor, begun: _Beginning) -> Contract | None:
    """Return a draft that the same person began with the same and never wrote into."""
    query = (
        select(Contract)
        .join(ContractVersion, ContractVersion.id == Contract.version_id)
        .where(
            Contract.created_by == actor.person_id,
            Contract.organisation_id == actor.organisation_id,
            Contract.state == "draft",
            Contract.joint_key == "",
            Contract.signed_on.is_(None),
            Contract.demand_id == (begun.demand.id if begun.demand else None),
            ContractVersion.ordinal == 1,
            ContractVersion.version == 1,
        )
        .order_by(Contract.id)
    )
    wanted = begun.listing.id if begun.listing else None
    for contract in db.session.scalars(query):
        lines = contract.current.lines if contract.current is not None else []
        if {line.traded.listing_id for line in lines} == ({wanted} if wanted or begun.demand else set()):
            return contract
    return None


def _add(actor: Actor, begun: _Beginning) -> Contract:
    contract = contracts.new_contract(actor)
    contract.demand_id = begun.demand.id if begun.demand else None
    amount = begun.amount_fen
    version = ContractVersion(
        contract_id=contract.id,
        ordinal=1,
        created_by=actor.person_id,
        amount_fen=amount,
        technical_fen=amount,
        **begun.text,
    )
    sides = (("buyer", 0, begun.buyer), ("seller", 1, begun.seller))
    version.parties = [_party(actor, begun, *side) for side in sides]
    version.lines = _lines(actor, begun)
    version.instalments = [Instalment(position=place, **vars(one)) for place, one in enumerate(begun.plan)]
    db.session.add(version)
    db.session.flush()
    contract.version_id = version.id
    db.session.flush()
    db.session.refresh(contract, ["current"])
    audit.record(actor, "contract.create", "contract", contract.id, source=begun.source)
    return contract


def _party(
    actor: Actor, begun: _Beginning, role: str, position: int, organisation: Organisation | None
) -> ContractParty:
    party = ContractParty(role=role, position=position)
    if organisation is not None:
        members.fill(party, organisation, own=organisation.id == actor.organisation_id)
        for name, value in begun.contacts.items() if role == begun.contact_role else ():
            setattr(party, name, value)
    return party


def _lines(actor: Actor, begun: _Beginning) -> list[ContractLine]:
    amounts = {"amount_fen": begun.amount_fen, "technical_fen": begun.amount_fen}
    if begun.listing is not None:
        row = traded.for_listing(begun.listing)
        return [ContractLine(traded_id=row.id, revision_id=begun.listing.published_id, **amounts)]
    if begun.demand is not None:
        # What is to be developed has no listing yet; its name is the demand's until somebody gives it another.
        return [ContractLine(traded_id=traded.record(actor, begun.text["title"]).id, **amounts)]
    return []
