"""The bank account that a grant is paid to: entered and confirmed by the applicant, masked for everybody else."""

import re

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import FieldError, ValidationFailed
from marketplace.domain.text import N_, clean_line, compact
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import audit
from marketplace.services.subsidy.applying import materials

OPEN_STATES = frozenset(
    {
        "draft", "first_review", "review", "returned", "accepted", "waiting_budget", "proposed", "published",
        "objected", "cleared", "approved",
    }
)  # fmt: skip
"""States in which the account may be entered or corrected: until the payout."""

_NUMBER = re.compile(r"\d{8,30}")
_SHOWN = 4


def confirm(actor: Actor, case_id: int, bank: str, name: str, number: str) -> SubsidyCase:
    """Enter and confirm the account; it must be the applicant's own. Raises ValidationFailed by field."""
    case = materials.get_own(actor, case_id, OPEN_STATES)
    bank, name, number = clean_line(bank), clean_line(name), compact(number).replace("-", "")
    faults = []
    if not bank or len(bank) > 120:
        faults.append(FieldError("bank", "bank_missing", N_("请填写开户银行全称，最多120字")))
    if name != case.organisation.name:
        faults.append(
            FieldError(
                "name", "name_differs", N_("户名须与申请单位一致：%(name)s"), {"name": case.organisation.name}
            )
        )
    if not _NUMBER.fullmatch(number):
        faults.append(FieldError("number", "number_wrong", N_("银行账号为8到30位数字，请核对")))
    if faults:
        raise ValidationFailed(faults)
    case.bank_name, case.account_name, case.account_number = bank, name, number
    case.account_confirmed_at = clock.now()
    db.session.flush()
    audit.record(actor, "subsidy_case.account", "subsidy_case", case.id)
    return case


def masked(number: str) -> str:
    """Return an account as others see it: its last four digits."""
    return f"…{number[-_SHOWN:]}" if number else ""
