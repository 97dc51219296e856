"""Contracts: who may reach one, what the rules know of it, and its way through its states."""

import secrets
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import selectinload

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import NotFound
from marketplace.domain.states import CONTRACT, Transition
from marketplace.domain.text import clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty, ContractVersion
from marketplace.models.platform import FileLink
from marketplace.services import workflow
from marketplace.services.deals import facts
from marketplace.services.platform import files, notices, numbering


def new_contract(actor: Actor, origin: str = "site") -> Contract:
    """Return a new contract with its filing number and public code, not yet with a version; flushed."""
    contract = Contract(
        filing_number=numbering.filing_number(clock.today().year),
        public_code=secrets.token_urlsafe(12),
        origin=origin,
        organisation_id=actor.organisation_id if origin == "site" else None,
        created_by=actor.person_id,
    )
    db.session.add(contract)
    db.session.flush()
    return contract


def parties_of(contract: Contract) -> list[ContractParty]:
    """Return buyer and sellers of the text in force, the buyer first."""
    return list(contract.current.parties) if contract.current is not None else []


def buyer_of(contract: Contract) -> ContractParty | None:
    """Return the buyer."""
    return next((party for party in parties_of(contract) if party.role == "buyer"), None)


def sellers_of(contract: Contract) -> list[ContractParty]:
    """Return the sellers, the first named first."""
    return [party for party in parties_of(contract) if party.role == "seller"]


def organisations_of(contract: Contract) -> frozenset[int]:
    """Return the ids of the organisations that are party to it and members here. A draft concerns its drafter only."""
    if contract.state == "draft" or _was_never_shown(contract):
        return frozenset()
    return frozenset(party.organisation_id for party in parties_of(contract) if party.organisation_id)


def _was_never_shown(contract: Contract) -> bool:
    """A draft that was given up stays what it was: nobody else's business."""
    return contract.state == "voided" and (contract.current is None or contract.current.frozen_at is None)


def is_readable(contract: Contract, actor: Actor) -> bool:
    """Return whether the actor may read a contract; a draft is read by its drafter only, whatever role others hold."""
    if contract.state == "draft" or _was_never_shown(contract):
        own = contract.organisation_id is not None and contract.organisation_id == actor.organisation_id
        return own and may(actor, Permission.READ_CONTRACT, subject_of(contract))
    return may(actor, Permission.READ_CONTRACT, subject_of(contract))


def subject_of(contract: Contract, actor: Actor | None = None, kind: str = "contract") -> Subject:
    """Return what the rules need to know; with an ``actor`` also the facts that its guards ask for.

    ``kind``: contract, or what hangs on one and is reviewed on its own (contract_change, payment, …). Makers are
    the people who must not check what they did: who drafted it and, until it is checked, who examined it. Whoever holds
    a role for one division alone reads the contracts of buyers there.
    """
    registration = contract.registration if contract.state == "examined" else None
    makers = {contract.created_by, registration.examined_by if registration else None} - {None}
    buyer = buyer_of(contract)
    return Subject(
        kind,
        organisation_id=contract.organisation_id,
        parties=organisations_of(contract),
        makers=frozenset(person for person in makers if person is not None),
        scope=(buyer.division or None) if buyer is not None else None,
        facts=facts.facts_of(contract, actor) if actor is not None else frozenset(),
    )


def get_for(actor: Actor, contract_id: int, lock: bool = False) -> Contract:
    """Return a contract that the actor may read: a party, or an administrator of the field; NotFound otherwise.

    ``lock`` makes a second writer wait its turn, so that it then sees what the first one wrote.
    """
    if lock:
        lock_row(contract_id)
    contract = db.session.get(Contract, contract_id, populate_existing=lock)
    if contract is None or not is_readable(contract, actor):
        raise NotFound()
    return contract


def get_own(actor: Actor, contract_id: int, lock: bool = False) -> Contract:
    """Return a contract that the actor's organisation drafts or is party to: NotFound or NotAllowed otherwise."""
    contract = get_for(actor, contract_id, lock)
    require(actor, Permission.HANDLE_CONTRACT, subject_of(contract))
    return contract


def lock_row(contract_id: int) -> None:
    """Make other writers of a contract and all that hangs on it wait until this transaction ends."""
    # Only the id is selected: PostgreSQL locks no row that stands on the far side of an outer join.
    db.session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update())


def own_query(actor: Actor) -> Select[Contract]:
    """Return the query of the contracts of the actor's organisation, newest first."""
    party = (
        select(ContractParty.id)
        .where(
            ContractParty.version_id == Contract.version_id,
            ContractParty.organisation_id == actor.organisation_id,
        )
        .exists()
    )
    shown = (
        select(ContractVersion.id)
        .where(ContractVersion.id == Contract.version_id, ContractVersion.frozen_at.is_not(None))
        .exists()
    )
    others = (Contract.state != "draft") & party & ((Contract.state != "voided") | shown)
    mine = or_(Contract.organisation_id == actor.organisation_id, others)
    return (
        select(Contract)
        .where(mine)
        .options(selectinload(Contract.current).selectinload(ContractVersion.parties))
        .order_by(Contract.id.desc())
    )


def available(actor: Actor, contract: Contract) -> list[Transition]:
    """Return what the actor may do with a contract now."""
    return workflow.available_actions(CONTRACT, contract, actor, subject_of(contract, actor))


def act(
    actor: Actor, contract: Contract, action: str, reasons: Iterable[str] = (), note: str = ""
) -> Transition:
    """Move a contract by an action of its table, remember when and why, and tell its parties.

    What else an action brings about is the business of the service that calls this.
    """
    subject, readers = subject_of(contract, actor), organisations_of(contract)
    transition = workflow.apply(CONTRACT, contract, action, actor, subject, reasons, note)
    contract.state_note, contract.state_at = clean_text(note), clock.now()
    db.session.flush()
    if transition.notice == "contract_offered":
        tell(actor, contract, transition.notice, {party.organisation_id for party in facts.awaited(contract)})
    elif transition.notice:
        # Who could read it until now is told that it went back to its drafter.
        concerned = readers | organisations_of(contract) | {contract.organisation_id}
        tell(actor, contract, transition.notice, concerned)
    return transition


def tell(
    actor: Actor, contract: Contract, kind: str, only: Collection[int | None] | None = None, **params: Any
) -> None:
    """Leave a notice for the people of every organisation of the contract (or ``only`` these), but not for who acts.

    It leads to the contract, or to the list of theirs for those who do not read it while it is a draft.
    """
    concerned = only if only is not None else organisations_of(contract) | {contract.organisation_id}
    title = contract.current.title if contract.current is not None else contract.filing_number
    words: dict[str, Any] = {
        "title": title,
        "note": contract.state_note,
        "state": CONTRACT.states[contract.state].label,
    }
    for organisation_id in sorted(one for one in concerned if one is not None):
        people = set(notices.members_of(organisation_id)) - {actor.person_id}
        hidden = contract.state == "draft" and organisation_id != contract.organisation_id
        page = "my_contracts" if hidden else "contract"
        notices.notify(people, kind, page, contract.id, **(words | params))


@files.reader("contract")
def _may_read(actor: Actor, link: FileLink) -> bool:
    contract = db.session.get(Contract, link.subject_id)
    return contract is not None and is_readable(contract, actor)
