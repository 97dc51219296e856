"""Offers: made, answered by another, accepted, turned down, taken back, lapsed. One is open at a time."""

from collections.abc import Collection, Iterable

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.matching import offers as rules
from marketplace.domain.matching.offers import OfferData
from marketplace.domain.states import NEGOTIATION, OFFER, Transition
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.matching import Negotiation, Offer
from marketplace.services import workflow
from marketplace.services.matching.negotiations import records
from marketplace.services.platform import audit
from marketplace.services.unit import made_before

LONGEST_NOTE = 1000

GONE = {
    "withdrawn": N_("对方已经撤回这份方案，请看最新情况"),
    "countered": N_("已经有了新的方案，这一份不再有效，请看最新一份"),
    "lapsed": N_("这份方案的有效期已过，请重新提出"),
    "declined": N_("这份方案已经被拒绝，请看最新情况"),
    "accepted": N_("这份方案已经被接受"),
}
"""State of an offer → what to say to whoever still wants to answer it."""


def open_one(negotiation: Negotiation) -> Offer | None:
    """Return the offer that waits for an answer; one whose day has passed waits for none."""
    found = next((offer for offer in negotiation.offers if offer.state == "open"), None)
    return found if found is not None and found.valid_until >= clock.today() else None


def accepted_one(negotiation: Negotiation) -> Offer | None:
    """Return the offer that both sides agreed to."""
    return next((offer for offer in negotiation.offers if offer.state == "accepted"), None)


def data_of(offer: Offer) -> OfferData:
    """Return an offer as plain values."""
    return OfferData(
        kind=offer.kind,
        licence_scope=offer.licence_scope,
        amount_fen=offer.amount_fen,
        payment_mode=offer.payment_mode,
        instalments=rules.from_rows(offer.instalments),
        royalty_terms=offer.royalty_terms,
        terms=offer.terms,
        valid_until=offer.valid_until,
    )


def make(
    actor: Actor, negotiation_id: int, data: OfferData, request_key: str, seen: int | None = None
) -> Offer:
    """Put an offer on the table and tell the others.

    ``seen``: ordinal of the newest offer its writer knew (0 for none); Conflict where another came in between. The
    other side's open offer is answered by it, one's own is taken back. The same ``request_key`` again returns the
    first offer. Raises ValidationFailed as ``rules.clean`` does.
    """
    negotiation = records.get_own(actor, negotiation_id, lock=True)
    known = made_before(
        Offer, request_key, negotiation_id=negotiation.id, organisation_id=actor.organisation_id
    )
    if known is not None:
        return known
    records.check_open(negotiation, "open")
    records.check_other_side(actor, negotiation)
    clean = rules.clean(data, clock.today())
    rows = _fresh_offers(negotiation)
    last = rows[-1].ordinal if rows else 0
    if seen is not None and seen != last:
        raise Conflict(
            N_("您填写期间，桌面上已经有了第 %(number)s 份方案，请看过再决定"),
            code="offer_overtaken",
            number=last,
        )
    for offer in rows:
        if offer.state == "open":
            _make_room(actor, negotiation, offer)
    offer = Offer(
        negotiation_id=negotiation.id,
        ordinal=last + 1,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        request_key=request_key,
        kind=clean.kind,
        licence_scope=clean.licence_scope,
        amount_fen=clean.amount_fen or 0,
        payment_mode=clean.payment_mode,
        instalments=rules.to_rows(clean.instalments),
        royalty_terms=clean.royalty_terms,
        valid_until=clean.valid_until,
        terms=clean.terms,
    )
    db.session.add(offer)
    db.session.flush()
    db.session.expire(negotiation, ["offers"])
    audit.record(actor, "offer.create", "offer", offer.id, negotiation=negotiation.id, ordinal=offer.ordinal)
    records.tell(actor, negotiation, "offer_made", number=offer.ordinal)
    return offer


def _fresh_offers(negotiation: Negotiation) -> list[Offer]:
    query = select(Offer).where(Offer.negotiation_id == negotiation.id).order_by(Offer.ordinal)
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


def _make_room(actor: Actor, negotiation: Negotiation, offer: Offer) -> None:
    """Close the offer that another follows: lapsed, taken back by its own side, or answered by the other."""
    if offer.valid_until < clock.today():
        move(SYSTEM, negotiation, offer, "lapse")
    elif offer.organisation_id == actor.organisation_id:
        move(actor, negotiation, offer, "withdraw")
    else:
        move(actor, negotiation, offer, "counter")


def move(
    actor: Actor,
    negotiation: Negotiation,
    offer: Offer,
    action: str,
    reasons: Iterable[str] = (),
    note: str = "",
) -> Transition:
    subject = records.sides_of(negotiation, actor, offer)
    offer.state_note = clean_text(note)[:LONGEST_NOTE]
    offer.decided_at, offer.decided_by = clock.now(), actor.person_id
    return workflow.apply(OFFER, offer, action, actor, subject, reasons, note)


def _reached(actor: Actor, offer_id: int, version: int | None) -> tuple[Negotiation, Offer]:
    """Return an offer with its negotiation locked. Conflict where it is not what the reader decided on."""
    found = db.session.get(Offer, offer_id)
    if found is None:
        raise NotFound()
    negotiation = records.get_own(actor, found.negotiation_id, lock=True)
    offer = db.session.get_one(Offer, offer_id, populate_existing=True)
    if version is not None and version != offer.version and offer.state == "open":
        raise Conflict()
    return negotiation, offer


def _refuse_gone(offer: Offer) -> None:
    if offer.state != "open":
        raise Conflict(GONE[offer.state], code="offer_gone")


def accept(actor: Actor, offer_id: int, version: int | None = None) -> Offer:
    """Agree to an offer as it stands: nothing else is agreed to. A second press changes nothing.

    Raises Conflict saying what became of an offer that is open no more or has lapsed, DomainError for one's own.
    """
    negotiation, offer = _reached(actor, offer_id, version)
    if offer.state == "accepted" and offer.organisation_id != actor.organisation_id:
        return offer
    _refuse_gone(offer)
    records.check_open(negotiation, "open")
    records.check_other_side(actor, negotiation)
    if offer.valid_until < clock.today() and offer.organisation_id != actor.organisation_id:
        raise Conflict(GONE["lapsed"], code="offer_gone")
    move(actor, negotiation, offer, "accept")
    agreed = workflow.apply(NEGOTIATION, negotiation, "agree", SYSTEM, records.sides_of(negotiation))
    assert agreed.notice is not None  # noqa: S101
    records.tell(actor, negotiation, agreed.notice)
    return offer


def decline(
    actor: Actor, offer_id: int, version: int | None = None, reasons: Iterable[str] = (), note: str = ""
) -> Offer:
    """Turn an offer down, saying why; the negotiation goes on. A second press changes nothing."""
    negotiation, offer = _reached(actor, offer_id, version)
    if offer.state == "declined" and offer.decided_by == actor.person_id:
        return offer
    _refuse_gone(offer)
    reasons = known_reasons(reasons, rules.DECLINE_REASONS, note)
    transition = move(actor, negotiation, offer, "decline", reasons, note)
    assert transition.notice is not None  # noqa: S101
    records.tell(actor, negotiation, transition.notice)
    return offer


def known_reasons(reasons: Iterable[str], codes: Collection[str], note: str) -> list[str]:
    """Return reasons of ``codes``. Raises DomainError (``reasons``), and for ``other`` without words (``note``)."""
    found = list(reasons)
    if any(code not in codes for code in found):
        raise DomainError("reason_unknown", N_("请从列表中选择理由"), field="reasons")
    if "other" in found and not clean_text(note):
        raise DomainError("note_missing", N_("选择“其他”时请写明情况"), field="note")
    return found


def withdraw(actor: Actor, offer_id: int, version: int | None = None) -> Offer:
    """Take one's own offer back while nobody has answered it. A second press changes nothing."""
    negotiation, offer = _reached(actor, offer_id, version)
    if offer.state == "withdrawn" and offer.organisation_id == actor.organisation_id:
        return offer
    if offer.state != "open":
        raise Conflict(_ANSWERED[offer.state], code="offer_gone")
    transition = move(actor, negotiation, offer, "withdraw")
    assert transition.notice is not None  # noqa: S101
    records.tell(actor, negotiation, transition.notice)
    return offer


_ANSWERED = GONE | {
    "accepted": N_("对方已经接受这份方案，不能撤回；不再合作的，请终止洽谈"),
    "countered": N_("对方已经另提方案，这一份不再有效，不需要撤回"),
    "declined": N_("对方没有接受这份方案，不需要撤回"),
}


def lapse_open(negotiation: Negotiation) -> None:
    """Let the open offer of a negotiation that ends lapse with it."""
    for offer in _fresh_offers(negotiation):
        if offer.state == "open":
            move(SYSTEM, negotiation, offer, "lapse")
