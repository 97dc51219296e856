"""The steps of drafting: whatever is well-formed is saved, however incomplete the whole may be."""

from marketplace.domain.access import Actor
from marketplace.domain.deals.texts import MoneyData, ParticularsData, PartiesData, SubjectData
from marketplace.models.deals import ContractVersion


def editable(actor: Actor, contract_id: int, expected_version: int | None = None) -> ContractVersion:
    """Return the version that the actor may write into now, the contract locked; a new one where it is frozen.

    Raises NotFound and NotAllowed as EDIT_CONTRACT says, Conflict outside the state draft or when the text's
    ``version`` counter is no longer ``expected_version`` (the one the form was made from).
    """
    raise NotImplementedError


def save_parties(
    actor: Actor, contract_id: int, data: PartiesData, expected_version: int | None = None
) -> ContractVersion:
    """Save buyer and sellers. A USCC of a verified member brings its verified data, which typing does not change.

    Raises ValidationFailed (``buyer.uscc``, ``sellers.0.contact_phone``) for what is malformed, Conflict when stale.
    """
    raise NotImplementedError


def save_subject(
    actor: Actor, contract_id: int, data: SubjectData, expected_version: int | None = None
) -> ContractVersion:
    """Save title, kind, content and lines; the sums of the lines become 成交额 and 技术交易额.

    Raises ValidationFailed (``lines.0.listing_number``, ``lines.0.rights.1.number``, ``lines.0.technical_fen``).
    """
    raise NotImplementedError


def save_money(
    actor: Actor, contract_id: int, data: MoneyData, expected_version: int | None = None
) -> ContractVersion:
    """Save payment mode, plan of instalments and validity. Raises ValidationFailed (``instalments.0.amount_fen``)."""
    raise NotImplementedError


def save_particulars(
    actor: Actor, contract_id: int, data: ParticularsData, expected_version: int | None = None
) -> ContractVersion:
    """Save the coded fields of the national form. Raises ValidationFailed (``field``, ``related_note``)."""
    raise NotImplementedError
