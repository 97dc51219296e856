"""The answer of a member."""

from collections.abc import Iterable

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.deals.terms import DEAL_DISCLOSURES
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, Contract, ContractParty
from marketplace.services.deals import contracts, facts
from marketplace.services.deals.confirming.offers import kill_links, settle
from marketplace.services.platform import audit

LONGEST_NAME = 60
LONGEST_NOTE = 1000


def agree(
    actor: Actor, contract_id: int, typed_name: str, ordinal: int | None = None, disclosure: str | None = None
) -> Contract:
    """Agree for the actor's organisation; the last word needed confirms the contract. A second press is harmless.

    ``ordinal`` is the version the person has read: Conflict when another is in force. ``disclosure``: how much of
    the deal the site may tell (DEAL_DISCLOSURES). Raises DomainError (``typed_name``).
    """
    contract = contracts.get_own(actor, contract_id, lock=True)
    _require_version(contract, ordinal)
    if contract.state in ("offered", "confirmed") and _has_agreed(contract, actor):
        return contract
    name = checked_name(typed_name)
    asked = list(facts.awaited_of(contract, actor))
    contracts.act(actor, contract, "agree")
    for party in asked:
        _say(party, True, name, actor.person_id)
    if disclosure is not None:
        _set_disclosure(actor, contract, asked, disclosure)
    db.session.flush()
    settle(contract)
    return contract


def decline(actor: Actor, contract_id: int, note: str, ordinal: int | None = None) -> Contract:
    """Send the contract back to its drafter with a reason (``note``)."""
    contract = contracts.get_own(actor, contract_id, lock=True)
    _require_version(contract, ordinal)
    words = checked_note(note)
    asked = list(facts.awaited_of(contract, actor))
    contracts.act(actor, contract, "decline", note=words)
    for party in asked:
        _say(party, False, actor.name, actor.person_id, words)
    db.session.flush()
    kill_links(contract)
    return contract


def disclose(actor: Actor, contract_id: int, disclosure: str) -> Contract:
    """Say how much of the deal the site may tell for the actor's own side; at any time (DEAL_DISCLOSURES).

    Raises DomainError (``disclosure``), and Conflict where the actor's organisation is no party: a broker.
    """
    contract = contracts.get_own(actor, contract_id, lock=True)
    own = [
        party for party in contracts.parties_of(contract) if party.organisation_id == actor.organisation_id
    ]
    if not own:
        raise Conflict(N_("贵单位不是这份合同的当事人，由当事人自己决定公开程度"), code="no_party")
    _set_disclosure(actor, contract, own, disclosure)
    db.session.flush()
    return contract


def _require_version(contract: Contract, ordinal: int | None) -> None:
    if ordinal is not None and contract.current is not None and contract.current.ordinal != ordinal:
        raise Conflict(
            N_("合同内容已更新到第 %(ordinal)d 版，请阅读后再确认"),
            code="other_version",
            ordinal=contract.current.ordinal,
        )


def _has_agreed(contract: Contract, actor: Actor) -> bool:
    mine = [
        each.position
        for each in contracts.parties_of(contract)
        if each.organisation_id == actor.organisation_id
    ]
    query = select(Confirmation.id).where(
        Confirmation.version_id == contract.version_id,
        Confirmation.position.in_(mine),
        Confirmation.agreed.is_(True),
    )
    return db.session.scalar(query.limit(1)) is not None and not facts.awaited_of(contract, actor)


def _say(party: ContractParty, agreed: bool, name: str, person_id: int | None, note: str = "") -> None:
    db.session.add(
        Confirmation(
            version_id=party.version_id, position=party.position, how="member", agreed=agreed,
            person_id=person_id, typed_name=name[:LONGEST_NAME], note=note,
        )
    )  # fmt: skip


def _set_disclosure(
    actor: Actor, contract: Contract, parties: Iterable[ContractParty], disclosure: str
) -> None:
    for party in parties:
        party.disclosure = checked_disclosure(disclosure)
    ordinal = contract.current.ordinal if contract.current is not None else 0
    audit.record(actor, "contract.write", "contract", contract.id, version=ordinal, part="disclosure")


def checked_disclosure(value: str) -> str:
    """Return a code of DEAL_DISCLOSURES; raises DomainError (``disclosure``) for any other."""
    if value not in DEAL_DISCLOSURES.codes:
        raise DomainError("not_in_list", N_("请从列表中选择"), field="disclosure")
    return value


def checked_name(typed: str) -> str:
    """Return the name of who answers, as typed; raises DomainError (``typed_name``)."""
    name = clean_line(typed)
    if len(name) < 2:
        raise DomainError("name_missing", N_("请填写您的姓名，表示您代表本单位确认"), field="typed_name")
    if len(name) > LONGEST_NAME:
        raise DomainError("name_long", N_("姓名最多%(limit)d个字"), field="typed_name", limit=LONGEST_NAME)
    return name


def checked_note(typed: str) -> str:
    """Return a reason, as typed; raises DomainError (``note``)."""
    note = clean_text(typed)
    if not note:
        raise DomainError("note_missing", N_("请写明不同意的内容和希望怎样修改"), field="note")
    if len(note) > LONGEST_NOTE:
        raise DomainError(
            "note_long", N_("最多%(limit)d个字，您写了%(length)d个，请删减"),
            field="note", limit=LONGEST_NOTE, length=len(note),
        )  # fmt: skip
    return note
