"""What a contract says: whether its text is complete."""

from marketplace.domain.errors import FieldError
from marketplace.models.deals import Contract


def faults(contract: Contract) -> list[FieldError]:
    """Return what is missing or wrong in the contract's text, in the order of the form."""
    return [FieldError("title", "missing", "请填写合同名称")] if not contract.current else []
