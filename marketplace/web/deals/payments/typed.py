"""From forms of money to what the services take, and back again after a refusal."""

import secrets
from collections.abc import Callable
from typing import TypeVar

from flask import request
from flask_wtf.file import MultipleFileField

from marketplace.domain.deals.vouchers import Side, Voucher
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.forms.base import SiteForm, place_error
from marketplace.forms.deals.payments import PaymentForm, many_words
from marketplace.services.deals.payments.recording import PaymentData, Upload
from marketplace.services.unit import unit_of_work

Result = TypeVar("Result")


def new_key() -> str:
    """Return the key of a form that is shown for the first time."""
    return secrets.token_urlsafe(24)


def uploads(field: MultipleFileField) -> tuple[Upload, ...]:
    """Return the files that were sent; an input left empty sends a nameless one."""
    return tuple(Upload(one.filename, one.read()) for one in field.data or () if getattr(one, "filename", ""))


def voucher(form: PaymentForm) -> Voucher:
    """Return what was typed about a payment."""
    return Voucher(
        paid_on=form.paid_on.data,
        amount_fen=form.amount.data,
        evidence=form.evidence.data or "",
        bank=form.bank.data or "",
        serial=form.serial.data or "",
        payer=Side(form.payer_name.data or "", form.payer_uscc.data or ""),
        payee=Side(form.payee_name.data or "", form.payee_uscc.data or ""),
        note=form.note.data or "",
        currency=form.currency.data or "CNY",
        foreign_amount=form.foreign_amount.data,
        rate=form.rate.data or "",
        rate_on=form.rate_on.data,
    )


def payment(form: PaymentForm, contract_id: int, replaces_id: int | None = None) -> PaymentData:
    """Return all that was typed and sent."""
    return PaymentData(
        voucher=voucher(form),
        shares=form.shared(contract_id, form.amount.data),
        uploads=uploads(form.file),
        request_key=(form.request_key.data or "")[:64],
        replaces_id=replaces_id,
    )


def write_once(act: Callable[[], Result]) -> Result:
    """Run ``act`` as one unit of work; again where two presses met, so that the second finds what the first made."""
    try:
        with unit_of_work():
            return act()
    except Conflict as met:
        if met.code != "conflict":
            raise
    with unit_of_work():
        return act()


def refused(form: SiteForm, error: DomainError) -> None:
    """Show a refusal in the form. What the person may not see or do is no matter for a form: it is raised again."""
    if isinstance(error, NotFound | NotAllowed):
        raise error
    form.take(error)


def remind_of_files(form: SiteForm) -> None:
    """Say that files have to be chosen again when the page is shown once more."""
    sent = [one for one in request.files.getlist("file") if one.filename]
    if sent and form.errors and "file" in form and not form["file"].errors:
        place_error(form, "file", many_words(len(sent)))
