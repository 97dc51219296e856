"""A 技术经理人 joins a negotiation: one side proposes, the other agrees."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.matching import Negotiation
from marketplace.models.people import Organisation
from marketplace.services.matching.brokerage import hooks
from marketplace.services.matching.negotiations import records
from marketplace.services.platform import audit


def choices(negotiation: Negotiation) -> Sequence[Organisation]:
    """Return the verified brokers who are no side of the negotiation, by name."""
    query = select(Organisation).where(
        Organisation.kind == "broker",
        Organisation.state == "verified",
        Organisation.id.not_in((negotiation.buyer_id, negotiation.seller_id)),
    )
    return sorted(db.session.scalars(query).unique(), key=lambda one: (one.name, one.id))


def invite(actor: Actor, negotiation_id: int, broker_id: int | None) -> Negotiation:
    """Propose a broker to the other side. A second press changes nothing.

    Raises DomainError (``broker``) for who is no broker, Conflict where one is there or proposed already.
    """
    negotiation = records.get_own(actor, negotiation_id, lock=True)
    records.check_open(negotiation, "open", "agreed")
    if negotiation.invited_broker_id == broker_id and negotiation.invited_by_id == actor.organisation_id:
        return negotiation
    if negotiation.broker_id is not None or negotiation.invited_broker_id is not None:
        raise Conflict(N_("这次洽谈已有技术经理人，或有人正在提议，请刷新查看"), code="broker_taken")
    broker = next((one for one in choices(negotiation) if one.id == broker_id), None)
    if broker is None:
        raise DomainError("broker_unknown", N_("请选择技术经理人机构"), field="broker")
    negotiation.invited_broker_id, negotiation.invited_by_id = broker.id, actor.organisation_id
    db.session.flush()
    audit.record(actor, "negotiation.invite_broker", "negotiation", negotiation.id, organisation=broker.id)
    other = records.other_side(actor, negotiation)
    records.tell(actor, negotiation, "broker_invited", only=(other.id,), broker=broker.name)
    return negotiation


def answer(actor: Actor, negotiation_id: int, broker_id: int, agreed: bool) -> Negotiation:
    """Say yes or no to the broker whom the other side proposed; who proposed may take it back.

    ``broker_id``: whom the reader decided on. Conflict where that is proposed no more; NotAllowed for agreeing with
    oneself; DomainError for agreeing to one that has lost its verification since.
    """
    negotiation = records.get_own(actor, negotiation_id, lock=True)
    if agreed and negotiation.broker_id == broker_id:
        return negotiation
    if negotiation.invited_broker_id != broker_id:
        raise Conflict(N_("这项提议已经撤回或改变，请刷新查看"), code="invitation_gone")
    own = negotiation.invited_by_id == actor.organisation_id
    if agreed and own:
        raise NotAllowed(N_("由对方决定是否同意"), code="own_invitation")
    if agreed and broker_id not in {one.id for one in choices(negotiation)}:
        raise DomainError("broker_gone", N_("这家技术经理人机构目前没有有效的认证，请改提其他机构"))
    negotiation.invited_broker_id = negotiation.invited_by_id = None
    if not agreed:
        db.session.flush()
        audit.record(
            actor, "negotiation.refuse_broker", "negotiation", negotiation.id, organisation=broker_id
        )
        return negotiation
    records.check_open(negotiation, "open", "agreed")
    negotiation.broker_id = negotiation.inquiry.broker_id = broker_id
    db.session.flush()
    audit.record(actor, "inquiry.broker", "inquiry", negotiation.inquiry_id, organisation=broker_id)
    hooks.opened(negotiation)
    records.tell(actor, negotiation, "broker_joined", only=(broker_id,))
    return negotiation
