"""What happens to a broker's leads by itself: a negotiation that they are part of begins, ends, is signed for.

A broker who is no part of a negotiation has no lead moved by it, and hears nothing of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Subject
from marketplace.domain.states import LEAD
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.matching import Lead, Negotiation
from marketplace.services import workflow

SIGNED_STATES = ("registered", "completed")


def key_of(demand_id: int | None, achievement_id: int | None) -> str:
    """Return the key by which a broker's leads are one of a kind."""
    return f"{demand_id or 0}:{achievement_id or 0}"


def opened(negotiation: Negotiation) -> None:
    """Move the leads of the negotiation's broker about its subjects on."""
    if negotiation.broker_id is None:
        return
    demand, achievement = negotiation.demand_id, negotiation.achievement_id
    keys = {key_of(demand, achievement), key_of(demand, None), key_of(None, achievement)} - {
        key_of(None, None)
    }
    query = select(Lead).where(Lead.organisation_id == negotiation.broker_id, Lead.subject_key.in_(keys))
    for lead in db.session.scalars(query.order_by(Lead.id)):
        if (lead.state, "negotiate") in LEAD.table:
            lead.negotiation_id = negotiation.id
            lead.negotiating_at = lead.negotiating_at or clock.now()
            _move(lead, "negotiate")


def ended(negotiation: Negotiation) -> None:
    """Give the leads of a negotiation that ended back to their broker."""
    for lead in _leads_of([negotiation.id]):
        if lead.state == "negotiating":
            _move(lead, "fall_back")


def follow(payloads: Sequence[Mapping[str, Any]]) -> None:
    """Count the leads as won whose contract is registered: promises of the topic ``contract``."""
    ids = {int(payload["contract"]) for payload in payloads}
    query = (
        select(Negotiation.id)
        .join(Contract, Contract.id == Negotiation.contract_id)
        .where(Contract.id.in_(ids), Contract.state.in_(SIGNED_STATES))
    )
    for lead in _leads_of(list(db.session.scalars(query))):
        if (lead.state, "win") in LEAD.table:
            lead.won_at = lead.won_at or clock.now()
            _move(lead, "win")


def _leads_of(negotiation_ids: Sequence[int]) -> list[Lead]:
    if not negotiation_ids:
        return []
    query = select(Lead).where(Lead.negotiation_id.in_(negotiation_ids)).order_by(Lead.id)
    return list(db.session.scalars(query))


def _move(lead: Lead, action: str) -> None:
    workflow.apply(LEAD, lead, action, SYSTEM, Subject("lead", lead.organisation_id))
