"""Sellers' accounts at the payment provider: entered by the organisation, checked through the provider."""

import re

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, require
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.text import N_, clean_line
from marketplace.extensions import db
from marketplace.integrations.billing import (
    Account,
    Billing,
    BillingMissing,
    BillingRefused,
    BillingUnavailable,
)
from marketplace.models.deals import ConnectedAccount
from marketplace.services.outside import outside
from marketplace.services.platform import audit
from marketplace.services.unit import unit_of_work

_SHAPE = re.compile(r"acct_[A-Za-z0-9]{8,50}")


def is_open() -> bool:
    """Return whether this site offers payment online at all."""
    return outside().billing is not None


def provider() -> Billing:
    """Return the payment provider. Raises DomainError where none is configured: nothing calls out then."""
    found = outside().billing
    if found is None:
        raise DomainError("billing_closed", N_("本站没有开通在线支付，请通过银行转账付款"))
    return found


def silent() -> DomainError:
    """Return what to say when the provider does not answer."""
    return DomainError("billing_silent", N_("支付平台暂时没有应答，请过几分钟再试；没有发生扣款"))


def of(organisation_id: int | None) -> ConnectedAccount | None:
    """Return the account of an organisation."""
    query = select(ConnectedAccount).where(ConnectedAccount.organisation_id == organisation_id)
    return db.session.scalar(query)


def own(actor: Actor) -> ConnectedAccount | None:
    """Return the account of the actor's organisation. Raises NotAllowed for who can be no seller here."""
    require(actor, Permission.CREATE_CONTRACT)
    return of(actor.organisation_id)


def masked(account: str) -> str:
    """Return an account as pages show it: enough to know one's own, too little to copy."""
    return f"acct_…{account[-4:]}"


def look_up(actor: Actor, typed: str | None) -> Account:
    """Ask the provider about an account, outside any transaction.

    Raises NotAllowed for all but the 负责人 of a seller, DomainError at ``account`` where the number is malformed,
    unknown to the provider or may take no charges.
    """
    _require_manager(actor)
    account = clean_line(typed or "").strip()
    if not _SHAPE.fullmatch(account):
        raise DomainError(
            "account_shape",
            N_("账户编号以 acct_ 开头，后接字母和数字，请从支付平台后台复制"),
            field="account",
        )
    try:
        found = provider().account(account)
    except BillingMissing as missing:
        raise DomainError(
            "account_unknown", N_("支付平台没有这个账户，或账户没有授权本站收款，请核对"), field="account"
        ) from missing
    except (BillingUnavailable, BillingRefused) as fault:
        raise silent() from fault
    if not found.may_charge:
        raise DomainError(
            "account_closed", N_("此账户还不能收款，请先在支付平台完成实名与收款开通"), field="account"
        )
    return found


def keep(actor: Actor, found: Account) -> ConnectedAccount:
    """Make ``found`` the account of the actor's organisation; it takes the place of a former one."""
    _require_manager(actor)
    row = of(actor.organisation_id)
    if row is None:
        row = ConnectedAccount(organisation_id=actor.organisation_id)
        db.session.add(row)
    row.account, row.may_charge, row.checked_at = found.id, found.may_charge, clock.now()
    row.entered_by = actor.person_id
    db.session.flush()
    audit.record(
        actor, "connected_account.set", "connected_account", row.id, organisation=row.organisation_id
    )
    return row


def remove(actor: Actor) -> None:
    """Offer no payment online any more. What was paid, and pages still open, keep their account."""
    _require_manager(actor)
    row = of(actor.organisation_id)
    if row is None:
        raise NotFound()
    audit.record(
        actor, "connected_account.remove", "connected_account", row.id, organisation=row.organisation_id
    )
    db.session.delete(row)
    db.session.flush()


def recheck(account: str) -> bool | None:
    """Ask the provider again whether an account may take charges; None where nobody here has it.

    Opens its own unit of work after the call. Raises BillingUnavailable when the provider is silent.
    """
    known = db.session.scalar(select(ConnectedAccount.id).where(ConnectedAccount.account == account))
    db.session.rollback()
    if known is None:
        return None
    try:
        may_charge = provider().account(account).may_charge
    except BillingMissing:
        may_charge = False
    with unit_of_work():
        row = db.session.get(ConnectedAccount, known, with_for_update=True)
        if row is None or row.account != account:
            return None
        row.may_charge, row.checked_at = may_charge, clock.now()
    return may_charge


def _require_manager(actor: Actor) -> None:
    require(actor, Permission.CREATE_CONTRACT)
    require(
        actor, Permission.EDIT_ORGANISATION, Subject("organisation", organisation_id=actor.organisation_id)
    )
