"""How a negotiation ends: in a contract draft made of the accepted offer, or without one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.domain.access import SYSTEM, Actor, Permission, may, require
from marketplace.domain.matching.offers import END_REASONS
from marketplace.domain.states import NEGOTIATION
from marketplace.domain.text import clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.matching import BrokerContribution, Negotiation
from marketplace.services import workflow
from marketplace.services.deals import contracts
from marketplace.services.deals.drafts import creating
from marketplace.services.matching.brokerage import hooks
from marketplace.services.matching.inquiries import threads
from marketplace.services.matching.negotiations import offers, records


def draft(actor: Actor, negotiation_id: int) -> Contract:
    """Make a contract draft of the accepted offer; who presses drafts it. A second press finds the same contract.

    Raises Conflict before an offer is accepted or after the end, DomainError where the other side has no valid
    verification now.
    """
    negotiation = records.get_own(actor, negotiation_id, lock=True)
    if negotiation.contract is not None:
        return negotiation.contract
    records.check_open(negotiation, "agreed")
    records.check_other_side(actor, negotiation)
    require(actor, Permission.CREATE_CONTRACT)
    offer = offers.accepted_one(negotiation)
    assert offer is not None  # noqa: S101
    contract = creating.create_from_offer(actor, negotiation, offer)
    # State and contract reach the database together: it accepts neither without the other.
    with db.session.no_autoflush:
        negotiation.contract_id = contract.id
        moved = workflow.apply(NEGOTIATION, negotiation, "draft", actor, records.sides_of(negotiation))
    assert moved.notice is not None  # noqa: S101
    records.tell(actor, negotiation, moved.notice)
    if negotiation.inquiry.state == "negotiating":
        threads.act(SYSTEM, negotiation.inquiry, "settle")
    return contract


def end(actor: Actor, negotiation_id: int, reasons: Iterable[str] = (), note: str = "") -> Negotiation:
    """End a negotiation, saying why; its thread goes on. A second press changes nothing."""
    negotiation = records.get_own(actor, negotiation_id, lock=True)
    if negotiation.state == "ended":
        return negotiation
    codes = offers.known_reasons(reasons, END_REASONS, note)
    negotiation.state_note = clean_text(note)[: offers.LONGEST_NOTE]
    moved = workflow.apply(NEGOTIATION, negotiation, "end", actor, records.sides_of(negotiation), codes, note)
    offers.lapse_open(negotiation)
    if negotiation.inquiry.state == "negotiating":
        threads.act(SYSTEM, negotiation.inquiry, "resume")
    hooks.ended(negotiation)
    assert moved.notice is not None  # noqa: S101
    records.tell(actor, negotiation, moved.notice)
    return negotiation


def follow(payloads: Sequence[Mapping[str, Any]]) -> None:
    """Give negotiations back to both sides whose contract was voided: promises of the topic ``contract``.

    Either side may then draft again, or end; the thread that was settled stays so. Twice is as good as once.
    """
    query = (
        select(Negotiation.id)
        .join(Contract, Contract.id == Negotiation.contract_id)
        .where(Contract.id.in_({int(each["contract"]) for each in payloads}), Contract.state == "voided")
        .order_by(Negotiation.id)
    )
    for negotiation_id in db.session.scalars(query).all():
        negotiation = records.locked(negotiation_id)
        if negotiation is None or negotiation.state != "drafted":
            continue
        with db.session.no_autoflush:
            negotiation.contract_id = None
            moved = workflow.apply(NEGOTIATION, negotiation, "undo", SYSTEM, records.sides_of(negotiation))
        db.session.expire(negotiation, ["contract"])
        assert moved.notice is not None  # noqa: S101
        records.tell(SYSTEM, negotiation, moved.notice)


def of_contract(actor: Actor, contract: Contract) -> Negotiation | None:
    """Return the negotiation that ``contract`` came from, where the actor may read it."""
    found = db.session.scalar(select(Negotiation).where(Negotiation.contract_id == contract.id))
    readable = found is not None and may(actor, Permission.READ_NEGOTIATION, records.readers_of(found))
    return found if readable else None


def confirmed_contribution(contract: Contract) -> BrokerContribution | None:
    """Return what the 技术经理人 did for a contract, once buyer and seller have both confirmed it."""
    query = (
        select(BrokerContribution)
        .join(Negotiation, Negotiation.id == BrokerContribution.negotiation_id)
        .where(
            Negotiation.contract_id == contract.id,
            BrokerContribution.buyer_confirmed_at.is_not(None),
            BrokerContribution.seller_confirmed_at.is_not(None),
        )
    )
    return db.session.scalar(query)


def contract_of(actor: Actor, negotiation: Negotiation) -> Contract | None:
    """Return the contract of a negotiation, where the actor may read it already."""
    found = negotiation.contract
    return found if found is not None and contracts.is_readable(found, actor) else None
