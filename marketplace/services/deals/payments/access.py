"""Who may reach a payment: whoever may read, or handle, a contract that it pays."""

from collections.abc import Iterable

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.deals.vouchers import Side, foreign_number
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty, Payment, PaymentEvidence
from marketplace.models.platform import FileLink
from marketplace.services.deals import contracts
from marketplace.services.platform import files


def contracts_of(payment: Payment) -> list[Contract]:
    """Return the contracts that a payment is allocated to, the oldest first."""
    found = {each.contract_id: each.contract for each in payment.allocations}
    return [found[key] for key in sorted(found)]


def subject_of(payment: Payment, actor: Actor | None = None, kind: str = "payment") -> Subject:
    """Return what the rules need to know: every party of every contract is concerned, and who recorded it.

    With an ``actor`` also the fact whether it is their organisation that recorded it.
    """
    return _subject(payment, payment.organisation_id, payment.created_by, actor, kind)


def subject_of_evidence(row: PaymentEvidence, actor: Actor | None = None) -> Subject:
    """Return the same for evidence that came later."""
    return _subject(row.payment, row.organisation_id, row.created_by, actor, "payment_evidence")


def _subject(
    payment: Payment, recorder: int | None, maker: int | None, actor: Actor | None, kind: str
) -> Subject:
    parties = frozenset[int]().union(*(contracts.organisations_of(one) for one in contracts_of(payment)))
    drafters = {one.organisation_id for one in contracts_of(payment)}
    own = actor is not None and recorder is not None and actor.organisation_id == recorder
    return Subject(
        kind,
        organisation_id=recorder,
        parties=parties | frozenset(one for one in drafters if one is not None),
        makers=frozenset({maker} if maker is not None else ()),
        facts=frozenset({"is_recorder"} if own else ()),
    )


def may_read(actor: Actor, payment: Payment) -> bool:
    """Return whether the actor may read one of the contracts that the payment pays."""
    return any(
        may(actor, Permission.READ_CONTRACT, contracts.subject_of(one)) for one in contracts_of(payment)
    )


def get_for(actor: Actor, payment_id: int) -> Payment:
    """Return a payment that the actor may read; NotFound otherwise."""
    payment = db.session.get(Payment, payment_id)
    if payment is None or not may_read(actor, payment):
        raise NotFound()
    return payment


def get_own(actor: Actor, payment_id: int) -> Payment:
    """Return a payment of contracts that the actor handles, locked; NotFound or NotAllowed otherwise."""
    payment = get_for(actor, payment_id)
    lock(one.id for one in contracts_of(payment))
    db.session.refresh(payment)
    require(actor, Permission.HANDLE_CONTRACT, subject_of(payment))
    return payment


def handled(actor: Actor, payment: Payment) -> list[Contract]:
    """Return those of a payment's contracts that the actor handles; NotFound or NotAllowed where there is none."""
    found = [
        one
        for one in contracts_of(payment)
        if may(actor, Permission.HANDLE_CONTRACT, contracts.subject_of(one))
    ]
    if not found:
        require(actor, Permission.HANDLE_CONTRACT, subject_of(payment))
        raise NotFound()
    return found


def lock(contract_ids: Iterable[int]) -> None:
    """Make other writers of these contracts and of their payments wait, always in the same order."""
    for contract_id in sorted(set(contract_ids)):
        contracts.lock_row(contract_id)


def side_of(party: ContractParty) -> Side:
    """Return a party as a voucher can be compared with it: its number written as a voucher's is kept."""
    return Side(party.name, party.uscc or foreign_number(party.foreign_number))


def sides_of(contract: Contract) -> tuple[Side | None, tuple[Side, ...]]:
    """Return buyer and sellers of a contract as vouchers can be compared with them."""
    buyer = contracts.buyer_of(contract)
    return (
        side_of(buyer) if buyer is not None else None,
        tuple(side_of(party) for party in contracts.sellers_of(contract)),
    )


@files.reader("payment")
def _may_read_file(actor: Actor, link: FileLink) -> bool:
    payment = db.session.get(Payment, link.subject_id)
    return payment is not None and may_read(actor, payment)


@files.reader("payment_evidence")
def _may_read_evidence(actor: Actor, link: FileLink) -> bool:
    row = db.session.scalar(select(PaymentEvidence).where(PaymentEvidence.id == link.subject_id))
    return row is not None and may_read(actor, row.payment)
