"""The steps of drafting: whatever is well-formed is saved, however incomplete the whole may be."""

from collections.abc import Sequence
from typing import Any

from marketplace.domain.access import Actor, Permission, require
from marketplace.domain.deals import cleaning
from marketplace.domain.deals.texts import (
    InstalmentData,
    MoneyData,
    ParticularsData,
    PartiesData,
    PartyData,
    SubjectData,
)
from marketplace.domain.errors import Conflict
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractParty, ContractVersion, Instalment
from marketplace.services.deals import contracts
from marketplace.services.deals.drafts import lines, members
from marketplace.services.deals.drafts.versions import next_version, touch
from marketplace.services.platform import audit


def editable(actor: Actor, contract_id: int, expected_version: int | None = None) -> ContractVersion:
    """Return the version that the actor may write into now, the contract locked; a new one where it is frozen.

    Raises NotFound and NotAllowed as EDIT_CONTRACT says, Conflict outside the state draft or when the text's
    ``version`` counter is no longer ``expected_version`` (the one the form was made from).
    """
    contract = contracts.get_for(actor, contract_id, lock=True)
    require(actor, Permission.EDIT_CONTRACT, contracts.subject_of(contract))
    version = contract.current
    if contract.state != "draft" or version is None:
        raise Conflict(
            N_("当前状态为“%(state)s”，合同内容不能修改"),
            code="text_fixed",
            state=CONTRACT.states[contract.state].label,
        )
    db.session.refresh(version)
    if expected_version is not None and expected_version != version.version:
        raise Conflict(
            N_("您填写期间，这份合同已被再次保存（同事或您的另一个窗口），请刷新后再改"), code="stale_draft"
        )
    if version.frozen_at is None:
        return version
    made = next_version(actor, contract, version)
    contract.current = made
    db.session.flush()
    return made


def _written(actor: Actor, version: ContractVersion, part: str) -> ContractVersion:
    touch(version)
    audit.record(actor, "contract.write", "contract", version.contract_id, version=version.ordinal, part=part)
    return version


def save_parties(
    actor: Actor, contract_id: int, data: PartiesData, expected_version: int | None = None
) -> ContractVersion:
    """Save buyer and sellers. A USCC of a verified member brings its verified data, which typing does not change.

    Raises ValidationFailed (``buyer.uscc``, ``sellers.0.contact_phone``) for what is malformed, Conflict when stale.
    """
    version = editable(actor, contract_id, expected_version)
    clean = cleaning.parties(data)
    said = {_identity(party): party.disclosure for party in version.parties if _identity(party)}
    wanted = [("buyer", clean.buyer), *(("seller", seller) for seller in clean.sellers)]
    present = {party.position: party for party in version.parties}
    for position, (role, values) in enumerate(wanted):
        party = present.pop(position, None)
        if party is None:
            party = ContractParty(role=role, position=position)
            version.parties.append(party)
        _write_party(actor, version.contract, party, values)
        party.disclosure = said.get(_identity(party), "")
    for party in present.values():
        version.parties.remove(party)
    return _written(actor, version, "parties")


def _identity(party: ContractParty) -> str:
    return party.uscc or party.foreign_number


def _write_party(actor: Actor, contract: Contract, party: ContractParty, values: PartyData) -> None:
    for name, value in vars(values).items():
        setattr(party, name, value)
    party.division = values.division or None
    party.organisation_id = None
    member = members.member_of(values.uscc)
    if member is not None:
        members.fill(party, member, contract.signed_on, own=member.id == actor.organisation_id)


def save_subject(
    actor: Actor, contract_id: int, data: SubjectData, expected_version: int | None = None
) -> ContractVersion:
    """Save title, kind, content and lines; the sums of the lines become 成交额 and 技术交易额.

    Raises ValidationFailed (``lines.0.listing_number``, ``lines.0.rights.1.number``, ``lines.0.technical_fen``).
    """
    version = editable(actor, contract_id, expected_version)
    clean = cleaning.subject(data)
    lines.write(actor, version, clean.lines, cleaning.filled_lines(data))
    version.amount_fen = sum(line.amount_fen or 0 for line in clean.lines)
    version.technical_fen = sum(line.technical_fen or 0 for line in clean.lines)
    for name in ("title", "kind", "licence_scope", "content", "is_import"):
        setattr(version, name, getattr(clean, name))
    return _written(actor, version, "subject")


def save_money(
    actor: Actor, contract_id: int, data: MoneyData, expected_version: int | None = None
) -> ContractVersion:
    """Save payment mode, plan of instalments and validity. Raises ValidationFailed (``instalments.0.amount_fen``)."""
    version = editable(actor, contract_id, expected_version)
    clean = cleaning.money(data)
    _write_instalments(version, clean.instalments)
    for name in ("payment_mode", "open_ended", "royalty_terms", "valid_from", "valid_to"):
        setattr(version, name, getattr(clean, name))
    return _written(actor, version, "money")


def _write_instalments(version: ContractVersion, rows: Sequence[InstalmentData]) -> None:
    for position, row in enumerate(rows):
        if position == len(version.instalments):
            version.instalments.append(Instalment(position=position))
        for name, value in vars(row).items():
            setattr(version.instalments[position], name, value)
    del version.instalments[len(rows) :]


def save_particulars(
    actor: Actor, contract_id: int, data: ParticularsData, expected_version: int | None = None
) -> ContractVersion:
    """Save the coded fields of the national form. Raises ValidationFailed (``field``, ``related_note``)."""
    version = editable(actor, contract_id, expected_version)
    clean = cleaning.particulars(data)
    values: dict[str, Any] = vars(clean) | {
        "tags": list(clean.tags), "rights_involved": list(clean.rights_involved),
    }  # fmt: skip
    disclosure = values.pop("disclosure")
    for name, value in values.items():
        setattr(version, name, value)
    for party in version.parties:
        if party.organisation_id is not None and party.organisation_id == actor.organisation_id:
            party.disclosure = disclosure
    return _written(actor, version, "particulars")
