"""The answer of a party without an account, by the one-time link that was mailed to it."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM
from marketplace.domain.errors import Conflict, NotFound
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, ConfirmationLink, Contract, ContractParty, ContractVersion
from marketplace.services.deals import contracts, facts
from marketplace.services.deals.confirming.answers import checked_disclosure, checked_name, checked_note
from marketplace.services.deals.confirming.offers import kill_links, settle
from marketplace.services.people.tokens import token_digest
from marketplace.services.platform import audit

DEAD_WORDS = {
    "used": N_("这个链接已经用过，不能再次确认"),
    "expired": N_("链接已过期，请联系发送方重新发送"),
    "replaced": N_("合同已被收回、修改或作出其他处理，这个链接不再有效，请联系发送方"),
}
"""Why a link cannot be answered, by its state."""


@dataclass(frozen=True)
class Asked:
    """What a link shows: the text, for whom it was mailed, and whether it still can be answered.

    ``state``: open, used (answered), expired, or replaced (taken back, changed, or decided otherwise).
    Unless it is open ``version`` must not be shown.
    """

    state: str
    contract: Contract
    version: ContractVersion
    party: ContractParty


def by_token(token: str) -> Asked | None:
    """Return what a link is about; None for a token that was never given out."""
    link = _link(token)
    return _asked(link) if link is not None else None


def _link(token: str) -> ConfirmationLink | None:
    return db.session.scalar(
        select(ConfirmationLink).where(ConfirmationLink.token_digest == token_digest(token))
    )


def _asked(link: ConfirmationLink) -> Asked | None:
    version = db.session.get_one(ContractVersion, link.version_id)
    party = next((each for each in version.parties if each.position == link.position), None)
    return (
        Asked(_state(link, version.contract), version.contract, version, party) if party is not None else None
    )


def _state(link: ConfirmationLink, contract: Contract) -> str:
    if link.used_at is not None:
        return "used"
    if link.revoked_at is not None or contract.state != "offered" or contract.version_id != link.version_id:
        return "replaced"
    if all(party.position != link.position for party in facts.awaited(contract)):
        return "replaced"
    return "expired" if link.expires_at <= clock.now() else "open"


def agree_by_token(token: str, typed_name: str, disclosure: str | None = None) -> Contract:
    """Agree by a link, which dies by it. Raises NotFound for a forged one, Conflict for a dead one."""
    link, asked = _open(token)
    _say(link, True, checked_name(typed_name))
    if disclosure is not None:
        asked.party.disclosure = checked_disclosure(disclosure)
    db.session.flush()
    audit.record(
        SYSTEM, "contract.agree", "contract", asked.contract.id,
        **{"from": "offered", "to": "offered", "reasons": []},
    )  # fmt: skip
    settle(asked.contract)
    return asked.contract


def decline_by_token(token: str, typed_name: str, note: str) -> Contract:
    """Decline by a link with a reason. Raises NotFound for a forged one, Conflict for a dead one."""
    link, asked = _open(token)
    name, words = checked_name(typed_name), checked_note(note)
    _say(link, False, name, words)
    contracts.act(SYSTEM, asked.contract, "decline_by_link", note=words)
    kill_links(asked.contract)
    return asked.contract


def _open(token: str) -> tuple[ConfirmationLink, Asked]:
    """Return an open link with its contract locked: of two people who press at once the second finds it used."""
    link = _link(token)
    if link is None:
        raise NotFound()
    contracts.lock_row(db.session.get_one(ContractVersion, link.version_id).contract_id)
    db.session.refresh(link)
    asked = _asked(link)
    if asked is None:
        raise NotFound()
    db.session.refresh(asked.contract)
    state = _state(link, asked.contract)
    if state != "open":
        raise Conflict(DEAD_WORDS[state], code=f"link_{state}")
    return link, asked


def _say(link: ConfirmationLink, agreed: bool, name: str, note: str = "") -> None:
    link.used_at = clock.now()
    db.session.add(
        Confirmation(
            version_id=link.version_id, position=link.position, how="link", agreed=agreed, typed_name=name, note=note
        )
    )  # fmt: skip
    db.session.flush()
