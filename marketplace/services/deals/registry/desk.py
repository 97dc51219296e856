"""What lies before the registrar and the verifier of one contract, and what each may do with it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.deals.checks import Flag
from marketplace.domain.states import CONTRACT
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractVersion
from marketplace.models.people import Person
from marketplace.models.platform import ReviewTask
from marketplace.services.deals import contracts, facts
from marketplace.services.deals.registry import examining, flags, registering
from marketplace.services.people import actors
from marketplace.services.platform import deadlines, reviews


@dataclass(frozen=True)
class Desk:
    """A contract on the registrar's desk. ``task`` is what is owed now; ``decided`` what was decided, newest first.

    ``acts`` are the actions of the contract's table that the reader may take; ``colleagues`` could take the task.
    """

    contract: Contract
    version: ContractVersion
    is_local: bool
    task: ReviewTask | None
    days_left: int | None
    flags: Sequence[Flag]
    found: Mapping[str, str]
    approved: Sequence[int]
    acts: frozenset[str]
    colleagues: Sequence[Person]
    decided: Sequence[ReviewTask]
    may_number: bool
    examiner: str
    checker: str


def of(actor: Actor, contract_id: int) -> Desk:
    """Return what lies before the registry for a contract that the actor may read; NotFound otherwise."""
    contract = contracts.get_for(actor, contract_id)
    version, row = registering.version_of(contract), contract.registration
    task = reviews.open_task_for("contract", contract.id)
    people = [row.examined_by, row.checked_by] if row is not None else []
    names = actors.names_of([person for person in people if person is not None])
    return Desk(
        contract=contract,
        version=version,
        is_local=facts.is_local(contract),
        task=task,
        days_left=deadlines.days_left(task.due_on) if task is not None else None,
        flags=flags.flags(contract),
        found=examining.findings_of(task) if task is not None else {},
        approved=[
            line.technical_fen if line.approved_technical_fen is None else line.approved_technical_fen
            for line in version.lines
        ],
        acts=_acts(actor, contract),
        colleagues=_colleagues(contract, task),
        decided=_decided(contract),
        may_number=_may_number(actor, contract),
        examiner=names.get(row.examined_by or 0, "") if row is not None else "",
        checker=names.get(row.checked_by or 0, "") if row is not None else "",
    )


def _acts(actor: Actor, contract: Contract) -> frozenset[str]:
    """Return the registry's actions that the actor may take now, by the contract's own table."""
    ours = {Permission.REVIEW, Permission.CHECK_REGISTRATION}
    moves = CONTRACT.available(contract.state, actor, contracts.subject_of(contract, actor))
    return frozenset(each.action for each in moves if each.who in ours)


def _may_number(actor: Actor, contract: Contract) -> bool:
    row, subject = contract.registration, contracts.subject_of(contract)
    open_number = row is not None and row.decided_at is not None and row.number is None
    return open_number and (
        may(actor, Permission.REVIEW, subject) or may(actor, Permission.CHECK_REGISTRATION, subject)
    )


def _colleagues(contract: Contract, task: ReviewTask | None) -> list[Person]:
    if task is None:
        return []
    makers = contracts.subject_of(contract).makers
    return [person for person in reviews.colleagues(task) if person.id not in makers]


def _decided(contract: Contract) -> list[ReviewTask]:
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "contract",
        ReviewTask.subject_id == contract.id,
        ReviewTask.state == "done",
    )
    return list(db.session.scalars(query.order_by(ReviewTask.id.desc())))
