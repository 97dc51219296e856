"""The further steps of the parties: to the registry and back, changes, copies, the end."""

import secrets

from sqlalchemy import select

from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty, ContractVersion
from marketplace.services.deals import contracts
from marketplace.services.deals.confirming.offers import editable_by, kill_links
from marketplace.services.deals.drafts.versions import columns_of, fill
from marketplace.services.platform import audit, outbox, reviews


def submit(actor: Actor, contract_id: int) -> Contract:
    """Apply for registration: opens a review task with a fresh limit. A second press changes nothing."""
    contract = contracts.get_own(actor, contract_id, lock=True)
    if contract.state == "submitted":
        return contract
    contracts.act(actor, contract, "submit")
    version, organisation = contract.current, contract.organisation
    if version is None or organisation is None:
        raise NotFound()
    reviews.open_task(
        "contract",
        "contract",
        contract.id,
        organisation,
        version.title,
        parties=contracts.organisations_of(contract) | {organisation.id},
    )
    return contract


def withdraw(actor: Actor, contract_id: int) -> Contract:
    """Take the application back. A second press changes nothing."""
    contract = contracts.get_own(actor, contract_id, lock=True)
    if contract.state == "confirmed":
        return contract
    contracts.act(actor, contract, "withdraw")
    task = reviews.open_task_for("contract", contract.id)
    if task is not None:
        reviews.cancel(task)
    return contract


def revise(actor: Actor, contract_id: int) -> Contract:
    """Go back to draft, to change what was confirmed or returned; the next edit makes a new version."""
    contract = editable_by(actor, contract_id)
    if contract.state == "draft":
        return contract
    contracts.act(actor, contract, "revise")
    return contract


def void(actor: Actor, contract_id: int, note: str) -> Contract:
    """End a contract that was never registered. A second press changes nothing.

    Where the others knew a former version it is that one which stands, so that they see what has ended.
    """
    contract = editable_by(actor, contract_id)
    if contract.state == "voided":
        return contract
    words = clean_text(note)[:1000]
    if not words:
        raise DomainError("note_missing", N_("请填写作废的原因"), field="note")
    _return_to_shown(contract)
    contracts.act(actor, contract, "void", note=words)
    kill_links(contract)
    outbox.enqueue("contract", contract=contract.id)
    return contract


def _return_to_shown(contract: Contract) -> None:
    if contract.current is None or contract.current.frozen_at is not None:
        return
    shown = db.session.scalar(
        select(ContractVersion)
        .where(ContractVersion.contract_id == contract.id, ContractVersion.frozen_at.is_not(None))
        .order_by(ContractVersion.ordinal.desc())
        .limit(1)
    )
    if shown is not None:
        contract.current = shown
        db.session.flush()


def complete(actor: Actor, contract_id: int) -> Contract:
    """Mark a contract as performed: all is paid and verified. A second press changes nothing."""
    contract = contracts.get_own(actor, contract_id, lock=True)
    if contract.state != "completed":
        contracts.act(actor, contract, "complete")
    return contract


def copy(actor: Actor, contract_id: int) -> Contract:
    """Begin the contract of another buyer of a joint purchase: same text without buyer, shared ``joint_key``."""
    require(actor, Permission.CREATE_CONTRACT)
    source = contracts.get_own(actor, contract_id, lock=True)
    if source.current is None:
        raise NotFound()
    source.joint_key = source.joint_key or secrets.token_hex(8)
    made = contracts.new_contract(actor)
    made.joint_key, made.demand_id = source.joint_key, source.demand_id
    version = ContractVersion(
        contract_id=made.id, ordinal=1, created_by=actor.person_id, **columns_of(source.current)
    )
    fill(version, source.current)
    for party in version.parties:
        # What a party lets the site tell it says of each contract anew.
        party.disclosure = ""
    version.parties = [ContractParty(role="buyer", position=0), *version.parties[1:]]
    db.session.add(version)
    db.session.flush()
    made.current = version
    db.session.flush()
    audit.record(actor, "contract.copy", "contract", made.id, from_contract=source.id)
    return made
