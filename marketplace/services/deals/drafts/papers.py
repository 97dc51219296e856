"""The day of signing and the files of a contract."""

from datetime import date

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals.numbers import FIRST_YEAR
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import Contract, Payment, PaymentAllocation
from marketplace.models.platform import FileLink
from marketplace.services.deals import contracts
from marketplace.services.deals.drafts import members
from marketplace.services.platform import audit, files

PURPOSES = ("signed_contract", "contract_annex", "certificate", "price_proof")
"""What a party may put on a contract, as long as it is not submitted."""

OPEN_STATES = ("draft", "offered", "confirmed", "returned")
"""States in which the parties may still sign and bring files."""


def _open(actor: Actor, contract_id: int) -> Contract:
    contract = contracts.get_own(actor, contract_id, lock=True)
    if contract.state not in OPEN_STATES:
        raise Conflict(
            N_("当前状态为“%(state)s”，签订日期和文件不能再改"),
            code="papers_fixed",
            state=CONTRACT.states[contract.state].label,
        )
    return contract


def sign(actor: Actor, contract_id: int, signed_on: date | None) -> Contract:
    """Record the day of signing; None takes it back. Raises DomainError (``signed_on``), Conflict once submitted."""
    contract = _open(actor, contract_id)
    if signed_on is not None and signed_on > clock.today():
        raise DomainError("signed_in_future", N_("签订日期不能晚于今天"), field="signed_on")
    if signed_on is not None and signed_on.year < FIRST_YEAR:
        raise DomainError("signed_too_early", N_("签订日期早于1991年，请核对年份"), field="signed_on")
    if signed_on == contract.signed_on:
        return contract
    if signed_on is None and _has_payments(contract):
        raise DomainError(
            "signed_and_paid", N_("合同下已有付款记录，签订日期只能更正，不能清空"), field="signed_on"
        )
    contract.signed_on = signed_on
    _take_over_members(contract, signed_on)
    db.session.flush()
    audit.record(
        actor, "contract.sign", "contract", contract.id,
        signed_on=signed_on.isoformat() if signed_on is not None else None,
    )  # fmt: skip
    return contract


def _has_payments(contract: Contract) -> bool:
    query = (
        select(Payment.id)
        .join(PaymentAllocation, PaymentAllocation.payment_id == Payment.id)
        .where(PaymentAllocation.contract_id == contract.id, Payment.state.not_in(("returned", "withdrawn")))
    )
    return db.session.scalar(select(query.exists())) or False


def _take_over_members(contract: Contract, signed_on: date | None) -> None:
    """Members stand in a contract as they were verified on the day of signing; a fixed text is left alone."""
    version = contract.current
    if contract.state != "draft" or version is None or version.frozen_at is not None:
        return
    for party in version.parties:
        member = members.member_of(party.uscc) if party.organisation_id is not None else None
        if member is not None:
            members.fill(party, member, signed_on)


def add_file(actor: Actor, contract_id: int, name: str, content: bytes, purpose: str) -> FileLink:
    """Put a file on a contract (PURPOSES). Raises DomainError (``file``, ``purpose``), Conflict once submitted."""
    contract = _open(actor, contract_id)
    if purpose not in PURPOSES:
        raise DomainError("purpose_unknown", N_("请从列表中选择"), field="purpose")
    return files.attach(actor, files.store(actor, name, content, purpose), "contract", contract.id, purpose)


def remove_file(actor: Actor, contract_id: int, link_id: int) -> None:
    """Take a file off a contract; NotFound for a file of anything else, Conflict once submitted."""
    contract = _open(actor, contract_id)
    files.detach(actor, files.get_link("contract", contract.id, link_id))
