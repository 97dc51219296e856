"""Asking the other side: offered on the site, by a mailed link, or replaced by the signed text."""

from datetime import timedelta

from sqlalchemy import func, select, update

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError, NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, ConfirmationLink, Contract, ContractParty, ContractVersion
from marketplace.services.deals import contracts, facts
from marketplace.services.people.tokens import new_token, token_digest
from marketplace.services.platform import audit, notices, settings

MOST_LINKS_A_DAY = 5
"""Links to one party within a day: the site mails to people who have not asked for it."""


def offer(actor: Actor, contract_id: int) -> Contract:
    """Freeze the text and ask everybody whose word is missing: members by a notice, others by a one-time link.

    Raises as the table says (COMPLETE, REACHABLE). A second press changes nothing.
    """
    contract = editable_by(actor, contract_id)
    if contract.state == "offered":
        return contract
    contracts.act(actor, contract, "offer")
    version = freeze(contract)
    for party in facts.awaited(contract):
        if party.organisation_id is None:
            _mail_link(actor, version, party)
    settle(contract)
    return contract


def editable_by(actor: Actor, contract_id: int) -> Contract:
    """Return a contract whose drafter the actor is, locked: NotFound or NotAllowed otherwise."""
    contract = contracts.get_for(actor, contract_id, lock=True)
    require(actor, Permission.EDIT_CONTRACT, contracts.subject_of(contract))
    return contract


def freeze(contract: Contract) -> ContractVersion:
    """Fix the text in force: from now on another can only follow it."""
    version = contract.current
    if version is None:
        raise NotFound()
    version.frozen_at = version.frozen_at or clock.now()
    db.session.flush()
    return version


def settle(contract: Contract) -> None:
    """Confirm an offered contract as soon as nobody's word is missing."""
    if contract.state == "offered" and not facts.awaited(contract):
        kill_links(contract)
        contracts.act(SYSTEM, contract, "settle")


def kill_links(contract: Contract, position: int | None = None) -> None:
    """Make the links that were mailed for a contract useless, all or those of one party."""
    versions = select(ContractVersion.id).where(ContractVersion.contract_id == contract.id)
    change = update(ConfirmationLink).where(
        ConfirmationLink.version_id.in_(versions),
        ConfirmationLink.used_at.is_(None),
        ConfirmationLink.revoked_at.is_(None),
    )
    if position is not None:
        change = change.where(ConfirmationLink.position == position)
    db.session.execute(change.values(revoked_at=clock.now()).execution_options(synchronize_session="fetch"))


def recall(actor: Actor, contract_id: int) -> Contract:
    """Take an offered contract back to be changed; links that were mailed die. A second press changes nothing."""
    contract = editable_by(actor, contract_id)
    if contract.state == "draft":
        return contract
    contracts.act(actor, contract, "recall")
    kill_links(contract)
    return contract


def adopt_signed(actor: Actor, contract_id: int) -> Contract:
    """Let the signed text on file stand for the words that are missing (COMPLETE, SIGNED).

    A second press changes nothing.
    """
    contract = editable_by(actor, contract_id)
    if contract.state == "confirmed" and _is_adopted(contract):
        return contract
    missing = facts.awaited(contract)
    contracts.act(actor, contract, "adopt_signed")
    version = freeze(contract)
    for party in missing:
        db.session.add(
            Confirmation(
                version_id=version.id,
                position=party.position,
                how="signed_file",
                agreed=True,
                person_id=actor.person_id,
            )
        )
    db.session.flush()
    kill_links(contract)
    return contract


def _is_adopted(contract: Contract) -> bool:
    query = select(Confirmation.id).where(
        Confirmation.version_id == contract.version_id, Confirmation.how == "signed_file"
    )
    return db.session.scalar(select(query.exists())) or False


def resend(actor: Actor, contract_id: int, position: int) -> None:
    """Mail a fresh link to the party at ``position``, who is no member; the former link dies. EDIT_CONTRACT.

    Raises Conflict where nothing is asked of that party, DomainError after too many links on one day.
    """
    contract = editable_by(actor, contract_id)
    asked = facts.awaited(contract) if contract.state == "offered" else []
    party = next((each for each in asked if each.position == position and not each.organisation_id), None)
    if party is None or contract.current is None:
        raise Conflict(N_("现在不需要向该单位发送确认链接，请刷新后查看"), code="nothing_asked")
    recently = select(func.count(ConfirmationLink.id)).where(
        ConfirmationLink.version_id == contract.current.id,
        ConfirmationLink.position == position,
        ConfirmationLink.created_at > clock.now() - timedelta(days=1),
    )
    if (db.session.scalar(recently) or 0) >= MOST_LINKS_A_DAY:
        raise DomainError("too_many_links", N_("今天已向该单位发送多次，请明天再试，或直接与对方联系"))
    kill_links(contract, position)
    _mail_link(actor, contract.current, party)


def _mail_link(actor: Actor, version: ContractVersion, party: ContractParty) -> None:
    token, days = new_token(), settings.get("contract.link_days")
    db.session.add(
        ConfirmationLink(
            version_id=version.id,
            position=party.position,
            email=party.contact_email,
            token_digest=token_digest(token),
            expires_at=clock.now() + timedelta(days=days),
        )
    )
    notices.send_mail(
        party.contact_email, "contract_link",
        party=party.name, drafter=actor.organisation_name, title=version.title, path=f"/c/{token}", days=days,
    )  # fmt: skip
    audit.record(
        actor,
        "contract.ask",
        "contract",
        version.contract_id,
        version=version.ordinal,
        position=party.position,
    )
