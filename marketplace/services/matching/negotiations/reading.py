"""What the page of a negotiation shows: offers with what changed, notes, the broker's part, whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals.differences import Change
from marketplace.domain.matching import offers as rules
from marketplace.domain.matching.offers import OfferData
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import Contract
from marketplace.models.matching import BrokerContribution, MeetingNote, Negotiation, Offer
from marketplace.models.people import Organisation
from marketplace.services.matching.negotiations import aid, contributions, ending, meetings, offers, records
from marketplace.services.subsidy.buying.estimating import Forecast

MOST_WAITING = 60


@dataclass(frozen=True)
class OfferLine:
    """An offer, what it says, and how it differs from the one before it. ``state`` is as of today."""

    offer: Offer
    data: OfferData
    state: str
    changes: Sequence[Change]
    before_fen: int | None


@dataclass(frozen=True)
class Step:
    """Whose turn it is, what is missing, by when."""

    waits_for: Words
    missing: Words
    mine: bool
    due: date | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened: ``words``, and who did it."""

    at: datetime
    words: Words
    who: str
    remark: str = ""


@dataclass(frozen=True)
class Whole:
    """Everything that the page shows beside the negotiation itself; offers the newest first.

    ``stopped``: a side has no valid verification now, so that nothing but the end can be decided.
    """

    side: str
    lines: Sequence[OfferLine]
    current: OfferLine | None
    notes: Sequence[MeetingNote]
    contribution: BrokerContribution | None
    contract: Contract | None
    forecast: Forecast | None
    step: Step | None
    events: Sequence[Event]
    gone: Sequence[Listing]
    stopped: bool


def whole(actor: Actor, negotiation: Negotiation) -> Whole:
    """Return what ``actor``, who may read the negotiation, is shown of it."""
    lines = _lines(negotiation)
    current = next((one for one in lines if one.state in ("open", "accepted")), None)
    basis = current or (lines[0] if lines else None)
    notes, contribution = meetings.of_negotiation(negotiation), contributions.of_negotiation(negotiation)
    subjects = [one for one in (negotiation.achievement, negotiation.demand) if one is not None]
    return Whole(
        side=records.side_of(actor, negotiation),
        lines=lines,
        current=current,
        notes=notes,
        contribution=contribution,
        contract=ending.contract_of(actor, negotiation),
        forecast=aid.forecast(actor, negotiation, basis.data) if basis is not None else None,
        step=step_of(actor, negotiation, current.offer if current is not None else None),
        events=_events(negotiation, lines, notes),
        gone=[one for one in subjects if one.state != "published"],
        stopped=_away(negotiation) is not None,
    )


def _away(negotiation: Negotiation) -> Organisation | None:
    """Return a side without valid verification."""
    return next((one for one in (negotiation.buyer, negotiation.seller) if one.state != "verified"), None)


def _lines(negotiation: Negotiation) -> list[OfferLine]:
    found: list[OfferLine] = []
    before: OfferData | None = None
    for offer in negotiation.offers:
        data = offers.data_of(offer)
        lapsed = offer.state == "open" and offer.valid_until < clock.today()
        changes = rules.changed(before, data) if before is not None else []
        before_fen = (
            before.amount_fen if before is not None and before.amount_fen != data.amount_fen else None
        )
        found.append(OfferLine(offer, data, "lapsed" if lapsed else offer.state, changes, before_fen))
        before = data
    return found[::-1]


def step_of(actor: Actor, negotiation: Negotiation, current: Offer | None) -> Step | None:
    """Return whose turn it is; None when nothing is left to do here. ``current``: the open or accepted offer."""
    side = records.side_of(actor, negotiation)
    decides = side in ("buyer", "seller")
    away = _away(negotiation)
    if away is not None and negotiation.state in ("open", "agreed"):
        ours = away.id == actor.organisation_id
        name = Words(N_("贵单位")) if ours else Words(N_("%(name)s"), {"name": away.name})
        return Step(name, Words(N_("恢复认证；恢复以前不能提出、接受方案或生成合同")), ours)
    if negotiation.state == "agreed":
        return Step(Words(N_("任一方")), Words(N_("生成合同草稿")), decides)
    if negotiation.state != "open":
        return None
    if current is None:
        return Step(Words(N_("任一方")), Words(N_("提出方案")), decides)
    own = decides and current.organisation_id == actor.organisation_id
    waits = negotiation.seller if current.organisation_id == negotiation.buyer_id else negotiation.buyer
    name = Words(N_("贵单位")) if decides and not own else Words(N_("%(name)s"), {"name": waits.name})
    missing = Words(N_("答复第 %(number)s 份方案"), {"number": current.ordinal})
    return Step(name, missing, decides and not own, current.valid_until)


def waiting(actor: Actor) -> list[tuple[Negotiation, Step]]:
    """Return the negotiations of the actor's organisation that wait for somebody: for the workbench."""
    if actor.organisation_id is None:
        return []
    found = []
    for negotiation in db.session.scalars(records.listed(actor, "open").limit(MOST_WAITING)).unique():
        current = offers.open_one(negotiation) or offers.accepted_one(negotiation)
        step = step_of(actor, negotiation, current)
        if step is not None:
            found.append((negotiation, step))
    return found


_OFFER_WORDS = {
    "accepted": N_("接受第 %(number)s 份方案"),
    "countered": N_("另提方案，第 %(number)s 份不再有效"),
    "declined": N_("没有接受第 %(number)s 份方案"),
    "withdrawn": N_("撤回第 %(number)s 份方案"),
    "lapsed": N_("第 %(number)s 份方案失效"),
}


def _events(
    negotiation: Negotiation, lines: Sequence[OfferLine], notes: Sequence[MeetingNote]
) -> list[Event]:
    """Return what happened, the latest first. Of how the contract goes on its own page tells."""
    found = [Event(negotiation.created_at, Words(N_("开始洽谈")), "")]
    for line in lines:
        offer, number = line.offer, {"number": line.offer.ordinal}
        found.append(
            Event(offer.created_at, Words(N_("提出第 %(number)s 份方案"), number), offer.organisation.name)
        )
        if offer.decided_at is not None:
            found.append(
                Event(offer.decided_at, Words(_OFFER_WORDS[offer.state], number), _decided_by(negotiation, offer),
                      offer.state_note)
            )  # fmt: skip
    for note in notes:
        found.append(Event(note.created_at, Words(N_("记录会谈")), note.organisation.name))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _decided_by(negotiation: Negotiation, offer: Offer) -> str:
    if offer.state == "lapsed":
        return ""
    if offer.state == "withdrawn":
        return offer.organisation.name
    other = negotiation.buyer if offer.organisation_id == negotiation.seller_id else negotiation.seller
    return other.name
