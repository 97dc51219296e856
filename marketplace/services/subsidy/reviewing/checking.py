"""Papers checked off one by one, and amounts taken out of the sum by a reasoned decision."""

from collections.abc import Collection, Sequence

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import PaymentAllocation
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.deals.payments import decisions
from marketplace.services.platform import audit
from marketplace.services.subsidy.applying import evidence, materials
from marketplace.services.subsidy.applying.materials import Item
from marketplace.services.subsidy.reviewing import competence


def is_checked(item: Item) -> bool:
    """Return whether a reviewer has looked at a paper, or at the reason why it is not needed."""
    return item.row.checked_at is not None


def unchecked(items: Sequence[Item]) -> list[Item]:
    """Return the papers between a case and its approval: missing ones that are needed, and unchecked ones."""
    return [item for item in items if item.open or (item.state != "missing" and not is_checked(item))]


def check_off(actor: Actor, case_id: int, codes: Collection[str]) -> SubsidyCase:
    """Let exactly the papers ``codes`` be checked; what is still missing cannot be.

    Raises DomainError (``papers``), NotAllowed, Conflict outside the reviews.
    """
    case = competence.get_for(actor, case_id, lock=True)
    competence.require_review(actor, case, competence.REVIEWED_STATES)
    items = {item.material.code: item for item in materials.checklist(case, evidence.sum_of(case))}
    for code in codes:
        if code not in items:
            raise NotFound()
        if items[code].state == "missing":
            label = items[code].material.label
            raise DomainError("paper_missing", N_("“%(name)s”还没有提供"), field="papers", name=label)
    for code, item in items.items():
        if is_checked(item) is not (code in codes) and item.state != "missing":
            _mark(actor, case, item, code in codes)
    db.session.flush()
    return case


def take_off(actor: Actor, case: SubsidyCase, codes: Collection[str]) -> None:
    """Let papers that were remarked upon when a case went back be unchecked: they are looked at again."""
    for item in materials.checklist(case, evidence.sum_of(case)):
        if item.material.code in codes and is_checked(item):
            _mark(actor, case, item, False)
    db.session.flush()


def _mark(actor: Actor, case: SubsidyCase, item: Item, checked: bool) -> None:
    row = item.row
    row.checked_by, row.checked_at = (actor.person_id, clock.now()) if checked else (None, None)
    if row.state != "waived":
        row.state = "checked" if checked else ("provided" if item.files else "missing")
    audit.record(
        actor, "subsidy_case.check", "subsidy_case", case.id, part=item.material.code, checked=checked
    )


def share_of(actor: Actor, case_id: int, allocation_id: int, lock: bool = False) -> PaymentAllocation:
    """Return what a payment gave to the achievement of a case under review; NotFound for any other."""
    case = competence.get_for(actor, case_id, lock)
    competence.require_review(actor, case, competence.REVIEWED_STATES)
    row = db.session.get(PaymentAllocation, allocation_id)
    ids = {contract.id for contract in competence.contracts_of(case)}
    if row is None or row.traded_id != case.traded_id or row.contract_id not in ids:
        raise NotFound()
    return row


def exclude(actor: Actor, case_id: int, allocation_id: int, fen: int, reason: str) -> PaymentAllocation:
    """Take 分 of a payment out of the sum of a case under review, with a reason; 0 puts them back (DOMAIN §3, 8).

    They stay paid. Raises DomainError (``excluded``, ``reason``), NotAllowed, Conflict outside the reviews.
    """
    row = share_of(actor, case_id, allocation_id, lock=True)
    decisions.write_exclusion(actor, row, fen, reason)
    return row
