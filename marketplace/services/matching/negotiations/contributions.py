"""What the 技术经理人 contributed to a deal: said by themselves, confirmed by buyer and seller, each for itself."""

from collections.abc import Collection
from typing import NoReturn

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.errors import Conflict, FieldError, NotAllowed, NotFound, ValidationFailed
from marketplace.domain.matching.brokerage import CONTRIBUTIONS
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.matching import BrokerContribution, Negotiation
from marketplace.services.matching.negotiations import records
from marketplace.services.platform import audit

SHORTEST, LONGEST = 10, 2000


def of_negotiation(negotiation: Negotiation) -> BrokerContribution | None:
    """Return what the negotiation's broker says of themselves, or None."""
    query = select(BrokerContribution).where(
        BrokerContribution.negotiation_id == negotiation.id,
        BrokerContribution.organisation_id == negotiation.broker_id,
    )
    return db.session.scalar(query)


def is_confirmed(row: BrokerContribution) -> bool:
    """Return whether both sides have confirmed it: only then does it count."""
    return row.buyer_confirmed_at is not None and row.seller_confirmed_at is not None


def write(
    actor: Actor, negotiation_id: int, kinds: Collection[str], body: str, version: int | None = None
) -> BrokerContribution:
    """Say what one's organisation did; words that change ask both sides anew.

    Raises Conflict once both have confirmed, or where a colleague wrote in between; ValidationFailed (``kinds``,
    ``body``).
    """
    negotiation = records.get(actor, negotiation_id, lock=True)
    require(actor, Permission.WORK_AS_BROKER, Subject("contribution", negotiation.broker_id))
    records.check_open(negotiation, "open", "agreed", "drafted")
    chosen, text = _checked(kinds, body)
    row = of_negotiation(negotiation)
    if row is None:
        row = BrokerContribution(negotiation_id=negotiation.id, organisation_id=actor.organisation_id)
        db.session.add(row)
    elif is_confirmed(row):
        raise Conflict(N_("双方已经确认，内容不能再改"), code="contribution_fixed")
    elif version is not None and version != row.version:
        raise Conflict()
    elif (row.kinds, row.body) == (chosen, text):
        return row
    assert actor.person_id is not None  # noqa: S101
    row.person_id, row.kinds, row.body = actor.person_id, chosen, text
    row.buyer_confirmed_by = row.buyer_confirmed_at = None
    row.seller_confirmed_by = row.seller_confirmed_at = None
    db.session.flush()
    audit.record(
        actor, "negotiation.contribution", "negotiation", negotiation.id, organisation=actor.organisation_id
    )
    records.tell(
        actor, negotiation, "contribution_claimed", only=(negotiation.buyer_id, negotiation.seller_id)
    )
    return row


def _checked(kinds: Collection[str], body: str) -> tuple[list[str], str]:
    text = clean_text(body)
    chosen = [code for code in CONTRIBUTIONS.codes if code in kinds]
    errors = []
    if not chosen or len(chosen) < len(set(kinds)):
        errors.append(FieldError("kinds", "kinds", N_("请选择至少一项服务内容")))
    if len(text) < SHORTEST:
        errors.append(FieldError("body", "too_short", N_("请写明做了什么，至少 %(n)s 个字"), {"n": SHORTEST}))
    elif len(text) > LONGEST:
        errors.append(FieldError("body", "too_long", N_("最多 %(limit)s 字"), {"limit": LONGEST}))
    if errors:
        raise ValidationFailed(errors)
    return chosen, text


def may_confirm(actor: Actor, negotiation: Negotiation, row: BrokerContribution) -> bool:
    """Return whether the actor's side still owes its word."""
    side = records.side_of(actor, negotiation)
    return (
        side in ("buyer", "seller")
        and actor.organisation_verified
        and getattr(row, f"{side}_confirmed_at") is None
    )


def confirm(actor: Actor, contribution_id: int, version: int | None = None) -> BrokerContribution:
    """Confirm for one's own side what the broker did, as it stood when it was read. A second press changes nothing."""
    found = db.session.get(BrokerContribution, contribution_id)
    if found is None:
        raise NotFound()
    negotiation = records.get_own(actor, found.negotiation_id, lock=True)
    row = db.session.get_one(BrokerContribution, contribution_id, populate_existing=True)
    side = records.side_of(actor, negotiation)
    if getattr(row, f"{side}_confirmed_at") is not None:
        return row
    if not may_confirm(actor, negotiation, row):
        _refuse()
    if version is not None and version != row.version:
        raise Conflict(N_("技术经理人刚刚改过内容，请重新看过再确认"), code="contribution_changed")
    setattr(row, f"{side}_confirmed_by", actor.person_id)
    setattr(row, f"{side}_confirmed_at", clock.now())
    db.session.flush()
    audit.record(
        actor, "negotiation.contribution_confirmed", "negotiation", negotiation.id,
        organisation=row.organisation_id, side=side,
    )  # fmt: skip
    if is_confirmed(row):
        records.tell(actor, negotiation, "contribution_confirmed", only=(row.organisation_id,))
    return row


def _refuse() -> NoReturn:
    raise NotAllowed(N_("由买卖双方确认"), code="not_a_side")
