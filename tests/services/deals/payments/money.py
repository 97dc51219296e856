"""What tests of payments share: a buyer, a seller, people of both, and vouchers ready to be recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from marketplace.domain import clock
from marketplace.domain.access import Actor, Role
from marketplace.domain.deals.vouchers import Share, Voucher
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment
from marketplace.models.people import Organisation
from marketplace.models.platform import ReviewTask
from marketplace.services import deciding
from marketplace.services.deals.payments import access, recording, refunds
from marketplace.services.deals.payments.recording import PaymentData, Upload
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import PDF

_serial = count(1)


@dataclass
class Trade:
    """A buyer and a seller, both members, with a person each, and who verifies."""

    buyer: Organisation
    seller: Organisation
    buys: Actor
    sells: Actor
    verifier: Actor


def make_trade() -> Trade:
    """Make the organisations and people of a deal."""
    buyer, seller = make.make_organisation("enterprise"), make.make_organisation("university")
    return Trade(
        buyer, seller, make.actor(make.make_person(buyer)), make.actor(make.make_person(seller)),
        make.actor(make.make_staff(Role.FINANCE)),
    )  # fmt: skip


def pdf(words: str = "") -> Upload:
    """Return a voucher file that no other call returns, or the same for the same words."""
    return Upload("回单.pdf", PDF + (words or str(next(_serial))).encode())


def voucher(contract: Contract, amount_fen: int, **values: Any) -> Voucher:
    """Return a voucher of the buyer's bank transfer to the first seller, with a serial of its own."""
    buyer, sellers = access.sides_of(contract)
    assert buyer is not None
    said = Voucher(
        paid_on=clock.today(), amount_fen=amount_fen, bank="HSB", serial=f"T{next(_serial):09d}",
        payer=buyer, payee=sellers[0],
    )  # fmt: skip
    return replace(said, **values)


def data(contract: Contract, amount_fen: int, shares: tuple[Share, ...] = (), **values: Any) -> PaymentData:
    """Return a payment of the contract's first line, complete with a file; ``values`` change data or voucher."""
    assert contract.current is not None
    own = {key: values.pop(key) for key in ("uploads", "request_key", "replaces_id") if key in values}
    line = contract.current.lines[0].traded_id
    return PaymentData(
        voucher(contract, amount_fen, **values), shares or (Share(contract.id, line, amount_fen),),
        **({"uploads": (pdf(),)} | own),
    )  # fmt: skip


def record(actor: Actor, contract: Contract, amount_fen: int, **values: Any) -> Payment:
    """Record a payment and commit."""
    with unit_of_work():
        row = recording.record(actor, data(contract, amount_fen, **values))
    return db.session.get_one(Payment, row.id)


def refund(
    actor: Actor, contract: Contract, amount_fen: int, returns: Payment | None = None, kind: str = "refund",
    **values: Any,
) -> Payment:  # fmt: skip
    """Record money that went back and commit."""
    buyer, sellers = access.sides_of(contract)
    turned = {"payer": sellers[0], "payee": buyer} | values
    with unit_of_work():
        row = refunds.refund(
            actor, contract.id, data(contract, amount_fen, **turned), kind, returns.id if returns else None
        )
    return db.session.get_one(Payment, row.id)


def task_of(row: Any, kind: str = "payment") -> ReviewTask:
    """Return the open task of a row."""
    task = reviews.open_task_for(kind, row.id)
    assert task is not None
    return task


def decide(actor: Actor, task: ReviewTask, outcome: str = "approve") -> None:
    """Verify or return as the review desk does."""
    task_id = task.id
    with unit_of_work():
        found = reviews.get_for(actor, task_id)
        if outcome == "approve":
            deciding.approve(actor, found, "")
        else:
            deciding.return_(actor, found, ["voucher_unclear"], "看不清")


def verified(trade: Trade, contract: Contract, amount_fen: int, **values: Any) -> Payment:
    """Record a payment as the buyer and have it verified."""
    row = record(trade.buys, contract, amount_fen, **values)
    decide(trade.verifier, task_of(row))
    return db.session.get_one(Payment, row.id)
