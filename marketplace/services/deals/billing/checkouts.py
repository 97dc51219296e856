"""Paying an instalment online: what is offered, the provider's payment page, and what becomes of it.

The money is the seller's: the page runs on the seller's own account, as a direct charge.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, Subject, may, require
from marketplace.domain.deals import shares
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.money import FEN_PER_YUAN, format_yuan
from marketplace.domain.states import CHECKOUT
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.integrations.billing import LARGEST_FEN, BillingRefused, BillingUnavailable, Order
from marketplace.models.deals import Checkout, Contract, Instalment
from marketplace.services import links, workflow
from marketplace.services.deals import contracts
from marketplace.services.deals.billing import accounts
from marketplace.services.deals.payments import effects, paid, plan, recording
from marketplace.services.outside import outside
from marketplace.services.platform import audit, settings
from marketplace.services.unit import unit_of_work

LIFE = timedelta(hours=2)
"""How long a payment page stays open; the provider allows from half an hour to a day."""
UNDECIDED = ("new", "open", "failed")
"""States in which the provider may still take the money."""


@dataclass(frozen=True)
class Offer:
    """What may be paid online now: ``instalment`` and 分, or nothing.

    ``reason`` (msgid, with ``params``) says why not; it is empty where payment online is no matter at all: no
    provider, or not the buyer's people. ``living`` is a payment page of the contract that can still be paid on.
    """

    instalment: Instalment | None = None
    amount_fen: int = 0
    account: str = ""
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    living: Checkout | None = None


def offer_for(contract: Contract, actor: Actor) -> Offer:
    """Return what ``actor`` may pay online on a contract now: the next open instalment, or why nothing."""
    buyer = contracts.buyer_of(contract)
    ours = (
        buyer is not None
        and buyer.organisation_id is not None
        and buyer.organisation_id == actor.organisation_id
    )
    if not accounts.is_open() or not ours:
        return Offer()
    if not may(actor, Permission.HANDLE_CONTRACT, contracts.subject_of(contract)):
        return Offer()
    if not recording.is_payable(contract):
        return Offer(reason=N_("合同签订后才能在线支付"))
    return _from_seller(contract, living_of(contract.id))


def _from_seller(contract: Contract, living: Checkout | None) -> Offer:
    sellers = contracts.sellers_of(contract)
    if len(sellers) != 1:
        return Offer(reason=N_("卖方不止一家，在线支付无法分给各家，请通过银行转账付款"), living=living)
    account = accounts.of(sellers[0].organisation_id) if sellers[0].organisation_id else None
    if account is None or not account.may_charge:
        return Offer(reason=N_("卖方没有开通在线收款，请通过银行转账付款"), living=living)
    found = _next_open(contract)
    if found is None:
        return Offer(reason=N_("没有待付的款项"), living=living)
    instalment, amount = found
    largest = min(settings.get("billing.largest_yuan") * FEN_PER_YUAN, LARGEST_FEN)
    if amount > largest:
        return Offer(
            reason=N_("这一期待付 %(amount)s 元，超过单笔在线支付上限 %(largest)s 元，请通过银行转账付款"),
            params={"amount": format_yuan(amount), "largest": format_yuan(largest)},
            living=living,
        )
    return Offer(instalment, amount, account.account, living=living)


def _next_open(contract: Contract) -> tuple[Instalment, int] | None:
    """Return the first instalment that is not covered, and what is open of it.

    Vouchers that wait for a look count as paid here: the same money must not be asked for twice.
    """
    version = contract.current
    if version is None:
        return None
    facts = plan.facts_of(contract, paid.standing(contract.id))
    pairs = zip(version.instalments, facts, strict=True)
    return next(((one, fact.open_fen) for one, fact in pairs if fact.open_fen), None)


def living_of(contract_id: int) -> Checkout | None:
    """Return the payment page of a contract that can still be paid on."""
    query = select(Checkout).where(
        Checkout.contract_id == contract_id,
        Checkout.state.in_(UNDECIDED),
        Checkout.expires_at > clock.now(),
    )
    return db.session.scalar(query.order_by(Checkout.id.desc()).limit(1))


def begin(actor: Actor, contract_id: int) -> Checkout:
    """Write down that the next open instalment is to be paid online; the page itself is opened by ``connect``.

    Pressed twice, or by two people at once, it returns the page that is open already. Raises NotFound, NotAllowed,
    DomainError with the reason where nothing can be paid online, Conflict where a page with another amount is open.
    """
    contract = contracts.get_own(actor, contract_id, lock=True)
    offer = offer_for(contract, actor)
    if offer.instalment is None:
        raise DomainError(
            "not_online", offer.reason or N_("这份合同不能在线支付，请通过银行转账付款"), **offer.params
        )
    living = offer.living
    if living is not None:
        if (living.amount_fen, living.account) == (offer.amount_fen, offer.account):
            return living
        raise Conflict(N_("另有一张金额不同的支付页还没有关闭，请先打开它付款或放弃"), code="checkout_living")
    row = Checkout(
        contract_id=contract.id,
        instalment=offer.instalment.position,
        organisation_id=actor.organisation_id,
        created_by=actor.person_id,
        account=offer.account,
        amount_fen=offer.amount_fen,
        shares=_shares(contract, offer.amount_fen),
        request_key=secrets.token_urlsafe(32),
        expires_at=clock.now().replace(microsecond=0) + LIFE,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "checkout.create", "checkout", row.id, contract=contract.id)
    return row


def _shares(contract: Contract, amount_fen: int) -> list[dict[str, int]]:
    """Divide an amount over the lines by what is open of each; by their whole amounts where that is too little."""
    lines = list(contract.current.lines) if contract.current is not None else []
    net = paid.net_by_line([contract.id]).get(contract.id, {})
    room = [max(0, line.amount_fen - net.get(line.traded_id, 0)) for line in lines]
    if sum(room) < amount_fen:
        room = [max(line.amount_fen, amount_fen) for line in lines]
    divided = zip(lines, shares.split(amount_fen, room), strict=True)
    return [{"traded": line.traded_id, "amount_fen": fen} for line, fen in divided if fen]


def connect(checkout_id: int) -> None:
    """Have the provider open the payment page, outside any transaction, then keep its address in a unit of its own.

    The request key makes it the same page however often this is tried, so that a kill at any point heals. Raises
    DomainError where the provider is silent (try again) or refuses (the checkout has then come to its end).
    """
    row = db.session.get_one(Checkout, checkout_id)
    if row.state != "new" or row.expires_at is None:
        return
    order = _order(row)
    db.session.rollback()
    try:
        page = accounts.provider().open_session(order)
    except BillingUnavailable as fault:
        raise accounts.silent() from fault
    except BillingRefused as refused:
        with unit_of_work():
            move(locked(checkout_id), "expire")
        raise DomainError(
            "checkout_refused",
            N_("支付平台没有接受这笔支付（%(answer)s），请通过银行转账付款，或请卖方核对收款账户"),
            answer=refused.code,
        ) from refused
    with unit_of_work():
        row = locked(checkout_id)
        if row.state == "new":
            row.session, row.url = page.id, page.url
            move(row, "open")


def _order(row: Checkout) -> Order:
    contract = db.session.get_one(Contract, row.contract_id)
    address = outside().public_url + links.path_of("checkout", row.id)
    return Order(
        account=row.account,
        key=row.request_key,
        amount_fen=row.amount_fen,
        title=f"{effects.name_of(contract)} · {contract.filing_number}"[:200],
        success_url=address + "?back=paid",
        cancel_url=address + "?back=cancelled",
        expires_at=row.expires_at or clock.now() + LIFE,
    )


def locked(checkout_id: int) -> Checkout:
    """Return a checkout while all other writers of its contract wait."""
    contract_id = db.session.scalar(select(Checkout.contract_id).where(Checkout.id == checkout_id))
    if contract_id is None:
        raise NotFound()
    contracts.lock_row(contract_id)
    return db.session.get_one(Checkout, checkout_id, populate_existing=True)


def move(row: Checkout, action: str) -> None:
    """Move a checkout where its table knows the way; a late word from the provider changes nothing."""
    if (row.state, action) in CHECKOUT.table:
        workflow.apply(CHECKOUT, row, action, SYSTEM, Subject("checkout"))


def get_for(actor: Actor, checkout_id: int) -> Checkout:
    """Return a checkout of the actor's organisation; NotFound otherwise, NotAllowed for who may not handle it."""
    row = db.session.get(Checkout, checkout_id)
    if row is None or actor.organisation_id is None or row.organisation_id != actor.organisation_id:
        raise NotFound()
    contract = contracts.get_for(actor, row.contract_id)
    require(actor, Permission.HANDLE_CONTRACT, contracts.subject_of(contract))
    return row
