"""Drafting a contract: begun, written step by step, signed and given its files. Pages import it as one module."""

from marketplace.services.deals.drafts.creating import create
from marketplace.services.deals.drafts.papers import add_file, remove_file, sign
from marketplace.services.deals.drafts.steps import (
    editable,
    save_money,
    save_particulars,
    save_parties,
    save_subject,
)
from marketplace.services.deals.drafts.versions import next_version

__all__ = [
    "add_file", "create", "editable", "next_version", "remove_file", "save_money", "save_particulars",
    "save_parties", "save_subject", "sign",
]  # fmt: skip
